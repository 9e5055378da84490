// Whole matrices of derivatives.

/// How a Jacobian is computed.
public enum JacobianMode: Sendable, Hashable {
  /// By rows or by columns, whichever are fewer.
  case automatic
  /// By columns, a differential for each element of the input.
  case forward
  /// By rows, a pullback for each element of the result.
  case reverse
}

/// All first derivatives of a function: element `[i…, j…]` is the derivative of element `[i…]` of the result with respect
/// to element `[j…]` of the input.
///
/// The function is evaluated once, and replayed for many rows or columns at once: a mapped replay.
///
/// ```swift
/// print(jacobian(at: Tensor([1, 2])) { x in x * x })
/// // [[2.0, 0.0],
/// //  [0.0, 4.0]] : [2, 2] float32
/// ```
///
/// - Parameters:
///   - x: where.
///   - mode: how; ``JacobianMode/automatic`` unless you know better.
///   - chunkSize: how many rows or columns are computed at once, which takes as much more memory than a single one. By
///     default as many as hold some four million elements of the input or the result. With 1, each is a replay of its own,
///     which derivatives of your own that look at the values of their cotangent need.
///   - function: of one tensor.
/// - Returns: a tensor of the result's shape followed by the input's.
public func jacobian(
  at x: Tensor, mode: JacobianMode = .automatic, chunkSize: Int? = nil, of function: (Tensor) throws -> Tensor
) rethrows -> Tensor {
  let evaluation = try Evaluation(at: x, walkingForward: mode != .reverse, of: function)
  let result = evaluation.result
  let shape = Shape(result.shape.array + x.shape.array)
  if shape.contains(0) { return Tensor.zeros(shape, dtype: x.dtype) }
  let chunkSize = Swift.max(1, chunkSize ?? (1 << 22) / Swift.max(x.count, result.count))
  let isForward = mode == .forward || mode == .automatic && x.count < result.count
  if !isForward {
    return mappedOverBasis(of: result, chunkSize) { evaluation.gradients($0, retainingTape: true) }.reshaped(to: shape)
  }
  let differential = LinearMap(evaluation)
  let columns = mappedOverBasis(of: x, chunkSize) { differential($0) }
  return columns.reshaped(to: [x.count, result.count]).transposed().reshaped(to: shape)
}

/// All second derivatives of a function of one result: element `[i…, j…]` is the derivative with respect to elements
/// `[i…]` and `[j…]` of the input.
///
/// ```swift
/// print(hessian(at: Tensor([1, 2])) { x in (x * x * x).sum() })
/// // [[6.0,  0.0],
/// //  [0.0, 12.0]] : [2, 2] float32
/// ```
///
/// - Precondition: the result has one element; else traps, or throws inside ``checked(_:)``.
public func hessian(at x: Tensor, of function: (Tensor) throws -> Tensor) rethrows -> Tensor {
  try jacobian(at: x, mode: .reverse) { x in try gradient(at: x, of: function) }
}

/// The results of a function for the unit vectors of a tensor's space, in row-major order along a first axis.
private func mappedOverBasis(of x: Tensor, _ chunkSize: Int, _ function: (Tensor) -> Tensor) -> Tensor {
  let chunks = stride(from: 0, to: x.count, by: chunkSize).map { start in
    let count = Swift.min(chunkSize, x.count - start)
    let vectors = Tensor.eye(count, columns: x.count, offset: start, dtype: x.dtype)
    if count == 1 { return function(vectors.reshaped(to: x.shape)).expanded(at: 0) }
    return mapped(over: vectors) { function($0.reshaped(to: x.shape)) }
  }
  return chunks.count == 1 ? chunks[0] : concatenated(chunks, axis: 0)
}
