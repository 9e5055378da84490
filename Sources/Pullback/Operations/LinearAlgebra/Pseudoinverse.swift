// Pseudoinverses and least squares.

extension Tensor {
  /// The Moore-Penrose inverses of matrices of any shape and rank.
  ///
  /// Singular values up to `tolerance` times the largest count as 0.
  ///
  /// VJP, after Golub and Pereyra, where the rank is locally constant:
  /// `dx = -yᵀ dy yᵀ + (I - x y) dyᵀ y yᵀ + yᵀ y dyᵀ (I - y x)`.
  ///
  /// ```swift
  /// print(Tensor([[1], [1]]).pinv())  // [[0.5, 0.5]] : [1, 2] float32
  /// ```
  ///
  /// - Parameter tolerance: by default the larger extent times the precision of the dtype.
  /// - Precondition: the last two axes hold matrices; else traps, or throws inside ``checked(_:)``.
  public func pinv(tolerance: Double? = nil) -> Tensor {
    guard isMatrix("pinv") else { return .standIn }
    let tolerance = tolerance ?? rankTolerance
    if dtype != .float64 { return cast(to: .float64).pinv(tolerance: tolerance).cast(to: dtype) }
    if shape[-1] > shape[-2] { return transposed().pinv(tolerance: tolerance).transposed() }
    guard let (s, vectors) = decomposeSingular(self, vectors: true, "pinv"), let vectors else { return .standIn }
    if shape[-1] == 0 { return transposed() }
    let small = s .<= s.max(axis: -1, keepDims: true) * tolerance
    let inverses = select(where: small, then: 0, else: reciprocal(s.replacing(with: 1, where: small)))
    let x = self
    return vectors.vt.transposed().matmul((vectors.u * inverses.expanded(at: -2)).transposed())
      .recorded(as: "pinv", wrt: x, withResult: { dy, y in pseudoinverseCotangent(x, dy, y) })
  }

  /// The number of singular values above a share of the largest, as int64.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [2, 4]]).matrixRank())  // 1
  /// ```
  ///
  /// - Parameter tolerance: the share; by default the larger extent times the precision of the dtype.
  public func matrixRank(tolerance: Double? = nil) -> Tensor {
    guard isMatrix("matrixRank") else { return .standIn }
    let s = detached().singularValues()
    if s.shape[-1] == 0 { return Tensor.zeros(s.shape.droppingLast(1), dtype: .int64) }
    return (s .> s.max(axis: -1, keepDims: true) * (tolerance ?? rankTolerance)).cast(to: .int64).sum(axis: -1)
  }

  /// Up to which share of the largest a singular value may be rounding.
  fileprivate var rankTolerance: Double {
    Double(Swift.max(shape[-1], shape[-2])) * (dtype == .float64 ? Double.ulpOfOne : Double(Float.ulpOfOne))
  }
}

private func pseudoinverseCotangent(_ x: Tensor, _ dy: Tensor, _ y: Tensor) -> Tensor {
  let dyT = dy.transposed(), yT = y.transposed()
  let inside = yT.matmul(dy).matmul(yT)
  let besides = dyT.matmul(y).matmul(yT)
  let above = yT.matmul(y).matmul(dyT)
  return besides - x.matmul(y.matmul(besides)) + above - above.matmul(y).matmul(x) - inside
}

/// The `x` that makes the sum of squares of `a x - b` least; of several the one with the least sum of squares itself.
///
/// VJP: as of `pinv(a) · b`.
///
/// ```swift
/// let a = Tensor([[1, 0], [1, 1], [1, 2]])
/// print(lstsq(a, Tensor([1, 3, 5])))  // [1.0, 2.0] : [2] float32
/// ```
///
/// - Parameters:
///   - a: `[…, m, n]`, of any rank.
///   - b: `[…, m, k]`, or a vector `[m]`.
///   - tolerance: singular values up to this share of the largest count as 0; by default the larger extent times the
///     precision of the dtype.
/// - Returns: `[…, n, k]`, or `[…, n]` for a vector.
/// - Precondition: the extents agree and the dtypes are equal; else traps, or throws inside ``checked(_:)``.
public func lstsq(_ a: Tensor, _ b: Tensor, tolerance: Double? = nil) -> Tensor {
  guard a.isMatrix("lstsq") else { return .standIn }
  guard a.dtype == b.dtype else { return mixed("lstsq", a, b) }
  guard b.rank > 0, b.shape[b.rank == 1 ? 0 : b.rank - 2] == a.shape[-2] else {
    return fail(
      .shapeMismatch, "lstsq",
      "shapes \(a.shape) and \(b.shape) do not fit; expected […, m, n] with […, m, k], or with a vector [m]")
  }
  let tolerance = tolerance ?? a.rankTolerance
  return a.cast(to: .float64).pinv(tolerance: tolerance).matmul(b.cast(to: .float64)).cast(to: a.dtype)
}
