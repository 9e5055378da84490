// LU decomposition.

/// The LU factors of square matrices, to solve systems with many right-hand sides.
///
/// ```swift
/// let factors = Tensor([[0, 2], [4, 0]]).luFactor()
/// print(try luSolve(factors, Tensor([[2], [4]])))
/// // [[1.0],
/// //  [1.0]] : [2, 1] float32
/// ```
public struct LUFactorization: Sendable {
  /// `[…, m, n]`: U on the diagonal and above, L, whose diagonal is 1, below. Differentiable.
  public let packed: Tensor
  /// `[…, m]`, int64: row `i` of `L · U` is row `permutation[i]` of the matrix.
  public let permutation: Tensor
}

extension Tensor {
  /// The LU decomposition with partial pivoting, in packed form.
  ///
  /// ```swift
  /// let factors = Tensor([[4, 3], [6, 3]]).luFactor()
  /// print(factors.permutation)  // [1, 0] : [2] int64
  /// print(factors.packed)
  /// // [[     6.0, 3.0],
  /// //  [0.666667, 1.0]] : [2, 2] float32
  /// ```
  ///
  /// - Precondition: the last two axes hold matrices; else traps, or throws inside ``checked(_:)``.
  public func luFactor() -> LUFactorization {
    guard isMatrix("luFactor") else { return LUFactorization(packed: .standIn, permutation: .standIn) }
    if dtype != .float64 {
      let factors = cast(to: .float64).luFactor()
      return LUFactorization(packed: factors.packed.cast(to: dtype), permutation: factors.permutation)
    }
    guard let factors = factorLU(self, "luFactor") else {
      return LUFactorization(packed: .standIn, permutation: .standIn)
    }
    let order = factors.permutation
    let packed = factors.packed.recorded(
      as: "luFactor", wrt: self, withResult: { dy, y in luCotangent(dy, y).rows(from: order) })
    return LUFactorization(packed: packed, permutation: order)
  }

  /// The decomposition into a permutation, a lower triangle with ones on the diagonal and an upper one: `x = p · l · u`.
  ///
  /// VJP: `dx = p · l⁻ᵀ · (tril(lᵀ dl, -1) + triu(du uᵀ)) · u⁻ᵀ` for square matrices.
  ///
  /// ```swift
  /// let (p, l, u) = Tensor([[1, 2], [2, 2]]).lu()
  /// print(p, l, u)
  /// // [[0.0, 1.0],
  /// //  [1.0, 0.0]] : [2, 2] float32 [[1.0, 0.0],
  /// //  [0.5, 1.0]] : [2, 2] float32 [[2.0, 2.0],
  /// //  [0.0, 1.0]] : [2, 2] float32
  /// ```
  ///
  /// - Returns: for `[…, m, n]`, `p` `[…, m, m]`, `l` `[…, m, min(m, n)]` and `u` `[…, min(m, n), n]`.
  /// - Precondition: the last two axes hold matrices; else traps, or throws inside ``checked(_:)``.
  public func lu() -> (p: Tensor, l: Tensor, u: Tensor) {
    let factors = luFactor()
    guard factors.packed.rank == rank, rank >= 2 else { return (.standIn, .standIn, .standIn) }
    let k = Swift.min(shape[-1], shape[-2])
    let ones = Tensor.eye(shape[-2], columns: k, dtype: dtype)
    let l = factors.packed[.ellipsis, ..<k].tril(offset: -1) + ones
    let u = factors.packed[.ellipsis, ..<k, 0...].triu()
    return (factors.permutation.permutationMatrix(dtype).transposed(), l, u)
  }

  /// For the order of rows that this int64 tensor holds, the matrices that bring rows into that order.
  private func permutationMatrix(_ dtype: DType) -> Tensor {
    (expanded(at: -1) .== Tensor.arange(shape[-1], dtype: .int64)).cast(to: dtype)
  }

  /// The rows put back to where `order` says that they came from.
  fileprivate func rows(from order: Tensor) -> Tensor {
    order.permutationMatrix(dtype).transposed().matmul(self)
  }

  /// The rows in the order that `order` says.
  fileprivate func rows(inOrder order: Tensor) -> Tensor { order.permutationMatrix(dtype).matmul(self) }
}

/// The cotangent of the matrix with its rows in pivot order, from that of the packed factors.
private func luCotangent(_ dy: Tensor, _ y: Tensor) -> Tensor {
  let m = y.shape[-2], n = y.shape[-1], k = min(m, n)
  let square = y[.ellipsis, ..<k, ..<k], dSquare = dy[.ellipsis, ..<k, ..<k]
  let l = square.tril(offset: -1) + Tensor.eye(k, dtype: y.dtype), u = square.triu()
  var lower = l.transposed().matmul(dSquare.tril(offset: -1))
  var upper = dSquare.triu().matmul(u.transposed())
  if n > k {
    let right = y[.ellipsis, 0..., k...], dRight = dy[.ellipsis, 0..., k...]
    lower = lower - dRight.matmul(right.transposed())
  }
  if m > k {
    let below = y[.ellipsis, k..., 0...], dBelow = dy[.ellipsis, k..., 0...]
    upper = upper - below.transposed().matmul(dBelow)
  }
  let middle = lower.tril(offset: -1) + upper.triu()
  // z · u⁻ᵀ is the transpose of u⁻¹ · zᵀ.
  func dividedByU(_ z: Tensor) -> Tensor { solvedTriangle(square, z.transposed(), upper: true).transposed() }
  func dividedByL(_ z: Tensor) -> Tensor { solvedTriangle(square, z, upper: false, unit: true, transposed: true) }
  let corner = dividedByL(dividedByU(middle))
  if n > k { return concatenated([corner, dividedByL(dy[.ellipsis, 0..., k...])], axis: -1) }
  if m > k { return concatenated([corner, dividedByU(dy[.ellipsis, k..., 0...])], axis: -2) }
  return corner
}

/// The solutions `x` of `a x = b` for the LU factors of `a`.
///
/// VJP: by way of the two triangular systems, into the packed factors.
///
/// ```swift
/// let factors = Tensor([[2, 1], [1, 3]]).luFactor()
/// print(try luSolve(factors, Tensor([1, 2])))  // [0.2, 0.6] : [2] float32
/// ```
///
/// - Parameters:
///   - factors: of square matrices `[…, n, n]`.
///   - b: `[…, n, k]`, or a vector `[n]`.
/// - Throws: ``TensorError`` of the kind `linearAlgebraFailure` if a matrix is singular.
/// - Precondition: the extents agree and the dtypes are equal; else traps, or throws inside ``checked(_:)``.
public func luSolve(_ factors: LUFactorization, _ b: Tensor) throws(TensorError) -> Tensor {
  guard factors.packed.isSquareMatrix("luSolve"), fits(factors.packed, b, "luSolve") else { return .standIn }
  if b.rank == 1 { return try luSolve(factors, b.expanded(at: 1)).squeezed(axis: -1) }
  let ordered = b.rows(inOrder: factors.permutation)
  let first = try solveTriangular(factors.packed, ordered, upper: false, unit: true)
  return try solveTriangular(factors.packed, first, upper: true)
}
