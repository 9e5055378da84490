import Testing

@testable import Pullback

/// Sizes that overflow or cannot be had, and mistakes outside `checked`.
@Suite struct SizeTests {
  private func kind(_ body: () -> Tensor) -> TensorError.Kind? {
    do { try checked { _ = body() } } catch { return (error as? TensorError)?.kind }
    return nil
  }

  @Test func productsBeyondAnIntAreErrors() {
    let huge = Int.max / 2 + 1
    #expect(kind { Tensor.zeros([huge, 2]) } == .sizeOverflow)
    #expect(kind { Tensor.zeros([1 << 32, 1 << 32]) } == .sizeOverflow)
    #expect(kind { Tensor.zeros([1 << 32, 1 << 32, 4]) } == .sizeOverflow)
    #expect(kind { Tensor.zeros([Int.max]) } == .sizeOverflow)
    #expect(kind { Tensor.zeros([Int.max, 0]) } == nil && kind { Tensor.zeros([0, Int.max, 9]) } == nil)
    let x = Tensor([1, 2]), matrix = Tensor([[1], [2]])
    #expect(kind { x.broadcast(to: [huge, 2]) } == .sizeOverflow)
    #expect(kind { x.tiled([huge]) } == .sizeOverflow && kind { x.repeated(huge, axis: 0) } == .sizeOverflow)
    #expect(kind { x.padded([(before: .max, after: 1)]) } == .sizeOverflow)
    #expect(kind { x.padded([(before: 1 << 62, after: 0)]) } == .sizeOverflow)
    #expect(kind { matrix.broadcast(to: [2, 1 << 61]) + matrix.broadcast(to: [2, 1 << 61]) } == .sizeOverflow)
    let wide = x.broadcast(to: [1 << 40, 2])
    #expect(kind { concatenated([wide, wide], axis: 1).sum() } == .outOfMemory)
  }

  @Test func memoryThatIsNotThereIsAnError() {
    #expect(kind { Tensor.zeros([1 << 45]) } == .outOfMemory)
    #expect(kind { Tensor.arange(1 << 46) } == .outOfMemory)
    let column = Tensor([[1]]).broadcast(to: [1 << 23, 1]), row = Tensor([[1]]).broadcast(to: [1, 1 << 23])
    #expect(kind { column * row } == .outOfMemory && kind { column.matmul(row) } == .outOfMemory)
    #expect((Tensor([1]) + 1).item() == 2.0)
  }

  @Test func axesThatDoNotExistAreErrors() {
    let x = Tensor([[1, 2, 3], [4, 5, 6]])
    let operations: [(String, @Sendable (Tensor, Int) -> Tensor)] = [
      ("sum", { $0.sum(axis: $1) }), ("mean", { $0.mean(axis: $1) }), ("max", { $0.max(axis: $1) }),
      ("min", { $0.min(axis: $1) }), ("product", { $0.product(axis: $1) }), ("variance", { $0.variance(axis: $1) }),
      ("logSumExp", { $0.logSumExp(axis: $1) }), ("argMax", { $0.argMax(axis: $1) }),
      ("softmax", { $0.softmax(axis: $1) }),
      ("logSoftmax", { $0.logSoftmax(axis: $1) }), ("cumulativeSum", { $0.cumulativeSum(axis: $1) }),
      ("sorted", { $0.sorted(axis: $1).values }), ("concatenate", { concatenated([$0, $0], axis: $1) }),
      ("split", { $0.split(sizes: [$0.shape.wrapped($1).map { axis in x.shape[axis] } ?? 1], axis: $1)[0] }),
      ("gathering", { $0.gathering(Tensor([0], dtype: .int64), axis: $1) }), ("reversed", { $0.reversed(axes: [$1]) }),
      ("rolled", { $0.rolled(by: [1], axes: [$1]) }), ("unstacked", { $0.unstacked(axis: $1).first ?? $0 }),
      ("norm", { $0.norm(axis: $1) }), ("any", { $0.any(axes: [$1]) }), ("topK", { $0.topK(1, axis: $1).values }),
      ("transposed", { $0.transposed(0, $1) }), ("movedAxes", { $0.movedAxes([$1], to: [0]) }),
    ]
    for (name, operation) in operations {
      for axis in [2, -3, .max, .min] where kind({ operation(x, axis) }) != .invalidAxis {
        Issue.record("\(name) along \(axis): \(String(describing: kind { operation(x, axis) }))")
      }
      for axis in [-2, -1] where operation(x, axis) != operation(x, axis + 2) {
        Issue.record("\(name) along \(axis) is not \(name) along \(axis + 2)")
      }
    }
    #expect(kind { x.sum(axes: [0, -2]) } == .invalidAxis && kind { x.permuted(axes: [1, -1]) } == .invalidAxis)
    #expect(x.sum(axes: []) == x)
  }

  @Test func nothingIsLargestOfNothing() {
    let empty = Tensor.zeros([0, 3])
    #expect(kind { empty.max() } == .emptyReduction && kind { empty.min(axis: 0) } == .emptyReduction)
    #expect(kind { empty.argMax() } == .emptyReduction && kind { empty.argMin(axis: 0) } == .emptyReduction)
    #expect(empty.max(axis: 1).shape == [0] && empty.sum() == Tensor(0) && empty.product() == Tensor(1))
    #expect(empty.mean().item(as: Float.self).isNaN && empty.logSumExp().item() == -Double.infinity)
    #expect(empty.sum(axis: 0) == Tensor([0, 0, 0]) && Tensor.zeros([2, 0]).matmul(empty) == Tensor.zeros([2, 3]))
    let leaf = Tensor.zeros([2, 0]).requiringGradient()
    #expect(leaf.matmul(Tensor.zeros([0, 3])).sum().backward()[leaf].shape == [2, 0])
  }

  /// Freed memory is not read: the result of a product over nothing is zero every time.
  @Test func productsOverNothingAreZero() {
    for number in 0..<100 {
      _ = Tensor.full([3, 5], Double(number + 1))
      #expect(Tensor.zeros([3, 0]).matmul(Tensor.zeros([0, 5])) == Tensor.zeros([3, 5]))
    }
  }

  @Test func mistakesOutsideCheckedTrap() async {
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2]) + Tensor([1, 2, 3]) }
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2])[2] }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([.max, 3]) }
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2]).backward() }
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([2, 3]).matmul(Tensor.zeros([2, 3]))
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("matmul: shapes [2, 3] and [2, 3] do not fit"))
  }

  @Test func scopesOfCheckedNestAndEnd() throws {
    var (inner, isPast) = (TensorError.Kind?.none, false)
    var outer: TensorError.Kind?
    do {
      try checked {
        inner = kind { Tensor([1, 2])[7] }
        // The inner mistake was thrown by the inner scope and is no longer one here.
        isPast = true
        _ = Tensor([1, 2]).sum(axis: 4) + Tensor([1, 2, 3])[9]
      }
    } catch { outer = (error as? TensorError)?.kind }
    #expect(inner == .indexOutOfRange && isPast && outer == .invalidAxis)
    #expect(try checked { (Tensor([1, 2]) * 2).sum().item() } == 6.0)
  }
}
