public import Pullback

extension Gradients {
  /// The Euclidean norm of all gradients together.
  ///
  /// ```swift
  /// import PullbackLearning
  ///
  /// let a = Tensor(3).requiringGradient(), b = Tensor(4).requiringGradient()
  /// let gradients = ((a * a + b * b) / 2).backward()
  /// print(gradients.norm, gradients.clipped(toNorm: 1)[a])  // 5.0 0.5999999
  /// ```
  public var norm: Double {
    withoutRecording { values.reduce(0) { $0 + $1.squared().sum().item() } }.squareRoot()
  }

  /// These gradients times `min(1, limit / (norm + 10⁻⁶))`, so that their ``norm`` does not exceed the limit.
  public func clipped(toNorm limit: Double) -> Gradients {
    let factor = limit / (norm + 1e-6)
    return factor < 1 ? withoutRecording { mapValues { $0 * factor } } : self
  }
}
