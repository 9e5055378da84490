// Determinants. Their derivatives are exact for singular matrices too.

extension Tensor {
  /// The determinants of square matrices.
  ///
  /// VJP: `dx = dy · C`, where C holds the cofactors; also where the matrix is singular, and for derivatives of any order.
  ///
  /// ```swift
  /// let x = Tensor([[2, 4], [1, 2]]).requiringGradient()
  /// let y = x.det()
  /// print(y)  // 0.0
  /// print(y.backward()[x])
  /// // [[ 2.0, -1.0],
  /// //  [-4.0,  2.0]] : [2, 2] float32
  /// ```
  ///
  /// - Precondition: the last two axes hold square matrices; else traps, or throws inside ``checked(_:)``.
  public func det() -> Tensor {
    guard isSquareMatrix("det") else { return .standIn }
    if dtype != .float64 { return cast(to: .float64).det().cast(to: dtype) }
    guard let factors = factorLU(self, "det") else { return .standIn }
    return (factors.sign * factors.packed.diagonal().product(axis: -1))
      .recorded(as: "det", wrt: self, { dy in dy.reshaped(to: dy.shape.appending(1, 1)) * self.cofactors() })
  }

  /// The signs of the determinants, and the logarithms of their absolute values, which overflow later.
  ///
  /// VJP: `dx = dy · x⁻ᵀ`; the signs have no derivative. For a singular matrix the sign is 0, the logarithm minus infinity,
  /// and the derivative infinite.
  ///
  /// ```swift
  /// let (sign, logAbsolute) = Tensor([[0, 2], [2, 0]]).slogdet()
  /// print(sign, exp(logAbsolute))  // -1.0 4.0
  /// ```
  ///
  /// - Precondition: the last two axes hold square matrices; else traps, or throws inside ``checked(_:)``.
  public func slogdet() -> (sign: Tensor, logAbsolute: Tensor) {
    guard isSquareMatrix("slogdet") else { return (.standIn, .standIn) }
    if dtype != .float64 {
      let (sign, logarithm) = cast(to: .float64).slogdet()
      return (sign.cast(to: dtype), logarithm.cast(to: dtype))
    }
    guard let factors = factorLU(self, "slogdet") else { return (.standIn, .standIn) }
    let diagonal = factors.packed.diagonal()
    let logarithm = log(abs(diagonal)).sum(axis: -1)
      .recorded(
        as: "slogdet", wrt: self,
        { dy in
          let dy = dy.reshaped(to: dy.shape.appending(1, 1))
          if factors.firstSingular == nil { return dy * self.inverse(factors).transposed() }
          return dy * (self.cofactors() / self.det().reshaped(to: dy.shape))
        })
    return (factors.sign * sign(diagonal).product(axis: -1), logarithm)
  }

  /// The logarithms of the determinants; NaN where a determinant is negative.
  ///
  /// VJP: `dx = dy · x⁻ᵀ`.
  ///
  /// ```swift
  /// print(exp(Tensor([[2, 0], [0, 3]]).logdet()))  // 6.0
  /// ```
  public func logdet() -> Tensor {
    let (sign, logarithm) = slogdet()
    return select(where: sign .< 0, then: .nan, else: logarithm)
  }
}

// MARK: - Cofactors

// Note [Cofactors]. Where a matrix A is well away from singular, its cofactors are det(A) A⁻ᵀ. Else, with A = U S Vᵀ and U, V
// held constant, B = Uᵀ A V is split where the singular values become small,
//
//   B = [B₁ B₂; B₃ B₄],  det(B) = det(B₁) · det(R),  R = B₄ - B₃ B₁⁻¹ B₂,
//
// so that B₁ is well away from singular and R has the size of the rank that is missing. The cofactors of R come from a
// polynomial in R without division, and those of B, then A, by the chain rule. All of it is made of differentiable
// operations that are smooth at A, so derivatives of any order are exact.

