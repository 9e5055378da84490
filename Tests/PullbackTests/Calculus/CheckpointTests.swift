import Testing

@testable import Pullback

@Suite struct CheckpointTests {
  private let x = Tensor([0.5, -1.5], dtype: .float64).requiringGradient()
  private let w = Tensor([2, 3], dtype: .float64).requiringGradient()

  private func block(_ h: Tensor) -> Tensor { tanh(h * w) * h + w }

  @Test func gradientsAreThoseWithoutIt() {
    let plain = block(block(x)).sum().backward()
    let (x, w) = (x, w)
    let y = checkpoint { block(checkpoint { block(x) }) }.sum()
    let gradients = y.backward()
    #expect(gradients[x] == plain[x] && gradients[w] == plain[w])
  }

  @Test func theTapeKeepsOnlyTheCheckpoint() {
    let x = x
    let y = checkpoint { block(block(x)) }
    #expect(y.tape.lines.map(\.operation) == ["leaf", "leaf", "checkpoint"])
  }

  @Test func severalResultsAndUnusedOnes() {
    let (x, w) = (x, w)
    let results = checkpoint { [x * w, x + w, w * 2] }
    let plain = (x * w * (x + w)).sum().backward()
    let gradients = (results[0] * results[1]).sum().backward()
    #expect(gradients[x] == plain[x] && gradients[w] == plain[w])
  }

  @Test func secondDerivatives() {
    func second(_ f: () -> Tensor) -> Tensor {
      let first = f().sum().backward(recordingGradients: true)[x]
      return (first * first).sum().backward()[x]
    }
    let plain = second { block(block(x)) }
    #expect(second { checkpoint { block(checkpoint { block(x) }) } }.isClose(to: plain))
  }

  @Test func aRetainedTapeIsReplayedTwice() {
    let x = x
    let y = checkpoint { exp(x) }.sum()
    #expect(y.backward(retainingTape: true)[x] == y.backward()[x])
  }

  @Test func whatIsCheckpointedIsOnTheTapeOfTheOuterReplay() {
    // The operand is an intermediate value, which the outer replay has claimed while the inner one runs.
    let (x, w) = (x, w)
    let h = exp(x)
    let y = (checkpoint { h * w } * h).sum()
    let plain = (exp(x) * w * exp(x)).sum().backward()
    let gradients = y.backward()
    #expect(gradients[x].isClose(to: plain[x]) && gradients[w].isClose(to: plain[w]))
  }

  @Test func randomNumbersAreDrawnAgain() {
    let x = x
    var (a, b) = (PhiloxGenerator(seed: 3), PhiloxGenerator(seed: 3))
    let y = checkpoint(using: &a) { generator in x * Tensor.uniform([2], dtype: .float64, using: &generator) }
    let z = x * Tensor.uniform([2], dtype: .float64, using: &b)
    #expect(y == z && a == b, "the caller's generator advances")
    #expect(y.sum().backward()[x] == z.sum().backward()[x])
  }

  @Test func withoutTrackedTensorsNothingIsRecorded() {
    #expect(!checkpoint { Tensor(2) * 3 }.isTracked)
    let x = x
    #expect(!withoutRecording { checkpoint { x * 3 } }.isTracked)
    #expect(checkpoint { x }.isTracked)
  }

  @Test func whatChangesBetweenCallsIsAMistake() throws {
    let x = x
    let calls = Calls()
    let y = checkpoint { calls.next() == 0 ? x * 2 : x[0] * 2 }.sum()
    let error = #expect(throws: TensorError.self) { try checked { _ = y.backward() } }
    #expect(error?.operation == "checkpoint")
  }

  @Test func savedValuesAreFreed() {
    // 64 layers of 1 MiB each: their results stay alive only without a checkpoint.
    let w = Tensor.ones([512, 512]).requiringGradient()
    func saved(_ body: (Tensor) -> Tensor) -> Int {
      var x = Tensor.zeros([512, 512]) + w
      let before = MemoryStatistics.current.liveBytes
      for _ in 0..<8 { x = body(x) }
      return withExtendedLifetime(x) { MemoryStatistics.current.liveBytes - before }
    }
    let layers: (Tensor) -> Tensor = { x in (0..<8).reduce(x) { x, _ in tanh(x) } }
    let (plain, checkpointed) = (saved(layers), saved { x in checkpoint { layers(x) } })
    #expect(plain > 60 << 20 && checkpointed < plain / 4)
  }
}

private final class Calls {
  private var count = 0

  func next() -> Int {
    defer { count += 1 }
    return count
  }
}

@Suite struct PackedCheckpointTests {
  private let x = Tensor([0.5, -1.5, 2.25], dtype: .float64).requiringGradient()
  private let w = Tensor([2, 3, 4], dtype: .float64).requiringGradient()

  @Test func whatIsUnpackedIsWhereGradientsAreTaken() {
    let (x, w) = (x, w)
    let seen = Seen()
    let y = checkpoint(
      at: exp(x), w,
      packing: { x in
        seen.packed.append(x)
        return x.cast(to: .float32)
      },
      unpacking: { $0.cast(to: .float64) }
    ) { h, w in tanh(h) * w }
    #expect(seen.packed.count == 2 && seen.packed[0] == exp(x) && !seen.packed[0].isTracked)
    let plain = (tanh(exp(x)) * w).sum()
    #expect(y.sum() == plain, "forward, nothing is lost")
    let (found, expected) = (y.sum().backward(), plain.backward())
    #expect(found[x] != expected[x] && found[x].isClose(to: expected[x], relative: 1e-5))
    #expect(found[w].isClose(to: expected[w], relative: 1e-5))
  }

  @Test func losslessPackingChangesNothing() throws {
    let w = w
    let check = checkGradient(at: x.detached(), order: 2) { x in
      checkpoint(at: sin(x), packing: { $0.scalars(as: Double.self) }, unpacking: { Tensor($0) }) { h in h * h * w }
    }
    #expect(check.isCorrect, "\(check)")
  }

  @Test func theInputItselfIsReleased() {
    let w = Tensor.ones([1]).requiringGradient()
    weak var input: Elements?
    func result() -> Tensor {
      let x = w + 0
      input = x.elements
      return checkpoint(
        at: x, packing: { $0.item(as: Double.self) }, unpacking: { Tensor([Float($0)]) }
      ) { h in (h * h).sum() }
    }
    let y = result()
    #expect(input == nil)
    #expect(y.backward()[w] == Tensor([2]))
  }

  @Test func anotherShapeIsAMistake() throws {
    let y = checkpoint(at: x * 1, packing: { _ in 0 }, unpacking: { _ in Tensor([1, 2], dtype: .float64) }) { $0 * $0 }
    let error = #expect(throws: TensorError.self) { try checked { _ = y.sum().backward() } }
    #expect(error?.operation == "checkpoint" && error?.kind == .shapeMismatch)
  }

  private final class Seen { var packed: [Tensor] = [] }
}
