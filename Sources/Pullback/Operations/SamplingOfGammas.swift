// Random numbers from gamma distributions and those made of them, with gradients of the parameters.

import Foundation

// Note [Implicit gradients]. A sample z of a distribution F(z; a) is where F has a random value u. Holding u constant and
// moving a, z moves by dz/da = -(∂F/∂a) / (∂F/∂z), however z was drawn. For gamma distributions, with the density
// p(t) = tᵃ⁻¹ e⁻ᵗ / Γ(a), that is an integral of p(t) · (log t - ψ(a)) / p(z) from 0 to z, negated, or of the same from z to
// infinity. With t = z eʷ it is
//
//   dz/da = ± z ∫ exp(a w - z (eʷ - 1)) · (log z + w - ψ(a)) dv,   w = ± v,  v from 0 to infinity,
//
// a sum over the points of a double exponential quadrature, made of differentiable operations: derivatives of any order
// follow. Its relative error is below 1e-9 for concentrations from 0.001.

extension Tensor {
  /// Numbers drawn from gamma distributions of scale 1, by Marsaglia and Tsang's method. Divide by a rate, or multiply by a
  /// scale, for others.
  ///
  /// VJP: `dconcentration = dy · ∂z/∂concentration` at a constant value of the distribution function (an implicit gradient).
  /// Its mean is 1, since the mean of the distribution is the concentration.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let concentration = Tensor.full([10_000], 3).requiringGradient()
  /// let y = Tensor.gamma(concentration: concentration, using: &generator)
  /// print(abs(y.mean().item() - 3) < 0.1)  // true
  /// print(abs(y.sum().backward()[concentration].mean().item() - 1) < 0.05)  // true
  /// ```
  ///
  /// - Returns: numbers of the concentrations' shape and dtype, above 0; NaN where a concentration is not above 0.
  public static func gamma(concentration: Tensor, using generator: inout some RandomNumberGenerator) -> Tensor {
    guard parameterShape([concentration], "gamma") != nil else { return .standIn }
    if concentration.dtype != .float64 {
      // What is too small for float32 stays above 0.
      return gamma(concentration: concentration.cast(to: .float64), using: &generator)
        .clamped(to: Double(Float.leastNormalMagnitude)...).cast(to: concentration.dtype)
    }
    return gammaSamples(concentration.detached(), &generator)
      .recorded(
        as: "gammaSample", wrt: concentration, withResult: { dy, z in dy * gammaSampleSlope(concentration, z) })
  }

  /// Numbers from 0 to 1 drawn from beta distributions.
  ///
  /// VJP: that of the gamma distributed numbers of which they are the first one's share.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let x = Tensor.beta(Tensor.full([10_000], 2), Tensor(6), using: &generator)
  /// print(abs(x.mean().item() - 0.25) < 0.01)  // true
  /// ```
  ///
  /// - Parameters:
  ///   - a: pulls towards 1.
  ///   - b: pulls towards 0; of the same dtype, broadcasting.
  ///   - generator: where random bits come from.
  public static func beta(_ a: Tensor, _ b: Tensor, using generator: inout some RandomNumberGenerator) -> Tensor {
    guard let shape = parameterShape([a, b], "beta") else { return .standIn }
    let x = gamma(concentration: a.broadcast(to: shape), using: &generator)
    let y = gamma(concentration: b.broadcast(to: shape), using: &generator)
    return x / (x + y)
  }

  /// Shares that add up to 1 along the last axis, drawn from Dirichlet distributions.
  ///
  /// VJP: that of the gamma distributed numbers whose shares they are.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let x = Tensor.dirichlet(concentration: Tensor([[1, 2, 3]]).broadcast(to: [10_000, 3]), using: &generator)
  /// print(x.mean(axis: 0).isClose(to: Tensor([1, 2, 3]) / 6, absolute: 0.02))  // true
  /// ```
  ///
  /// - Parameters:
  ///   - concentration: `[…, shares]`, above 0.
  ///   - generator: where random bits come from.
  public static func dirichlet(concentration: Tensor, using generator: inout some RandomNumberGenerator) -> Tensor {
    guard concentration.rank > 0 else {
      return fail(.shapeMismatch, "dirichlet", "the concentration is a scalar; expected […, shares]")
    }
    let x = gamma(concentration: concentration, using: &generator)
    return x / x.sum(axis: -1, keepDims: true)
  }

