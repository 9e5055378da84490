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

/// The pullback of a function at inputs: the linear function from a cotangent of the result to cotangents of the inputs,
/// the product of the transposed Jacobian with a vector.
///
/// The function is evaluated once; the pullback can be called any number of times.
///
/// ```swift
/// let pull = pullback(at: Tensor([1, 2])) { x in x * x }
/// print(pull(Tensor([1, 10])))  // [2.0, 40.0] : [2] float32
/// ```
///
/// - Precondition: of a cotangent, that it has the result's shape and dtype; else traps, or throws inside ``checked(_:)``.
public func pullback<each Input: TensorStructure>(
  at input: repeat each Input, of function: (repeat each Input) throws -> Tensor
) rethrows -> (_ cotangent: Tensor) -> (repeat each Input) {
  try valueWithPullback(at: repeat each input, of: function).pullback
}

/// The result of a function and its pullback; see ``pullback(at:of:)``.
///
/// ```swift
/// let (value, pullback) = valueWithPullback(at: Tensor([1, 2])) { x in x * x }
/// print(value, pullback(Tensor([1, 10])))  // [1.0, 4.0] : [2] float32 [2.0, 40.0] : [2] float32
/// ```
public func valueWithPullback<each Input: TensorStructure>(
  at input: repeat each Input, of function: (repeat each Input) throws -> Tensor
) rethrows -> (value: Tensor, pullback: (_ cotangent: Tensor) -> (repeat each Input)) {
  let evaluation = try Evaluation(at: repeat each input, of: function)
  return (evaluation.value, { cotangent in evaluation.gradients(cotangent, retainingTape: true) })
}
