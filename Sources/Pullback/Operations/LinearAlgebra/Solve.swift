// Systems of linear equations and inverses.

/// The solutions `x` of `a x = b`, or `x a = b`, for square matrices.
///
/// By LU factors with partial pivoting, in float64 for float32 operands too. The factors are kept for the derivatives.
///
/// VJP: `db = a⁻ᵀ · dy`, `da = -db · xᵀ`.
///
/// ```swift
/// let a = Tensor([[2, 0], [0, 4]])
/// print(try solve(a, Tensor([2, 2])))  // [1.0, 0.5] : [2] float32
/// ```
///
/// - Parameters:
///   - a: `[…, n, n]`.
///   - b: `[…, n, k]`, or a vector `[n]`; `[…, k, n]` if `left` is false. The axes before those broadcast.
///   - left: whether the matrix stands left of the unknown.
/// - Returns: `[…, n, k]`, or `[…, n]` for a vector; `[…, k, n]` if `left` is false.
/// - Throws: ``TensorError`` of the kind `linearAlgebraFailure` if a matrix is singular.
/// - Precondition: the extents agree and the dtypes are equal; else traps, or throws inside ``checked(_:)``.
public func solve(_ a: Tensor, _ b: Tensor, left: Bool = true) throws(TensorError) -> Tensor {
  guard a.isSquareMatrix("solve") else { return .standIn }
  if !left {
    return b.rank < 2 ? try solve(a.transposed(), b) : try solve(a.transposed(), b.transposed()).transposed()
  }
  guard fits(a, b, "solve") else { return .standIn }
  if b.rank == 1 { return try solve(a, b.expanded(at: 1)).squeezed(axis: -1) }
  if a.dtype != .float64 { return try solve(a.cast(to: .float64), b.cast(to: .float64)).cast(to: a.dtype) }
  guard let factors = factorLU(a, "solve") else { return .standIn }
  if let place = factors.firstSingular { throw .matrix(place, of: a.shape, "solve", "is singular") }
  return solved(a, factors, b)
}

/// Whether `b` can be the right-hand side for square matrices `a`.
func fits(_ a: Tensor, _ b: Tensor, _ operation: StaticString) -> Bool {
  guard a.dtype == b.dtype else {
    _ = mixed(operation, a, b)
    return false
  }
  guard b.rank > 0, b.shape[b.rank == 1 ? 0 : b.rank - 2] == a.shape[-1] else {
    fail(
      .shapeMismatch, operation,
      "shapes \(a.shape) and \(b.shape) do not fit; expected […, n, n] with […, n, k], or with a vector [n]")
    return false
  }
  let (matrices, sides) = (a.shape.droppingLast(2), b.shape.droppingLast(2))
  guard matrices.broadcast(with: sides) != nil else {
    fail(ShapeMismatch(operation, [matrices, sides]).error)
    return false
  }
  return true
}

/// `a⁻¹ b`, or `a⁻ᵀ b`, for matrices whose factors are known and invertible.
func solved(_ a: Tensor, _ factors: FactorsLU, _ b: Tensor, transposed: Bool = false) -> Tensor {
  [solve(factors, transposed: transposed, b, "solve")]
    .recorded(as: "solve", wrt: [a, b]) { dys, xs in
      guard let dy = dys[0] else { return [nil, nil] }
      let db = solved(a, factors, dy, transposed: !transposed)
      guard a.isTracked else { return [nil, db] }
      let da = transposed ? xs[0].matmul(db.transposed()) : db.matmul(xs[0].transposed())
      return [-da, db]
    }[0]
}

extension Tensor {
  /// The inverses of square matrices.
  ///
  /// VJP: `dx = -yᵀ · dy · yᵀ`.
  ///
  /// ```swift
  /// print(try Tensor([[2, 0], [0, 4]]).inverse())
  /// // [[0.5,  0.0],
  /// //  [0.0, 0.25]] : [2, 2] float32
  /// ```
  ///
  /// - Throws: ``TensorError`` of the kind `linearAlgebraFailure` if a matrix is singular.
  /// - Precondition: the last two axes hold square matrices; else traps, or throws inside ``checked(_:)``.
  public func inverse() throws(TensorError) -> Tensor {
    guard isSquareMatrix("inverse") else { return .standIn }
    if dtype != .float64 { return try cast(to: .float64).inverse().cast(to: dtype) }
    guard let factors = factorLU(self, "inverse") else { return .standIn }
    if let place = factors.firstSingular { throw .matrix(place, of: shape, "inverse", "is singular") }
    return inverse(factors)
  }

