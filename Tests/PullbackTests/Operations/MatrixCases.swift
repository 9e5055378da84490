import Pullback

/// A matrix whose diagonal dominates.
private func dominant(_ x: Tensor) -> Tensor { x + Tensor.eye(x.shape[-1], dtype: x.dtype) * 5 }

/// Matrices of all shapes, all arguments of the operations on them, and factors one by one.
extension OperationCase {
  static let matrices: [OperationCase] =
    triangular + factors + equations + matrixNorms + matrixProducts + distances

  private static let flags: [(upper: Bool, unit: Bool, transposed: Bool)] = [false, true].flatMap { upper in
    [false, true].flatMap { unit in [false, true].map { (upper, unit, $0) } }
  }

  private static let triangular: [OperationCase] = flags.map { flags in
    let name = "solveTriangular\(flags.upper ? ", upper" : "")\(flags.unit ? ", unit" : "")"
    return OperationCase(
      name + (flags.transposed ? ", transposed" : ""), [[2, 3, 3], [3, 2]], [.signed(0.5...1)]
    ) {
      let a = flags.unit ? $0[0] : dominant($0[0])
      return try! solveTriangular(a, $0[1], upper: flags.upper, unit: flags.unit, transposed: flags.transposed)
    }
  }

  // Signs of vectors are not determined: squares are compared, or what does not depend on them.
  private static let factors: [OperationCase] = [
    .of("qr, square", [2, 3, 3], .distinct) { dominant($0).qr().q },
    .of("qr, r of a square", [3, 3], .distinct) { dominant($0).qr().r },
    .of("qr, wide", [2, 4], .distinct) { x in
      let (q, r) = x.qr()
      return concatenated([q * 2, r], axis: 1)
    },
    .of("qr, complete", [3, 2], .distinct) { x in
      let (q, r) = x.qr(.complete)
      let rest = q[0..., 2...]
      return concatenated([q[0..., ..<2], r, rest.matmul(rest.transposed())], axis: 1)
    },
    .of("lu, wide", [2, 4]) { x in
      let (p, l, u) = x.lu()
      return p.matmul(concatenated([l * 2, u], axis: 1))
    },
    .of("lu, tall", [4, 2]) { x in
      let (_, l, u) = x.lu()
      return concatenated([l * 2, u], axis: 0)
    },
    .of("luFactor of a batch", [2, 2, 2]) { $0.luFactor().packed },
    .of("eigh, vectors", [3, 3], .distinct) { $0.eigh().vectors.squared() },
    .of("eigenvaluesHermitian of a batch", [2, 2, 2], .distinct) { $0.eigenvaluesHermitian() },
    .of("svd, u", [4, 2], .distinct) { $0.svd().u.squared() },
    .of("svd, vt", [4, 2], .distinct) { $0.svd().vt.squared() },
    .of("svd, square", [2, 2], .distinct) { x in
      let (u, s, vt) = x.svd()
      return (u * exp(s * 0.3)).matmul(vt)
    },
    .of("svd, wide", [2, 3], .distinct) { x in
      let (u, s, vt) = x.svd()
      return (u * s.squared()).matmul(vt) + vt.squared()
    },
    .of("singularValues of a batch", [2, 3, 2], .distinct) { $0.singularValues() },
    .of("cholesky of any matrix", [2, 2], .within(-0.5...0.5)) { try! dominant($0).cholesky() },
    OperationCase("choleskySolve, upper", [[2, 2], [2]], [.signed(0.5...1)]) {
      try! choleskySolve(dominant($0[0]), $0[1], upper: true)
    },
    .of("choleskyInverse, upper", [2, 2]) { try! dominant($0).choleskyInverse(upper: true) },
    OperationCase("householderProduct", [[4, 3], [2]], [.signed(0.3...2)]) { $0[0].householderProduct(tau: $0[1]) },
  ]

  private static let equations: [OperationCase] = [
    OperationCase("solve, batch of one side", [[2, 2], [3, 2, 2]], [.signed(0.3...2)]) {
      try! solve(dominant($0[0]), $0[1])
    },
    OperationCase("solve, batch of matrices", [[3, 2, 2], [2, 1]], [.signed(0.3...2)]) {
      try! solve(dominant($0[0]), $0[1])
    },
    .of("inverse of a batch", [2, 2, 2]) { try! dominant($0).inverse() },
    .of("det of one element", [2, 1, 1]) { $0.det() },
    .of("slogdet of a negative determinant", [2, 2]) { slogdetOfNegative($0) },
    .of("pinv, wide", [2, 3], .distinct) { $0.pinv() },
    OperationCase("pinv of rank 1", [[3], [2]], [.signed(0.5...2)]) { outer($0[0], $0[1]).pinv() },
    OperationCase("lstsq of vectors", [[4, 2], [4]], [.distinct]) { lstsq($0[0], $0[1]) },
    .of("matrixPower, six", [2, 2], .signed(0.3...1)) { try! $0.matrixPower(6) },
    .of("matrixExp, large", [2, 2, 2], .signed(2...4)) { $0.matrixExp() * 1e-2 },
    OperationCase("tensorsolve", [[2, 3, 6], [2, 3]], [.distinct]) {
      try! tensorsolve($0[0] + Tensor.eye(6, dtype: $0[0].dtype).reshaped(to: [2, 3, 6]) * 20, $0[1])
    },
    .of("tensorinv", [2, 2, 4], .distinct) {
      try! ($0 + Tensor.eye(4, dtype: $0.dtype).reshaped(to: [2, 2, 4]) * 20).tensorinv(leading: 2)
    },
    .of("vander", [2, 3]) { $0.vander(columns: 4) },
    .of("vander, increasing", [3]) { $0.vander(increasing: true) },
  ]

