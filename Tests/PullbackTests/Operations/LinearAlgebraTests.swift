import Foundation
import Testing

@testable import Pullback

/// Decompositions put together again, spectra that repeat, matrices that are singular, and what is thrown.
@Suite struct LinearAlgebraTests {
  // MARK: - Accuracy

  /// Matrices of all kinds, by name.
  private static func matrices() -> [(name: String, matrix: Tensor)] {
    var result: [(String, Tensor)] = []
    for (m, n) in [(1, 1), (2, 2), (5, 3), (3, 5), (33, 33), (70, 40), (40, 70), (100, 100)] {
      result.append(("random \(m) × \(n)", noise([m, n])))
    }
    let scales = Tensor((0..<20).map { pow(10, -Double($0)) }, shape: [20, 1])
    result.append(("graded rows", noise([20, 20]) * scales))
    result.append(("graded columns", noise([20, 20]) * scales.transposed()))
    result.append(("graded both ways", noise([20, 20]) * scales * scales.transposed()))
    let places = Tensor.arange(60, dtype: .float64)
    result.append(("Hilbert", reciprocal(places.expanded(at: 1) + places + 1)))
    result.append(("rank 2 of 9", noise([9, 2]).matmul(noise([2, 9]))))
    result.append(("rank 3 of 60", noise([60, 3]).matmul(noise([3, 60]))))
    result.append(("zero", Tensor.zeros([6, 4], dtype: .float64)))
    result.append(("identity", Tensor.eye(7, dtype: .float64)))
    result.append(("tiny", noise([6, 6]) * 1e-300))
    result.append(("huge", noise([6, 6]) * 1e300))
    result.append(("batch", noise([3, 2, 4, 4])))
    result.append(("no rows", Tensor.zeros([0, 3], dtype: .float64)))
    result.append(("no matrices", Tensor.zeros([0, 3, 3], dtype: .float64)))
    return result
  }

  @Test func decompositionsMultiplyBackToTheMatrix() {
    for (name, a) in Self.matrices() {
      let (u, s, vt) = a.svd()
      expectEqual((u * s.expanded(at: -2)).matmul(vt), a, "svd of \(name)")
      expectOrthonormal(u, "u of \(name)")
      expectOrthonormal(vt.transposed(), "v of \(name)")
      let falling = s[.ellipsis, ..<Swift.max(0, s.shape[-1] - 1)] .>= s[.ellipsis, Swift.min(1, s.shape[-1])...]
      #expect(falling.all().item(as: Bool.self), "singular values of \(name)")
      expectEqual(a.singularValues(), s, "singular values of \(name)")

      for mode in [QRMode.reduced, .complete] {
        let (q, r) = a.qr(mode)
        expectEqual(q.matmul(r), a, "qr of \(name)")
        expectOrthonormal(q, "q of \(name)")
        #expect((r.diagonal() .>= 0).all().item(as: Bool.self), "r of \(name)")
        expectEqual(r.tril(offset: -1), Tensor.zeros(r.shape, dtype: .float64), "r of \(name)")
      }

      let (p, l, upper) = a.lu()
      expectEqual(p.matmul(l).matmul(upper), a, "lu of \(name)")
      #expect((abs(l) .<= 1).all().item(as: Bool.self), "pivots of \(name)")
    }
  }

  @Test func symmetricDecompositionsMultiplyBack() throws {
    for (name, a) in Self.matrices() where a.shape[-1] == a.shape[-2] {
      let symmetric = a.symmetrised()
      let (w, v) = symmetric.eigh()
      expectEqual((v * w.expanded(at: -2)).matmul(v.transposed()), symmetric, "eigh of \(name)")
      expectOrthonormal(v, "eigenvectors of \(name)")
      expectEqual(symmetric.eigenvaluesHermitian(), w, "eigenvalues of \(name)")
      if name == "tiny" || name == "huge" { continue }
      let definite = a.matmul(a.transposed()) + Tensor.eye(a.shape[-1], dtype: .float64)
      let factor = try definite.cholesky()
      expectEqual(factor.matmul(factor.transposed()), definite, "cholesky of \(name)")
      expectEqual(try definite.cholesky(upper: true), factor.transposed(), "upper cholesky of \(name)")
      let identity = Tensor.eye(a.shape[-1], dtype: .float64).broadcast(to: a.shape)
      expectEqual(try definite.inverse().matmul(definite), identity, "inverse of \(name)", 1e-9)
      let b = noise([a.shape[-1], 3])
      expectEqual(
        definite.matmul(try solve(definite, b)), b.broadcast(to: a.shape.replacing(axis: a.rank - 1, with: 3)), name,
        1e-10)
    }
  }

