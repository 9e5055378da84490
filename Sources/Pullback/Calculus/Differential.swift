// Jacobian-vector products: derivatives in a direction.

/// The differential of a function at inputs: the linear function from a change of the inputs to the change of the result,
/// the product of the Jacobian with a vector.
///
/// The pullback is linear in its cotangent, and the differential is the pullback's own transpose: it is found by replaying
/// the replay, so that every operation that has a vector-Jacobian product has this too.
///
/// ```swift
/// let d = differential(at: Tensor([1, 2])) { x in x * x }
/// print(d(Tensor([1, 0])), d(Tensor([0, 1])))  // [2.0, 0.0] : [2] float32 [0.0, 4.0] : [2] float32
/// ```
///
/// - Precondition: of a change, that its tensors have the shapes and dtypes of the inputs; else traps, or throws inside
///   ``checked(_:)``.
public func differential<each Input: TensorStructure>(
  at input: repeat each Input, of function: (repeat each Input) throws -> Tensor
) rethrows -> (_ change: repeat each Input) -> Tensor {
  try valueWithDifferential(at: repeat each input, of: function).differential
}

/// The result of a function and its differential; see ``differential(at:of:)``.
///
/// ```swift
/// let (value, differential) = valueWithDifferential(at: Tensor([1, 2])) { x in x * x }
/// print(value, differential(Tensor([1, 10])))  // [1.0, 4.0] : [2] float32 [2.0, 40.0] : [2] float32
/// ```
public func valueWithDifferential<each Input: TensorStructure>(
  at input: repeat each Input, of function: (repeat each Input) throws -> Tensor
) rethrows -> (value: Tensor, differential: (_ change: repeat each Input) -> Tensor) {
  let evaluation = try Evaluation(at: repeat each input, of: function)
  // Where the pullback is taken does not matter, since it is linear.
  let cotangent = Tensor.zeros(evaluation.result.shape, dtype: evaluation.result.dtype).requiringGradient()
  let gradients = evaluation.recordedGradients(cotangent)
  let differential = { (change: repeat each Input) -> Tensor in
    var changes: [Tensor] = []
    for structure in repeat each change { changes += structure.allTensors }
    var seeds: [(tensor: Tensor, cotangent: Tensor?)] = []
    for (gradient, change) in Swift.zip(gradients, changes) where gradient.isTracked {
      seeds.append((gradient, change))
    }
    return backward(
      from: seeds, retainingTape: true, recordingGradients: evaluation.isNested, keeping: [cotangent])[cotangent]
  }
  return (evaluation.value, differential)
}

extension Evaluation {
  /// The gradients of the inputs' tensors in order, recorded.
  func recordedGradients(_ cotangent: Tensor?) -> [Tensor] {
    let gradients = replay(cotangent, retainingTape: true, recording: true)
    return inputTensors.map { $0.isTracked ? gradients[$0] : Tensor.zeros($0.shape, dtype: $0.dtype) }
  }
}
