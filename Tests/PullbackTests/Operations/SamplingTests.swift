import Testing

@testable import Pullback

/// Random numbers with gradients: moments, implicit gradients against 40-digit values, and determinism.
@Suite struct SamplingTests {
  /// dz/da of gamma distributed numbers, by mpmath.
  private static let slopes: [(a: Double, z: Double, slope: Double)] = [
    (0.05, 1e-6, 0.0002663535831438351), (0.3, 0.1, 0.7894044031182722), (1, 0.5, 0.806979116825318),
    (1, 3, 1.937911693824961), (2.5, 2.5, 1.068673019987631), (10, 4, 0.6208054470099848),
    (10, 18, 1.344576172274013), (300, 310, 1.017049391835125),
  ]

  @Test func implicitGradientsAreExact() {
    for (a, z, slope) in Self.slopes {
      let found = gammaSampleSlope(Tensor(a, dtype: .float64), Tensor(z, dtype: .float64)).item()
      #expect(abs(found - slope) <= 1e-10 * slope, "\(a), \(z): \(found)")
    }
    var noise = Noise(seed: 3)
    let (a, z) = (exp(noise.tensor([8])), exp(noise.tensor([8])))
    let check = checkGradient(at: [a, z], order: 2) { gammaSampleSlope($0[0], $0[1]) }
    #expect(check.isCorrect, "\(check)")
    // The derivatives of the slope in a and in z.
    let second: [(a: Double, z: Double, inA: Double, inZ: Double)] = [
      (0.3, 0.1, -2.3008706467194, 5.1152960957401), (2.5, 2.5, -0.24233810142897, 0.21433511676614),
      (10, 18, -0.062835101378402, 0.033668917307563),
    ]
    for (a, z, inA, inZ) in second {
      let (da, dz) = gradient(at: Tensor(a, dtype: .float64), Tensor(z, dtype: .float64)) { gammaSampleSlope($0, $1) }
      #expect(abs(da.item() - inA) <= 1e-8 * abs(inA), "\(a), \(z): \(da)")
      #expect(abs(dz.item() - inZ) <= 1e-8 * abs(inZ), "\(a), \(z): \(dz)")
    }
  }

  /// Means and variances of 40,000 numbers, within six standard errors.
  @Test func momentsAreThoseOfTheDistributions() {
    let n = 40_000
    func full(_ value: Double) -> Tensor { Tensor.full([n], value, dtype: .float64) }
    let draws: [(name: String, mean: Double, variance: Double, draw: (inout PhiloxGenerator) -> Tensor)] = [
      ("uniform", 2, 1.0 / 3, { .uniform(low: full(1), high: full(3), using: &$0) }),
      ("normal", 1, 4, { .normal(mean: full(1), standardDeviation: full(2), using: &$0) }),
      ("laplace", 1, 8, { .laplace(location: full(1), scale: full(2), using: &$0) }),
      ("gumbel", 1 + 2 * 0.5772156649, 6.5797362674, { .gumbel(location: full(1), scale: full(2), using: &$0) }),
      ("exponential", 0.5, 0.25, { .exponential(rate: full(2), using: &$0) }),
      ("gamma, small", 0.1, 0.1, { .gamma(concentration: full(0.1), using: &$0) }),
      ("gamma", 7, 7, { .gamma(concentration: full(7), using: &$0) }),
      ("beta", 2.0 / 7, 10.0 / 392, { .beta(full(2), full(5), using: &$0) }),
      (
        "dirichlet", 0.25, 0.1875 / 5,
        { g in
          .dirichlet(concentration: Tensor([1, 3], dtype: .float64).broadcast(to: [n, 2]), using: &g)[0..., 0]
        }
      ),
      ("studentT", 0, 1.25, { .studentT(degreesOfFreedom: full(10), using: &$0) }),
      ("bernoulli", 0.3, 0.21, { .bernoulli(probability: full(0.3), using: &$0) }),
      ("integers", 4.5, 8.25, { Tensor.integers([n], in: 0..<10, using: &$0).cast(to: .float64) }),
      (
        "categorical", 1, 0.5,
        { g in
          let logits = log(Tensor([1, 2, 1], dtype: .float64)).broadcast(to: [n, 3])
          return Tensor.categorical(logits: logits, using: &g).cast(to: .float64)
        }
      ),
      ("poisson, small", 0.4, 0.4, { .poisson(rate: full(0.4), using: &$0) }),
      ("poisson", 9.5, 9.5, { .poisson(rate: full(9.5), using: &$0) }),
      ("poisson, large", 250, 250, { .poisson(rate: full(250), using: &$0) }),
    ]
    for (name, mean, variance, draw) in draws {
      var generator = PhiloxGenerator(seed: 11)
      let x = draw(&generator)
      let deviation = (x - mean).squared()
      let meanError = (variance / Double(n)).squareRoot()
      let varianceError: Double = deviation.standardDeviation().item() / Double(n).squareRoot()
      #expect(abs(x.mean().item() - mean) < 6 * meanError, "\(name): mean \(x.mean())")
      #expect(abs(deviation.mean().item() - variance) < 6 * varianceError, "\(name): variance \(deviation.mean())")
    }
  }

