// Products of vectors, matrices and tensors, other than the matrix product itself.

/// The inner product of two vectors.
///
/// VJP: `da = dy · b`, `db = dy · a`.
///
/// ```swift
/// print(dot(Tensor([1, 2]), Tensor([3, 4])))  // 11.0
/// ```
///
/// - Precondition: both are vectors of one length; else traps, or throws inside ``checked(_:)``.
public func dot(_ a: Tensor, _ b: Tensor) -> Tensor {
  guard a.rank == 1, b.rank == 1 else {
    return fail(.shapeMismatch, "dot", "shapes \(a.shape) and \(b.shape); expected vectors, matmul takes matrices")
  }
  return a.matmul(b)
}

/// The inner products of the vectors along an axis; the other axes broadcast.
///
/// VJP: `da = dy · b`, `db = dy · a`.
///
/// ```swift
/// print(vecdot(Tensor([[1, 2], [3, 4]]), Tensor([1, 10])))  // [21.0, 43.0] : [2] float32
/// ```
public func vecdot(_ a: Tensor, _ b: Tensor, axis: Int = -1) -> Tensor {
  guard a.rank > 0, b.rank > 0 else {
    return fail(.shapeMismatch, "vecdot", "shapes \(a.shape) and \(b.shape): a scalar is no vector")
  }
  return (a * b).sum(axis: axis)
}

/// The products of vectors and matrices, with broadcasting of the other axes: `y[j] = Σ v[i] · m[i, j]`.
///
/// ```swift
/// print(vecmat(Tensor([1, 2]), Tensor([[1, 2], [3, 4]])))  // [7.0, 10.0] : [2] float32
/// ```
///
/// - Parameters:
///   - v: `[…, n]`.
///   - m: `[…, n, p]`.
public func vecmat(_ v: Tensor, _ m: Tensor) -> Tensor {
  guard v.rank > 0 else { return fail(.shapeMismatch, "vecmat", "a scalar is no vector") }
  return v.expanded(at: -2).matmul(m).squeezed(axis: -2)
}

/// The products of matrices and vectors, with broadcasting of the other axes: `y[i] = Σ m[i, j] · v[j]`.
///
/// ```swift
/// print(matvec(Tensor([[1, 2], [3, 4]]), Tensor([1, 10])))  // [21.0, 43.0] : [2] float32
/// ```
///
/// - Parameters:
///   - m: `[…, n, p]`.
///   - v: `[…, p]`.
public func matvec(_ m: Tensor, _ v: Tensor) -> Tensor {
  guard v.rank > 0 else { return fail(.shapeMismatch, "matvec", "a scalar is no vector") }
  return m.matmul(v.expanded(at: -1)).squeezed(axis: -1)
}

/// All products of an element of one vector with an element of another; tensors of other ranks are flattened.
///
/// VJP: `da = dy · b`, `db = dyᵀ · a`.
///
/// ```swift
/// print(outer(Tensor([1, 2]), Tensor([3, 4])))
/// // [[3.0, 4.0],
/// //  [6.0, 8.0]] : [2, 2] float32
/// ```
public func outer(_ a: Tensor, _ b: Tensor) -> Tensor {
  a.reshaped(to: [a.count, 1]) * b.reshaped(to: [1, b.count])
}

/// The inner products of the last axes: every vector of `a` with every vector of `b`.
///
/// ```swift
/// print(inner(Tensor([[1, 2], [3, 4]]), Tensor([[1, 0], [0, 1]])))
/// // [[1.0, 2.0],
/// //  [3.0, 4.0]] : [2, 2] float32
/// ```
///
/// - Returns: the axes of `a` and then those of `b`, without the last ones; with a scalar, the plain product.
/// - Precondition: the last axes have one extent; else traps, or throws inside ``checked(_:)``.
public func inner(_ a: Tensor, _ b: Tensor) -> Tensor {
  if a.rank == 0 || b.rank == 0 { return a * b }
  return tensordot(a, b, axes: ([-1], [-1]), "inner")
}

/// The sums of products over pairs of axes: the matrix product of tensors of any rank.
///
/// ```swift
/// let a = Tensor.ones([2, 3, 4]), b = Tensor.ones([4, 3, 5])
/// print(tensordot(a, b, axes: ([1, 2], [1, 0])).shape)  // [2, 5]
/// ```
///
/// - Parameters:
///   - a: the left operand.
///   - b: the right operand.
///   - axes: axes of `a` and, in the same order, the axes of `b` that they are summed with.
/// - Returns: the other axes of `a`, then the other axes of `b`.
/// - Precondition: the axes exist and paired ones have one extent; else traps, or throws inside ``checked(_:)``.
public func tensordot(_ a: Tensor, _ b: Tensor, axes: ([Int], [Int])) -> Tensor {
  tensordot(a, b, axes: axes, "tensordot")
}

