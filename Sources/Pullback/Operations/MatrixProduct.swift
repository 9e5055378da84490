// Matrix products.

extension Tensor {
  /// The matrix product, after NumPy's rules for operands of any rank.
  ///
  /// Of rank 2 and more, the last two axes are matrices `[m, k]` and `[k, n]`, and the axes before them broadcast. A left
  /// operand of rank 1 counts as a row and a right one as a column, which do not appear in the result.
  ///
  /// VJP: `da = dy · bᵀ`, `db = aᵀ · dy`.
  ///
  /// ```swift
  /// let a = Tensor([[1, 2], [3, 4]]), v = Tensor([1, 1])
  /// print(a.matmul(v))  // [3.0, 7.0] : [2] float32
  /// print(a.matmul(a))
  /// // [[ 7.0, 10.0],
  /// //  [15.0, 22.0]] : [2, 2] float32
  /// ```
  ///
  /// - Precondition: neither operand is a scalar, the inner extents agree, the batch axes broadcast, and the dtypes are
  ///   equal; else traps, or throws inside ``checked(_:)``.
  public func matmul(_ b: Tensor) -> Tensor {
    let a = self
    guard a.rank > 0, b.rank > 0 else {
      return fail(
        .shapeMismatch, "matmul", "shapes \(a.shape) and \(b.shape): a scalar is no matrix; multiply it with *")
    }
    if a.rank == 1, b.rank == 1 {
      guard a.shape == b.shape else {
        return fail(.shapeMismatch, "matmul", "shapes \(a.shape) and \(b.shape): vectors of different lengths")
      }
      return a.expanded(at: 0).matmul(b.expanded(at: 1)).reshaped(to: Shape())
    }
    if a.rank == 1 { return a.expanded(at: 0).matmul(b).squeezed(axis: -2) }
    if b.rank == 1 { return a.matmul(b.expanded(at: 1)).squeezed(axis: -1) }
    if b.rank == 2, a.rank > 2 {
      // One product of all rows instead of many small ones, forward and backward.
      let rows = a.shape.droppingLast(1)
      var shape = rows
      shape.append(b.shape[1])
      return a.reshaped(to: [rows.count(), a.shape[-1]]).matmul(b).reshaped(to: shape)
    }
    return multiply(a, transposed: false, b, transposed: false)
  }
}

/// The product of matrices of rank 2 and more, either of them transposed on the way.
///
/// Closed under derivatives: those of a product of transposed matrices are such products, so no view is ever made of one.
func multiply(_ a: Tensor, transposed aT: Bool, _ b: Tensor, transposed bT: Bool) -> Tensor {
  let product = matrixProduct(a, b, "matmul", transposed: (aT, bT))
  guard a.isRecorded || b.isRecorded else { return product }
  return
    product.recorded(
      as: "matmul",
      wrt: a,
      { dy in
        aT
          ? multiply(b, transposed: bT, dy, transposed: true) : multiply(dy, transposed: false, b, transposed: !bT)
      },
      differential: { da in multiply(da, transposed: aT, b, transposed: bT) },
      wrt: b,
      { dy in
        bT
          ? multiply(dy, transposed: true, a, transposed: aT) : multiply(a, transposed: !aT, dy, transposed: false)
      },
      differential: { db in multiply(a, transposed: aT, db, transposed: bT) })
}

/// The matrix product of two tensors: ``Tensor/matmul(_:)``.
///
/// ```swift
/// print(matmul(Tensor([[1, 2]]), Tensor([[3], [4]])))  // [[11.0]] : [1, 1] float32
/// ```
public func matmul(_ a: Tensor, _ b: Tensor) -> Tensor { a.matmul(b) }
