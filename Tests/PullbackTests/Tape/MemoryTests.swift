import Kernels
import Testing

@testable import Pullback

/// Memory is flat over any number of steps, whatever happens in them.
///
/// The counters belong to the process, in which other tests run at the same time; so these steps run in a process of
/// their own.
@Suite struct MemoryTests {
  private static func step(_ w: Tensor, _ x: Tensor) -> Tensor {
    let leaf = w.requiringGradient()
    let loss = tanh(x.matmul(leaf)).squared().mean()
    return w - loss.backward()[leaf] * 0.1
  }

  private struct Interruption: Error {}

  /// Live entries, and bytes and blocks in use.
  private static func counters() -> [Int] {
    [Entry.liveCount, Int(Memory.statistics.live_bytes), Int(Memory.statistics.live_blocks)]
  }

  @Test func trainingStepsKeepNothing() async {
    await #expect(processExitsWith: .success) {
      var noise = Noise(seed: 1)
      let x = noise.tensor([32, 20], .float32)
      var w = noise.tensor([20, 10], .float32)
      for _ in 0..<100 { w = MemoryTests.step(w, x) }
      let before = MemoryTests.counters()
      for _ in 100..<1_000 { w = MemoryTests.step(w, x) }
      precondition(MemoryTests.counters() == before)
    }
  }

  @Test func interruptedStepsKeepNothing() async {
    await #expect(processExitsWith: .success) {
      var noise = Noise(seed: 1)
      let x = noise.tensor([32, 20], .float32), w = noise.tensor([20, 10], .float32)
      func interrupted() {
        let leaf = w.requiringGradient()
        // An error of one's own after the forward pass.
        do {
          let loss = tanh(x.matmul(leaf)).mean()
          if loss.isTracked { throw Interruption() }
        } catch {}
        // A mistake in the forward pass.
        _ = try? checked { (x.matmul(leaf) + Tensor.zeros([3, 7])).sum().backward() }
        // Mistakes in the backward pass.
        _ = try? checked { x.matmul(leaf).backward() }
        let loss = x.matmul(leaf).sum()
        _ = loss.backward()
        _ = try? checked { loss.backward() }
        // A derivative that fails.
        let bad = leaf.detached().recorded(as: "bad", wrt: leaf, { dy in dy + Tensor.zeros([3, 3, 3]) })
        _ = try? checked { bad.sum().backward() }
      }
      for _ in 0..<100 { interrupted() }
      let before = MemoryTests.counters()
      for _ in 100..<1_000 { interrupted() }
      precondition(MemoryTests.counters() == before)
    }
  }

  @Test func unusedRetainedAndRecordedGraphsKeepNothing() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor([1, 2, 3]).requiringGradient()
      func several() {
        _ = exp(x).sum()
        _ = exp(x).sum().backward(retainingTape: true)
        let gradient = exp(x).sum().backward(recordingGradients: true)[x]
        _ = gradient.sum().backward()
        _ = hessian(at: x) { exp($0).sum() }
        _ = x.split(count: 3, axis: 0)[1].backward()
      }
      for _ in 0..<20 { several() }
      let before = MemoryTests.counters()
      for _ in 0..<200 { several() }
      precondition(MemoryTests.counters() == before)
    }
  }

  @Test func savedValuesAreReleasedAsTheReplayPassesThem() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor.ones([1_000_000]).requiringGradient()
      var y = x
      for _ in 0..<20 { y = sin(y) }
      let loss = y.sum()
      y = Tensor(0)
      let before = Memory.statistics.live_bytes
      let gradients = loss.backward()
      // Twenty saved tensors have gone, the gradient has come.
      precondition(Int(before) - Int(Memory.statistics.live_bytes) > 15 * 4_000_000)
      precondition(gradients[x].shape == [1_000_000])
    }
  }
}
