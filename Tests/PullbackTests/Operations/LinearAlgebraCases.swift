import Pullback

/// A well-conditioned symmetric positive definite matrix made of any.
private func gram(_ x: Tensor) -> Tensor { x.matmul(x.transposed()) + Tensor.eye(x.shape[-2], dtype: x.dtype) * 2 }

/// A matrix whose diagonal dominates.
private func dominant(_ x: Tensor) -> Tensor { x + Tensor.eye(x.shape[-1], dtype: x.dtype) * 5 }

extension OperationCase {
  // Factors whose signs or order are not determined are put together again before they are compared.
  static let linearAlgebra: [OperationCase] = [
    .of("cholesky", [3, 3]) { try! gram($0).cholesky() },
    .of("cholesky, upper, batched", [2, 2, 2]) { try! gram($0).cholesky(upper: true) },
    OperationCase("choleskySolve", [[2, 2], [2, 3]], [.signed(0.3...2)]) {
      try! choleskySolve(gram($0[0]).cholesky(), $0[1])
    },
    .of("choleskyInverse", [2, 2]) { try! gram($0).cholesky().choleskyInverse() },
    .of("det", [3, 3]) { $0.det() },
    .of("det of a batch", [2, 2, 2]) { dominant($0).det() },
    .of("slogdet", [3, 3]) { dominant($0).slogdet().logAbsolute },
    .of("logdet", [2, 2]) { gram($0).logdet() },
    .of("eigenvaluesHermitian", [3, 3], .distinct) { $0.symmetrised().eigenvaluesHermitian() },
    .of("eigh", [3, 3], .distinct) { x in
      let (values, vectors) = x.symmetrised().eigh()
      return (vectors * sin(values).expanded(at: -2)).matmul(vectors.transposed())
    },
    .of("lu", [3, 3]) { x in
      let (_, l, u) = dominant(x).lu()
      return l * 2 + u
    },
    OperationCase("luSolve", [[2, 2], [2, 3]], [.signed(0.3...2)]) { try! luSolve(dominant($0[0]).luFactor(), $0[1]) },
    .of("matrixPower", [2, 2]) { try! $0.matrixPower(3) },
    .of("matrixPower, zero", [2, 2]) { try! $0.matrixPower(0) },
    .of("matrixPower, negative", [2, 2]) { try! dominant($0).matrixPower(-2) },
    .of("matrixExp", [2, 2]) { $0.matrixExp() },
    .of("matrixNorm", [2, 3]) { $0.matrixNorm() },
    .of("matrixNorm, nuclear", [2, 3], .distinct) { $0.matrixNorm(.nuclear) },
    .of("pinv", [3, 2], .distinct) { $0.pinv() },
    OperationCase("lstsq", [[3, 2], [3, 2]], [.distinct]) { lstsq($0[0], $0[1]) },
    .of("qr", [3, 2]) { x in
      let (q, r) = x.qr()
      return concatenated([q * 2, r], axis: 0)
    },
    .of("svd", [3, 2], .distinct) { x in
      let (u, s, vt) = x.svd()
      return (u * s.squared().expanded(at: -2)).matmul(vt)
    },
    .of("singularValues", [2, 3], .distinct) { $0.singularValues() },
    OperationCase("solve, right", [[3, 3], [2, 3]], [.signed(0.3...2)]) {
      try! solve(dominant($0[0]), $0[1], left: false)
    },
    OperationCase("solve", [[3, 3], [3, 2]], [.signed(0.3...2)]) { try! solve(dominant($0[0]), $0[1]) },
    OperationCase("solve of vectors", [[2, 2], [2]], [.signed(0.3...2)]) { try! solve(dominant($0[0]), $0[1]) },
    OperationCase("solveTriangular", [[3, 3], [3, 2]], [.signed(0.5...2)]) {
      try! solveTriangular(dominant($0[0]), $0[1], upper: true)
    },
    OperationCase("solveTriangular, unit, right", [[3, 3], [2, 3]], [.signed(0.5...2)]) {
      try! solveTriangular($0[0], $0[1], upper: false, unit: true, left: false)
    },
    .of("inverse", [3, 3]) { try! dominant($0).inverse() },
    .of("pairwiseDistances", [3, 2], .distinct) { pairwiseDistances($0, $0 * 2 + 5) },
    OperationCase("cosineSimilarity", [[2, 3], [2, 3]], [.distinct], allowsSame: false) {
      cosineSimilarity($0[0], $0[1])
    },
    .of("normalized", [2, 3]) { $0.normalized() },
    .of("covariance", [2, 4]) { $0.covariance() },
    .of("correlation", [2, 4]) { $0.correlation() },
  ]
}
