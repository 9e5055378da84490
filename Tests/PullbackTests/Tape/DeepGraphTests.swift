import Synchronization
import Testing

@testable import Pullback

/// Graphs of many entries and of many paths: nothing recurses, nothing is visited twice.
@Suite struct DeepGraphTests {
  static let length = 1_000_000

  private static func chain(from x: Tensor, _ length: Int) -> Tensor {
    var y = x
    for _ in 0..<length { y = y + 1 }
    return y
  }

  @Test func aLongChainIsReplayedOnASmallStack() {
    let result = Mutex<(value: Double, gradient: Double)?>(nil)
    onSmallStack {
      let x = Tensor(0, dtype: .float64).requiringGradient()
      let y = DeepGraphTests.chain(from: x, DeepGraphTests.length)
      let gradient: Double = y.backward()[x].item()
      result.withLock { $0 = (y.item(), gradient) }
    }
    #expect(result.withLock { $0?.value } == Double(DeepGraphTests.length))
    #expect(result.withLock { $0?.gradient } == 1)
  }

  @Test func aLongChainIsReleasedWithoutAReplayOnASmallStack() {
    onSmallStack {
      let x = Tensor(0).requiringGradient()
      withExtendedLifetime(DeepGraphTests.chain(from: x, DeepGraphTests.length)) {}
    }
  }

  @Test func aRetainedChainIsReleasedOnASmallStack() {
    onSmallStack {
      let x = Tensor(0).requiringGradient()
      _ = DeepGraphTests.chain(from: x, 50_000).backward(retainingTape: true)
    }
  }

  @Test func aRecordedReplayOfALongChainIsReleasedOnASmallStack() {
    let second = Mutex(0.0)
    onSmallStack {
      let x = Tensor(1, dtype: .float64).requiringGradient()
      var y = x
      for _ in 0..<10_000 { y = y * x / x }
      let gradient = (y * y).backward(recordingGradients: true)[x]
      second.withLock { $0 = gradient.backward()[x].item() }
    }
    #expect(second.withLock { Swift.abs($0 - 2) < 1e-6 })
  }

  @Test func skippingLinksAndSeveralResultsDoNotRecurse() {
    let gradient = Mutex<[Double]>([])
    onSmallStack {
      let x = Tensor([1, 1], dtype: .float64).requiringGradient()
      var y = x, before = x
      for _ in 0..<20_000 {
        let parts = (y + before * 0).split(count: 2, axis: 0)
        before = y
        y = concatenated(parts, axis: 0)
      }
      gradient.withLock { $0 = y.sum().backward()[x].scalars() }
    }
    #expect(gradient.withLock { $0 } == [1, 1])
  }

  /// 2²⁴ paths lead through 24 entries; a walk along paths would take minutes.
  @Test func doublingsAreReplayedEntryByEntry() {
    let x = Tensor(1, dtype: .float64).requiringGradient()
    var y = x
    for _ in 0..<24 { y = y + y }
    #expect(y.tape.count == 25)
    #expect(y.backward()[x].item() == Double(1 << 24))
  }

  @Test func oneLeafUsedManyTimesAddsUp() {
    let x = Tensor([1, 2], dtype: .float64).requiringGradient()
    var sum = Tensor(0, dtype: .float64)
    for _ in 0..<10_000 { sum = sum + x.sum() }
    #expect(sum.backward()[x].scalars() == [10_000, 10_000])
  }
}
