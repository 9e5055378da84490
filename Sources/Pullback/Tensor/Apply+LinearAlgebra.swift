import CKernels
import Kernels

// Decompositions applied to batches of matrices. Operands are float64 (the operations convert); results are untracked.
// Nil, inside ``checked(_:)``, if memory runs out.

/// The LU factors of a batch of matrices.
struct FactorsLU: Sendable {
  /// `[…, m, n]`: U on the diagonal and above, L below.
  let packed: Tensor
  /// `[…, m]`, int64: which row of the matrix each row of the product of the factors is.
  let permutation: Tensor
  /// `[…]`: the determinants of the permutations.
  let sign: Tensor
  /// The first matrix of the batch whose U has a 0 on the diagonal.
  let firstSingular: Int?
}

/// Calls `body` with the place in the batch of each matrix, spread over the threads; `work` is what one matrix costs, in
/// multiplications.
private func forEachMatrix(_ count: Int, work: Int, _ body: (Int) -> Void) {
  let chunk = max(1, 1 << 14 / max(1, work))
  Parallel.run(chunks: (count + chunk - 1) / chunk) { index in
    for place in index * chunk..<min(count, (index + 1) * chunk) { body(place) }
  }
}

extension Elements {
  /// The elements of float64 tensors, and of int64 tensors.
  fileprivate var doubles: UnsafeMutablePointer<Double> { pointer.assumingMemoryBound(to: Double.self) }
  fileprivate var integers: UnsafeMutablePointer<Int64> { pointer.assumingMemoryBound(to: Int64.self) }
}

extension Tensor {
  /// How many matrices the last two axes hold.
  fileprivate var batchCount: Int { shape.droppingLast(2).count() }
}

extension Shape {
  /// This shape with matrices of other extents in the last two axes.
  func withMatrices(_ rows: Int, _ columns: Int) -> Shape {
    var result = droppingLast(2)
    result.append(rows)
    result.append(columns)
    return result
  }

  /// This shape with vectors instead of the matrices in the last two axes.
  func withVectors(_ extent: Int) -> Shape {
    var result = droppingLast(2)
    result.append(extent)
    return result
  }
}

private func outOfMemory(_ operation: StaticString) {
  fail(.outOfMemory, operation, "no memory to work in")
}

/// What a factorisation reported for each matrix of a batch.
private struct Reports {
  private var reports: [Int]

  /// Calls `body` for each matrix. The pointers that it uses belong to `operands`, which are kept until it is done.
  init(count: Int, work: Int, of operands: [Elements], _ body: (Int) -> Int) {
    reports = [Int](repeating: 0, count: count)
    guard !Program.isRecording else {
      fail(
        .autogradMisuse, "compiled",
        "decompositions and solutions may fail, upon which Swift code decides, so they cannot be compiled; compute them outside, and pass them in"
      )
      return
    }
    reports.withUnsafeMutableBufferPointer { reports in
      withExtendedLifetime(operands) {
        forEachMatrix(count, work: work) { reports[$0] = body($0) }
      }
    }
  }

  /// The first matrix with a report other than 0, and the report.
  var first: (place: Int, report: Int)? {
    reports.firstIndex { $0 != 0 }.map { ($0, reports[$0]) }
  }

  /// Whether a matrix found no memory to work in.
  var outOfMemory: Bool { reports.contains(-1) }
}

/// The lower factors of positive definite matrices, of which the lower triangle is read, and what failed, if any.
func factorCholesky(_ a: Tensor, _ operation: StaticString)
  -> (factors: Tensor, failure: (place: Int, order: Int)?)?
{
  if let axis = HiddenAxis(a) {
    return factorCholesky(axis.spread(a), operation).map { all in
      (axis.hide(all.factors), all.failure.map { ($0.place % max(1, a.batchCount), $0.order) })
    }
  }
  guard let l = a.elements.copied(for: operation) else { return nil }
  let n = a.shape[-1]
  let reports = Reports(count: a.batchCount, work: n * n * n / 6, of: [l]) { place in
    cholesky_factor(l.doubles + place * n * n, n)
  }
  if reports.outOfMemory {
    outOfMemory(operation)
    return nil
  }
  return (Tensor(l), reports.first.map { ($0.place, $0.report) })
}