/// The sums of products over the last axes of one tensor and the first axes of another.
///
/// ```swift
/// print(tensordot(Tensor.ones([2, 3, 4]), Tensor.ones([3, 4, 5]), axes: 2).shape)  // [2, 5]
/// ```
public func tensordot(_ a: Tensor, _ b: Tensor, axes count: Int) -> Tensor {
  guard count >= 0, count <= a.rank, count <= b.rank else {
    return fail(
      .invalidArgument, "tensordot", "shapes \(a.shape) and \(b.shape) do not have \(count) axes to sum over")
  }
  return tensordot(a, b, axes: (Array(a.rank - count..<a.rank), Array(0..<count)), "tensordot")
}

private func tensordot(_ a: Tensor, _ b: Tensor, axes: ([Int], [Int]), _ operation: StaticString) -> Tensor {
  guard let left = ReductionAxes(axes.0, of: a.shape, for: operation),
    let right = ReductionAxes(axes.1, of: b.shape, for: operation)
  else { return .standIn }
  let summed = (axes.0.compactMap { a.shape.wrapped($0) }, axes.1.compactMap { b.shape.wrapped($0) })
  guard summed.0.map({ a.shape[$0] }) == summed.1.map({ b.shape[$0] }) else {
    return fail(
      .shapeMismatch, operation,
      "axes \(axes.0) of shape \(a.shape) and \(axes.1) of \(b.shape) differ in number or extent")
  }
  let free = ((0..<a.rank).filter { !left.isReduced[$0] }, (0..<b.rank).filter { !right.isReduced[$0] })
  guard free.0.count + free.1.count <= Shape.maximumRank else {
    return fail(
      .invalidArgument, operation, "shapes \(a.shape) and \(b.shape) give more than \(Shape.maximumRank) axes")
  }
  let k = summed.0.reduce(1) { $0 * a.shape[$1] }
  let m = free.0.reduce(1) { $0 * a.shape[$1] }, n = free.1.reduce(1) { $0 * b.shape[$1] }
  let rows = a.permuted(axes: free.0 + summed.0).reshaped(to: [m, k])
  let columns = b.permuted(axes: summed.1 + free.1).reshaped(to: [k, n])
  return rows.matmul(columns).reshaped(to: Shape(free.0.map { a.shape[$0] } + free.1.map { b.shape[$0] }))
}

/// The Kronecker product: a copy of `b` for every element of `a`, times it.
///
/// Of tensors of different ranks the smaller gets leading axes of extent 1.
///
/// ```swift
/// print(kron(Tensor([1, 10]), Tensor([1, 2])))  // [1.0, 2.0, 10.0, 20.0] : [4] float32
/// ```
///
/// - Precondition: there are at most 4 axes; else traps, or throws inside ``checked(_:)``.
public func kron(_ a: Tensor, _ b: Tensor) -> Tensor {
  let rank = max(a.rank, b.rank)
  guard 2 * rank <= Shape.maximumRank else {
    return fail(
      .invalidArgument, "kron",
      "shapes \(a.shape) and \(b.shape); at most \(Shape.maximumRank / 2) axes are possible")
  }
  let own = Array(repeating: 1, count: rank - a.rank) + a.shape.array
  let other = Array(repeating: 1, count: rank - b.rank) + b.shape.array
  let spread = a.reshaped(to: Shape(own.flatMap { [$0, 1] })) * b.reshaped(to: Shape(other.flatMap { [1, $0] }))
  return spread.reshaped(to: Shape(Swift.zip(own, other).map { $0 * $1 }))
}

/// The vector product of 3-vectors along an axis; the other axes broadcast.
///
/// VJP: `da = b × dy`, `db = dy × a`.
///
/// ```swift
/// print(cross(Tensor([1, 0, 0]), Tensor([0, 1, 0])))  // [0.0, 0.0, 1.0] : [3] float32
/// ```
///
/// - Precondition: the axis has extent 3 in both; else traps, or throws inside ``checked(_:)``.
public func cross(_ a: Tensor, _ b: Tensor, axis: Int = -1) -> Tensor {
  guard let shape = a.shape.broadcast(with: b.shape), let place = resolve(axis, in: shape, for: "cross"),
    a.shape.wrapped(place - shape.rank).map({ a.shape[$0] }) == 3,
    b.shape.wrapped(place - shape.rank).map({ b.shape[$0] }) == 3
  else {
    return fail(
      .shapeMismatch, "cross", "shapes \(a.shape) and \(b.shape) along axis \(axis); expected 3-vectors that broadcast")
  }
  let axis = place - shape.rank
  let next = Tensor([1, 2, 0], dtype: .int64), last = Tensor([2, 0, 1], dtype: .int64)
  return withoutRecording {
    a.gathering(next, axis: axis) * b.gathering(last, axis: axis)
      - a.gathering(last, axis: axis) * b.gathering(next, axis: axis)
  }
  .recorded(as: "cross", wrt: a, { dy in cross(b, dy, axis: axis) }, wrt: b, { dy in cross(dy, a, axis: axis) })
}

