public import Pullback

/// RMSprop: steps divided by a running root mean square of the gradients; centred and with momentum if wanted.
///
/// With gradient g and parameter p: `g += weightDecay · p`; `v = alpha · v + (1 - alpha) · g²`; centred,
/// `a = alpha · a + (1 - alpha) · g` and `v - a²` in the place of v; `u = g / (√v + epsilon)`; with momentum,
/// `b = momentum · b + u` in the place of u; `p -= learningRate · u`.
///
/// ```swift
/// import PullbackLearning
///
/// var w = Tensor([1, 2]).requiringGradient()
/// var optimizer = RMSprop(learningRate: 0.01)
/// optimizer.update(&w, with: (w * w).sum().backward())
/// print(w)  // [0.9, 1.9] : [2] float32
/// ```
public struct RMSprop: Optimizer {
  /// How far a step goes.
  public var learningRate: Double
  /// How much of the running means is kept.
  public let alpha: Double
  /// What keeps the divisor from zero.
  public let epsilon: Double
  /// How much of the last step's direction is kept.
  public let momentum: Double
  /// How strongly parameters are drawn to zero.
  public let weightDecay: Double
  /// Whether the divisor is the deviation from the mean gradient, rather than from zero.
  public let isCentered: Bool

  private struct State {
    var square: Tensor
    var mean: Tensor
    var velocity: Tensor
  }
  private var states: [State?] = []

  /// An optimizer that has not made a step.
  public init(
    learningRate: Double = 0.01, alpha: Double = 0.99, epsilon: Double = 1e-8, momentum: Double = 0,
    weightDecay: Double = 0, isCentered: Bool = false
  ) {
    self.learningRate = learningRate
    self.alpha = alpha
    self.epsilon = epsilon
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.isCentered = isCentered
  }

  /// Moves the parameters of `model` by one step.
  public mutating func update(_ model: inout some Module, with gradients: Gradients) {
    let rule = self
    model.forEachGradient(in: gradients) { position, parameter, gradient in
      parameter =
        withoutRecording { rule.moved(parameter, gradient, &states[keptAt: position]) }.requiringGradient()
    }
  }

  private func moved(_ parameter: Tensor, _ gradient: Tensor, _ state: inout State?) -> Tensor {
    let zero = Tensor(0, dtype: parameter.dtype)
    let last = state ?? State(square: zero, mean: zero, velocity: zero)
    let g = weightDecay == 0 ? gradient : gradient + parameter * weightDecay
    let square = last.square * alpha + g * g * (1 - alpha)
    let mean = isCentered ? last.mean * alpha + g * (1 - alpha) : zero
    let direction = g / (sqrt(isCentered ? square - mean * mean : square) + epsilon)
    let velocity = momentum == 0 ? zero : last.velocity * momentum + direction
    state = State(square: square, mean: mean, velocity: velocity)
    return parameter - (momentum == 0 ? direction : velocity) * learningRate
  }
}

/// Adagrad: steps divided by the root of the sum of all squared gradients so far.
///
/// With gradient g and parameter p: `g += weightDecay · p`; `v += g²`; `p -= learningRate · g / (√v + epsilon)`.
///
/// ```swift
/// import PullbackLearning
///
/// var w = Tensor([1, 2]).requiringGradient()
/// var optimizer = Adagrad(learningRate: 0.1)
/// optimizer.update(&w, with: (w * w).sum().backward())
/// print(w)  // [0.9, 1.9] : [2] float32
/// ```
public struct Adagrad: Optimizer {
  /// How far a step goes.
  public var learningRate: Double
  /// What keeps the divisor from zero.
  public let epsilon: Double
  /// How strongly parameters are drawn to zero.
  public let weightDecay: Double

  private var squares: [Tensor?] = []

  /// An optimizer that has not made a step.
  public init(learningRate: Double = 0.01, epsilon: Double = 1e-10, weightDecay: Double = 0) {
    self.learningRate = learningRate
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// Moves the parameters of `model` by one step.
  public mutating func update(_ model: inout some Module, with gradients: Gradients) {
    let rule = self
    model.forEachGradient(in: gradients) { position, parameter, gradient in
      parameter = withoutRecording {
        let g = rule.weightDecay == 0 ? gradient : gradient + parameter * rule.weightDecay
        let sum = squares[keptAt: position].map { $0 + g * g } ?? g * g
        squares[keptAt: position] = sum
        return parameter - g / (sqrt(sum) + rule.epsilon) * rule.learningRate
      }.requiringGradient()
    }
  }
}