  private static func slogdetOfNegative(_ x: Tensor) -> Tensor {
    (x * 0.1 + Tensor([[0, 1], [1, 0]], dtype: x.dtype)).slogdet().logAbsolute
  }

  private static let matrixNorms: [OperationCase] =
    MatrixNorm.allCases.map { norm in
      .of("matrixNorm, \(norm)", [2, 3, 2], .distinct) { $0.matrixNorm(norm, keepDims: true) }
    }
    + MatrixNorm.allCases.map { norm in
      .of("cond, \(norm)", [2, 2], .distinct) { dominant($0).cond(norm) }
    }

  private static let matrixProducts: [OperationCase] = [
    OperationCase("vecmat", [[2, 3], [3, 2]], [.signed(0.3...2)]) { vecmat($0[0], $0[1]) },
    OperationCase("matvec", [[2, 3], [4, 3]], [.signed(0.3...2)]) { matvec($0[0], $0[1]) },
    OperationCase("vecdot, broadcast", [[2, 3], [3]], [.signed(0.3...2)]) { vecdot($0[0], $0[1]) },
    OperationCase("multiDot", [[3], [3, 4], [4, 2], [2]], [.signed(0.3...2)]) { multiDot($0) },
    OperationCase("kron of different ranks", [[2], [2, 3]], [.signed(0.3...2)]) { kron($0[0], $0[1]) },
    OperationCase("cross, broadcast", [[3, 1], [2, 3, 2]], [.signed(0.3...2)]) { cross($0[0], $0[1], axis: -2) },
    OperationCase("baddbmm", [[2], [2, 2, 3], [2, 3, 2]], [.signed(0.3...2)]) {
      baddbmm($0[0], $0[1], $0[2], beta: -1, alpha: 0.5)
    },
    OperationCase("tensordot over no axis", [[2], [3]], [.signed(0.3...2)]) { tensordot($0[0], $0[1], axes: 0) },
    OperationCase("einsum of four", [[2, 3], [3], [3, 4], [4]], [.signed(0.3...2)]) {
      einsum("ij,j,jk,k->ik", $0)
    },
    OperationCase("einsum with dots", [[2, 3, 2], [4, 1, 2, 3]], [.signed(0.3...2)]) { einsum("...ij,...jk", $0) },
    OperationCase("einsum, elementwise", [[2, 3], [3, 2]], [.signed(0.3...2)]) { einsum("ij,ji->ij", $0) },
    OperationCase("einsum, inner products", [[2, 3], [2, 3]], [.signed(0.3...2)]) { einsum("ij,ij->i", $0) },
    .of("einsum of a diagonal block", [2, 3, 3, 2]) { einsum("ijji->j", $0) },
    .of("diag", [3]) { $0.diag(offset: 1) },
    .of("diag of a matrix", [3, 4]) { $0.diag(offset: -1) },
    .of("diagEmbed between axes", [2, 3]) { $0.diagEmbed(offset: 1, axes: (0, 2)) },
    .of("diagonal of other axes", [3, 2, 4]) { $0.diagonal(offset: -1, axes: (0, 2)) },
    .of("bandPart without end", [3, 4]) { $0.bandPart(lower: nil, upper: 0) },
  ]

  private static let distances: [OperationCase] =
    [1, 2, 3, .infinity].map { p in
      OperationCase("pairwiseDistances, p = \(p)", [[2, 3], [2, 4, 3]], [.distinct], allowsSame: false) {
        pairwiseDistances($0[0], $0[1], p: p)
      }
    } + [
      .of("pdist", [4, 2], .distinct) { pdist($0) },
      OperationCase("pairwiseDistance", [[2, 3], [3]], [.distinct]) { pairwiseDistance($0[0], $0[1], keepDims: true) },
      OperationCase("cosineSimilarity, axis", [[3, 1, 2], [3, 4, 1]], [.distinct]) {
        cosineSimilarity($0[0], $0[1], axis: 0)
      },
      .of("normalized, p = 3", [3, 2]) { $0.normalized(p: 3, axis: 0, safe: true) },
      .of("covariance of a vector", [5]) { $0.covariance() },
    ]
}
