// Products of second derivatives with vectors: the matrices are never made.

/// The product of the Hessian of a function of one result with a vector, at the cost of a few gradients.
///
/// ```swift
/// let x = Tensor([1, 2])
/// print(hessianVectorProduct(at: x, along: Tensor([1, 1])) { x in (x * x * x).sum() })  // [6.0, 12.0] : [2] float32
/// ```
///
/// The gradient is computed on a tape, and replayed from the vector. Where many products are wanted at one place, the
/// ``differential(at:of:)`` of the gradient is recorded once and cheaper to apply.
///
/// - Parameters:
///   - input: where; tensors or structures of them.
///   - direction: the vector, of the form of the inputs.
///   - function: with one element as its result.
/// - Returns: the product, of the form of the inputs.
/// - Precondition: the result has one element, and the direction has the shapes and dtypes of the inputs; else traps, or
///   throws inside ``checked(_:)``.
public func hessianVectorProduct<each Input: TensorStructure>(
  at input: repeat each Input, along direction: repeat each Input, of function: (repeat each Input) throws -> Tensor
) rethrows -> (repeat each Input) {
  // The Hessian is symmetric.
  try vectorHessianProduct(of: repeat each direction, at: repeat each input, of: function)
}

/// The product of a vector with the Hessian of a function of one result.
///
/// ```swift
/// let product = vectorHessianProduct(of: Tensor([1, 1]), at: Tensor([1, 2])) { x in (x * x * x).sum() }
/// print(product)  // [6.0, 12.0] : [2] float32
/// ```
///
/// The same as ``hessianVectorProduct(at:along:of:)`` where the Hessian is symmetric, as it is wherever second derivatives
/// are continuous. It is not where a hook such as ``Tensor/replacingGradient(_:)`` made the gradient that of no function.
///
/// - Parameters:
///   - vector: of the form of the inputs.
///   - input: where; tensors or structures of them.
///   - function: with one element as its result.
/// - Precondition: the result has one element, and the vector has the shapes and dtypes of the inputs; else traps, or
///   throws inside ``checked(_:)``.
public func vectorHessianProduct<each Input: TensorStructure>(
  of vector: repeat each Input, at input: repeat each Input, of function: (repeat each Input) throws -> Tensor
) rethrows -> (repeat each Input) {
  let evaluation = try Evaluation(at: repeat each input, of: function)
  let gradients = evaluation.recordedGradients(nil)
  var vectors: [Tensor] = []
  for structure in repeat each vector { vectors += structure.allTensors }
  // A gradient that depends on nothing is a leaf of its own here, so that mistakes in the vector are found all the same.
  let seeds = Swift.zip(gradients, vectors).filter { $0.0.dtype.isFloatingPoint }
    .map { (tensor: $0.isTracked ? $0 : $0.requiringGradient(), cotangent: Optional($1)) }
  let products = backward(
    from: seeds, recordingGradients: evaluation.isNested,
    keeping: evaluation.isNested ? evaluation.inputTensors : [])
  return evaluation.mappingInputs { x in products.gradient(of: x) ?? Tensor.zeros(x.shape, dtype: x.dtype) }
}

/// The product of the Gauss–Newton matrix with a vector: `Jᵀ H J v`, of the Jacobian J of a model and the Hessian H of a
/// loss of the model's output.
///
/// It is the Hessian of the loss without the curvature of the model, and positive semidefinite if the loss is convex,
/// which makes it the matrix of choice for steps of second order.
///
/// ```swift
/// let x = Tensor([[1, 2], [3, 4]])
/// let product = gaussNewtonProduct(
///   at: Tensor([1, 0]), along: Tensor([1, 1]), model: { w in x.matmul(w) }, loss: { y in y.squared().sum() / 2 })
/// print(product, x.transposed().matmul(x.matmul(Tensor([1, 1]))))
/// // [24.0, 34.0] : [2] float32 [24.0, 34.0] : [2] float32
/// ```
///
/// - Parameters:
///   - input: where; tensors or structures of them.
///   - direction: the vector, of the form of the inputs.
///   - model: from the inputs to an output, a tensor or a structure of them.
///   - loss: from the output to one element.
/// - Returns: the product, of the form of the inputs.
/// - Precondition: the loss has one element, and the direction has the shapes and dtypes of the inputs; else traps, or
///   throws inside ``checked(_:)``.
public func gaussNewtonProduct<each Input: TensorStructure, Output: TensorStructure>(
  at input: repeat each Input, along direction: repeat each Input,
  model: (repeat each Input) throws -> Output, loss: (Output) throws -> Tensor
) rethrows -> (repeat each Input) {
  let (output, jacobian) = try linearize(at: repeat each input, of: model)
  let change = jacobian(repeat each direction)
  return jacobian.transposed(try hessianVectorProduct(at: output, along: change, of: loss))
}
