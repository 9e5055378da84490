// Positive definite matrices.

extension Tensor {
  /// The Cholesky factors of positive definite matrices: lower triangles `y` with `x = y · yᵀ`.
  ///
  /// Of a matrix that is not symmetric, the mean of it and its transpose is meant.
  ///
  /// VJP: `dx` is the symmetric part of `y⁻ᵀ · Φ(yᵀ · dy) · y⁻¹`, where Φ takes the lower triangle with half the diagonal.
  /// What `dy` has in the triangle that is always zero does not matter.
  ///
  /// ```swift
  /// print(try Tensor([[4, 2], [2, 5]]).cholesky())
  /// // [[2.0, 0.0],
  /// //  [1.0, 2.0]] : [2, 2] float32
  /// ```
  ///
  /// - Parameter upper: gives the transposes instead, upper triangles with `x = yᵀ · y`.
  /// - Throws: ``TensorError`` of the kind `linearAlgebraFailure` if a matrix is not positive definite.
  /// - Precondition: the last two axes hold square matrices; else traps, or throws inside ``checked(_:)``.
  public func cholesky(upper: Bool = false) throws(TensorError) -> Tensor {
    guard isSquareMatrix("cholesky") else { return .standIn }
    if dtype != .float64 { return try cast(to: .float64).cholesky(upper: upper).cast(to: dtype) }
    guard let (factors, failure) = factorCholesky(detached().symmetrised(), "cholesky") else { return .standIn }
    if let (place, order) = failure {
      throw .matrix(
        place, of: shape, "cholesky", "is not positive definite: the leading minor of order \(order) is not positive")
    }
    let lower = factors.recorded(as: "cholesky", wrt: self, withResult: choleskyCotangent)
    return upper ? lower.transposed() : lower
  }
}

private func choleskyCotangent(_ dy: Tensor, _ y: Tensor) -> Tensor {
  let product = y.transposed().matmul(dy.tril())
  let half = product.tril(offset: -1) + product.diagonal().diagEmbed() * 0.5
  let left = solvedTriangle(y, half, upper: false, transposed: true)
  // z · y⁻¹ is the transpose of y⁻ᵀ · zᵀ.
  return solvedTriangle(y, left.transposed(), upper: false, transposed: true).symmetrised()
}

/// The solutions `x` of `a x = b` for the Cholesky factor of `a`.
///
/// VJP: by way of the two triangular systems; 0 in the triangle of the factor that is not read.
///
/// ```swift
/// let l = try Tensor([[4, 2], [2, 5]]).cholesky()
/// print(try choleskySolve(l, Tensor([[8], [8]])))
/// // [[1.5],
/// //  [1.0]] : [2, 1] float32
/// ```
///
/// - Parameters:
///   - factor: `[…, n, n]`, as ``Tensor/cholesky(upper:)`` gives it.
///   - b: `[…, n, k]`, or a vector `[n]`.
///   - upper: whether the factor is an upper triangle.
/// - Throws: ``TensorError`` of the kind `linearAlgebraFailure` if there is a 0 on the diagonal.
/// - Precondition: the extents agree and the dtypes are equal; else traps, or throws inside ``checked(_:)``.
public func choleskySolve(_ factor: Tensor, _ b: Tensor, upper: Bool = false) throws(TensorError) -> Tensor {
  let first = try solveTriangular(factor, b, upper: upper, transposed: upper)
  return try solveTriangular(factor, first, upper: upper, transposed: !upper)
}

extension Tensor {
  /// The inverses of matrices whose Cholesky factors these are.
  ///
  /// ```swift
  /// print(try Tensor([[2, 0], [0, 1]]).choleskyInverse())
  /// // [[0.25, 0.0],
  /// //  [ 0.0, 1.0]] : [2, 2] float32
  /// ```
  ///
  /// - Parameter upper: whether the factors are upper triangles.
  /// - Throws: ``TensorError`` of the kind `linearAlgebraFailure` if there is a 0 on the diagonal.
  public func choleskyInverse(upper: Bool = false) throws(TensorError) -> Tensor {
    guard isSquareMatrix("choleskyInverse") else { return .standIn }
    return try choleskySolve(self, .eye(shape[-1], dtype: dtype), upper: upper)
  }
}