  /// Numbers drawn from Student's t distributions: normal ones whose scale is uncertain.
  ///
  /// VJP: that of a normal number divided by the root of a gamma distributed one.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let x = Tensor.studentT(degreesOfFreedom: Tensor.full([10_000], 10), using: &generator)
  /// print(abs(x.mean().item()) < 0.05, abs(x.variance().item() - 1.25) < 0.1)  // true true
  /// ```
  public static func studentT(
    degreesOfFreedom: Tensor, using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    guard let shape = parameterShape([degreesOfFreedom], "studentT") else { return .standIn }
    let normal = Tensor.normal(shape, dtype: .float64, using: &generator).cast(to: degreesOfFreedom.dtype)
    let half = degreesOfFreedom * 0.5
    return normal * sqrt(half / gamma(concentration: half, using: &generator))
  }
}

/// In float64, by rejection; concentrations below 1 from those above 1, times a power of a uniform number.
private func gammaSamples(_ concentration: Tensor, _ generator: inout some RandomNumberGenerator) -> Tensor {
  let isSmall = concentration .< 1
  let d = select(where: isSmall, then: concentration + 1, else: concentration) - 1.0 / 3
  let c = rsqrt(d * 9)
  let z = drawnUntilAccepted {
    let x = Tensor.normal(d.shape, dtype: .float64, using: &generator)
    let u = Tensor.uniform(d.shape, dtype: .float64, using: &generator)
    let root = 1 + c * x, v = root * root * root
    let isAccepted = (root .> 0) .& (log(u) .< x.squared() * 0.5 + d - d * v + d * log(abs(v)))
    return (d * v, isAccepted .| .!(concentration .> 0))
  }
  let chance = -log(onePlus: -Tensor.uniform(d.shape, dtype: .float64, using: &generator))
  let shrunk = select(where: isSmall, then: z * exp(-chance / concentration), else: z)
  // Of small concentrations, numbers may be too small to be one.
  let held = maximum(shrunk, Tensor(Double.leastNormalMagnitude, dtype: .float64))
  return select(where: concentration .> 0, then: held, else: .nan)
}

/// The slope of a gamma distributed number with respect to the concentration; see Note [Implicit gradients].
func gammaSampleSlope(_ a: Tensor, _ z: Tensor) -> Tensor {
  let (plainA, plainZ) = (a.detached(), z.detached())
  let isAbove = plainZ .>= maximum(plainA, Tensor(1, dtype: .float64))
  // About how far the integrand reaches; the integral does not depend on it.
  let below = select(where: plainA .<= 1, then: plainA, else: plainA - plainZ + sqrt(plainA))
  let reach = 1 / select(where: isAbove, then: plainZ - plainA + sqrt(plainZ), else: below)
  let side = select(where: isAbove, then: Tensor(1, dtype: .float64), else: -1)
  let offset = log(z) - digamma(a)
  var sum = Tensor.zeros(plainZ.shape, dtype: .float64)
  for (point, weight) in doubleExponentialPoints {
    let w = (side * reach * point).clamped(to: ...300)
    sum = sum + exp(a * w - z * expMinusOne(w)) * (offset + w) * weight
  }
  return side * reach * z * sum
}

/// Points and weights of a quadrature from 0 to infinity, for integrands that fall like e⁻ᵛ (Takahasi and Mori 1974).
private let doubleExponentialPoints: [(point: Double, weight: Double)] = {
  let step = 0.08
  return (-44...52).map { index in
    let t = step * Double(index)
    let point = exp(t - exp(-t))
    return (point, step * point * (1 + exp(-t)))
  }
}()
