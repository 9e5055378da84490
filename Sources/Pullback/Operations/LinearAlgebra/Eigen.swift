// Eigenvalues and eigenvectors of symmetric matrices.

extension Tensor {
  /// The eigenvalues, in ascending order, and orthonormal eigenvectors, as columns, of symmetric matrices.
  ///
  /// Of a matrix that is not symmetric, the mean of it and its transpose is meant. The sign of an eigenvector, and the choice
  /// among those of a repeated eigenvalue, are arbitrary.
  ///
  /// VJP: `dx` is the symmetric part of `v · (diag(dw) + f ∘ vᵀ dv) · vᵀ` with `f[i, j] = 1 / (w[j] - w[i])`: infinite or NaN
  /// for eigenvectors of a repeated eigenvalue, while the part of the values is always right.
  ///
  /// ```swift
  /// let (values, vectors) = Tensor([[2, 1], [1, 2]]).eigh()
  /// print(values)  // [1.0, 3.0] : [2] float32
  /// print(abs(vectors))
  /// // [[0.707107, 0.707107],
  /// //  [0.707107, 0.707107]] : [2, 2] float32
  /// ```
  ///
  /// Infinities and NaN in a matrix give NaN.
  ///
  /// - Precondition: the last two axes hold square matrices; else traps, or throws inside ``checked(_:)``.
  public func eigh() -> (values: Tensor, vectors: Tensor) {
    guard isSquareMatrix("eigh") else { return (.standIn, .standIn) }
    if dtype != .float64 {
      let (values, vectors) = cast(to: .float64).eigh()
      return (values.cast(to: dtype), vectors.cast(to: dtype))
    }
    guard let (values, vectors) = decomposeSymmetric(detached().symmetrised(), vectors: true, "eigh"), let vectors
    else { return (.standIn, .standIn) }
    let results = [values, vectors].recorded(as: "eigh", wrt: [self]) { dys, ys in
      [eigenCotangent(dys[0], dys[1], ys[0], ys[1])]
    }
    return (results[0], results[1])
  }

  /// The eigenvalues of symmetric matrices, in ascending order.
  ///
  /// VJP: `dx = v · diag(dy) · vᵀ`, also for repeated eigenvalues.
  ///
  /// ```swift
  /// print(Tensor([[2, 1], [1, 2]]).eigenvaluesHermitian())  // [1.0, 3.0] : [2] float32
  /// ```
  ///
  /// - Precondition: the last two axes hold square matrices; else traps, or throws inside ``checked(_:)``.
  public func eigenvaluesHermitian() -> Tensor {
    guard isSquareMatrix("eigenvaluesHermitian") else { return .standIn }
    if isTracked, isRecording { return eigh().values }
    let matrices = cast(to: .float64).symmetrised()
    return decomposeSymmetric(matrices, vectors: false, "eigenvaluesHermitian")?.values.cast(to: dtype) ?? .standIn
  }
}

private func eigenCotangent(_ dValues: Tensor?, _ dVectors: Tensor?, _ values: Tensor, _ vectors: Tensor) -> Tensor? {
  let transpose = vectors.transposed()
  var inner = dValues?.diagEmbed()
  if let dVectors {
    let n = values.shape[-1]
    let gaps = values.expanded(at: -2) - values.expanded(at: -1) + Tensor.eye(n, dtype: values.dtype)
    let turning = transpose.matmul(dVectors) / gaps
    let part = turning - turning.diagonal().diagEmbed()
    inner = inner.map { $0 + part } ?? part
  }
  return inner.map { vectors.matmul($0).matmul(transpose).symmetrised() }
}
