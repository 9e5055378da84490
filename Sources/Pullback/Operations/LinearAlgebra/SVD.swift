// Singular values.

extension Tensor {
  /// The singular value decomposition `x = u · diag(s) · vt`, reduced.
  ///
  /// The singular values come in descending order. The signs of the vectors, and the choice among those of a repeated
  /// singular value, are arbitrary.
  ///
  /// VJP, with `f[i, j] = 1 / (s[j]² - s[i]²)` and the antisymmetric part `skew(z) = z - zᵀ`:
  /// `dx = u · (diag(ds) + (f ∘ skew(uᵀ du)) s + s (f ∘ skew(vᵀ dv))) · vt`, and what `du` and `dv` have outside the spaces
  /// that u and v span, divided by s. Infinite or NaN for vectors of repeated singular values, and for those of 0 if the
  /// matrix is not square; the part of the values is always right.
  ///
  /// ```swift
  /// let (u, s, vt) = Tensor([[3, 0], [0, 4], [0, 0]]).svd()
  /// print(s)  // [4.0, 3.0] : [2] float32
  /// print((u * s).matmul(vt))
  /// // [[3.0, 0.0],
  /// //  [0.0, 4.0],
  /// //  [0.0, 0.0]] : [3, 2] float32
  /// ```
  ///
  /// Infinities and NaN in a matrix give NaN.
  ///
  /// - Returns: for `[…, m, n]` and k = `min(m, n)`: `u` `[…, m, k]`, `s` `[…, k]` and `vt` `[…, k, n]`.
  /// - Precondition: the last two axes hold matrices; else traps, or throws inside ``checked(_:)``.
  public func svd() -> (u: Tensor, s: Tensor, vt: Tensor) {
    guard isMatrix("svd") else { return (.standIn, .standIn, .standIn) }
    if shape[-1] > shape[-2] {
      let (u, s, vt) = transposed().svd()
      return (vt.transposed(), s, u.transposed())
    }
    if dtype != .float64 {
      let (u, s, vt) = cast(to: .float64).svd()
      return (u.cast(to: dtype), s.cast(to: dtype), vt.cast(to: dtype))
    }
    guard let (values, vectors) = decomposeSingular(self, vectors: true, "svd"), let vectors else {
      return (.standIn, .standIn, .standIn)
    }
    let results = [vectors.u, values, vectors.vt].recorded(as: "svd", wrt: [self]) { dys, ys in
      [singularCotangent(du: dys[0], ds: dys[1], dvt: dys[2], ys[0], ys[1], ys[2])]
    }
    return (results[0], results[1], results[2])
  }

  /// The singular values of matrices, in descending order.
  ///
  /// VJP: `dx = u · diag(dy) · vt`, also for repeated singular values.
  ///
  /// ```swift
  /// print(Tensor([[3, 0], [0, 4]]).singularValues())  // [4.0, 3.0] : [2] float32
  /// ```
  ///
  /// - Precondition: the last two axes hold matrices; else traps, or throws inside ``checked(_:)``.
  public func singularValues() -> Tensor {
    guard isMatrix("singularValues") else { return .standIn }
    if isTracked, isRecording { return svd().s }
    let matrices = (shape[-1] > shape[-2] ? transposed() : self).cast(to: .float64)
    return decomposeSingular(matrices, vectors: false, "singularValues")?.values.cast(to: dtype) ?? .standIn
  }
}

/// For at least as many rows as columns.
private func singularCotangent(
  du: Tensor?, ds: Tensor?, dvt: Tensor?, _ u: Tensor, _ s: Tensor, _ vt: Tensor
) -> Tensor? {
  let n = s.shape[-1]
  let row = s.expanded(at: -2), column = s.expanded(at: -1)
  // s[j]² - s[i]² as a product, which keeps the digits of values that are close.
  let gaps = (row - column) * (row + column) + Tensor.eye(n, dtype: s.dtype)
  var inner = ds?.diagEmbed()
  func add(_ term: Tensor) { inner = inner.map { $0 + term } ?? term }
  if let du {
    let product = u.transposed().matmul(du)
    add((product - product.transposed()) / gaps * row)
  }
  if let dvt {
    let product = vt.matmul(dvt.transposed())
    add(column * ((product - product.transposed()) / gaps))
  }
  guard var left = inner.map({ u.matmul($0) }) else { return nil }
  if let du, u.shape[-2] > n {
    let outside = du - u.matmul(u.transposed().matmul(du))
    left = left + outside / row
  }
  return left.matmul(vt)
}