  @Test func smallSingularValuesKeepTheirDigits() {
    let scales = Tensor((0..<8).map { pow(10, -4 * Double($0)) }, shape: [8])
    let s = (noise([8, 8]).qr().q * scales).singularValues()
    for (found, expected) in Swift.zip(s.scalars(as: Double.self), scales.scalars(as: Double.self)) {
      #expect(Swift.abs(found - expected) <= 1e-13 * expected)
    }
  }

  @Test func pseudoinversesObeyPenrosesConditions() {
    for (name, a) in Self.matrices() where !["Hilbert", "tiny", "huge"].contains(name) && !name.contains("graded") {
      let p = a.pinv()
      expectEqual(a.matmul(p).matmul(a), a, "a p a, \(name)", 1e-10)
      expectEqual(p.matmul(a).matmul(p), p, "p a p, \(name)", 1e-10)
      if a.count > 0 { expectEqual(a.matmul(p).symmetrised(), a.matmul(p), "a p, \(name)", 1e-10) }
    }
  }

  @Test func exponentialsOfCommutingMatricesMultiply() {
    let a = noise([4, 6, 6]) * Tensor([0.01, 1, 10, 40], dtype: .float64).reshaped(to: [4, 1, 1])
    expectEqual(
      a.matrixExp().matmul((-a).matrixExp())[0..<2], Tensor.eye(6, dtype: .float64).broadcast(to: [2, 6, 6]), "", 1e-9)
    let rotation = Tensor([[0, -30], [30, 0]], dtype: .float64)
    let (cosine, sine) = (cos(30.0), sin(30.0))
    let turned = Tensor([cosine, -sine, sine, cosine], shape: [2, 2])
    expectEqual(rotation.matrixExp(), turned, "a rotation", 1e-13)
  }

  // MARK: - Repeated values and singular matrices

  @Test func valuesOfRepeatedSpectraHaveGradients() {
    let identity = Tensor.eye(2, dtype: .float64)
    let cotangent = Tensor([2, 2], dtype: .float64)
    expectEqual(gradient(at: identity) { ($0.eigenvaluesHermitian() * cotangent).sum() }, identity * 2, "eigenvalues")
    expectEqual(gradient(at: identity) { ($0.singularValues() * cotangent).sum() }, identity * 2, "singular values")
    expectEqual(gradient(at: identity) { $0.matrixNorm(.spectral) }, identity * 0.5, "a tie is shared")
    expectEqual(gradient(at: identity * 0) { $0.matrixNorm(.nuclear) }, identity, "the nuclear norm at 0")
    for norm in [MatrixNorm.frobenius, .one, .infinity] {
      expectEqual(gradient(at: identity * 0) { $0.matrixNorm(norm) }, identity * 0, "\(norm) at 0")
    }
    #expect(gradient(at: identity) { $0.eigh().vectors.sum() }.isNaN().all().item(as: Bool.self))
    #expect(gradient(at: identity) { $0.svd().u.sum() }.isNaN().all().item(as: Bool.self))
  }

  /// The determinant as a sum over permutations, made of operations that are smooth everywhere.
  private static func expandedDeterminant(_ x: Tensor) -> Tensor {
    let n = x.shape[-1]
    if n == 1 { return x[0, 0] }
    return (0..<n).map { column -> Tensor in
      let rest = concatenated([x[1..., ..<column], x[1..., (column + 1)...]], axis: 1)
      return x[0, column] * expandedDeterminant(rest) * (column % 2 == 0 ? 1 : -1)
    }.reduce(Tensor(0, dtype: .float64)) { $0 + $1 }
  }

  @Test func determinantsOfAnyRankHaveExactDerivatives() {
    for (n, rank) in [(1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2), (4, 1), (4, 2), (4, 3), (4, 4), (5, 3)] {
      let x = noise([n, rank]).matmul(noise([rank, n], seed: 5))
      let direction = noise([n, n], seed: 9)
      func derivatives(_ f: (Tensor) -> Tensor) -> [Tensor] {
        let x = x.requiringGradient()
        var results: [Tensor] = []
        var y = f(x)
        while results.count < 3, y.isTracked {
          results.append(y.backward(recordingGradients: true)[x])
          y = (results.last! * direction).sum()
        }
        return results
      }
      let found = derivatives { $0.det() }, expected = derivatives(Self.expandedDeterminant)
      for (order, expected) in expected.enumerated() {
        let found = order < found.count ? found[order] : expected * 0
        expectEqual(
          found, expected, "derivative \(order + 1) of a determinant of extent \(n) and rank \(rank)", 1e-11, scale: 1)
      }
    }
  }

