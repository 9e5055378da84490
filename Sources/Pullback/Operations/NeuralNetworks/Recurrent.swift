// Recurrent networks along a sequence.

/// A plain recurrent network along a sequence, in one direction or both.
///
/// VJP: back through time.
///
/// ```swift
/// let weights = RecurrentWeights(input: Tensor([[1]]), hidden: Tensor([[1]]))
/// let (y, last) = rnn(Tensor([[[1]], [[2]], [[3]]]), weights, activation: .relu)
/// print(y.flattened(), last)  // [1.0, 3.0, 6.0] : [3] float32 [[6.0]] : [1, 1] float32
/// ```
///
/// - Parameters:
///   - x: `[time, batch, in]`.
///   - weights: of one gate.
///   - backward: weights of a second network that runs from the end; its outputs follow those of the first.
///   - activation: applied to the sums.
///   - state: where the first begins, `[batch, hidden]`; zeros if nil. The second begins with zeros.
/// - Returns: outputs `[time, batch, hidden]`, twice as wide with a second network; and the first one's last state.
public func rnn(
  _ x: Tensor, _ weights: RecurrentWeights, backward: RecurrentWeights? = nil,
  activation: RecurrentActivation = .tanh, state: Tensor? = nil
) -> (outputs: Tensor, state: Tensor) {
  let (outputs, last) = sequence(x, weights, backward, gates: 1, state.map { [$0] }, states: 1, "rnn") {
    a, h, weights in
    [rnnStep(a, h[0], weights, activation)]
  }
  return (outputs, last[0])
}

/// An LSTM network along a sequence, in one direction or both.
///
/// VJP: back through time.
///
/// ```swift
/// let weights = RecurrentWeights(input: Tensor.zeros([1, 8]), hidden: Tensor.zeros([2, 8]))
/// let (y, state) = lstm(Tensor.ones([5, 3, 1]), weights)
/// print(y.shape, state.cell.shape)  // [5, 3, 2] [3, 2]
/// ```
///
/// - Parameters:
///   - x: `[time, batch, in]`.
///   - weights: of four gates.
///   - backward: weights of a second network that runs from the end; its outputs follow those of the first.
///   - state: where the first begins, `[batch, hidden]` each; zeros if nil.
/// - Returns: outputs `[time, batch, hidden]`, twice as wide with a second network; and the first one's last state.
public func lstm(
  _ x: Tensor, _ weights: RecurrentWeights, backward: RecurrentWeights? = nil,
  state: (hidden: Tensor, cell: Tensor)? = nil
) -> (outputs: Tensor, state: (hidden: Tensor, cell: Tensor)) {
  let (outputs, last) = sequence(
    x, weights, backward, gates: 4, state.map { [$0.hidden, $0.cell] }, states: 2, "lstm"
  ) { a, h, weights in
    let next = lstmStep(a, (h[0], h[1]), weights)
    return [next.hidden, next.cell]
  }
  return (outputs, (last[0], last[1]))
}

/// A GRU network along a sequence, in one direction or both.
///
/// VJP: back through time.
///
/// ```swift
/// let weights = RecurrentWeights(input: Tensor.zeros([1, 6]), hidden: Tensor.zeros([2, 6]))
/// print(gru(Tensor.ones([5, 3, 1]), weights, backward: weights).outputs.shape)  // [5, 3, 4]
/// ```
///
/// - Parameters:
///   - x: `[time, batch, in]`.
///   - weights: of three gates.
///   - backward: weights of a second network that runs from the end; its outputs follow those of the first.
///   - state: where the first begins, `[batch, hidden]`; zeros if nil.
/// - Returns: outputs `[time, batch, hidden]`, twice as wide with a second network; and the first one's last state.
public func gru(
  _ x: Tensor, _ weights: RecurrentWeights, backward: RecurrentWeights? = nil, state: Tensor? = nil
) -> (outputs: Tensor, state: Tensor) {
  let (outputs, last) = sequence(x, weights, backward, gates: 3, state.map { [$0] }, states: 1, "gru") {
    a, h, weights in
    [gruStep(a, h[0], weights)]
  }
  return (outputs, last[0])
}

/// One or two networks along a sequence: the outputs and the last states of the first.
private func sequence(
  _ x: Tensor, _ weights: RecurrentWeights, _ backward: RecurrentWeights?, gates: Int, _ initial: [Tensor]?,
  states: Int, _ operation: StaticString, _ step: (Tensor, [Tensor], RecurrentWeights) -> [Tensor]
) -> (outputs: Tensor, last: [Tensor]) {
  let standIn = (Tensor.standIn, [Tensor](repeating: .standIn, count: states))
  for weights in [weights] + (backward.map { [$0] } ?? []) {
    guard weights.fit(x, gates: gates, operation) else { return standIn }
  }
  guard x.rank == 3, x.shape[0] > 0 else {
    fail(.shapeMismatch, operation, "x of shape \(x.shape); expected [time, batch, in] with at least one time")
    return standIn
  }
  func run(_ weights: RecurrentWeights, _ initial: [Tensor]?, reversed: Bool) -> (Tensor, [Tensor]) {
    let shares = linear(x, weight: weights.input, bias: weights.inputBias).unstacked()
    let zero = Tensor.zeros([x.shape[1], weights.hidden.shape[0]], dtype: x.dtype)
    var state = initial ?? [Tensor](repeating: zero, count: states)
    var outputs: [Tensor] = []
    for share in reversed ? shares.reversed() : shares {
      state = step(share, state, weights)
      outputs.append(state[0])
    }
    return (stacked(reversed ? outputs.reversed() : outputs), state)
  }
  let (outputs, last) = run(weights, initial, reversed: false)
  guard let backward else { return (outputs, last) }
  return (concatenated([outputs, run(backward, nil, reversed: true).0], axis: -1), last)
}
