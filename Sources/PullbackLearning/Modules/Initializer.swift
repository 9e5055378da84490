public import Pullback

/// How the weights of a layer begin: a distribution whose spread depends on how many inputs and outputs there are.
///
/// For shape `[inputs, outputs]` the fans are the two extents; for a convolution's `[outputs, inputs, extents…]` each
/// is multiplied by the product of the extents.
///
/// ```swift
/// import PullbackLearning
///
/// var generator = PhiloxGenerator(seed: 1)
/// let weight = Initializer.glorotUniform([300, 300], using: &generator)
/// print(weight.max().item() <= 0.1, weight.shape)  // true [300, 300]
/// ```
public struct Initializer: Sendable {
  private enum Distribution { case uniform, normal }
  private enum Fan { case inputs, average }

  private let distribution: Distribution
  private let fan: Fan
  /// The variance times the fan.
  private let gain: Double

  /// Evenly in ±√(6 / (inputs + outputs)), after Glorot and Bengio: for tanh and sigmoid.
  public static let glorotUniform = Initializer(distribution: .uniform, fan: .average, gain: 1)
  /// Normal with variance 2 / (inputs + outputs), after Glorot and Bengio.
  public static let glorotNormal = Initializer(distribution: .normal, fan: .average, gain: 1)
  /// Evenly in ±√(6 / inputs), after He and others: for rectifiers.
  public static let heUniform = Initializer(distribution: .uniform, fan: .inputs, gain: 2)
  /// Normal with variance 2 / inputs, after He and others.
  public static let heNormal = Initializer(distribution: .normal, fan: .inputs, gain: 2)
  /// Evenly in ±√(3 / inputs), after LeCun and others: for self-normalising units.
  public static let leCunUniform = Initializer(distribution: .uniform, fan: .inputs, gain: 1)
  /// Normal with variance 1 / inputs, after LeCun and others.
  public static let leCunNormal = Initializer(distribution: .normal, fan: .inputs, gain: 1)

  /// A tensor drawn from the distribution.
  public func callAsFunction(
    _ shape: Shape, dtype: DType = .float32, using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    let deviation = (gain / Swift.max(1, fanCount(shape))).squareRoot()
    switch distribution {
    case .normal: return .normal(shape, standardDeviation: deviation, dtype: dtype, using: &generator)
    case .uniform:
      let bound = deviation * 3.0.squareRoot()
      return .uniform(shape, in: -bound..<bound, dtype: dtype, using: &generator)
    }
  }

  private func fanCount(_ shape: Shape) -> Double {
    guard shape.rank >= 2 else { return Double(shape.count()) }
    let field = shape.dropFirst(2).reduce(1, *)
    let (inputs, outputs) = shape.rank == 2 ? (shape[0], shape[1]) : (shape[1] * field, shape[0] * field)
    return fan == .inputs ? Double(inputs) : Double(inputs + outputs) / 2
  }
}
