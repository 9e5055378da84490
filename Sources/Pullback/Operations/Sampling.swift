// Random numbers from distributions whose parameters are tensors. Those of a continuous distribution can be differentiated
// with respect to the parameters: the random part is held constant.

extension Tensor {
  /// Numbers drawn evenly between two bounds, one for each place of the bounds.
  ///
  /// To draw many numbers from one distribution, give parameters of the wanted shape: they may be broadcast views.
  ///
  /// VJP, with u the random part in 0 ..< 1 and `y = low + (high - low) · u`: `dlow = dy · (1 - u)`, `dhigh = dy · u`.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let x = Tensor.uniform(low: Tensor([0, 10]), high: Tensor([1, 11]), using: &generator)
  /// print(floor(x))  // [0.0, 10.0] : [2] float32
  /// ```
  ///
  /// - Precondition: the parameters broadcast and are of one floating-point dtype; else traps, or throws inside
  ///   ``checked(_:)``. So for all distributions with parameters.
  public static func uniform(low: Tensor, high: Tensor, using generator: inout some RandomNumberGenerator) -> Tensor {
    guard let noise = DistributionNoise(low, high, "uniform", &generator) else { return .standIn }
    return low + (high - low) * noise.uniform
  }

  /// Numbers drawn from normal distributions.
  ///
  /// VJP, with n the random part and `y = mean + standardDeviation · n`: `dmean = dy`, `dstandardDeviation = dy · n`.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let mean = Tensor([0, 5]).requiringGradient()
  /// let y = Tensor.normal(mean: mean, standardDeviation: Tensor([1, 0.1]), using: &generator)
  /// print(y.sum().backward()[mean])  // [1.0, 1.0] : [2] float32
  /// ```
  public static func normal(
    mean: Tensor, standardDeviation: Tensor, using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    guard let shape = parameterShape([mean, standardDeviation], "normal") else { return .standIn }
    return mean + standardDeviation * Tensor.normal(shape, dtype: mean.dtype, using: &generator)
  }

  /// Numbers drawn from Laplace distributions: normal ones with longer tails.
  ///
  /// VJP, with l the random part and `y = location + scale · l`: `dlocation = dy`, `dscale = dy · l`.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let x = Tensor.laplace(location: Tensor.full([10_000], 3), scale: Tensor(2), using: &generator)
  /// print(abs(x.mean().item() - 3) < 0.1, abs(x.variance().item() - 8) < 1)  // true true
  /// ```
  public static func laplace(
    location: Tensor, scale: Tensor, using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    guard let noise = DistributionNoise(location, scale, "laplace", &generator) else { return .standIn }
    return location + scale * noise.laplace
  }

  /// Numbers drawn from Gumbel distributions: how the largest of many numbers is distributed.
  ///
  /// VJP, with g the random part and `y = location + scale · g`: `dlocation = dy`, `dscale = dy · g`.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let x = Tensor.gumbel(location: Tensor.full([10_000], 0), scale: Tensor(1), using: &generator)
  /// print(abs(x.mean().item() - 0.5772) < 0.05)  // true
  /// ```
  public static func gumbel(
    location: Tensor, scale: Tensor, using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    guard let noise = DistributionNoise(location, scale, "gumbel", &generator) else { return .standIn }
    return location - scale * log(noise.exponential)
  }

  /// Numbers drawn from Cauchy distributions, whose tails are so long that there is no mean.
  ///
  /// VJP, with c the random part and `y = location + scale · c`: `dlocation = dy`, `dscale = dy · c`.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let x = Tensor.cauchy(location: Tensor.full([10_000], 3), scale: Tensor(2), using: &generator)
  /// print(abs(x.median().item() - 3) < 0.2)  // true
  /// ```
  public static func cauchy(
    location: Tensor, scale: Tensor, using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    guard let noise = DistributionNoise(location, scale, "cauchy", &generator) else { return .standIn }
    return location + scale * noise.cauchy
  }

  /// Numbers drawn from exponential distributions: how long it takes until something happens that happens at a rate.
  ///
  /// VJP: `drate = -dy · y / rate`.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let x = Tensor.exponential(rate: Tensor.full([10_000], 4), using: &generator)
  /// print(abs(x.mean().item() - 0.25) < 0.02)  // true
  /// ```
  public static func exponential(rate: Tensor, using generator: inout some RandomNumberGenerator) -> Tensor {
    guard let noise = DistributionNoise(rate, rate, "exponential", &generator) else { return .standIn }
    return noise.exponential / rate
  }
}

extension Tensor {
  /// The common shape of parameters, or nil, inside ``checked(_:)``, if they do not fit.
  static func parameterShape(_ parameters: [Tensor], _ operation: StaticString) -> Shape? {
    for parameter in parameters {
      guard parameter.dtype.isFloatingPoint else {
        _ = unsupported(operation, parameter.dtype)
        return nil
      }
      guard parameter.dtype == parameters[0].dtype else {
        _ = mixed(operation, parameters[0], parameter)
        return nil
      }
    }
    let shape = parameters.dropFirst().reduce(Optional(parameters[0].shape)) { $0?.broadcast(with: $1.shape) }
    if shape == nil { fail(ShapeMismatch(operation, parameters.map(\.shape)).error) }
    return shape
  }
}

/// The random part of a distribution, computed in float64 so that its ends are reached as rarely as can be.
struct DistributionNoise {
  private let wide: Tensor
  private let dtype: DType

  init?(_ a: Tensor, _ b: Tensor, _ operation: StaticString, _ generator: inout some RandomNumberGenerator) {
    guard let shape = Tensor.parameterShape([a, b], operation) else { return nil }
    wide = Tensor.uniform(shape, dtype: .float64, using: &generator)
    dtype = a.dtype
  }

  /// In 0 ..< 1.
  var uniform: Tensor { dtype == .float64 ? wide : wide.clamped(to: 0...0.99999994).cast(to: dtype) }

  /// Of rate 1, above 0.
  var exponential: Tensor { (-log(onePlus: -wide)).clamped(to: 1e-30...).cast(to: dtype) }

  /// Of scale 1, of either sign.
  var laplace: Tensor {
    let centred = wide - 0.5
    return (-sign(centred) * log(onePlus: abs(centred).clamped(to: 0...0.49999999999999994) * -2)).cast(to: dtype)
  }

  /// Of scale 1.
  var cauchy: Tensor { tan((wide - 0.5) * Double.pi).cast(to: dtype) }
}
