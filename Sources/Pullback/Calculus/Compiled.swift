// Functions that run as a list of kernel calls, without the tape that was recorded to find them.

/// A function that is evaluated once for each form of its inputs, and from then on repeats the kernel calls of that time.
///
/// Nothing is recorded, allocated or decided any more when a call is repeated, derivatives included: what remains are the
/// loops over elements. A training step of a small network becomes several times as fast; where the loops take nearly
/// all of the time, it stays as it is. Results are the same to the bit.
///
/// ```swift
/// let x = Tensor([[0, 1], [1, 0]]), target = Tensor([[1], [0]])
/// let step = compiled { (w: Tensor) in
///   w - 0.5 * gradient(at: w) { w in meanSquaredError(x.matmul(w), target) }
/// }
/// var w = Tensor([[0], [0]])
/// for _ in 0..<100 { w = step(w) }
/// print(rounded(w * 1000) / 1000)
/// // [[0.0],
/// //  [1.0]] : [2, 1] float32
/// ```
///
/// What is no tensor of the inputs is looked at once: tensors that the function captures are constants, which should not change
/// afterwards, as are numbers and the ways that it takes. So the function must not
/// - read elements of tensors that change from call to call, as by ``Tensor/item(as:)`` or printing; choose with
///   ``select(where:then:else:)-(_,Tensor,Tensor)``, and return what you want to see;
/// - draw random numbers; pass them in;
/// - keep tensors elsewhere than in what it returns;
/// - use tracked tensors other than its inputs; pass them in;
/// - use an operation of linear algebra that can fail, or an optimizer that counts its steps.
///
/// Each of these is a mistake, which traps, or throws inside ``checked(_:)``. For inputs of another shape or dtype the function
/// is evaluated again. It is called as it is where it is mapped over an axis, walked forward or observed.
///
/// Results that depend on tracked inputs are tracked, as one operation; a replay of it evaluates the function again. To
/// have gradients fast, compute them inside.
///
/// - Parameter function: from tensors, or structures of them, to another one.
/// - Returns: the function in its compiled form, to be used by one thread at a time.
public func compiled<each Input: TensorStructure, Output: TensorStructure>(
  _ function: @escaping (repeat each Input) -> Output
) -> (repeat each Input) -> Output {
  let compiled = CompiledFunction(function, repetitions: 1, ofOneStep: function)
  return { (input: repeat each Input) in compiled.call(repeat each input) }
}

/// A function that is applied a number of times to its own result, without leaving the list of kernel calls between them; see
/// ``compiled(_:)``.
///
/// ```swift
/// let newton = compiled(repeating: 5) { (x: Tensor) in x - (x * x - 2) / (2 * x) }
/// print(newton(Tensor(1)))  // 1.4142135
/// ```
///
/// - Parameters:
///   - count: how many times, from 1.
///   - step: from a state to the next, which has the same tensors, of the same shapes and dtypes.
public func compiled<State: TensorStructure>(
  repeating count: Int, _ step: @escaping (State) -> State
) -> (State) -> State {
  guard count > 0 else {
    fail(.invalidArgument, "compiled", "a function cannot be applied \(count) times; the count is at least 1")
    return step
  }
  let whole = { (state: State) in (1...count).reduce(state) { state, _ in step(state) } }
  let compiled = CompiledFunction(whole, repetitions: count, ofOneStep: step)
  return { state in compiled.call(state) }
}

/// A function, and what has been compiled of it.
private final class CompiledFunction<Output: TensorStructure, each Input: TensorStructure> {
  /// What a call computes, as it was written.
  private let function: (repeat each Input) -> Output
  private let step: (repeat each Input) -> Output
  private let repetitions: Int
  /// For the form of inputs that was used last, and its result without the tensors.
  private var current: Compilation?
  private var template: Output?
  /// For other forms.
  private var others: [(compilation: Compilation, template: Output)] = []

  init(
    _ function: @escaping (repeat each Input) -> Output, repetitions: Int,
    ofOneStep step: @escaping (repeat each Input) -> Output
  ) {
    self.function = function
    self.step = step
    self.repetitions = repetitions
  }

  func call(_ input: repeat each Input) -> Output {
    var tensors: [Tensor] = []
    tensors.reserveCapacity(8)
    for value in repeat each input { value.appendTensors(to: &tensors) }
    if Compilation.isOutOfPlace(for: tensors) { return function(repeat each input) }

    var isNew = false
    if current?.fits(tensors) != true {
      if !resume(for: tensors) {
        if let failure = compile(tensors, repeat each input) { return failure }
        isNew = true
      }
    }
    let compilation = current!
    compilation.run(tensors, repetitions: repetitions, isFirst: isNew)
    let values = compilation.values
    let outputs =
      compilation.dependentPlaces.isEmpty ? values : recorded(values, compilation, tensors, repeat each input)
    return template!.replacingTensors(by: outputs)
  }

  /// Makes an earlier compilation the current one; returns false if none fits.
  private func resume(for tensors: [Tensor]) -> Bool {
    guard let place = others.firstIndex(where: { $0.compilation.fits(tensors) }) else { return false }
    let found = others.remove(at: place)
    makeCurrent(found.compilation, found.template)
    return true
  }

  private func makeCurrent(_ compilation: Compilation, _ template: Output) {
    if let current, let template = self.template { others.append((current, template)) }
    (current, self.template) = (compilation, template)
  }

  /// Evaluates the function once. Returns, inside ``checked(_:)``, a result of stand-ins if what it does cannot be repeated.
  private func compile(_ tensors: [Tensor], _ input: repeat each Input) -> Output? {
    var template: Output?
    let compilation = Compilation(tensors) { tensors in
      var values = tensors.makeIterator()
      let result = step(repeat (each input).mappingTensors { _ in values.next()! })
      template = result.mappingTensors { _ in .standIn }
      return result.allTensors
    }
    // Without a template the function was not even called, since memory ran out.
    guard let compilation, let template else { return template ?? function(repeat each input) }
    makeCurrent(compilation, template)
    return nil
  }

  /// Outputs that depend on tracked inputs, recorded as one operation.
  private func recorded(
    _ values: [Tensor], _ compilation: Compilation, _ tensors: [Tensor], _ input: repeat each Input
  ) -> [Tensor] {
    let inputs = (repeat each input), places = compilation.dependentPlaces
    let dependent = places.map { values[$0] }.recorded(as: "compiled", wrt: tensors) { [function] dys in
      let evaluation = Evaluation(at: repeat each inputs, of: function)
      var cotangents = evaluation.result.allTensors.map { Tensor.zeros($0.shape, dtype: $0.dtype) }
      for (place, dy) in Swift.zip(places, dys) { if let dy { cotangents[place] = dy } }
      var gradients: [Tensor] = []
      for gradient in repeat each evaluation.gradients(evaluation.result.replacingTensors(by: cotangents)) {
        gradient.appendTensors(to: &gradients)
      }
      return gradients
    }
    var outputs = values
    for (place, value) in Swift.zip(places, dependent) { outputs[place] = value }
    return outputs
  }
}
