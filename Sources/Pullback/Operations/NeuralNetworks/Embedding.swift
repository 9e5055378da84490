// Rows of a table, looked up by index.

/// The rows of a table that indices name.
///
/// VJP: `dtable` is `dy` added up at the indices' rows; the padding row gets 0.
///
/// ```swift
/// let table = Tensor([[0, 0], [1, 2], [3, 4]]).requiringGradient()
/// let y = embedding(Tensor([2, 1, 2], dtype: .int64), in: table)
/// print(y.sum().backward()[table])
/// // [[0.0, 0.0],
/// //  [1.0, 1.0],
/// //  [2.0, 2.0]] : [3, 2] float32
/// ```
///
/// - Parameters:
///   - indices: integers of any shape.
///   - table: `[rows, features]`.
///   - paddingIndex: a row that gets no gradient.
///   - scaleByFrequency: whether the gradient of a row is divided by how often the indices name it.
/// - Returns: `[indices…, features]`.
/// - Precondition: the indices name rows of the table; else traps, or throws inside ``checked(_:)``.
public func embedding(
  _ indices: Tensor, in table: Tensor, paddingIndex: Int? = nil, scaleByFrequency: Bool = false
) -> Tensor {
  guard table.rank == 2 else {
    return fail(.shapeMismatch, "embedding", "a table of shape \(table.shape); expected [rows, features]")
  }
  var rows = table.gathering(indices, axis: 0)
  guard rows.isTracked else { return rows }
  if let paddingIndex {
    let place = paddingIndex < 0 ? paddingIndex + table.shape[0] : paddingIndex
    let wrapped = select(where: indices .< 0, then: indices + Double(table.shape[0]), else: indices)
    rows = select(where: (wrapped .== Double(place)).expanded(at: -1), then: rows.detached(), else: rows)
  }
  if scaleByFrequency {
    let flat = indices.reshaped(to: [indices.count])
    let counts = Tensor.zeros([table.shape[0]], dtype: table.dtype)
      .addingRows(Tensor.ones([flat.count], dtype: table.dtype), at: flat, axis: 0)
    let share = counts.gathering(indices, axis: 0).expanded(at: -1)
    rows = rows.detached().recorded(as: "scaleByFrequency", wrt: rows, { dy in dy / share })
  }
  return rows
}

/// How ``embeddingBag(_:offsets:in:mode:weights:paddingIndex:)`` puts the rows of a bag together.
public enum BagMode: Sendable, Hashable {
  /// By their sum.
  case sum
  /// By their mean.
  case mean
  /// By their maximum, feature by feature.
  case max
}

/// The rows that indices name, put together in bags.
///
/// Bag `i` holds the indices from `offsets[i]` up to the next offset; an empty bag gives zeros.
///
/// VJP: each row of a bag gets the `dy` of its bag (divided by its size for the mean; where it was the first maximum for the
/// maximum; times its weight).
///
/// ```swift
/// let table = Tensor([[1, 2], [3, 4], [5, 6]])
/// print(embeddingBag(Tensor([0, 2, 1], dtype: .int64), offsets: [0, 2], in: table, mode: .sum))
/// // [[6.0, 8.0],
/// //  [3.0, 4.0]] : [2, 2] float32
/// ```
///
/// - Parameters:
///   - indices: integers `[n]`.
///   - offsets: where each bag begins, not falling, the first 0.
///   - table: `[rows, features]`.
///   - mode: how a bag becomes one row.
///   - weights: `[n]`, factors of the rows; for sums only.
///   - paddingIndex: a row that does not belong into any bag, and gets no gradient.
/// - Returns: `[bags, features]`.
/// - Precondition: the indices name rows of the table, and the rest is as above; else traps, or throws inside ``checked(_:)``.
public func embeddingBag(
  _ indices: Tensor, offsets: [Int], in table: Tensor, mode: BagMode = .mean, weights: Tensor? = nil,
  paddingIndex: Int? = nil
) -> Tensor {
  let ends = offsets.dropFirst() + [indices.count]
  guard indices.rank == 1, offsets.first == 0, Swift.zip(offsets, ends).allSatisfy({ $0 <= $1 }),
    weights == nil || (mode == .sum && weights?.shape == indices.shape)
  else {
    return fail(
      .invalidArgument, "embeddingBag",
      "offsets \(offsets) for indices of shape \(indices.shape), weights \(weights?.shape.description ?? "none"); expected offsets from 0 that do not fall, and weights for sums only"
    )
  }
  if let paddingIndex {
    let (kept, starts) = withoutPadding(indices, offsets, paddingIndex, rows: table.shape[0])
    let factors = weights.map { $0.gathering(kept) }
    return embeddingBag(indices.gathering(kept), offsets: starts, in: table, mode: mode, weights: factors)
  }
  var rows = embedding(indices, in: table)
  if let weights { rows = rows * weights.expanded(at: 1) }
  let sizes = Swift.zip(offsets, ends).map { $1 - $0 }
  if mode == .max {
    let empty = Tensor.zeros([table.shape[1]], dtype: table.dtype)
    return stacked(
      Swift.zip(offsets, sizes).map { $1 == 0 ? empty : maximumOfRows(rows.narrowed(axis: 0, from: $0, count: $1)) })
  }
  let bags = Tensor(sizes.enumerated().flatMap { [Int](repeating: $0, count: $1) }, shape: [indices.count])
  let sums = Tensor.zeros([sizes.count, table.shape[1]], dtype: table.dtype).addingRows(rows, at: bags, axis: 0)
  if mode == .sum { return sums }
  return sums / Tensor(sizes.map { Double(Swift.max(1, $0)) }, shape: [sizes.count, 1]).cast(to: table.dtype)
}

/// The places of the indices that are no padding, and where the bags begin among those.
private func withoutPadding(
  _ indices: Tensor, _ offsets: [Int], _ paddingIndex: Int, rows: Int
) -> (kept: Tensor, offsets: [Int]) {
  func wrapped(_ index: Int) -> Int { index < 0 ? index + rows : index }
  let isKept = indices.scalars(as: Int.self).map { wrapped($0) != wrapped(paddingIndex) }
  let kept = isKept.indices.filter { isKept[$0] }
  let before = isKept.reduce(into: [0]) { $0.append($0[$0.count - 1] + ($1 ? 1 : 0)) }
  return (Tensor(kept, shape: [kept.count]), offsets.map { before[$0] })
}

/// The maximum of each column, whose gradient goes to the first of equal elements.
private func maximumOfRows(_ x: Tensor) -> Tensor {
  x.gathered(along: 0, at: x.detached().argMax(axis: 0, keepDims: true)).squeezed(axis: 0)
}
