import Testing

@testable import Pullback

@Suite struct RetentionTests {
  @Test func aStepLeavesNothing() {
    var w = Tensor([1, 2]).requiringGradient()
    let (_, report) = withRetentionReport {
      let gradients = (w * w).sum().backward()
      w = (w.detached() - gradients[w] * 0.1)
    }
    #expect(report.entries.isEmpty && report.description.isEmpty)
  }

  @Test func whatIsKeptIsNamedWithItsHolders() throws {
    let x = Tensor([1, 2]).requiringGradient()
    var kept: [Tensor] = []
    let line = #line + 2
    let (_, report) = withRetentionReport {
      named("model") { kept.append(tanh(x * 3).sum()) }
    }
    #expect(report.entries.map(\.operation) == ["multiply", "tanh", "sum"])
    #expect(report.entries.map(\.holders) == [[1], [2], []])
    #expect(report.entries.allSatisfy { $0.scope == "model" && !$0.isReplayed && $0.dtype == .float32 })
    #expect(report.entries.map(\.shape) == [[2], [2], []])
    #if canImport(Runtime)
      #expect(report.entries.allSatisfy { $0.place == "RetentionTests.swift:\(line)" })
      let last = try #require(report.description.split(separator: "\n").last)
      #expect(last == "%2 sum : [] float32 in model at RetentionTests.swift:\(line), held by a tensor")
    #endif
  }

  @Test func aReplayedTapeIsHeldByItsEndOnly() {
    let x = Tensor([1, 2]).requiringGradient()
    let (loss, report) = withRetentionReport { () -> Tensor in
      let loss = (x * x).sum()
      _ = loss.backward()
      return loss
    }
    #expect(report.entries.map(\.operation) == ["sum"] && report.entries[0].isReplayed)
    #expect(loss.item() == 5)
  }

  @Test func errorsPassThrough() {
    struct Failure: Error {}
    #expect(throws: Failure.self) { _ = try withRetentionReport { throw Failure() } }
  }
}

@Suite struct SavedBytesTests {
  @Test func theTapeIsReleased() throws {
    let x = Tensor([1, 2]).requiringGradient()
    let y = sin(x * x).sum()
    y.tape.releaseSaved()
    #expect(y.tape.lines.last?.isReleased == true)
    let error = #expect(throws: TensorError.self) { try checked { _ = y.backward() } }
    #expect(error?.kind == .autogradMisuse)
    #expect(y.tape.releaseSaved() == [0], "a second time nothing is left")
  }

  @Test func whatIsSharedGoesWithTheLast() {
    let x = Tensor.ones([1000]).requiringGradient()
    func shared() -> Tensor {
      let squared = x * x
      return (sin(squared) + cos(squared)).sum()
    }
    let tape = shared().tape
    #expect(tape.lines.map(\.operation) == ["leaf", "multiply", "sin", "cos", "add", "sum"])
    #expect(tape.releaseSaved() == [0, 0, 4000, 0, 0, 0], "the sine is the last to go that has saved the square")
  }
}
