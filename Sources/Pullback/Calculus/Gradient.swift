// Gradients and vector-Jacobian products of functions, in reverse mode.

/// The gradient of a function of one result: how the result changes with every element of the inputs.
///
/// The function is evaluated once, at one or several inputs, and replayed. Inputs are tensors or structures of them; the
/// gradient has their form. Gradients nest: inside a function that is itself differentiated, the result is recorded.
///
/// ```swift
/// print(gradient(at: Tensor([1, 2])) { x in (x * x * x).sum() })  // [3.0, 12.0] : [2] float32
///
/// let (dw, db) = gradient(at: Tensor([2, 3]), Tensor(1)) { w, b in (w * 10 + b).sum() }
/// print(dw, db)  // [10.0, 10.0] : [2] float32 2.0
///
/// let second = gradient(at: Tensor(2)) { x in gradient(at: x) { x in x * x * x } }
/// print(second)  // 12.0
/// ```
///
/// - Precondition: the result has one element; else traps, or throws inside ``checked(_:)``.
public func gradient<each Input: TensorStructure>(
  at input: repeat each Input, of function: (repeat each Input) throws -> Tensor
) rethrows -> (repeat each Input) {
  try valueWithGradient(at: repeat each input, of: function).gradient
}

/// The result of a function and its gradient; see ``gradient(at:of:)``.
///
/// ```swift
/// let (value, gradient) = valueWithGradient(at: Tensor([1, 2])) { x in x.squared().sum() }
/// print(value, gradient)  // 5.0 [2.0, 4.0] : [2] float32
/// ```
public func valueWithGradient<each Input: TensorStructure>(
  at input: repeat each Input, of function: (repeat each Input) throws -> Tensor
) rethrows -> (value: Tensor, gradient: (repeat each Input)) {
  let evaluation = try Evaluation(at: repeat each input, of: function)
  return (evaluation.value, evaluation.gradients(nil))
}

/// The result of a function, its gradient, and what else the function returned; see ``gradient(at:of:)``.
///
/// ```swift
/// let x = Tensor([[1, 2], [3, 4]])
/// let (loss, gradient, outputs) = valueWithGradient(at: Tensor([1, -1])) { w in
///   let outputs = x.matmul(w)
///   return (outputs.squared().mean(), outputs)
/// }
/// print(loss, gradient, outputs)  // 1.0 [-4.0, -6.0] : [2] float32 [-1.0, -1.0] : [2] float32
/// ```
///
/// - Parameters:
///   - input: where; tensors or structures of them.
///   - function: from the inputs to a result of one element, which is differentiated, and an auxiliary tensor or structure,
///     which is not.
/// - Precondition: the result has one element; else traps, or throws inside ``checked(_:)``.
public func valueWithGradient<each Input: TensorStructure, Auxiliary: TensorStructure>(
  at input: repeat each Input, of function: (repeat each Input) throws -> (Tensor, Auxiliary)
) rethrows -> (value: Tensor, gradient: (repeat each Input), auxiliary: Auxiliary) {
  let evaluation = try Evaluation(at: repeat each input) { (values: repeat each Input) in
    let (value, auxiliary) = try function(repeat each values)
    return Accompanied(value: value, auxiliary: auxiliary)
  }
  let (value, gradient) = (evaluation.value, evaluation.gradient(of: evaluation.result.value))
  return (value.value, gradient, value.auxiliary)
}

/// A result and what comes with it.
private struct Accompanied<Auxiliary: TensorStructure>: TensorStructure {
  var value: Tensor
  var auxiliary: Auxiliary

  mutating func updateTensors(_ body: (inout Tensor) throws -> Void) rethrows {
    try body(&value)
    try auxiliary.updateTensors(body)
  }
}

/// The pullback of a function at inputs: the linear function from a cotangent of the result to cotangents of the inputs,
/// the product of the transposed Jacobian with a vector.
///
/// The function is evaluated once; the pullback can be called any number of times. The result, and with it the cotangent,
/// is a tensor or a structure of them.
///
/// ```swift
/// let pull = pullback(at: Tensor([1, 2])) { x in x * x }
/// print(pull(Tensor([1, 10])))  // [2.0, 40.0] : [2] float32
/// ```
///
/// - Precondition: of a cotangent, that it has the result's shape and dtype; else traps, or throws inside ``checked(_:)``.
public func pullback<each Input: TensorStructure, Output: TensorStructure>(
  at input: repeat each Input, of function: (repeat each Input) throws -> Output
) rethrows -> (_ cotangent: Output) -> (repeat each Input) {
  try valueWithPullback(at: repeat each input, of: function).pullback
}

/// The result of a function and its pullback; see ``pullback(at:of:)``.
///
/// ```swift
/// let (value, pullback) = valueWithPullback(at: Tensor([1, 2])) { x in x * x }
/// print(value, pullback(Tensor([1, 10])))  // [1.0, 4.0] : [2] float32 [2.0, 40.0] : [2] float32
/// ```
public func valueWithPullback<each Input: TensorStructure, Output: TensorStructure>(
  at input: repeat each Input, of function: (repeat each Input) throws -> Output
) rethrows -> (value: Output, pullback: (_ cotangent: Output) -> (repeat each Input)) {
  let evaluation = try Evaluation(at: repeat each input, of: function)
  return (evaluation.value, { cotangent in evaluation.gradients(cotangent, retainingTape: true) })
}