  /// The inverse where it exists; infinities and NaN for singular matrices.
  func inverseOrInfinity() -> Tensor {
    factorLU(self, "inverse").map { inverse($0) } ?? .standIn
  }

  func inverse(_ factors: FactorsLU) -> Tensor {
    let identity = Tensor.eye(shape[-1], dtype: dtype)
    return solve(factors, transposed: false, identity, "inverse")
      .recorded(
        as: "inverse", wrt: self,
        withResult: { dy, y in
          let transpose = y.transposed()
          return -transpose.matmul(dy).matmul(transpose)
        })
  }
}

/// The solutions `x` of `a x = b`, `aᵀ x = b` or `x a = b` for triangular matrices; the other triangle of `a` is not read.
///
/// VJP: `db = a⁻ᵀ · dy`; `da` is the triangle of `-db · xᵀ`, and 0 in the other one.
///
/// ```swift
/// let a = Tensor([[2, 9], [1, 1]])
/// print(try solveTriangular(a, Tensor([2, 3]), upper: false))  // [1.0, 2.0] : [2] float32
/// ```
///
/// - Parameters:
///   - a: `[…, n, n]`.
///   - b: `[…, n, k]`, or a vector `[n]`; `[…, k, n]` if `left` is false.
///   - upper: whether the upper triangle is meant.
///   - unit: whether the diagonal counts as ones, whatever it holds.
///   - transposed: whether the transpose of the triangle is meant.
///   - left: whether the matrix stands left of the unknown.
/// - Throws: ``TensorError`` of the kind `linearAlgebraFailure` if there is a 0 on the diagonal.
/// - Precondition: the extents agree and the dtypes are equal; else traps, or throws inside ``checked(_:)``.
public func solveTriangular(
  _ a: Tensor, _ b: Tensor, upper: Bool, unit: Bool = false, transposed: Bool = false, left: Bool = true
) throws(TensorError) -> Tensor {
  guard a.isSquareMatrix("solveTriangular") else { return .standIn }
  if !left, b.rank > 1 {
    return try solveTriangular(a, b.transposed(), upper: upper, unit: unit, transposed: !transposed).transposed()
  }
  guard fits(a, b, "solveTriangular") else { return .standIn }
  if !unit {
    let diagonal = a.detached().diagonal()
    let singular = (diagonal .== 0).any(axes: [-1]).reshaped(to: [-1]).allExamples
    guard singular.elements.mayBeRead(by: "solveTriangular") else { return .standIn }
    if singular.any().item(as: Bool.self) {
      throw .matrix(
        Int(singular.cast(to: .int32).argMax(axis: -1).max().item(as: Int64.self)), of: a.shape, "solveTriangular",
        "is singular: there is a 0 on its diagonal")
    }
  }
  if b.rank == 1 {
    return solvedTriangle(a, b.expanded(at: 1), upper: upper, unit: unit, transposed: transposed != !left)
      .squeezed(axis: -1)
  }
  return solvedTriangle(a, b, upper: upper, unit: unit, transposed: transposed)
}

/// `solveTriangular` for matrices, without its checks: zeros on the diagonal give infinities.
func solvedTriangle(_ a: Tensor, _ b: Tensor, upper: Bool, unit: Bool = false, transposed: Bool = false) -> Tensor {
  if a.dtype != .float64 {
    return solvedTriangle(
      a.cast(to: .float64), b.cast(to: .float64), upper: upper, unit: unit, transposed: transposed
    ).cast(to: a.dtype)
  }
  let matrix = transposed ? a.detached().transposed() : a
  return [solveTriangle(matrix, upper: upper != transposed, unit: unit, b, "solveTriangular")]
    .recorded(as: "solveTriangular", wrt: [a, b]) { dys, xs in
      guard let dy = dys[0] else { return [nil, nil] }
      let db = solvedTriangle(a, dy, upper: upper, unit: unit, transposed: !transposed)
      guard a.isTracked else { return [nil, db] }
      let da = transposed ? xs[0].matmul(db.transposed()) : db.matmul(xs[0].transposed())
      let offset = unit ? 1 : 0
      return [-(upper ? da.triu(offset: offset) : da.tril(offset: -offset)), db]
    }[0]
}
