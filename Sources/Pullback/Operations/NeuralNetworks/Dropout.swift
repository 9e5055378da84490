// Random zeros against overfitting.

/// Each element set to 0 with a probability, and the others scaled so that the mean stays.
///
/// `y = x / (1 - probability)` where the element is kept, else 0. With probability 1 all is 0. VJP: `dx = dy / (1 -
/// probability)` where the element was kept, else 0.
///
/// ```swift
/// var generator = PhiloxGenerator(seed: 1)
/// let y = dropout(Tensor.ones([1000]), probability: 0.5, using: &generator)
/// print(y.max(), abs(y.mean().item() - 1) < 0.2)  // 2.0 true
/// ```
///
/// - Parameters:
///   - x: any floating-point tensor.
///   - probability: in 0 ... 1.
///   - generator: where the choice comes from.
public func dropout(_ x: Tensor, probability: Double = 0.5, using generator: inout some RandomNumberGenerator) -> Tensor
{
  dropout(x, choosing: x.shape, probability, "dropout", &generator)
}

/// Whole channels set to 0 with a probability, and the others scaled so that the mean stays: dropout for neighbours that
/// say the same.
///
/// VJP: as for ``dropout(_:probability:using:)``.
///
/// ```swift
/// var generator = PhiloxGenerator(seed: 1)
/// let y = featureDropout(Tensor.ones([4, 8, 2, 2]), probability: 0.5, using: &generator)
/// print((y.max(axes: [2, 3]) .== y.min(axes: [2, 3])).all())  // true
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, …]`.
///   - probability: in 0 ... 1.
///   - generator: where the choice comes from.
public func featureDropout(
  _ x: Tensor, probability: Double = 0.5, using generator: inout some RandomNumberGenerator
) -> Tensor {
  guard let channels = channelShape(x, "featureDropout") else { return .standIn }
  return dropout(x, choosing: channels, probability, "featureDropout", &generator)
}

private func dropout(
  _ x: Tensor, choosing shape: Shape, _ probability: Double, _ operation: StaticString,
  _ generator: inout some RandomNumberGenerator
) -> Tensor {
  guard let keep = kept(shape, probability, x.dtype, operation, &generator) else { return .standIn }
  return probability == 0 ? x : select(where: keep, then: x * (probability < 1 ? 1 / (1 - probability) : 0), else: 0)
}

/// Dropout that keeps mean and variance of activations that ``selu(_:)`` makes: dropped elements get its lower limit, and
/// all are rescaled.
///
/// VJP: `dx` is `dy` times the scale where the element was kept, else 0.
///
/// ```swift
/// var generator = PhiloxGenerator(seed: 1)
/// let y = alphaDropout(Tensor.normal([10_000], using: &generator), probability: 0.2, using: &generator)
/// print(abs(y.mean().item()) < 0.1, abs(y.variance().item() - 1) < 0.1)  // true true
/// ```
public func alphaDropout(
  _ x: Tensor, probability: Double = 0.5, using generator: inout some RandomNumberGenerator
) -> Tensor {
  alphaDropout(x, choosing: x.shape, probability, "alphaDropout", &generator)
}

/// ``alphaDropout(_:probability:using:)`` of whole channels.
///
/// ```swift
/// var generator = PhiloxGenerator(seed: 1)
/// let y = featureAlphaDropout(Tensor.ones([4, 8, 2, 2]), probability: 0.5, using: &generator)
/// print((y.max(axes: [2, 3]) .== y.min(axes: [2, 3])).all())  // true
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, …]`.
///   - probability: in 0 ... 1.
///   - generator: where the choice comes from.
public func featureAlphaDropout(
  _ x: Tensor, probability: Double = 0.5, using generator: inout some RandomNumberGenerator
) -> Tensor {
  guard let channels = channelShape(x, "featureAlphaDropout") else { return .standIn }
  return alphaDropout(x, choosing: channels, probability, "featureAlphaDropout", &generator)
}

private func alphaDropout(
  _ x: Tensor, choosing shape: Shape, _ probability: Double, _ operation: StaticString,
  _ generator: inout some RandomNumberGenerator
) -> Tensor {
  guard let keep = kept(shape, probability, x.dtype, operation, &generator) else { return .standIn }
  if probability == 0 { return x }
  if probability == 1 { return select(where: keep, then: x, else: 0) }
  let limit = -1.7580993408473766
  let scale = 1 / ((1 - probability) * (1 + probability * limit * limit)).squareRoot()
  return select(where: keep, then: x, else: limit) * scale + -scale * probability * limit
}

/// A place for each channel, or nil, inside ``checked(_:)``, if there are none.
private func channelShape(_ x: Tensor, _ operation: StaticString) -> Shape? {
  guard x.rank >= 2 else {
    fail(.shapeMismatch, operation, "x of shape \(x.shape); expected [batch, channels, …]")
    return nil
  }
  return Shape([x.shape[0], x.shape[1]] + [Int](repeating: 1, count: x.rank - 2))
}

/// Which elements stay, or nil, inside ``checked(_:)``, if the probability is none.
private func kept(
  _ shape: Shape, _ probability: Double, _ dtype: DType, _ operation: StaticString,
  _ generator: inout some RandomNumberGenerator
) -> Tensor? {
  guard dtype.isFloatingPoint else {
    _ = unsupported(operation, dtype)
    return nil
  }
  guard (0...1).contains(probability) else {
    fail(.invalidArgument, operation, "the probability \(probability) is not in 0 ... 1")
    return nil
  }
  return Tensor.uniform(shape, using: &generator) .>= probability
}