extension Tensor {
  /// The cofactors of square float64 matrices.
  func cofactors() -> Tensor {
    if isMapped { return asBatch { $0.cofactors() } }
    let n = shape[-1]
    if n == 0 { return self }
    if n == 1 { return cofactorsByPolynomial() }
    // Cheaper to find out than the singular values, for the usual case.
    if (detached().cond(.one) .< 1e4).all().item(as: Bool.self) { return cofactorsByInverse() }
    let matrices = reshaped(to: [shape.droppingLast(2).count(), n, n])
    guard let (values, vectors) = decomposeSingular(matrices.detached(), vectors: true, "det"), let vectors
    else { return .standIn }
    let missing = missingRanks(values)
    let groups = Set(missing).sorted()
    if groups == [0] { return cofactorsByInverse() }
    var order: [Int64] = []
    let parts = groups.map { rank in
      let places = missing.indices.filter { missing[$0] == rank }
      order += places.map(Int64.init)
      let index = Tensor(places.map(Int64.init), shape: [places.count])
      let part = matrices.gathering(index)
      if rank == 0 { return part.cofactorsByInverse() }
      return part.cofactors(missing: rank, vectors.u.gathering(index), vectors.vt.gathering(index))
    }
    let back = order.indices.sorted { order[$0] < order[$1] }.map(Int64.init)
    return concatenated(parts, axis: 0).gathering(Tensor(back, shape: [back.count])).reshaped(to: shape)
  }

  /// How many singular values of each matrix count as small.
  private func missingRanks(_ values: Tensor) -> [Int] {
    let n = shape[-1]
    let rows: [Double] = values.scalars()
    return (0..<values.shape[0]).map { row in
      let values = rows[row * n..<(row + 1) * n]
      let largest = values.first ?? 0
      let small = values.count { $0 <= 1e-5 * largest }
      // The polynomial loses digits as it grows, so of many small ones only those count that are mere rounding.
      return small <= 8 ? small : values.count { $0 <= 1e-15 * Double(n) * largest }
    }
  }

  private func cofactorsByInverse() -> Tensor {
    det().reshaped(to: shape.withMatrices(1, 1)) * inverseOrInfinity().transposed()
  }

  /// By the polynomial of Faddeev and LeVerrier.
  private func cofactorsByPolynomial() -> Tensor {
    let n = shape[-1]
    let identity = Tensor.eye(n, dtype: dtype).broadcast(to: shape)
    var adjugate = identity
    for step in 1..<Swift.max(1, n) {
      let product = matmul(adjugate)
      let trace = product.trace().reshaped(to: shape.withMatrices(1, 1))
      adjugate = product - trace * identity / Double(step)
    }
    // A matrix of extent 1 has the cofactor 1, whatever it holds, and stays connected.
    if n == 1 { return select(where: Tensor.ones([], dtype: .bool), then: identity, else: self) }
    return (n % 2 == 0 ? -adjugate : adjugate).transposed()
  }

  /// See Note [Cofactors].
  private func cofactors(missing rank: Int, _ u: Tensor, _ vt: Tensor) -> Tensor {
    let n = shape[-1], kept = n - rank
    let rotations = u.det() * vt.det()
    let b = u.transposed().matmul(self).matmul(vt.transposed())
    if kept == 0 { return finished(b.cofactorsByPolynomial(), rotations, u, vt) }
    let b1 = b[.ellipsis, ..<kept, ..<kept], b2 = b[.ellipsis, ..<kept, kept...]
    let b3 = b[.ellipsis, kept..., ..<kept], b4 = b[.ellipsis, kept..., kept...]
    let inverse = b1.inverseOrInfinity()
    let right = inverse.matmul(b2), left = b3.matmul(inverse)
    let rest = b4 - b3.matmul(right)
    let small = rest.cofactorsByPolynomial()
    // A determinant is the sum of the elements of a row times their cofactors.
    let determinant = (rest * small)[.ellipsis, 0, 0...].sum(axis: -1).reshaped(to: shape.withMatrices(1, 1))
    let turned = left.transposed().matmul(small)
    let upperLeft = determinant * inverse.transposed() + turned.matmul(right.transposed())
    let upper = concatenated([upperLeft, -turned], axis: -1)
    let lower = concatenated([-small.matmul(right.transposed()), small], axis: -1)
    let scale = b1.det().reshaped(to: shape.withMatrices(1, 1))
    return finished(scale * concatenated([upper, lower], axis: -2), rotations, u, vt)
  }

  /// The cofactors of A from those of Uᵀ A V.
  private func finished(_ inner: Tensor, _ rotations: Tensor, _ u: Tensor, _ vt: Tensor) -> Tensor {
    rotations.reshaped(to: shape.withMatrices(1, 1)) * u.matmul(inner).matmul(vt)
  }
}

extension Shape {
  /// This shape with more axes at the end.
  func appending(_ extents: Int...) -> Shape {
    var result = self
    for extent in extents { result.append(extent) }
    return result
  }
}
