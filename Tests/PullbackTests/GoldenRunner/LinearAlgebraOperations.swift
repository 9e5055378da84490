@testable import Pullback

let linearAlgebraOperations: [String: GoldenOperation] = [
  "cholesky": unary { try $0.cholesky() },
  "cholesky_gram": one { call in
    let m = call[0]
    let gram = m.matmul(m.transposed()) + Tensor.eye(m.shape[-1], dtype: m.dtype) * call.double("c")
    return try gram.cholesky()
  },
  "det": unary { $0.det() },
  "diag_embed": one { $0[0].diagEmbed(offset: $0.int("offset")) },
  "diagonal": one {
    $0[0].diagonal(offset: $0.int("offset"), axes: ($0.int("axis1", default: -2), $0.int("axis2", default: -1)))
  },
  "eigh_fn": one { call in
    let (values, vectors) = call[0].eigh()
    return (vectors * spectral(call.string("fn"), values).expanded(at: -2)).matmul(vectors.transposed())
  },
  "eigvalsh": unary { $0.eigenvaluesHermitian() },
  "inverse": unary { try $0.inverse() },
  "matrix_norm": one { call in
    call[0].matrixNorm(try matrixNorm(call.attribute("ord") ?? .string("fro")))
  },
  "matrix_power": one { try $0[0].matrixPower($0.int("n")) },
  "pinv": unary { $0.pinv() },
  "qr": { call in
    let (q, r) = call[0].qr()
    return [q, r]
  },
  "slogdet": { call in
    let (sign, logAbsolute) = call[0].slogdet()
    return [sign, logAbsolute]
  },
  "solve": one { call in
    // Vectors may come in batches.
    if call.flag("vector") { return try solve(call[0], call[1].expanded(at: -1)).squeezed(axis: -1) }
    return try solve(call[0], call[1])
  },
  "svd_fn": one { call in
    let (u, s, vt) = call[0].svd()
    return (u * spectral(call.string("fn"), s).expanded(at: -2)).matmul(vt)
  },
  "svdvals": unary { $0.singularValues() },
  "trace": unary { $0.trace() },
  "triangular_solve": one {
    try solveTriangular(
      $0[0], $0[1], upper: $0.flag("upper"), unit: $0.flag("unit"), left: $0.flag("left", default: true))
  },
  "tril": one { $0[0].tril(offset: $0.int("k")) },
  "triu": one { $0[0].triu(offset: $0.int("k")) },
]

/// The functions of eigenvalues and singular values that the golden cases use.
private func spectral(_ name: String, _ x: Tensor) -> Tensor {
  switch name {
  case "exp": exp(x)
  case "tanh": tanh(x)
  case "square": x.squared()
  default: 1 / (1 + x.squared())
  }
}

private func matrixNorm(_ order: JSON) throws -> MatrixNorm {
  if case .string("fro") = order { return .frobenius }
  if case .string("nuc") = order { return .nuclear }
  switch order.double {
  case 1: return .one
  case -1: return .minusOne
  case 2: return .spectral
  case -2: return .minusSpectral
  case .infinity: return .infinity
  case -.infinity: return .minusInfinity
  default: throw NotOffered("matrix_norm of the order \(order)")
  }
}
