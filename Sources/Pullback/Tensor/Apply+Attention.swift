import CKernels
import Kernels

/// The settings of an attention over operands `[batch, heads, rows, width]` with unit stride along the rows.
struct AttentionCall: Sendable {
  let q: Tensor
  let k: Tensor
  let v: Tensor
  /// Broadcast to `[batch, heads, queries, keys]`, bool or of the operands' dtype.
  let mask: Tensor?
  let causal: Bool
  let scale: Double

  fileprivate var shape: attention_shape {
    var shape = attention_shape()
    shape.batch = q.shape[0]
    shape.heads = q.shape[1]
    shape.queries = q.shape[2]
    shape.keys = k.shape[2]
    shape.width = q.shape[3]
    shape.value_width = v.shape[3]
    shape.scale = scale
    shape.causal = causal ? 1 : 0
    shape.q_strides = q.rowStrides
    shape.k_strides = k.rowStrides
    shape.v_strides = v.rowStrides
    if let mask {
      let strides = mask.elements.layout.strides
      shape.mask = UnsafeRawPointer(mask.elements.pointer)
      shape.mask_is_bool = mask.dtype == .bool ? 1 : 0
      shape.mask_strides = (strides[0], strides[1], strides[2], strides[3])
    }
    return shape
  }
}

extension AttentionCall {
  fileprivate var operands: [Tensor] { [q, k, v] + (mask.map { [$0] } ?? []) }

  /// This call for other operands of these shapes.
  fileprivate func replacing(_ operands: [Tensor]) -> AttentionCall {
    let rows = operands[..<3].map { $0.withUnitStrideRows() }
    return AttentionCall(
      q: rows[0], k: rows[1], v: rows[2], mask: mask.map { _ in operands[3] }, causal: causal, scale: scale)
  }
}

extension Tensor {
  /// The strides of all axes but the last.
  fileprivate var rowStrides: (Int, Int, Int) {
    let strides = elements.layout.strides
    return (strides[0], strides[1], strides[2])
  }

  /// Memory for a tensor like this one with another last extent, whose axes 1 and 2 lie in memory in the same order:
  /// heads that are columns of one matrix stay so.
  fileprivate func allocatingLike(width: Int, for operation: StaticString) -> Tensor? {
    let strides = elements.layout.strides
    let interleaved = shape[1] > 1 && shape[2] > 1 && strides[1] < strides[2]
    let order = interleaved ? [0, 2, 1, 3] : [0, 1, 2, 3]
    let extents = order.map { $0 == 3 ? width : shape[$0] }
    return Elements.allocate(Shape(extents), dtype, for: operation).map { Tensor($0).permuted(axes: order) }
  }

  /// Rows whose elements follow each other: this tensor or a copy.
  func withUnitStrideRows() -> Tensor {
    shape[-1] <= 1 || elements.layout.strides[rank - 1] == 1 ? self : contiguous()
  }
}

/// `softmax(scale · q kᵀ + mask) v`, and the logarithms of the sums of exponentials `[batch, heads, queries]`.
func attend(_ call: AttentionCall) -> (y: Tensor, logSums: Tensor) {
  let operation: StaticString = "scaledDotProductAttention"
  let q = call.q
  if let axis = HiddenAxis([q, call.k, call.v, call.mask]) {
    let results = axis.forEach(call.operands) { operands in
      let (y, logSums) = attend(call.replacing(operands))
      return [y, logSums]
    }
    return (results[0], results[1])
  }
  guard let y = q.allocatingLike(width: call.v.shape[3], for: operation),
    let logSums = Elements.allocate(q.shape.droppingLast(1), q.dtype, for: operation)
  else { return (.standIn, .standIn) }
  var shape = call.shape
  shape.y_strides = y.rowStrides
  let (queries, keys, values) = (q.elements.pointer, call.k.elements.pointer, call.v.elements.pointer)
  let (result, sums, dtype) = (y.elements.pointer, logSums.pointer, Int32(q.dtype.rawValue))
  // The operands live in `call`.
  let succeeded = launch(
    keeping: call,
    succeeding: { [shape] in
      var shape = shape
      return attention_forward(
        dtype, &shape, queries, keys, values, result, sums) != 0
        || noScratch(operation, shape)
    })
  return succeeded ? (y, Tensor(logSums)) : (.standIn, .standIn)
}

/// The gradients with respect to q, k and v.
func attendGradient(_ call: AttentionCall, y: Tensor, logSums: Tensor, dy: Tensor) -> [Tensor] {
  let operation: StaticString = "attentionGradient"
  if let axis = HiddenAxis([y, logSums, dy] + call.operands) {
    return axis.forEach([y, logSums, dy] + call.operands) { operands in
      attendGradient(
        call.replacing(Array(operands[3...])), y: operands[0].withUnitStrideRows(), logSums: operands[1].contiguous(),
        dy: operands[2])
    }
  }
  let (q, k, v, dy) = (call.q, call.k, call.v, dy.withUnitStrideRows())
  guard let dq = q.allocatingLike(width: q.shape[3], for: operation),
    let dk = k.allocatingLike(width: k.shape[3], for: operation),
    let dv = v.allocatingLike(width: v.shape[3], for: operation)
  else { return [.standIn, .standIn, .standIn] }
  var shape = call.shape
  shape.y_strides = y.rowStrides
  var strides = attention_gradient_strides()
  strides.dy_strides = dy.rowStrides
  strides.dq_strides = dq.rowStrides
  strides.dk_strides = dk.rowStrides
  strides.dv_strides = dv.rowStrides
  let (queries, keys, values) = (q.elements.pointer, k.elements.pointer, v.elements.pointer)
  let (result, sums, cotangent) = (y.elements.pointer, logSums.elements.pointer, dy.elements.pointer)
  let (dQueries, dKeys, dValues) = (dq.elements.pointer, dk.elements.pointer, dv.elements.pointer)
  let dtype = Int32(q.dtype.rawValue)
  let succeeded = launch(
    keeping: (call, y, logSums, dy),
    succeeding: { [shape, strides] in
      var (shape, strides) = (shape, strides)
      return attention_gradient(
        dtype, &shape, &strides, queries, keys, values, result, sums, cotangent,
        dQueries, dKeys, dValues) != 0
        || noScratch(operation, shape)
    })
  return succeeded ? [dq, dk, dv] : [.standIn, .standIn, .standIn]
}

private func noScratch(_ operation: StaticString, _ shape: attention_shape) -> Bool {
  failed(.outOfMemory, operation, "no memory for blocks of keys, for \(shape.queries) queries of width \(shape.width)")
}