  /// The gradient of an expectation, by the pathwise estimate: d/da E[z²] = 2a + 1 for gamma distributed z.
  @Test func gradientsOfExpectationsAreUnbiased() {
    var generator = PhiloxGenerator(seed: 2)
    let a = Tensor(3, dtype: .float64)
    let slope = gradient(at: a) { a in
      Tensor.gamma(concentration: a.broadcast(to: [100_000]), using: &generator).squared().mean()
    }
    #expect(abs(slope.item() - 7) < 0.15)
  }

  /// Second derivatives go through the number as well: the sum over a Dirichlet is 1, so all its derivatives are 0.
  @Test func secondDerivativesOfImplicitGradientsAreConsistent() {
    let a = Tensor([0.4, 1.3, 2.2], dtype: .float64)
    let direction = Tensor([0.3, -1, 0.7], dtype: .float64)
    func total(_ a: Tensor) -> Tensor {
      var generator = PhiloxGenerator(seed: 4)
      return Tensor.dirichlet(concentration: a, using: &generator).sum()
    }
    let first = gradient(at: a, of: total)
    #expect(abs(first).max().item() < 1e-14)
    let second = gradient(at: a) { a in (gradient(at: a, of: total) * direction).sum() }
    #expect(abs(second).max().item() < 1e-12)
  }

  @Test func edgesOfParameters() {
    var generator = PhiloxGenerator(seed: 1)
    let tiny = Tensor.gamma(concentration: Tensor.full([100], 1e-3), using: &generator)
    #expect((tiny .> 0).all().item(as: Bool.self))
    #expect(Tensor.gamma(concentration: Tensor([-1, 0]), using: &generator).isNaN().all().item(as: Bool.self))
    #expect(Tensor.poisson(rate: Tensor([-1, .nan]), using: &generator).isNaN().all().item(as: Bool.self))
    #expect(Tensor.poisson(rate: Tensor([0]), using: &generator).item() == 0)
    #expect(Tensor.gamma(concentration: Tensor.zeros([0, 3]), using: &generator).shape == [0, 3])
    let gradients = gradient(at: Tensor.full([100], 1e-3)) { a in
      Tensor.gamma(concentration: a, using: &generator).sum()
    }
    #expect(gradients.isFinite().all().item(as: Bool.self))
    let error = #expect(throws: TensorError.self) {
      try checked { Tensor.normal(mean: Tensor([1, 2]), standardDeviation: Tensor([1, 2, 3]), using: &generator) }
    }
    #expect(error?.kind == .shapeMismatch)
  }
}
