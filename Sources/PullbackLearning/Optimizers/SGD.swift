public import Pullback

/// Stochastic gradient descent, with momentum, Nesterov's variant, dampening and weight decay if wanted.
///
/// With gradient g and parameter p, in one pass over memory:
/// `g += weightDecay · p`; `b = momentum · b + (1 - dampening) · g`, at the first step `b = g`;
/// `p -= learningRate · b`, or with Nesterov's variant `p -= learningRate · (g + momentum · b)`.
///
/// ```swift
/// import PullbackLearning
///
/// var w = Tensor([1, 2]).requiringGradient()
/// var optimizer = SGD(learningRate: 0.1)
/// for _ in 0..<3 {
///   let loss = (w * w).sum()
///   optimizer.update(&w, with: loss.backward())
///   print(loss)
/// }
/// // 5.0
/// // 3.2000003
/// // 2.0479999
/// ```
public struct SGD: Optimizer {
  /// How far a step goes.
  public var learningRate: Double
  /// How much of the last step's direction is kept.
  public let momentum: Double
  /// How much of the new gradient is left out when momentum takes it in.
  public let dampening: Double
  /// How strongly parameters are drawn to zero.
  public let weightDecay: Double
  /// Whether a step looks ahead along the momentum.
  public let isNesterov: Bool

  private var velocities: [Tensor?] = []

  /// An optimizer that has not made a step.
  public init(
    learningRate: Double, momentum: Double = 0, dampening: Double = 0, weightDecay: Double = 0, isNesterov: Bool = false
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.dampening = dampening
    self.weightDecay = weightDecay
    self.isNesterov = isNesterov
  }

  /// Moves the parameters of `model` by one step.
  public mutating func update(_ model: inout some Module, with gradients: Gradients) {
    let step = DescentStep(
      rate: learningRate, momentum: momentum, dampening: dampening, weightDecay: weightDecay, isNesterov: isNesterov)
    model.forEachGradient(in: gradients) { position, parameter, gradient in
      parameter.descend(along: gradient, velocity: &velocities[keptAt: position], step)
    }
  }
}

extension SGD: TensorStructure {
  /// Calls `body` for what momentum has kept of each parameter's steps; nothing at first, and without momentum.
  ///
  /// So a compiled step with momentum takes the optimizer, and hands it on.
  ///
  /// ```swift
  /// import PullbackLearning
  ///
  /// struct Training: TensorStructure {
  ///   var w = Tensor([1, 2]).requiringGradient()
  ///   var optimizer = SGD(learningRate: 0.1, momentum: 0.5)
  ///   mutating func updateTensors(_ body: (inout Tensor) throws -> Void) rethrows {
  ///     try w.updateTensors(body)
  ///     try optimizer.updateTensors(body)
  ///   }
  /// }
  /// let step = compiled { (training: Training) in
  ///   var next = training
  ///   next.optimizer.update(&next.w, with: (next.w * next.w).sum().backward())
  ///   return next
  /// }
  /// var training = Training()
  /// for _ in 0..<3 { training = step(training) }
  /// print(training.w)  // [0.302, 0.604] : [2] float32
  /// ```
  public mutating func updateTensors(_ body: (inout Tensor) throws -> Void) rethrows {
    try velocities.updateTensors(body)
  }
}
