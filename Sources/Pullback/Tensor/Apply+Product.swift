import CKernels
import Kernels

/// What the matrix product does in the last store of each element.
struct ProductFinish {
  /// A row of `n` elements added to every row of the product.
  var bias: Tensor?
  /// Whether negative elements become zero after the bias.
  var relu = false
}

/// The product of matrices `a` [batch…, m, k] and `b` [batch…, k, n] of rank 2 and more, with broadcast batch axes; an
/// operand that is said to be transposed is [batch…, k, m] or [batch…, n, k].
func matrixProduct(
  _ a: Tensor, _ b: Tensor, _ operation: StaticString, transposed: (a: Bool, b: Bool) = (false, false),
  finish: ProductFinish = ProductFinish()
) -> Tensor {
  guard a.dtype == b.dtype else { return mixed(operation, a, b) }
  guard a.dtype != .bool else { return unsupported(operation, .bool) }
  guard a.rank >= 2, b.rank >= 2 else {
    return fail(.shapeMismatch, operation, "shapes \(a.shape) and \(b.shape): matrices have two axes at least")
  }
  // The axes of rows and columns.
  let aAxes = transposed.a ? (a.rank - 1, a.rank - 2) : (a.rank - 2, a.rank - 1)
  let bAxes = transposed.b ? (b.rank - 1, b.rank - 2) : (b.rank - 2, b.rank - 1)
  let (m, k, n) = (a.shape.extents[aAxes.0], a.shape.extents[aAxes.1], b.shape.extents[bAxes.1])
  guard k == b.shape.extents[bAxes.0] else {
    return fail(
      .shapeMismatch, operation,
      "shapes \(a.shape) and \(b.shape) do not fit: the columns of the left (\(k)) must be as many as the rows of the right (\(b.shape.extents[bAxes.0]))"
    )
  }
  var batchShape = Shape()
  if a.rank > 2 || b.rank > 2 {
    let (aBatch, bBatch) = (a.shape.droppingLast(2), b.shape.droppingLast(2))
    guard let common = aBatch.broadcast(with: bBatch) else {
      return fail(ShapeMismatch(operation, [aBatch, bBatch]).error)
    }
    batchShape = common
  }
  if a.isMapped || b.isMapped || finish.bias?.isMapped == true {
    return productOfExamples(a, b, operation, transposed, finish, rank: batchShape.rank + 2)
  }
  guard let c = allocateProduct(batchShape, rows: m, columns: n, a.dtype, operation) else { return .standIn }
  if c.count == 0 { return Tensor(c) }

  var bias: Elements?
  if let row = finish.bias {
    guard let contiguous = row.elements.contiguous(for: operation) else { return .standIn }
    bias = contiguous
  }
  var call = matrix_product()
  call.m = m
  call.n = n
  call.k = k
  call.a = UnsafeRawPointer(a.elements.pointer)
  call.a_row = a.elements.layout.strides[aAxes.0]
  call.a_column = a.elements.layout.strides[aAxes.1]
  call.b = UnsafeRawPointer(b.elements.pointer)
  call.b_row = b.elements.layout.strides[bAxes.0]
  call.b_column = b.elements.layout.strides[bAxes.1]
  call.c = c.pointer
  call.c_row = n
  call.c_batch = m * n
  call.bias = bias.map { UnsafeRawPointer($0.pointer) }
  call.relu = finish.relu ? 1 : 0
  // Every pointer in `call` belongs to an object that lives until after the call: the operands are parameters.
  call.batch = batchShape.rank == 0 ? 1 : batchShape.count()
  let succeeded = withExtendedLifetime(bias) {
    call.batch == 1
      ? multiply(&call, a.dtype, operation)
      : multiply(call, a.dtype, batchOffsets(a, batchShape), batchOffsets(b, batchShape), operation)
  }
  return succeeded ? Tensor(c) : .standIn
}

/// Memory for the products of a batch, not initialised.
@inline(__always)
private func allocateProduct(
  _ batch: Shape, rows: Int, columns: Int, _ dtype: DType, _ operation: StaticString
) -> Elements? {
  if batch.rank == 0 { return Elements.allocate(rows: rows, columns: columns, dtype, for: operation) }
  var shape = batch
  shape.append(rows)
  shape.append(columns)
  return Elements.allocate(shape, dtype, for: operation)
}