/// `beta · c + alpha · a · b` for matrices.
///
/// ```swift
/// print(addmm(Tensor([1, 1]), Tensor([[1, 2]]), Tensor([[1, 0], [0, 1]]), alpha: 10))
/// // [[11.0, 21.0]] : [1, 2] float32
/// ```
///
/// - Precondition: `a` and `b` are matrices that fit, and `c` broadcasts to the product; else traps, or throws inside
///   ``checked(_:)``.
public func addmm(_ c: Tensor, _ a: Tensor, _ b: Tensor, beta: Double = 1, alpha: Double = 1) -> Tensor {
  guard a.rank == 2, b.rank == 2 else {
    return fail(.shapeMismatch, "addmm", "shapes \(a.shape) and \(b.shape); expected matrices, baddbmm takes batches")
  }
  return scaledSum(c, a.matmul(b), beta, alpha)
}

/// `beta · c + alpha · a · b` for batches of matrices.
///
/// ```swift
/// print(baddbmm(Tensor(1), Tensor.ones([2, 1, 3]), Tensor.ones([2, 3, 1])))
/// // [[[4.0]],
/// //
/// //  [[4.0]]] : [2, 1, 1] float32
/// ```
///
/// - Precondition: `a` and `b` have rank 3 and fit, and `c` broadcasts to the product; else traps, or throws inside
///   ``checked(_:)``.
public func baddbmm(_ c: Tensor, _ a: Tensor, _ b: Tensor, beta: Double = 1, alpha: Double = 1) -> Tensor {
  guard a.rank == 3, b.rank == 3 else {
    return fail(.shapeMismatch, "baddbmm", "shapes \(a.shape) and \(b.shape); expected batches of matrices of rank 3")
  }
  return scaledSum(c, a.matmul(b), beta, alpha)
}

private func scaledSum(_ c: Tensor, _ product: Tensor, _ beta: Double, _ alpha: Double) -> Tensor {
  (beta == 1 ? c : c * beta) + (alpha == 1 ? product : product * alpha)
}

/// The product of several matrices, multiplied in the order that takes the fewest multiplications.
///
/// The first and the last may be vectors: a row and a column that do not appear in the result.
///
/// ```swift
/// let product = multiDot([Tensor.ones([10, 100]), Tensor.ones([100, 5]), Tensor.ones([5, 50])])
/// print(product.shape, product[0, 0])  // [10, 50] 500.0
/// ```
///
/// - Precondition: there is at least one, all are matrices but for the ends, and neighbours fit; else traps, or throws
///   inside ``checked(_:)``.
public func multiDot(_ matrices: [Tensor]) -> Tensor {
  guard var factors = Optional(matrices), let first = factors.first, let last = factors.last else {
    return fail(.invalidArgument, "multiDot", "there are no matrices; at least one is needed")
  }
  if factors.count == 1 { return first }
  if first.rank == 1 { factors[0] = first.expanded(at: 0) }
  if last.rank == 1 { factors[factors.count - 1] = last.expanded(at: 1) }
  guard factors.allSatisfy({ $0.rank == 2 }),
    Swift.zip(factors, factors.dropFirst()).allSatisfy({ $0.shape[1] == $1.shape[0] })
  else {
    return fail(
      .shapeMismatch, "multiDot",
      "shapes \(matrices.map(\.shape)) do not fit; expected matrices with equal inner extents")
  }
  var product = multiplied(factors, bestSplits(factors), 0, factors.count - 1)
  if last.rank == 1 { product = product.squeezed(axis: -1) }
  return first.rank == 1 ? product.squeezed(axis: 0) : product
}

/// For each run of factors, after which one it is best split: the classic dynamic programme.
private func bestSplits(_ factors: [Tensor]) -> [[Int]] {
  let extents = [factors[0].shape[0]] + factors.map { $0.shape[1] }
  let count = factors.count
  var cost = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
  var split = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
  for length in 1..<count {
    for start in 0..<count - length {
      let end = start + length
      cost[start][end] = .infinity
      for middle in start..<end {
        let product = Double(extents[start]) * Double(extents[middle + 1]) * Double(extents[end + 1])
        let total = cost[start][middle] + cost[middle + 1][end] + product
        if total < cost[start][end] { (cost[start][end], split[start][end]) = (total, middle) }
      }
    }
  }
  return split
}

private func multiplied(_ factors: [Tensor], _ split: [[Int]], _ start: Int, _ end: Int) -> Tensor {
  if start == end { return factors[start] }
  let middle = split[start][end]
  return multiplied(factors, split, start, middle).matmul(multiplied(factors, split, middle + 1, end))
}