  @Test func determinantsOfABatchMayDifferInRank() {
    let parts = [
      noise([4, 4]), noise([4, 2]).matmul(noise([2, 4])), noise([4, 3]).matmul(noise([3, 4])), noise([4, 4], seed: 3),
    ]
    let together = gradient(at: stacked(parts)) { $0.det().sum() }
    for (place, part) in parts.enumerated() {
      expectEqual(
        together[place], gradient(at: part) { Self.expandedDeterminant($0) }, "matrix \(place)", 1e-11, scale: 1)
    }
  }

  @Test func logarithmsOfVanishingDeterminants() {
    let x = Tensor([[1, 2], [2, 4]], dtype: .float64)
    let (sign, logarithm) = x.slogdet()
    #expect(sign.item() == 0.0 && logarithm.item() == -Double.infinity)
    let slope: [Double] = gradient(at: x) { $0.slogdet().logAbsolute }.scalars()
    // Of which sign depends on the side from which 0 is reached.
    #expect(slope.allSatisfy(\.isInfinite) && slope[0] == slope[3] && slope[0] == -slope[1])
    #expect(Tensor([[0, 1], [1, 0]]).logdet().item().isNaN)
  }

  // MARK: - Triangles that are not read

  @Test func trianglesThatAreNotReadHaveNoGradient() throws {
    let factor = Tensor([[2, 7], [1, 3]], dtype: .float64), b = noise([2, 2])
    let solved = gradient(at: factor) { try! choleskySolve($0, b).sum() }
    #expect(solved[0, 1].item() == 0.0 && solved[1, 0].item() != 0.0)
    let unit = gradient(at: factor) { try! solveTriangular($0, b, upper: true, unit: true).sum() }
    #expect(unit[0, 0].item() == 0.0 && unit[1, 0].item() == 0.0 && unit[0, 1].item() != 0.0)

    let definite = Tensor([[4, 1], [1, 3]], dtype: .float64)
    for upper in [false, true] {
      let pull = pullback(at: definite) { try! $0.cholesky(upper: upper) }
      let whole = Tensor([[1, 2], [3, 4]], dtype: .float64)
      expectEqual(pull(whole), pull(upper ? whole.triu() : whole.tril()), "cotangents outside the triangle")
    }
  }

  // MARK: - Errors

  @Test func errorsNameTheMatrix() {
    let identity = Tensor.eye(2, dtype: .float64), singular = Tensor([[1, 2], [2, 4]], dtype: .float64)
    let batch = stacked([identity, identity, singular]),
      grid = stacked([stacked([identity, identity]), stacked([identity, singular])])
    let calls: [(String, (Tensor) throws -> Tensor)] = [
      ("inverse", { try $0.inverse() }), ("solve", { try solve($0, identity) }),
      ("cholesky", { try ($0 - singular).cholesky() }), ("inverse", { try $0.matrixPower(-1) }),
      ("solveTriangular", { try solveTriangular($0 - identity, identity, upper: false) }),
    ]
    for (operation, call) in calls {
      let wanted = operation == "cholesky" || operation == "solveTriangular" ? "matrix " : "matrix 2 of the batch"
      expectFailure(operation, wanted) { try call(batch) }
    }
    expectFailure("inverse", "matrix [1, 1] of the batch") { try grid.inverse() }
    expectFailure("inverse", "the matrix (shape [2, 2]) is singular") { try singular.inverse() }
    expectFailure(
      "cholesky", "matrix 1 of the batch (shape [2, 2, 2]) is not positive definite: the leading minor of order 2"
    ) {
      try stacked([identity, singular]).cholesky()
    }
    expectFailure("cholesky", "order 1") { try (identity * .nan).cholesky() }
    expectFailure("solveTriangular", "matrix 1 of the batch") {
      try luSolve(stacked([identity, singular]).luFactor(), identity)
    }
  }