/// The product with mapped operands: one product of many rows where only one operand is mapped and the other a plain
/// matrix, else a batch of products.
private func productOfExamples(
  _ a: Tensor, _ b: Tensor, _ operation: StaticString, _ transposed: (a: Bool, b: Bool), _ finish: ProductFinish,
  rank: Int
) -> Tensor {
  let axis = HiddenAxis(a, b, finish.bias)!
  if let bias = finish.bias, axis.isHidden(in: bias) {
    // The kernel adds one row to all products.
    let product = matrixProduct(a, b, operation, transposed: transposed)
    let sum = zip(product, bias, operation) { $0.pointee.binary.add }
    return finish.relu ? sum.clamped(to: 0...Double.infinity) : sum
  }
  if !axis.isHidden(in: b), b.rank == 2, a.rank == 2, !transposed.a {
    return axis.unfolded(matrixProduct(axis.folded(a), b.detached(), operation, transposed: transposed, finish: finish))
  }
  if !axis.isHidden(in: a), a.rank == 2, b.rank == 2, b.shape[transposed.b ? 0 : 1] == 1, finish.bias == nil {
    // Columns, one for each example: their transposes are the rows of a matrix.
    let rows = axis.spread(b).reshaped(to: [axis.extent, b.count])
    let product = matrixProduct(rows, a.detached(), operation, transposed: (false, !transposed.a), finish: finish)
    return axis.hide(product.expanded(at: 2))
  }
  return axis.hide(
    matrixProduct(
      axis.aligned(a, rank: rank), axis.aligned(b, rank: rank), operation, transposed: transposed, finish: finish))
}

// Without `launch`, whose closures would copy so large a structure at every call.
@inline(__always)
private func multiply(_ call: inout matrix_product, _ dtype: DType, _ operation: StaticString) -> Bool {
  if Program.isRecording { note(call, dtype, operation) }
  return matrix_multiply(Int32(dtype.rawValue), &call) != 0 || noMemory(call, operation)
}

@inline(never)
private func note(_ call: matrix_product, _ dtype: DType, _ operation: StaticString) {
  // In an array, whose address is passed on without a copy.
  let call = [call]
  Program.current.note {
    call.withUnsafeBufferPointer { matrix_multiply(Int32(dtype.rawValue), $0.baseAddress!) != 0 }
      || noMemory(call[0], operation)
  }
}

/// The products of a batch, whose matrices begin at these offsets.
private func multiply(
  _ call: matrix_product, _ dtype: DType, _ aOffsets: [Int], _ bOffsets: [Int], _ operation: StaticString
) -> Bool {
  launch(
    keeping: (),
    succeeding: { [dtype = Int32(dtype.rawValue)] in
      aOffsets.withUnsafeBufferPointer { aOffsets in
        bOffsets.withUnsafeBufferPointer { bOffsets in
          var call = call
          call.a_offsets = aOffsets.baseAddress
          call.b_offsets = bOffsets.baseAddress
          return matrix_multiply(dtype, &call) != 0 || noMemory(call, operation)
        }
      }
    })
}

@inline(never)
private func noMemory(_ call: matrix_product, _ operation: StaticString) -> Bool {
  failed(
    .outOfMemory, operation, "no memory to rearrange the operands of a product of \(call.m) x \(call.k) x \(call.n)")
}

/// Where each matrix of the broadcast batch begins, in elements.
func batchOffsets(_ x: Tensor, _ batch: Shape) -> [Int] {
  let own = x.shape.droppingLast(2)
  var strides = Axes(repeating: 0)
  for axis in 0..<own.rank where own.extents[axis] != 1 {
    strides[batch.rank - own.rank + axis] = x.elements.layout.strides[axis]
  }
  var offsets = [0]
  for axis in 0..<batch.rank {
    offsets = offsets.flatMap { offset in
      (0..<batch.extents[axis]).map { offset + $0 * strides[axis] }
    }
  }
  return offsets
}

extension Shape {
  /// The extents without the last `count`.
  func droppingLast(_ count: Int) -> Shape {
    var result = Shape()
    for axis in 0..<Swift.max(0, rank - count) { result.append(extents[axis]) }
    return result
  }
}