/// LU with partial pivoting.
func factorLU(_ a: Tensor, _ operation: StaticString) -> FactorsLU? {
  if let axis = HiddenAxis(a) {
    return factorLU(axis.spread(a), operation).map { all in
      FactorsLU(
        packed: axis.hide(all.packed), permutation: axis.hide(all.permutation), sign: axis.hide(all.sign),
        firstSingular: all.firstSingular.map { $0 % max(1, a.batchCount) })
    }
  }
  let m = a.shape[-2], n = a.shape[-1]
  guard let packed = a.elements.copied(for: operation),
    let permutation = Elements.allocate(a.shape.withVectors(m), .int64, for: operation),
    let sign = Elements.allocate(a.shape.droppingLast(2), .float64, for: operation)
  else { return nil }
  let reports = Reports(count: a.batchCount, work: m * n * min(m, n) / 3, of: [packed, permutation, sign]) { place in
    var parity: Int32 = 1
    let failed = lu_factor(
      packed.doubles + place * m * n, m, n, permutation.integers + place * m, &parity)
    sign.doubles[place] = Double(parity)
    return failed
  }
  if reports.outOfMemory {
    outOfMemory(operation)
    return nil
  }
  return FactorsLU(
    packed: Tensor(packed), permutation: Tensor(permutation), sign: Tensor(sign), firstSingular: reports.first?.place)
}

/// The solutions of `A x = b`, or `Aᵀ x = b`, for the factors of A and `b` [batch…, n, k], with broadcast batch axes.
func solve(_ factors: FactorsLU, transposed: Bool, _ b: Tensor, _ operation: StaticString) -> Tensor {
  let n = b.shape[-2], k = b.shape[-1]
  guard let batch = factors.packed.shape.droppingLast(2).broadcast(with: b.shape.droppingLast(2)) else {
    return fail(ShapeMismatch(operation, [factors.packed.shape.droppingLast(2), b.shape.droppingLast(2)]).error)
  }
  if let axis = HiddenAxis(factors.packed, b) {
    let all = FactorsLU(
      packed: axis.aligned(factors.packed, rank: batch.rank + 2),
      permutation: axis.aligned(factors.permutation, rank: batch.rank + 1), sign: factors.sign,
      firstSingular: factors.firstSingular)
    return axis.hide(solve(all, transposed: transposed, axis.aligned(b, rank: batch.rank + 2), operation))
  }
  var shape = batch
  shape.append(n)
  shape.append(k)
  guard let right = b.elements.contiguous(for: operation), let x = Elements.allocate(shape, .float64, for: operation)
  else { return .standIn }
  let matrices = batchOffsets(factors.packed, batch)
  let orders = batchOffsets(factors.permutation.expanded(at: -1), batch), rights = batchOffsets(Tensor(right), batch)
  let packed = factors.packed.elements, permutation = factors.permutation.elements
  let reports = Reports(count: batch.count(), work: n * n * k, of: [packed, permutation, right]) { place in
    let lu = packed.doubles + matrices[place], order = permutation.integers + orders[place]
    let b = right.doubles + rights[place], x = x.doubles + place * n * k
    if transposed {
      guard let work = Memory.allocate(n * k * 8) else { return -1 }
      defer { Memory.release(work, n * k * 8) }
      let y = work.assumingMemoryBound(to: Double.self)
      y.update(from: b, count: n * k)
      let solved = triangular_solve(lu, 1, n, y, n, k, 0, 0) & triangular_solve(lu, 1, n, y, n, k, 1, 1)
      for row in 0..<n { (x + Int(order[row]) * k).update(from: y + row * k, count: k) }
      return solved == 1 ? 0 : -1
    }
    for row in 0..<n { (x + row * k).update(from: b + Int(order[row]) * k, count: k) }
    let solved = triangular_solve(lu, n, 1, x, n, k, 0, 1) & triangular_solve(lu, n, 1, x, n, k, 1, 0)
    return solved == 1 ? 0 : -1
  }
  if reports.outOfMemory { outOfMemory(operation) }
  return Tensor(x)
}

/// The solutions of `A x = b` for one triangle of A [batch…, n, n] and `b` [batch…, n, k], with broadcast batch axes.
func solveTriangle(_ a: Tensor, upper: Bool, unit: Bool, _ b: Tensor, _ operation: StaticString) -> Tensor {
  let n = b.shape[-2], k = b.shape[-1]
  guard let batch = a.shape.droppingLast(2).broadcast(with: b.shape.droppingLast(2)) else {
    return fail(ShapeMismatch(operation, [a.shape.droppingLast(2), b.shape.droppingLast(2)]).error)
  }
  if let axis = HiddenAxis(a, b) {
    let (a, b) = (axis.aligned(a, rank: batch.rank + 2), axis.aligned(b, rank: batch.rank + 2))
    return axis.hide(solveTriangle(a, upper: upper, unit: unit, b, operation))
  }
  var shape = batch
  shape.append(n)
  shape.append(k)
  guard let x = b.broadcast(to: shape).elements.copied(for: operation) else { return .standIn }
  let matrices = batchOffsets(a, batch), triangles = a.elements
  let (row, column) = (triangles.layout.strides[a.rank - 2], triangles.layout.strides[a.rank - 1])
  let reports = Reports(count: batch.count(), work: n * n * k / 2, of: [triangles, x]) { place in
    let solved = triangular_solve(
      triangles.doubles + matrices[place], row, column, x.doubles + place * n * k, n, k, upper ? 1 : 0,
      unit ? 1 : 0)
    return solved == 1 ? 0 : -1
  }
  if reports.outOfMemory { outOfMemory(operation) }
  return Tensor(x)
}

