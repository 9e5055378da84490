// Jacobian-vector products: derivatives in a direction.

/// The differential of a function at inputs: the linear function from a change of the inputs to the change of the result,
/// the product of the Jacobian with a vector.
///
/// The function is evaluated once and recorded; the differential walks that tape forward, carrying changes from operands to
/// results, and costs about as much as the function each time that it is called. Every operation that has a vector-Jacobian
/// product has this too: where it does not say how changes are carried, its derivative is transposed.
///
/// ```swift
/// let d = differential(at: Tensor([1, 2])) { x in x * x }
/// print(d(Tensor([1, 0])), d(Tensor([0, 1])))  // [2.0, 0.0] : [2] float32 [0.0, 4.0] : [2] float32
/// ```
///
/// Inputs and result are tensors or structures of them. With a gradient as the function, this is a Hessian:
///
/// ```swift
/// let d = differential(at: Tensor([1, 2])) { x in gradient(at: x) { x in (x * x * x).sum() } }
/// print(d(Tensor([1, 1])))  // [6.0, 12.0] : [2] float32
/// ```
///
/// - Precondition: of a change, that its tensors have the shapes and dtypes of the inputs; else traps, or throws inside
///   ``checked(_:)``.
public func differential<each Input: TensorStructure, Output: TensorStructure>(
  at input: repeat each Input, of function: (repeat each Input) throws -> Output
) rethrows -> (_ change: repeat each Input) -> Output {
  try valueWithDifferential(at: repeat each input, of: function).differential
}

/// The result of a function and its differential; see ``differential(at:of:)``.
///
/// ```swift
/// let (value, differential) = valueWithDifferential(at: Tensor([1, 2])) { x in x * x }
/// print(value, differential(Tensor([1, 10])))  // [1.0, 4.0] : [2] float32 [2.0, 40.0] : [2] float32
/// ```
public func valueWithDifferential<each Input: TensorStructure, Output: TensorStructure>(
  at input: repeat each Input, of function: (repeat each Input) throws -> Output
) rethrows -> (value: Output, differential: (_ change: repeat each Input) -> Output) {
  let (value, map) = try linearize(at: repeat each input, of: function)
  return (value, { (change: repeat each Input) in map(repeat each change) })
}

/// The result of a function and its derivative there, a linear map that can be applied many times, forward and backward.
///
/// The function is evaluated once, and the steps of the map are laid down once.
///
/// ```swift
/// let (value, jacobian) = linearize(at: Tensor([1, 2])) { x in x * x.sum() }
/// print(value)  // [3.0, 6.0] : [2] float32
/// print(jacobian(Tensor([1, 0])))  // [4.0, 2.0] : [2] float32
/// print(jacobian.transposed(Tensor([1, 0])))  // [4.0, 1.0] : [2] float32
/// ```
///
/// - Parameters:
///   - input: where; tensors or structures of them.
///   - function: from the inputs to a tensor or a structure of them.
/// - Returns: the result, and the derivative.
public func linearize<each Input: TensorStructure, Output: TensorStructure>(
  at input: repeat each Input, of function: (repeat each Input) throws -> Output
) rethrows -> (value: Output, derivative: LinearMap<Output, repeat each Input>) {
  let evaluation = try Evaluation(at: repeat each input, walkingForward: true, of: function)
  return (evaluation.value, LinearMap(evaluation))
}

/// The derivative of a function at a place: the linear map from changes of its inputs to that of its result.
///
/// Made by ``linearize(at:of:)``.
public struct LinearMap<Output: TensorStructure, each Input: TensorStructure> {
  private let evaluation: Evaluation<Output, repeat each Input>
  private let forwardReplay: ForwardReplay?

  init(_ evaluation: Evaluation<Output, repeat each Input>) {
    self.evaluation = evaluation
    forwardReplay = evaluation.forwardReplay
  }

  /// The change of the result for a change of the inputs: the product of the Jacobian with a vector.
  ///
  /// - Precondition: the tensors of the change have the shapes and dtypes of the inputs; else traps, or throws inside
  ///   ``checked(_:)``.
  public func callAsFunction(_ change: repeat each Input) -> Output {
    var changes: [Tensor] = []
    for structure in repeat each change { changes += structure.allTensors }
    guard isWellFormed(changes), let forwardReplay else { return zero }
    // Inputs without gradients have no place in the walk.
    if !evaluation.inputTensors.allSatisfy(\.isTracked) {
      changes = Swift.zip(evaluation.inputTensors, changes).filter { $0.0.isTracked }.map { $0.1 }
    }
    var found = forwardReplay(changes).makeIterator()
    return evaluation.result.mappingTensors { result in
      (result.isTracked ? found.next()! : nil) ?? Tensor.zeros(result.shape, dtype: result.dtype)
    }
  }

  private var zero: Output { evaluation.result.mappingTensors { Tensor.zeros($0.shape, dtype: $0.dtype) } }

  /// The cotangents of the inputs for one of the result: the product of the transposed Jacobian with a vector.
  ///
  /// - Precondition: the tensors of the cotangent have the shapes and dtypes of the result; else traps, or throws inside
  ///   ``checked(_:)``.
  public func transposed(_ cotangent: Output) -> (repeat each Input) {
    evaluation.gradients(cotangent, retainingTape: true)
  }

  /// Whether a change has the inputs' form; a mistake of the caller if not.
  private func isWellFormed(_ changes: [Tensor]) -> Bool {
    let inputs = evaluation.inputTensors
    guard inputs.count == changes.count else {
      fail(
        .autogradMisuse, "differential",
        "the change has \(changes.count) tensors; expected \(inputs.count), as many as the inputs")
      return false
    }
    for (x, change) in Swift.zip(inputs, changes) where x.shape != change.shape || x.dtype != change.dtype {
      fail(
        .autogradMisuse, "differential",
        "a change is \(change.dtype) of shape \(change.shape); expected \(x.dtype) of shape \(x.shape), like the input")
      return false
    }
    return true
  }
}
