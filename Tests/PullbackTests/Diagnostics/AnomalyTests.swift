import Testing

@testable import Pullback

@Suite struct AnomalyTests {
  /// Sixty operations, the 37th of which makes a NaN of a negative number.
  private func sixty(planting plant: (Tensor) -> Tensor) -> Tensor {
    var x = Tensor([2, 3]).requiringGradient()
    for number in 1...60 {
      x = named(number > 30 ? "second half" : "first half") { number == 37 ? plant(x) : x * 1.01 }
    }
    return x.sum()
  }

  private func error(_ body: () -> Void) throws -> TensorError {
    try #require(throws: TensorError.self) { try checked { detectingAnomalies { body() } } }
  }

  @Test func theFirstNaNForwardIsNamed() throws {
    let error = try error { _ = sixty { log(-$0) } }
    #expect(error.kind == .nonFiniteValue && error.operation == "log")
    #expect(
      error.message.hasPrefix("operation 38 of the scope, has a result with 2 NaN among 2 values of shape [2] float32"))
    #expect(error.message.contains("in second half (PullbackTests/AnomalyTests.swift:10)"))
    #expect(error.message.contains("= negate %5 : [2] float32 = [−2.862, −4.292] in second half"))
  }

  @Test func theFirstInfinityBackwardIsNamed() throws {
    // The square root of 0 is finite, its derivative is not.
    let error = try error { _ = sixty { sqrt($0 * 0) }.backward() }
    #expect(error.operation == "sqrt")
    #expect(
      error.message.hasPrefix(
        "backward, the cotangent that it passes to its operand \"multiply\" of [2] has 2 infinities"))
    #expect(error.message.contains("finite values from 1.2572 to 1.2572"), "what it was given")
  }

  @Test func theFirstInfinityOfADifferentialIsNamed() throws {
    let error = try error {
      let d = differential(at: Tensor([0, 4])) { x in named("root") { sqrt(x * 2) } + 1 }
      _ = d(Tensor([1, 1]))
    }
    #expect(error.kind == .nonFiniteValue && error.operation == "sqrt")
    #expect(
      error.message.hasPrefix("the differential of its result has 1 infinity among 2 values of shape [2] float32"))
    #expect(error.message.contains("in root (PullbackTests/AnomalyTests.swift:"))
    #expect(error.message.contains("finite values from 0.35355 to 0.35355"))
  }

  #if canImport(Runtime)
    @Test func theLineOfTheSourceIsNamed() throws {
      let negative = Tensor([-1, 2])
      var line = 0
      func spoiled(_ x: Tensor) -> Tensor {
        line = #line + 1
        return sqrt(x * negative)
      }
      let forward = try error { _ = spoiled(Tensor([1, 2]).requiringGradient()) * 2 }
      #expect(forward.message.contains("1 NaN among 2 values of shape [2] float32, at AnomalyTests.swift:\(line);"))
      // The line of the operation, not of the replay.
      let backward = try error { _ = spoiled(Tensor([0, 2]).requiringGradient()).sum().backward() }
      #expect(backward.operation == "sqrt" && backward.message.contains("at AnomalyTests.swift:\(line);"))
    }
  #endif

  @Test func infinitiesMayBeAllowed() throws {
    let x = Tensor([0, 1]).requiringGradient()
    let y = try checked { detectingAnomalies(infinities: false) { log(x) } }
    #expect(y[0].item() == -.infinity)
    #expect(throws: TensorError.self) { try checked { detectingAnomalies(infinities: false) { _ = log(x) - log(x) } } }
  }

  @Test func onlyTheScopeIsWatched() throws {
    let x = Tensor(-1).requiringGradient()
    try checked { detectingAnomalies { _ = sqrt(-x) } }
    try checked { _ = log(x) }
  }

  @Test func aCotangentOfNaNIsReported() throws {
    let x = Tensor([1, 2]).requiringGradient()
    let error = try error { _ = (x * 2).backward(Tensor([.nan, 1])) }
    #expect(error.message.contains("1 NaN among 2 values"))
  }

  @Test func resultsAreTheSameUnderWatch() {
    let x = Tensor([1, 2]).requiringGradient()
    let plain = (exp(x) * x).sum().backward()[x]
    #expect(detectingAnomalies { (exp(x) * x).sum().backward()[x] } == plain)
  }
}
