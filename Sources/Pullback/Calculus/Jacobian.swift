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
/// ```swift
/// print(jacobian(at: Tensor([1, 2])) { x in x * x })
/// // [[2.0, 0.0],
/// //  [0.0, 4.0]] : [2, 2] float32
/// ```
///
/// - Parameters:
///   - x: where.
///   - mode: how; ``JacobianMode/automatic`` unless you know better.
///   - function: of one tensor.
/// - Returns: a tensor of the result's shape followed by the input's.
public func jacobian(
  at x: Tensor, mode: JacobianMode = .automatic, of function: (Tensor) throws -> Tensor
) rethrows -> Tensor {
  let evaluation = try Evaluation(at: x, of: function)
  let result = evaluation.result
  let shape = Shape(result.shape.array + x.shape.array)
  if shape.contains(0) { return Tensor.zeros(shape, dtype: x.dtype) }
  let isForward = mode == .forward || mode == .automatic && x.count < result.count
  if !isForward {
    let rows = basis(of: result).map { evaluation.gradients($0, retainingTape: true) }
    return stacked(rows).reshaped(to: shape)
  }
  let cotangent = Tensor.zeros(result.shape, dtype: result.dtype).requiringGradient()
  let gradient = evaluation.recordedGradients(cotangent)[0]
  guard gradient.isTracked else { return Tensor.zeros(shape, dtype: x.dtype) }
  let columns = basis(of: x).map { change in
    gradient.backward(change, retainingTape: true, recordingGradients: evaluation.isNested)[cotangent]
      .reshaped(to: [result.count])
  }
  return stacked(columns, axis: 1).reshaped(to: shape)
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

/// The unit vectors of a tensor's space, in row-major order.
private func basis(of x: Tensor) -> [Tensor] {
  (0..<x.count).map { place in
    Tensor.eye(1, columns: x.count, offset: place, dtype: x.dtype).reshaped(to: x.shape)
  }
}
