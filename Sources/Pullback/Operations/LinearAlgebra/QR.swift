// QR decomposition and products of reflections.

/// How much of the orthogonal matrix a QR decomposition gives.
public enum QRMode: Sendable, Hashable {
  /// As many columns as the matrix has rank at most.
  case reduced
  /// A square matrix.
  case complete
}

extension Tensor {
  /// The decomposition `x = q · r` into orthonormal columns and an upper triangle without negative numbers on its diagonal.
  ///
  /// VJP, with `m = r · drᵀ - dqᵀ · q`: `dx = (dq + q · (tril(m) + tril(m, -1)ᵀ)) · r⁻ᵀ`. Columns of `q` beyond those of `x`
  /// are not unique: their cotangent counts as far as it does not depend on the choice. Where the diagonal of `r` has a 0
  /// the derivative does not exist, and is infinite or NaN.
  ///
  /// ```swift
  /// let (q, r) = Tensor([[3, 1], [4, 2]]).qr()
  /// print(r)
  /// // [[5.0, 2.2],
  /// //  [0.0, 0.4]] : [2, 2] float32
  /// print(q.matmul(r).isClose(to: Tensor([[3, 1], [4, 2]])))  // true
  /// ```
  ///
  /// - Returns: for `[…, m, n]`, `q` `[…, m, k]` and `r` `[…, k, n]`, where k is `min(m, n)`, or m for `complete`.
  /// - Precondition: the last two axes hold matrices; else traps, or throws inside ``checked(_:)``.
  public func qr(_ mode: QRMode = .reduced) -> (q: Tensor, r: Tensor) {
    guard isMatrix("qr") else { return (.standIn, .standIn) }
    if dtype != .float64 {
      let (q, r) = cast(to: .float64).qr(mode)
      return (q.cast(to: dtype), r.cast(to: dtype))
    }
    let m = shape[-2], n = shape[-1]
    guard let (q, r) = decomposeQR(self, columns: mode == .complete ? m : Swift.min(m, n), "qr") else {
      return (.standIn, .standIn)
    }
    let x = self
    let results = [q, r].recorded(as: "qr", wrt: [x]) { dys, ys in
      let dq = dys[0] ?? Tensor.zeros(ys[0].shape, dtype: .float64)
      let dr = dys[1] ?? Tensor.zeros(ys[1].shape, dtype: .float64)
      return [n > m ? wideCotangent(x, dq, dr, ys[0], ys[1]) : tallCotangent(dq, dr, ys[0], ys[1])]
    }
    return (results[0], results[1])
  }

  /// The product of reflections `I - tau[i] · v · vᵀ`, where `v` is column i below the diagonal, with a 1 on it.
  ///
  /// ```swift
  /// print(Tensor([[1], [0]]).householderProduct(tau: Tensor([2])))
  /// // [[-1.0],
  /// //  [ 0.0]] : [2, 1] float32
  /// ```
  ///
  /// - Parameter tau: `[…, k]` for `[…, m, n]` with `m ≥ n ≥ k`.
  /// - Returns: the first n columns of the product, `[…, m, n]`.
  /// - Precondition: the extents agree; else traps, or throws inside ``checked(_:)``.
  public func householderProduct(tau: Tensor) -> Tensor {
    guard isMatrix("householderProduct") else { return .standIn }
    let m = shape[-2], n = shape[-1]
    guard tau.rank == rank - 1, tau.shape.droppingLast(1) == shape.droppingLast(2), m >= n, n >= tau.shape[-1] else {
      return fail(
        .shapeMismatch, "householderProduct",
        "shapes \(shape) and \(tau.shape) do not fit; expected […, m, n] and […, k] with m ≥ n ≥ k")
    }
    let vectors = tril(offset: -1) + Tensor.eye(m, columns: n, dtype: dtype)
    var product = Tensor.eye(m, columns: n, dtype: dtype).broadcast(to: shape)
    for i in (0..<tau.shape[-1]).reversed() {
      let v = vectors[.ellipsis, i..<i + 1], scale = tau[.ellipsis, i..<i + 1].expanded(at: -1)
      product = product - scale * v.matmul(v.transposed().matmul(product))
    }
    return product
  }
}

/// For at least as many rows as columns.
private func tallCotangent(_ dq: Tensor, _ dr: Tensor, _ q: Tensor, _ r: Tensor) -> Tensor {
  let n = r.shape[-1]
  var (dq, dr, q, r) = (dq, dr, q, r)
  if q.shape[-1] > n {
    // The columns beyond the n-th move against the first ones: dq₂ = -q₁ · dq₁ᵀ · q₂ apart from their choice.
    let rest = q[.ellipsis, n...], dRest = dq[.ellipsis, n...]
    (q, r, dr) = (q[.ellipsis, ..<n], r[.ellipsis, ..<n, 0...], dr[.ellipsis, ..<n, 0...])
    dq = dq[.ellipsis, ..<n] - rest.matmul(dRest.transposed()).matmul(q)
  }
  let m = r.matmul(dr.triu().transposed()) - dq.transposed().matmul(q)
  let symmetric = m.tril() + m.tril(offset: -1).transposed()
  let left = dq + q.matmul(symmetric)
  // z · r⁻ᵀ is the transpose of r⁻¹ · zᵀ.
  return solvedTriangle(r, left.transposed(), upper: true).transposed()
}

/// For more columns than rows: the first ones determine q, and the others are qᵀ times what they were.
private func wideCotangent(_ x: Tensor, _ dq: Tensor, _ dr: Tensor, _ q: Tensor, _ r: Tensor) -> Tensor {
  let m = x.shape[-2]
  let rest = x[.ellipsis, m...], dRest = dr[.ellipsis, m...]
  let dx = tallCotangent(
    dq + rest.matmul(dRest.transposed()), dr[.ellipsis, ..<m], q, r[.ellipsis, ..<m])
  return concatenated([dx, q.matmul(dRest)], axis: -1)
}
