// One step of recurrent networks.

/// The weights of a recurrent cell: what the input and the previous state are multiplied by.
///
/// With `k` gates (1 for a plain cell, 4 for LSTM in the order input, forget, candidate, output, 3 for GRU in the order
/// reset, update, candidate) next to each other in the columns.
///
/// ```swift
/// let weights = RecurrentWeights(input: Tensor.eye(2), hidden: Tensor.eye(2))
/// print(weights.inputBias == nil)  // true
/// ```
public struct RecurrentWeights: Sendable {
  /// `[in, k · hidden]`.
  public var input: Tensor
  /// `[hidden, k · hidden]`.
  public var hidden: Tensor
  /// `[k · hidden]`, or nil.
  public var inputBias: Tensor?
  /// `[k · hidden]`, or nil.
  public var hiddenBias: Tensor?

  /// Weights of a cell.
  public init(input: Tensor, hidden: Tensor, inputBias: Tensor? = nil, hiddenBias: Tensor? = nil) {
    self.input = input
    self.hidden = hidden
    self.inputBias = inputBias
    self.hiddenBias = hiddenBias
  }

  /// Whether the weights are those of a cell with so many gates; else reports it.
  func fit(_ x: Tensor, gates: Int, _ operation: StaticString) -> Bool {
    guard input.rank == 2, hidden.rank == 2, x.rank >= 2, x.shape[-1] == input.shape[0],
      input.shape[1] == gates * hidden.shape[0], hidden.shape[1] == gates * hidden.shape[0]
    else {
      fail(
        .shapeMismatch, operation,
        "x of shape \(x.shape) with weights of shapes \(input.shape) and \(hidden.shape); expected […, in], [in, \(gates) · hidden] and [hidden, \(gates) · hidden]"
      )
      return false
    }
    return true
  }
}

/// What a plain recurrent cell applies to its sum.
public enum RecurrentActivation: Sendable, Hashable {
  /// The hyperbolic tangent.
  case tanh
  /// The positive part.
  case relu

  fileprivate func apply(_ x: Tensor) -> Tensor {
    switch self {
    case .tanh: Pullback.tanh(x)
    case .relu: Pullback.relu(x)
    }
  }
}

// MARK: - One step

/// One step of a plain recurrent network: `activation(x · input + h · hidden + biases)`.
///
/// VJP: as for its parts.
///
/// ```swift
/// let weights = RecurrentWeights(input: Tensor([[1]]), hidden: Tensor([[1]]))
/// print(rnnCell(Tensor([[1]]), state: Tensor([[2]]), weights, activation: .relu))  // [[3.0]] : [1, 1] float32
/// ```
///
/// - Parameters:
///   - x: `[batch, in]`.
///   - state: `[batch, hidden]`.
///   - weights: of one gate.
///   - activation: applied to the sum.
public func rnnCell(
  _ x: Tensor, state: Tensor, _ weights: RecurrentWeights, activation: RecurrentActivation = .tanh
) -> Tensor {
  guard weights.fit(x, gates: 1, "rnnCell") else { return .standIn }
  return rnnStep(linear(x, weight: weights.input, bias: weights.inputBias), state, weights, activation)
}

/// One step of an LSTM network.
///
/// With the gates `i, f, g, o` of `x · input + h · hidden + biases`: `c' = σ(f) · c + σ(i) · tanh(g)` and `h' = σ(o) · tanh(c')`.
/// VJP: as for its parts.
///
/// ```swift
/// let weights = RecurrentWeights(input: Tensor.zeros([1, 4]), hidden: Tensor.zeros([1, 4]))
/// let next = lstmCell(Tensor([[1]]), state: (hidden: Tensor([[0]]), cell: Tensor([[2]])), weights)
/// print(next.cell)  // [[1.0]] : [1, 1] float32
/// ```
///
/// - Parameters:
///   - x: `[batch, in]`.
///   - state: output and memory, `[batch, hidden]` each.
///   - weights: of four gates.
public func lstmCell(
  _ x: Tensor, state: (hidden: Tensor, cell: Tensor), _ weights: RecurrentWeights
) -> (hidden: Tensor, cell: Tensor) {
  guard weights.fit(x, gates: 4, "lstmCell") else { return (.standIn, .standIn) }
  return lstmStep(linear(x, weight: weights.input, bias: weights.inputBias), state, weights)
}

/// One step of a GRU network.
///
/// With the gates `r, z, n` of `a = x · input + bias` and of `b = h · hidden + bias`: `n' = tanh(aₙ + σ(aᵣ + bᵣ) · bₙ)` and
/// `h' = n' + σ(a_z + b_z) · (h - n')`. VJP: as for its parts.
///
/// ```swift
/// let weights = RecurrentWeights(input: Tensor.zeros([1, 3]), hidden: Tensor.zeros([1, 3]))
/// print(gruCell(Tensor([[1]]), state: Tensor([[2]]), weights))  // [[1.0]] : [1, 1] float32
/// ```
///
/// - Parameters:
///   - x: `[batch, in]`.
///   - state: `[batch, hidden]`.
///   - weights: of three gates.
public func gruCell(_ x: Tensor, state: Tensor, _ weights: RecurrentWeights) -> Tensor {
  guard weights.fit(x, gates: 3, "gruCell") else { return .standIn }
  return gruStep(linear(x, weight: weights.input, bias: weights.inputBias), state, weights)
}

// The steps proper, from the input's share of the gates, which a sequence computes for all times at once.

func rnnStep(_ a: Tensor, _ h: Tensor, _ weights: RecurrentWeights, _ activation: RecurrentActivation) -> Tensor {
  activation.apply(a + linear(h, weight: weights.hidden, bias: weights.hiddenBias))
}

func lstmStep(
  _ a: Tensor, _ state: (hidden: Tensor, cell: Tensor), _ weights: RecurrentWeights
) -> (hidden: Tensor, cell: Tensor) {
  let gates = (a + linear(state.hidden, weight: weights.hidden, bias: weights.hiddenBias)).split(count: 4, axis: -1)
  let cell = sigmoid(gates[1]) * state.cell + sigmoid(gates[0]) * tanh(gates[2])
  return (sigmoid(gates[3]) * tanh(cell), cell)
}

func gruStep(_ a: Tensor, _ h: Tensor, _ weights: RecurrentWeights) -> Tensor {
  let a = a.split(count: 3, axis: -1)
  let b = linear(h, weight: weights.hidden, bias: weights.hiddenBias).split(count: 3, axis: -1)
  let candidate = tanh(a[2] + sigmoid(a[0] + b[0]) * b[2])
  return candidate + sigmoid(a[1] + b[1]) * (h - candidate)
}
