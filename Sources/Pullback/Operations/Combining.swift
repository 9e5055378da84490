// Tensors made of all combinations of others.

/// Matrices along the diagonal of one, with zeros elsewhere. A vector counts as one row, a scalar as one element.
///
/// VJP: each matrix gets its block of `dy`.
///
/// ```swift
/// print(blockDiagonal([Tensor([[1, 2]]), Tensor([[3]])]))
/// // [[1.0, 2.0, 0.0],
/// //  [0.0, 0.0, 3.0]] : [2, 3] float32
/// ```
///
/// - Precondition: there is at least one matrix, and none has more than two axes; else traps, or throws inside
///   ``checked(_:)``.
public func blockDiagonal(_ matrices: [Tensor]) -> Tensor {
  guard !matrices.isEmpty, matrices.allSatisfy({ $0.rank <= 2 }) else {
    return fail(
      .shapeMismatch, "blockDiagonal", "tensors of shapes \(matrices.map(\.shape)); expected at least one matrix")
  }
  let blocks = matrices.map { $0.reshaped(to: Shape([Int](repeating: 1, count: 2 - $0.rank) + $0.shape.array)) }
  let columns = blocks.reduce(0) { $0 + $1.shape[1] }
  var before = 0
  let rows = blocks.map { block in
    defer { before += block.shape[1] }
    return block.padded([(0, 0), (before, columns - before - block.shape[1])])
  }
  return concatenated(rows, axis: 0)
}

/// All tuples with one element of each vector, one in each row; the last vector runs fastest.
///
/// VJP: the sum over the rows an element stands in.
///
/// ```swift
/// print(cartesianProduct([Tensor([1, 2]), Tensor([3, 4])]))
/// // [[1.0, 3.0],
/// //  [1.0, 4.0],
/// //  [2.0, 3.0],
/// //  [2.0, 4.0]] : [4, 2] float32
/// ```
///
/// - Precondition: there is at least one vector, and all have one axis and the same dtype; else traps, or throws inside
///   ``checked(_:)``.
public func cartesianProduct(_ vectors: [Tensor]) -> Tensor {
  guard !vectors.isEmpty, vectors.allSatisfy({ $0.rank == 1 }), vectors.count <= Shape.maximumRank else {
    return fail(
      .shapeMismatch, "cartesianProduct",
      "tensors of shapes \(vectors.map(\.shape)); expected 1 ... \(Shape.maximumRank) vectors")
  }
  return stacked(gridCoordinates(vectors).map { $0.reshaped(to: [$0.count]) }, axis: 1)
}

extension Tensor {
  /// All selections of so many elements of a vector, in the order of the vector, one in each row.
  ///
  /// VJP: the sum over the rows an element stands in.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3]).combinations(of: 2))
  /// // [[1.0, 2.0],
  /// //  [1.0, 3.0],
  /// //  [2.0, 3.0]] : [3, 2] float32
  /// ```
  ///
  /// - Parameters:
  ///   - size: how many elements each selection has.
  ///   - repeating: whether an element may be selected several times.
  /// - Precondition: this is a vector, and the size is not negative; else traps, or throws inside ``checked(_:)``.
  public func combinations(of size: Int, repeating: Bool = false) -> Tensor {
    guard rank == 1, size >= 0 else {
      return fail(.invalidArgument, "combinations", "\(size) elements of shape \(shape); expected some of a vector")
    }
    var selections: [[Int]] = [[]]
    for _ in 0..<size {
      selections = selections.flatMap { selection in
        let first = selection.last.map { repeating ? $0 : $0 + 1 } ?? 0
        return (Swift.min(first, count)..<count).map { selection + [$0] }
      }
    }
    return gathering(Tensor(selections.flatMap { $0 }, shape: [selections.count, size]))
  }
}
