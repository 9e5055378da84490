import Testing

@testable import Pullback

/// Changes carried forward over a tape.
@Suite struct ForwardReplayTests {
  private let x = Tensor([0.3, -0.7, 1.1], dtype: .float64)
  private let u = Tensor([1, -2, 0.5], dtype: .float64)

  /// `J u` by central differences.
  private func difference(_ f: (Tensor) -> Tensor) -> Tensor {
    let step = 1e-5
    return (f(x + u * step) - f(x - u * step)) / (2 * step)
  }

  /// `J u`.
  private func change(_ f: (Tensor) -> Tensor) -> Tensor {
    let push = differential(at: x, of: f)
    return push(u)
  }

  private func expectDifferential(_ name: String, tolerance: Double = 1e-8, _ f: (Tensor) -> Tensor) throws {
    try expectClose(change(f), difference(f), tolerance: tolerance, name)
  }

  @Test func aValueMayBeUsedManyTimes() throws {
    try expectDifferential("a product with itself") { $0 * $0 }
    try expectDifferential("a diamond") { x in
      let y = sin(x)
      return y * exp(y) + y
    }
    try expectDifferential("the input itself") { x in x * 1 }
    #expect(change { $0 } == u)
  }

  @Test func broadcastOperandsCarryTheirChanges() throws {
    try expectDifferential("a sum and a table") { x in x.expanded(at: 1) + x }
    try expectDifferential("a product with a scalar") { x in x * x.sum() }
    try expectDifferential("a selection") { x in select(where: Tensor([[true], [false]]), then: x, else: x * 2) }
  }

  @Test func someOfSeveralResultsMayBeUsed() throws {
    let a = Tensor([[2, 1, 0], [1, 3, 0.5], [0, 0.5, 1]], dtype: .float64)
    try expectDifferential("a factor of three") { x in (a + x).svd().s }
    try expectDifferential("the first part") { x in outer(x, x).split(count: 3, axis: 0)[1] }
    try expectDifferential("both factors") { x in
      let (q, r) = (a + x).qr()
      return q.matmul(r) * q
    }
  }

  @Test func eachResultHasItsOwnChange() throws {
    let push = differential(at: x, Tensor(2, dtype: .float64)) { x, scale in
      [x * scale, Tensor([1, 2], dtype: .float64), x.argMax().cast(to: .int64), scale]
    }
    let changes = push(u, Tensor(1, dtype: .float64))
    try expectClose(changes[0], u * 2 + x, tolerance: 1e-14, "a product")
    #expect(changes[1] == Tensor([0, 0], dtype: .float64) && changes[2] == Tensor(0, dtype: .int64))
    #expect(changes[3] == Tensor(1, dtype: .float64))
  }

  @Test func differentialsNest() throws {
    let u = u
    let f = { (x: Tensor) in tanh(x) * x.sum() + softmaxCrossEntropy(x.expanded(at: 0), labels: [1]) }
    let first = { (x: Tensor) in
      let push = differential(at: x, of: f)
      return push(u)
    }
    try expectDifferential("the second derivative", first)
    try expectDifferential("the third derivative", tolerance: 1e-7) { x in
      let push = differential(at: x, of: first)
      return push(u)
    }
    let push = differential(at: x) { first($0).sum() }
    let columns = (0..<3).map { push(Tensor.eye(3, dtype: .float64)[$0]) }
    try expectClose(gradient(at: x) { first($0).sum() }, stacked(columns), tolerance: 1e-12, "backward over forward")
  }

  @Test func anOuterTapeSeesWhatTheFunctionUses() {
    let scale = Tensor(3, dtype: .float64).requiringGradient()
    #expect(change { $0 * $0 * scale }.sum().backward()[scale].isClose(to: (x * u * 2).sum()))
    #expect(!change { $0 * $0 }.isTracked)
  }

  @Test func mapsAreAppliedToManyChangesAtOnce() throws {
    let f = { (x: Tensor) in exp(x).matmul(Tensor([[1, 2], [3, 4], [5, 6]], dtype: .float64)) + layerNorm(x).sum() }
    try expectClose(
      jacobian(at: x, mode: .forward, of: f), jacobian(at: x, mode: .reverse, of: f), tolerance: 1e-12, "the matrix")
    let (_, map) = linearize(at: x, of: f)
    #expect(map(u).isClose(to: map(u)) && map(u * 2).isClose(to: map(u) * 2))
  }

  // MARK: Operations of your own

  @Test func aLinearOperationCarriesChangesItself() {
    final class Calls { var count = 0 }
    let calls = Calls()
    func doubled(_ x: Tensor) -> Tensor {
      withoutRecording { x * 2 }.recorded(
        as: "doubled", wrt: x, { dy in dy * 2 },
        differential: { dx in
          calls.count += 1
          return dx * 2
        })
    }
    #expect(change(doubled) == u * 2 && calls.count == 1)
    #expect(gradient(at: x) { doubled($0).sum() } == Tensor([2, 2, 2], dtype: .float64) && calls.count == 1)
  }

  @Test func aFalseClaimOfSymmetryIsFound() {
    func running(_ x: Tensor, symmetric: Bool) -> Tensor {
      withoutRecording { x.cumulativeSum(axis: 0) }
        .recorded(as: "running", symmetric: symmetric, wrt: x, { dy in dy.cumulativeSum(axis: 0, reversed: true) })
    }
    #expect(checkGradient(at: x, forwardMode: true) { running($0, symmetric: false) }.isCorrect)
    #expect(!checkGradient(at: x, forwardMode: true) { running($0, symmetric: true) }.isCorrect)
  }

  @Test func aTapeThatIsUsedUpIsAMistake() {
    #expect(throws: TensorError.self) {
      try checked {
        change { x in
          let y = x * x
          _ = y.sum().backward()
          return y * 2
        }
      }
    }
  }
}