  @Test func mistakesInShapesAreThrownWhenChecked() {
    let mistakes: [(TensorError.Kind, () throws -> Void)] = [
      (.shapeMismatch, { _ = try Tensor.zeros([2, 3]).inverse() }),
      (.shapeMismatch, { _ = try solve(.eye(2), .zeros([3, 1])) }),
      (.shapeMismatch, { _ = try solve(.zeros([3, 2, 2]), .zeros([2, 2, 1])) }),
      (.shapeMismatch, { _ = Tensor.zeros([3]).qr() }),
      (.dtypeMismatch, { _ = Tensor.zeros([3, 3], dtype: .int64).det() }),
      (.dtypeMismatch, { _ = try solve(.eye(2), .zeros([2], dtype: .float64)) }),
      (.shapeMismatch, { _ = einsum("ij,jk->ik", .zeros([2, 3]), .zeros([4, 2])) }),
      (.invalidArgument, { _ = einsum("ij->iq", .zeros([2, 3])) }),
      (.invalidArgument, { _ = einsum("ij,jk", .zeros([2, 3])) }),
      (.shapeMismatch, { _ = einsum("ijk->i", .zeros([2, 3])) }),
      (.shapeMismatch, { _ = cross(.zeros([2]), .zeros([2])) }),
      (.invalidAxis, { _ = Tensor.zeros([2, 2]).diagonal(axes: (0, 0)) }),
      (.shapeMismatch, { _ = tensordot(.zeros([2, 3]), .zeros([4, 5]), axes: 1) }),
      (.invalidArgument, { _ = multiDot([]) }),
    ]
    for (place, (kind, mistake)) in mistakes.enumerated() {
      let error = #expect(throws: TensorError.self) { try checked { try mistake() } }
      #expect(error?.kind == kind, "mistake \(place): \(error?.description ?? "")")
    }
  }

  // MARK: - Sums of products

  @Test func einsumAgreesWithPlainSums() {
    let a = noise([3, 4]), b = noise([4, 5]), c = noise([5, 2]), batch = noise([2, 3, 3])
    expectEqual(einsum("ij,jk,kl->li", a, b, c), a.matmul(b).matmul(c).transposed(), "three operands")
    expectEqual(einsum("bii->b", batch), batch.trace(), "traces")
    expectEqual(einsum("...ii->...i", batch), batch.diagonal(), "diagonals under dots")
    expectEqual(einsum("ba", a), a.transposed(), "alphabetical order")
    expectEqual(
      einsum("b...a,a", batch, noise([3])), batch.matmul(noise([3])).permuted(axes: [1, 0]), "dots come first")
    expectEqual(
      einsum("iij,jk->k", noise([3, 3, 4]), b), noise([3, 3, 4]).diagonal(axes: (0, 1)).sum(axis: 1).matmul(b), "")
    expectEqual(
      einsum("ij,kj->ik", a, noise([5, 1])), a.sum(axis: 1, keepDims: true) * noise([5, 1]).transposed(),
      "an extent of 1 stretches")
    expectEqual(
      einsum("i,j,k->", noise([2]), noise([3]), noise([4])), noise([2]).sum() * noise([3]).sum() * noise([4]).sum(), "")
  }
}

// MARK: - Helpers

/// Numbers from -1 to 1 that look random, the same in every run.
private func noise(_ shape: Shape, seed: UInt64 = 1) -> Tensor {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  let values = (0..<shape.count()).map { _ -> Double in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(Int64(bitPattern: state) >> 11) / Double(1 << 52)
  }
  return Tensor(values, shape: shape)
}

/// Whether tensors agree to a tolerance, relative to the largest element of the second, or to a larger scale.
private func expectEqual(
  _ a: Tensor, _ b: Tensor, _ what: String, _ tolerance: Double = 1e-12, scale least: Double = 0,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard a.shape == b.shape else {
    Issue.record("\(what): shape \(a.shape), expected \(b.shape)", sourceLocation: sourceLocation)
    return
  }
  if a.count == 0 { return }
  let scale = Swift.max(least, abs(b).max().item()), error: Double = abs(a - b).max().item()
  if !(error <= tolerance * scale || error == 0) {
    Issue.record("\(what): off by \(error) at a scale of \(scale)", sourceLocation: sourceLocation)
  }
}

private func expectOrthonormal(_ q: Tensor, _ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
  let identity = Tensor.eye(q.shape[-1], dtype: .float64).broadcast(
    to: q.shape.replacing(axis: q.rank - 2, with: q.shape[-1]))
  expectEqual(q.transposed().matmul(q), identity, what, sourceLocation: sourceLocation)
}

private func expectFailure(
  _ operation: String, _ words: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Tensor
) {
  let error = #expect(throws: TensorError.self, sourceLocation: sourceLocation) { _ = try body() }
  #expect(error?.kind == .linearAlgebraFailure, sourceLocation: sourceLocation)
  #expect(error?.operation == operation, sourceLocation: sourceLocation)
  #expect(error?.message.contains(words) == true, "\(error?.message ?? "")", sourceLocation: sourceLocation)
}
