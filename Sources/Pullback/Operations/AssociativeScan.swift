// Running folds by an operation of the caller's.

extension Tensor {
  /// The running fold of the slices along an axis by an associative operation.
  ///
  /// Slice `i` of the result is `x[0] ∘ x[1] ∘ … ∘ x[i]`. The operation is called on many slices at once, about `2 log n`
  /// times, and on `2 n` slices in all.
  ///
  /// VJP: that of the operation.
  ///
  /// ```swift
  /// let x = Tensor([[1, 1], [0, 1]]).broadcast(to: [3, 2, 2])
  /// print(x.associativeScan(axis: 0) { $0.matmul($1) }[2])
  /// // [[1.0, 3.0],
  /// //  [0.0, 1.0]] : [2, 2] float32
  /// ```
  ///
  /// - Parameters:
  ///   - axis: the axis, counted from the end if negative.
  ///   - reversed: whether the fold starts at the end.
  ///   - combine: an associative operation on tensors that agree in all axes but this one; the earlier slices come first.
  ///     It keeps their shape.
  public func associativeScan(
    axis: Int, reversed: Bool = false, _ combine: (_ earlier: Tensor, _ later: Tensor) -> Tensor
  ) -> Tensor {
    Pullback.associativeScan([self], axis: axis, reversed: reversed) { [combine($0[0], $1[0])] }[0]
  }
}

/// The running fold, along an axis, of slices that consist of several tensors each.
///
/// As with one tensor; here the first-order recurrence `h = a · h + b`:
///
/// ```swift
/// let a = Tensor([0.5, 0.5, 0.5]), b = Tensor([1, 1, 1])
/// let h = associativeScan([a, b], axis: 0) { [$0[0] * $1[0], $0[1] * $1[0] + $1[1]] }[1]
/// print(h)  // [1.0, 1.5, 1.75] : [3] float32
/// ```
///
/// - Parameters:
///   - operands: tensors of the same extent along the axis.
///   - axis: the axis, counted from the end if negative.
///   - reversed: whether the fold starts at the end.
///   - combine: an associative operation that gives as many tensors, of the same shapes; the earlier slices come first.
public func associativeScan(
  _ operands: [Tensor], axis: Int, reversed: Bool = false,
  _ combine: (_ earlier: [Tensor], _ later: [Tensor]) -> [Tensor]
) -> [Tensor] {
  var axes: [Int] = []
  for x in operands {
    guard let place = resolve(axis, in: x.shape, for: "associativeScan") else { return operands }
    guard axes.isEmpty || x.shape[place] == operands[0].shape[axes[0]] else {
      fail(
        .shapeMismatch, "associativeScan",
        "operands of shapes \(operands.map(\.shape)); expected the same extent along axis \(axis)")
      return operands
    }
    axes.append(place)
  }
  func turned(_ xs: [Tensor]) -> [Tensor] {
    reversed ? Swift.zip(xs, axes).map { $0.reversed(axes: [$1]) } : xs
  }
  return turned(scanned(turned(operands), axes, combine))
}

/// Neighbours are combined, the pairs scanned, which gives every other slice; one more combination gives the rest.
private func scanned(_ xs: [Tensor], _ axes: [Int], _ combine: ([Tensor], [Tensor]) -> [Tensor]) -> [Tensor] {
  guard let count = xs.first.map({ $0.shape[axes[0]] }), count > 1 else { return xs }
  func every(_ xs: [Tensor], from start: Int, through end: Int) -> [Tensor] {
    Swift.zip(xs, axes).map { x, axis in
      var ranges = [AxisIndex](repeating: .all, count: x.rank)
      ranges[axis] = .range(start: start, end: end + 1, step: 2)
      return Part(ranges, of: x.shape, for: "associativeScan").map { x.sliced($0) } ?? .standIn
    }
  }
  let pairs = count / 2, rest = (count - 1) / 2
  let odd = scanned(
    combine(every(xs, from: 0, through: 2 * pairs - 2), every(xs, from: 1, through: 2 * pairs - 1)), axes, combine)
  guard odd.count == xs.count, Swift.zip(odd, axes).allSatisfy({ $0.rank > $1 && $0.shape[$1] == pairs }) else {
    fail(
      .shapeMismatch, "associativeScan",
      "the operation made \(odd.map(\.shape)) of operands of shapes \(xs.map(\.shape)); it must keep their number and shapes"
    )
    return xs
  }
  var even = Swift.zip(xs, axes).map { $0.narrowed(axis: $1, from: 0, count: 1) }
  if rest > 0 {
    let before = Swift.zip(odd, axes).map { $0.narrowed(axis: $1, from: 0, count: rest) }
    let later = combine(before, every(xs, from: 2, through: 2 * rest))
    even = Swift.zip(Swift.zip(even, later), axes).map { concatenated([$0.0, $0.1], axis: $1) }
  }
  return axes.indices.map { interleaved(even[$0], odd[$0], axis: axes[$0]) }
}

/// The slices of two tensors in turn; the first may have one more.
private func interleaved(_ a: Tensor, _ b: Tensor, axis: Int) -> Tensor {
  let count = b.shape[axis]
  let pairs = stacked([a.narrowed(axis: axis, from: 0, count: count), b], axis: axis + 1)
    .reshaped(to: b.shape.replacing(axis: axis, with: 2 * count))
  guard a.shape[axis] > count else { return pairs }
  return concatenated([pairs, a.narrowed(axis: axis, from: count, count: 1)], axis: axis)
}
