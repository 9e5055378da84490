public import Pullback

/// Adam: steps scaled by running means of the gradients and of their squares.
///
/// With gradient g, parameter p and step number s, in one pass over memory:
/// `g += weightDecay · p`; `m = beta1 · m + (1 - beta1) · g`; `v = beta2 · v + (1 - beta2) · g²`;
/// `p -= learningRate / (1 - beta1ˢ) · m / (√v / √(1 - beta2ˢ) + epsilon)`. AMSGrad takes the largest v so far.
///
/// ```swift
/// import PullbackLearning
///
/// var w = Tensor([1, -2]).requiringGradient()
/// var optimizer = Adam(learningRate: 0.1)
/// optimizer.update(&w, with: (w * w).sum().backward())
/// print(w)  // [0.9, -1.9] : [2] float32
/// ```
public struct Adam: Optimizer {
  /// How far a step goes.
  public var learningRate: Double
  /// How much of the running means of the gradients and of their squares is kept.
  public let betas: (Double, Double)
  /// What keeps the divisor from zero.
  public let epsilon: Double
  /// How strongly parameters are drawn to zero, through their gradients.
  public let weightDecay: Double
  /// Whether the largest mean square so far is the divisor, rather than the last.
  public let isAMSGrad: Bool

  private var moments: [Moments?] = []

  /// An optimizer that has not made a step.
  public init(
    learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8,
    weightDecay: Double = 0, isAMSGrad: Bool = false
  ) {
    self.learningRate = learningRate
    self.betas = betas
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.isAMSGrad = isAMSGrad
  }

  /// Moves the parameters of `model` by one step.
  public mutating func update(_ model: inout some Module, with gradients: Gradients) {
    let step = AdamStep(
      rate: learningRate, beta1: betas.0, beta2: betas.1, epsilon: epsilon, weightDecay: weightDecay,
      isDecayDecoupled: false)
    model.forEachGradient(in: gradients) { [isAMSGrad] position, parameter, gradient in
      Moments.update(&moments[keptAt: position], of: &parameter, gradient, isAMSGrad: isAMSGrad, step)
    }
  }
}

/// Adam with weight decay of its own: parameters shrink by `1 - learningRate · weightDecay` before each step.
///
/// The rest is as in ``Adam``.
///
/// ```swift
/// import PullbackLearning
///
/// var w = Tensor([1, 2]).requiringGradient()
/// var optimizer = AdamW(learningRate: 0.1, weightDecay: 0.1)
/// optimizer.update(&w, with: (w * w).sum().backward())
/// print(w)  // [0.89, 1.88] : [2] float32
/// ```
public struct AdamW: Optimizer {
  /// How far a step goes.
  public var learningRate: Double
  /// How much of the running means of the gradients and of their squares is kept.
  public let betas: (Double, Double)
  /// What keeps the divisor from zero.
  public let epsilon: Double
  /// How strongly parameters are drawn to zero.
  public let weightDecay: Double
  /// Whether the largest mean square so far is the divisor, rather than the last.
  public let isAMSGrad: Bool

  private var moments: [Moments?] = []

  /// An optimizer that has not made a step.
  public init(
    learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8,
    weightDecay: Double = 0.01, isAMSGrad: Bool = false
  ) {
    self.learningRate = learningRate
    self.betas = betas
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.isAMSGrad = isAMSGrad
  }

  /// Moves the parameters of `model` by one step.
  public mutating func update(_ model: inout some Module, with gradients: Gradients) {
    let step = AdamStep(
      rate: learningRate, beta1: betas.0, beta2: betas.1, epsilon: epsilon, weightDecay: weightDecay,
      isDecayDecoupled: true)
    model.forEachGradient(in: gradients) { [isAMSGrad] position, parameter, gradient in
      Moments.update(&moments[keptAt: position], of: &parameter, gradient, isAMSGrad: isAMSGrad, step)
    }
  }
}

/// What Adam keeps for a parameter.
private struct Moments {
  var mean: Tensor
  var square: Tensor
  var maximum: Tensor?
  var stepCount = 0

  static func update(
    _ moments: inout Moments?, of parameter: inout Tensor, _ gradient: Tensor, isAMSGrad: Bool, _ step: AdamStep
  ) {
    var state = moments.take() ?? Moments(for: parameter, isAMSGrad: isAMSGrad)
    state.stepCount += 1
    parameter.descendByAdam(
      along: gradient, mean: &state.mean, square: &state.square, maximum: &state.maximum, step, number: state.stepCount)
    moments = state
  }

  private init(for parameter: Tensor, isAMSGrad: Bool) {
    func zeros() -> Tensor { .zeros(parameter.shape, dtype: parameter.dtype) }
    mean = zeros()
    square = zeros()
    maximum = isAMSGrad ? zeros() : nil
  }
}
