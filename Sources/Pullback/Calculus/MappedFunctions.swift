// Functions of one example as functions of many.

/// The results of a function of one example for every example along an axis.
///
/// The function is called once. The tensors that it is given hold all examples and show one: their shapes lack the axis,
/// and operations on them work on all examples at once. So a function that is written for one example needs no axis for
/// the batch, and runs at the speed of one that has it. What it uses from outside, without taking it as an input, is the
/// same for every example.
///
/// ```swift
/// let a = Tensor([[1, 2], [3, 4]]), b = Tensor([[1, 1], [10, 100]])
/// print(mapped(over: a, b) { a, b in a.matmul(b) })  // [3.0, 430.0] : [2] float32
///
/// let w = Tensor([[1, 0], [0, 2]])
/// print(mapped(over: a) { x in w.matmul(x).sum() })  // [5.0, 11.0] : [2] float32
/// ```
///
/// Calls nest, and go with the transforms in either order. A gradient inside is that of each example:
///
/// ```swift
/// let x = Tensor([1, 2, 3])
/// print(mapped(over: x) { x in gradient(at: x) { x in x * x * x } })  // [3.0, 12.0, 27.0] : [3] float32
///
/// let w = Tensor(2)
/// print(gradient(at: w) { w in mapped(over: x) { x in w * x * x }.sum() })  // 14.0
/// ```
///
/// Inside, a tensor has no single value: `item()`, `scalars()`, comparisons with `==` and selections whose extent depends on
/// values are mistakes; `select(where:then:else:)` decides for each example. Random numbers that the function draws are
/// the same for all examples; draw them outside, and map over them, to have others for each.
///
/// - Parameters:
///   - input: tensors, or structures of them, with the examples along one axis.
///   - axis: the axis of the examples in every tensor of the inputs.
///   - resultAxis: the axis of the examples in the results.
///   - function: of one example, with a tensor or a structure of them as its result.
/// - Returns: what the function returns, with the examples along an axis.
/// - Precondition: there is at least one example, as many in each input, and no tensor inside has more than 7 axes; else
///   traps, or throws inside ``checked(_:)``.
public func mapped<each Input: TensorStructure, Output: TensorStructure>(
  over input: repeat each Input, axis: Int = 0, resultAxis: Int = 0, of function: (repeat each Input) throws -> Output
) rethrows -> Output {
  // After a mistake, inside `checked`, any result of the right type will do.
  guard let extent = exampleCount(repeat each input, axis: axis) else { return try function(repeat each input) }
  return try Mapping.run { mapping in
    let examples = (repeat (each input).hidingExamples(axis, mapping.level))
    return try function(repeat each examples).showingExamples(resultAxis, mapping.level, extent)
  }
}

/// The results of a function of one example that has several results, for every example along an axis; see
/// the form with one result.
///
/// ```swift
/// let (sums, greatest) = mapped(over: Tensor([[1, 2], [3, 4]])) { x in (x.sum(), x.max()) }
/// print(sums, greatest)  // [3.0, 7.0] : [2] float32 [2.0, 4.0] : [2] float32
/// ```
public func mapped<each Input: TensorStructure, each Output: TensorStructure>(
  over input: repeat each Input, axis: Int = 0, resultAxis: Int = 0,
  of function: (repeat each Input) throws -> (repeat each Output)
) rethrows -> (repeat each Output) {
  guard let extent = exampleCount(repeat each input, axis: axis) else { return try function(repeat each input) }
  return try Mapping.run { mapping in
    let examples = (repeat (each input).hidingExamples(axis, mapping.level))
    let results = try function(repeat each examples)
    return (repeat (each results).showingExamples(resultAxis, mapping.level, extent))
  }
}

extension TensorStructure {
  /// One example, from tensors that hold the examples along an axis.
  fileprivate func hidingExamples(_ axis: Int, _ level: UInt64) -> Self {
    mappingTensors { x in x.hidden(axis: x.shape.wrapped(axis)!, level: level) }
  }

