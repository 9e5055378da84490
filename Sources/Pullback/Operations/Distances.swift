// Distances and angles between vectors.

/// The distances of every vector of one set from every vector of another.
///
/// VJP: as of ``Tensor/norm(p:axes:keepDims:)``; 0 where two vectors coincide.
///
/// ```swift
/// print(pairwiseDistances(Tensor([[0, 0]]), Tensor([[3, 4], [0, 1]])))  // [[5.0, 1.0]] : [1, 2] float32
/// ```
///
/// - Parameters:
///   - a: `[…, m, d]`.
///   - b: `[…, n, d]`; the axes before those broadcast.
///   - p: which norm of the differences.
/// - Returns: `[…, m, n]`.
/// - Precondition: the vectors have one length, and the dtypes are equal; else traps, or throws inside ``checked(_:)``.
public func pairwiseDistances(_ a: Tensor, _ b: Tensor, p: Double = 2) -> Tensor {
  guard a.isMatrix("pairwiseDistances"), b.isMatrix("pairwiseDistances") else { return .standIn }
  guard a.shape[-1] == b.shape[-1] else {
    return fail(
      .shapeMismatch, "pairwiseDistances",
      "shapes \(a.shape) and \(b.shape) do not fit: the vectors, in the last axes, have different lengths")
  }
  let differences = a.expanded(at: -2) - b.expanded(at: -3)
  if differences.shape[-1] == 0 { return differences.sum(axis: -1) }
  return differences.norm(p: p, axis: -1)
}

/// The distances between the rows of a matrix, each pair once: rows 0 and 1, 0 and 2, and so on.
///
/// VJP: as of ``Tensor/norm(p:axes:keepDims:)``; 0 where two rows coincide.
///
/// ```swift
/// print(pdist(Tensor([[0, 0], [3, 4], [3, 0]])))  // [5.0, 3.0, 4.0] : [3] float32
/// ```
///
/// - Precondition: the tensor is a matrix; else traps, or throws inside ``checked(_:)``.
public func pdist(_ x: Tensor, p: Double = 2) -> Tensor {
  guard x.isMatrix("pdist") else { return .standIn }
  guard x.rank == 2 else { return fail(.shapeMismatch, "pdist", "shape \(x.shape); expected a matrix") }
  let n = x.shape[0]
  let pairs = (0..<n).flatMap { i in (i + 1..<Swift.max(n, i + 1)).map { (i, $0) } }
  let first = Tensor(pairs.map(\.0), shape: [pairs.count]), second = Tensor(pairs.map(\.1), shape: [pairs.count])
  let differences = x.gathering(first) - x.gathering(second)
  if x.shape[1] == 0 { return differences.sum(axis: -1) }
  return differences.norm(p: p, axis: -1)
}

/// The distances between vectors, along the last axis; the other axes broadcast.
///
/// A small number is added to each difference, so that where vectors coincide the distance is not quite 0 and the gradient
/// is that of a vector of equal elements.
///
/// ```swift
/// print(pairwiseDistance(Tensor([3, 4]), Tensor([0, 0]), epsilon: 0))  // 5.0
/// ```
///
/// - Precondition: the shapes broadcast; else traps, or throws inside ``checked(_:)``.
public func pairwiseDistance(
  _ a: Tensor, _ b: Tensor, p: Double = 2, epsilon: Double = 1e-6, keepDims: Bool = false
) -> Tensor {
  (a - b + epsilon).norm(p: p, axis: -1, keepDims: keepDims)
}

/// The cosines of the angles between vectors, along an axis; the other axes broadcast.
///
/// Lengths below `epsilon` count as `epsilon`. So a zero vector has the cosine 0 with every other, and the gradient of that
/// is the other's direction divided by `epsilon`.
///
/// ```swift
/// print(cosineSimilarity(Tensor([1, 0]), Tensor([3, 4])))  // 0.6
/// ```
///
/// - Precondition: the shapes broadcast and the axis exists; else traps, or throws inside ``checked(_:)``.
public func cosineSimilarity(_ a: Tensor, _ b: Tensor, axis: Int = -1, epsilon: Double = 1e-8) -> Tensor {
  guard let shape = a.shape.broadcast(with: b.shape) else {
    return fail(ShapeMismatch("cosineSimilarity", [a.shape, b.shape]).error)
  }
  guard let place = resolve(axis, in: shape, for: "cosineSimilarity") else { return .standIn }
  let a = a.broadcast(to: shape), b = b.broadcast(to: shape)
  return (a.normalized(axis: place, epsilon: epsilon) * b.normalized(axis: place, epsilon: epsilon)).sum(axis: place)
}

/// One less the cosines of the angles between vectors, along an axis; the other axes broadcast.
///
/// ```swift
/// print(cosineDistance(Tensor([0, 2]), Tensor([3, 0])))  // 1.0
/// ```
///
/// - Precondition: as for ``cosineSimilarity(_:_:axis:epsilon:)``.
public func cosineDistance(_ a: Tensor, _ b: Tensor, axis: Int = -1, epsilon: Double = 1e-8) -> Tensor {
  1 - cosineSimilarity(a, b, axis: axis, epsilon: epsilon)
}

extension Tensor {
  /// The vectors along an axis divided by their p-norms.
  ///
  /// Norms below `epsilon` count as `epsilon`: a zero vector stays zero, and its gradient is `dy / epsilon`, which is huge.
  ///
  /// ```swift
  /// print(Tensor([3, 4]).normalized())  // [0.6, 0.8] : [2] float32
  /// ```
  ///
  /// - Parameters:
  ///   - p: which norm.
  ///   - axis: the axis along which the vectors lie.
  ///   - epsilon: the smallest divisor.
  ///   - safe: gives a zero vector the gradient 0 instead.
  /// - Precondition: the axis exists; else traps, or throws inside ``checked(_:)``.
  public func normalized(p: Double = 2, axis: Int = -1, epsilon: Double = 1e-12, safe: Bool = false) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "normalized") else { return .standIn }
    if count == 0 { return self }
    let norms = norm(p: p, axis: axis, keepDims: true)
    let x = safe ? select(where: norms .== 0, then: 0, else: self) : self
    return x / maximum(norms, Tensor(epsilon, dtype: dtype))
  }
}