/// `a = q · r` with `columns` orthonormal columns of `q` and no negative number on the diagonal of `r`.
func decomposeQR(_ a: Tensor, columns: Int, _ operation: StaticString) -> (q: Tensor, r: Tensor)? {
  if let axis = HiddenAxis(a) {
    return decomposeQR(axis.spread(a), columns: columns, operation).map { (axis.hide($0.q), axis.hide($0.r)) }
  }
  let m = a.shape[-2], n = a.shape[-1]
  guard let work = a.elements.copied(for: operation),
    let q = Elements.allocate(a.shape.withMatrices(m, columns), .float64, for: operation),
    let r = Elements.allocate(a.shape.withMatrices(columns, n), .float64, for: operation)
  else { return nil }
  let reports = Reports(count: a.batchCount, work: m * n * columns, of: [work, q, r]) { place in
    let done = qr_decompose(
      work.doubles + place * m * n, q.doubles + place * m * columns, r.doubles + place * columns * n, m, n,
      columns)
    return done == 1 ? 0 : -1
  }
  if reports.outOfMemory {
    outOfMemory(operation)
    return nil
  }
  return (Tensor(q), Tensor(r))
}

/// The eigenvalues of symmetric matrices, ascending, and the eigenvectors as columns, if wanted.
func decomposeSymmetric(_ a: Tensor, vectors wanted: Bool, _ operation: StaticString)
  -> (values: Tensor, vectors: Tensor?)?
{
  if let axis = HiddenAxis(a) {
    return decomposeSymmetric(axis.spread(a), vectors: wanted, operation).map { all in
      (axis.hide(all.values), all.vectors.map(axis.hide))
    }
  }
  let n = a.shape[-1]
  guard let work = a.elements.copied(for: operation),
    let values = Elements.allocate(a.shape.withVectors(n), .float64, for: operation)
  else { return nil }
  var vectors: Elements?
  if wanted {
    vectors = Elements.allocate(a.shape, .float64, for: operation)
    if vectors == nil { return nil }
  }
  let reports = Reports(count: a.batchCount, work: 4 * n * n * n, of: [work, values]) { place in
    let offset = place * n * n
    let done = symmetric_eigen(
      work.doubles + offset, values.doubles + place * n, vectors.map { $0.doubles + offset }, n)
    return done == 1 ? 0 : -1
  }
  if reports.outOfMemory {
    outOfMemory(operation)
    return nil
  }
  return (Tensor(values), vectors.map { Tensor($0) })
}

/// The singular values of matrices with no more columns than rows, descending, and the vectors, if wanted.
func decomposeSingular(_ a: Tensor, vectors wanted: Bool, _ operation: StaticString)
  -> (values: Tensor, vectors: (u: Tensor, vt: Tensor)?)?
{
  if let axis = HiddenAxis(a) {
    return decomposeSingular(axis.spread(a), vectors: wanted, operation).map { all in
      (axis.hide(all.values), all.vectors.map { (axis.hide($0.u), axis.hide($0.vt)) })
    }
  }
  let m = a.shape[-2], n = a.shape[-1]
  guard let work = a.elements.copied(for: operation),
    let values = Elements.allocate(a.shape.withVectors(n), .float64, for: operation)
  else { return nil }
  var vectors: (u: Elements, vt: Elements)?
  if wanted {
    guard let u = Elements.allocate(a.shape, .float64, for: operation),
      let vt = Elements.allocate(a.shape.withMatrices(n, n), .float64, for: operation)
    else { return nil }
    vectors = (u, vt)
  }
  let reports = Reports(count: a.batchCount, work: 10 * m * n * n, of: [work, values]) { place in
    let done = singular_values(
      work.doubles + place * m * n, vectors.map { $0.u.doubles + place * m * n }, values.doubles + place * n,
      vectors.map { $0.vt.doubles + place * n * n }, m, n)
    return done == 1 ? 0 : -1
  }
  if reports.outOfMemory {
    outOfMemory(operation)
    return nil
  }
  return (Tensor(values), vectors.map { (Tensor($0.u), Tensor($0.vt)) })
}