  /// All examples along an axis, from one.
  fileprivate func showingExamples(_ axis: Int, _ level: UInt64, _ extent: Int) -> Self {
    mappingTensors { y in
      let place = axis < 0 ? axis + y.rank + 1 : axis
      guard place >= 0, place <= y.rank else {
        return fail(
          .invalidAxis, "mapped", "there is no place \(axis) for the examples in a result of shape \(y.shape)")
      }
      return y.shown(axis: place, level: level, extent: extent)
    }
  }
}

/// How many examples there are, or nil, inside ``checked(_:)``, if that is not clear.
private func exampleCount<each Input: TensorStructure>(_ input: repeat each Input, axis: Int) -> Int? {
  var tensors: [Tensor] = []
  for structure in repeat each input { tensors += structure.allTensors }
  guard let first = tensors.first else {
    fail(.invalidArgument, "mapped", "there is no tensor to map over")
    return nil
  }
  for x in tensors where resolve(axis, in: x.shape, for: "mapped") == nil { return nil }
  let extents = tensors.map { $0.shape[axis] }
  guard extents.allSatisfy({ $0 == extents[0] }) else {
    fail(
      .shapeMismatch, "mapped",
      "shapes \(tensors.map(\.shape)) along axis \(axis): there must be as many examples in each")
    return nil
  }
  guard first.shape[axis] > 0 else {
    fail(.invalidArgument, "mapped", "there are no examples along axis \(axis) of shape \(first.shape)")
    return nil
  }
  return extents[0]
}

/// The gradients of a loss of one example with respect to a model, for each of many examples.
///
/// They take one replay for all examples, not one for each. Their mean is the gradient of the mean loss.
///
/// ```swift
/// let w = Tensor([1, -1])
/// let x = Tensor([[1, 2], [3, 4]]), y = Tensor([0, 1])
/// print(perSampleGradients(at: w, over: x, y) { w, x, y in (x.matmul(w) - y).squared() })
/// // [[ -2.0,  -4.0],
/// //  [-12.0, -16.0]] : [2, 2] float32
/// ```
///
/// What is kept for the replays grows with the number of examples; chunks bound it:
///
/// ```swift
/// let w = Tensor([1, -1])
/// let x = Tensor([[1, 2], [3, 4], [5, 6]])
/// print(perSampleGradients(at: w, over: x, chunkSize: 2) { w, x in (x * w).sum() } == x)  // true
/// ```
///
/// - Parameters:
///   - model: a tensor, or a structure of them; the same for all examples.
///   - input: tensors, or structures of them, with the examples along their first axis.
///   - chunkSize: how many examples take part in one replay; all if nil.
///   - loss: of the model and one example, with one element as its result.
/// - Returns: the model's form, with a tensor of gradients, along a first axis, in the place of each tensor.
/// - Precondition: those of a mapped function and of ``gradient(at:of:)``; `chunkSize` is at least 1.
public func perSampleGradients<Model: TensorStructure, each Input: TensorStructure>(
  at model: Model, over input: repeat each Input, chunkSize: Int? = nil,
  of loss: (Model, repeat each Input) throws -> Tensor
) rethrows -> Model {
  if let chunkSize, chunkSize < 1 {
    fail(.invalidArgument, "perSampleGradients", "\(chunkSize) examples at once; expected at least one")
    return model
  }
  guard let chunkSize, let count = exampleCount(repeat each input, axis: 0), chunkSize < count else {
    return try gradientsAtOnce(at: model, over: repeat each input, of: loss)
  }
  var chunks: [[Tensor]] = []
  for start in stride(from: 0, to: count, by: chunkSize) {
    let part = start..<Swift.min(start + chunkSize, count)
    let examples = (repeat (each input).mappingTensors { $0[part] })
    chunks.append(try gradientsAtOnce(at: model, over: repeat each examples, of: loss).allTensors)
  }
  var place = 0
  return model.mappingTensors { _ in
    defer { place += 1 }
    return concatenated(chunks.map { $0[place] }, axis: 0)
  }
}

private func gradientsAtOnce<Model: TensorStructure, each Input: TensorStructure>(
  at model: Model, over input: repeat each Input, of loss: (Model, repeat each Input) throws -> Tensor
) rethrows -> Model {
  try mapped(over: repeat each input) { (example: repeat each Input) -> Model in
    try gradient(at: model) { model in try loss(model, repeat each example) }
  }
}
