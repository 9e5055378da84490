import Kernels
import Synchronization
import Testing

@testable import Pullback

/// Any number of threads record and replay at once.
@Suite struct ThreadTests {
  @Test func replaysOverOneSharedLeafAddUpExactly() {
    let shared = Tensor([1, 2], dtype: .float64).requiringGradient()
    let total = Mutex(Tensor([0, 0], dtype: .float64))
    onThreads(8) { number in
      var sum = Tensor([0, 0], dtype: .float64)
      for step in 0..<2_000 {
        // Exact in binary, and different from step to step.
        let factor = Double((number + step) % 8)
        sum += (shared * factor + shared).sum().backward()[shared]
      }
      let found = sum
      total.withLock { $0 = $0 + found }
    }
    // Each of the factors 0 … 7 comes equally often.
    let expected = Double(8 * 2_000) * (3.5 + 1)
    #expect(total.withLock { $0.scalars() } == [expected, expected])
  }

  @Test func retainedReplaysOfOneTapeAgree() {
    let x = Tensor([0.5, -1, 2], dtype: .float64).requiringGradient()
    let loss = (sin(x) * x).sum()
    let expected: [Double] = loss.backward(retainingTape: true)[x].scalars()
    let wrong = Mutex(0)
    onThreads(8) { _ in
      for _ in 0..<200 where loss.backward(retainingTape: true)[x].scalars() != expected { wrong.withLock { $0 += 1 } }
    }
    #expect(wrong.withLock { $0 } == 0)
  }

  /// Of many threads that replay one tape without retaining it, exactly one succeeds.
  @Test func oneOfManyReplaysClaimsATape() {
    for _ in 0..<50 {
      let x = Tensor([1, 2], dtype: .float64).requiringGradient()
      var y = x
      for _ in 0..<20 { y = y * 2 }
      let loss = y.sum()
      let successes = Mutex(0)
      onThreads(4) { _ in
        let gradient = try? checked { loss.backward()[x].scalars(as: Double.self) }
        if gradient == [Double(1 << 20), Double(1 << 20)] { successes.withLock { $0 += 1 } }
      }
      #expect(successes.withLock { $0 } == 1)
    }
  }

  @Test func separateGraphsGiveTheSerialBits() {
    let row = OperationCase("network", [[4, 3], [3, 5], [5, 2]], [.signed(0.3...2)]) {
      tanh($0[0].matmul($0[1])).matmul($0[2]).softmax()
    }
    let (_, expected) = valueAndGradients(row.function, at: row.operands())
    let wrong = Mutex(0)
    onThreads(8) { _ in
      for _ in 0..<50 {
        let (_, found) = valueAndGradients(row.function, at: row.operands())
        for (a, b) in Swift.zip(found, expected) where a.scalars() != b.scalars(as: Double.self) {
          wrong.withLock { $0 += 1 }
        }
      }
    }
    #expect(wrong.withLock { $0 } == 0)
  }

  /// Large enough for the work to be split, for every kind of kernel.
  private static let large: [(name: String, function: @Sendable () -> [Tensor])] = {
    var noise = Noise(seed: 23)
    let vector = noise.tensor([300_001], .float32), matrix = noise.tensor([210, 190], .float32)
    let other = noise.tensor([190, 170], .float32), image = noise.tensor([2, 3, 40, 40], .float32)
    let weight = noise.tensor([4, 3, 3, 3], .float32), batch = noise.tensor([5, 64, 48], .float32)
    func both(_ function: @escaping @Sendable ([Tensor]) -> Tensor, _ operands: [Tensor]) -> @Sendable () -> [Tensor] {
      {
        let (value, gradients) = valueAndGradients(function, at: operands)
        return [value] + gradients
      }
    }
    return [
      ("exp", both({ exp($0[0]) * $0[0] }, [vector])),
      ("sum", both({ $0[0].squared().sum() }, [vector])),
      ("sum of columns", both({ $0[0].sum(axis: 0) }, [vector[..<300_000].reshaped(to: [3_000, 100])])),
      ("mean and variance", both({ $0[0].variance() + $0[0].mean() }, [vector])),
      ("max", both({ $0[0].max(axis: 1) }, [vector[..<300_000].reshaped(to: [300, 1_000])])),
      ("softmax", both({ $0[0].softmax() * 3 }, [vector[..<300_000].reshaped(to: [3_000, 100])])),
      ("matmul", both({ $0[0].matmul($0[1]) }, [matrix, other])),
      ("batched matmul", both({ $0[0].matmul($0[0].transposed()) }, [batch])),
      ("broadcast", both({ $0[0] * $0[1] }, [matrix, matrix[0]])),
      ("conv2D", both({ conv2D($0[0], weight: $0[1], padding: 1) }, [image, weight])),
      ("layerNorm", both({ layerNorm($0[0]) * 2 }, [matrix])),
      ("cumulativeSum", both({ $0[0].cumulativeSum(axis: 0) }, [vector])),
      ("sorted", both({ $0[0].sorted(axis: 1).values }, [matrix])),
    ]
  }()

  @Test func anyNumberOfThreadsGivesTheSameBits() throws {
    let count = Parallel.threadCount
    defer { Parallel.threadCount = count }
    for (name, function) in ThreadTests.large {
      Parallel.threadCount = 1
      let expected = function()
      for threads in [1, 2, 4, 8] {
        Parallel.threadCount = threads
        for (a, b) in Swift.zip(function(), expected) { try expectSameBits(a, b, "\(name) on \(threads) threads") }
      }
    }
  }
}
