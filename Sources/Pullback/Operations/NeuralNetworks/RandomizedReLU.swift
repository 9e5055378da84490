// A rectifier with random slopes.

/// Each element where it is positive, a random multiple of it elsewhere; every element has a slope of its own.
///
/// VJP: `dx = dy` where `x > 0`, else `dy` times the slope.
///
/// ```swift
/// var generator = PhiloxGenerator(seed: 1)
/// let y = rrelu(Tensor([-1, 2]), slopes: 0.25...0.25, using: &generator)
/// print(y)  // [-0.25, 2.0] : [2] float32
/// ```
///
/// - Parameters:
///   - x: any floating-point tensor.
///   - slopes: where the slopes lie, all of it equally likely.
///   - generator: where they come from.
public func rrelu(
  _ x: Tensor, slopes: ClosedRange<Double> = 1 / 8...1 / 3, using generator: inout some RandomNumberGenerator
) -> Tensor {
  let width = slopes.upperBound - slopes.lowerBound
  let chosen = Tensor.uniform(x.shape, dtype: x.dtype, using: &generator) * width + slopes.lowerBound
  return prelu(x, weight: chosen)
}

/// The randomized rectifier with the mean of its slopes: for evaluation.
///
/// ```swift
/// print(rrelu(Tensor([-1, 2]), slopes: 0...0.5))  // [-0.25, 2.0] : [2] float32
/// ```
public func rrelu(_ x: Tensor, slopes: ClosedRange<Double> = 1 / 8...1 / 3) -> Tensor {
  leakyReLU(x, slope: (slopes.lowerBound + slopes.upperBound) / 2)
}
