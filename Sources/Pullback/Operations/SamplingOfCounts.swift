// Random whole numbers, which have no gradient.

extension Tensor {
  /// 1 with the given probabilities, else 0. There is no gradient.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// print(Tensor.bernoulli(probability: Tensor([0, 1]), using: &generator))  // [0.0, 1.0] : [2] float32
  /// ```
  ///
  /// - Returns: numbers of the probabilities' shape and dtype.
  public static func bernoulli(probability: Tensor, using generator: inout some RandomNumberGenerator) -> Tensor {
    guard let noise = DistributionNoise(probability, probability, "bernoulli", &generator) else { return .standIn }
    return (noise.uniform .< probability.detached()).cast(to: probability.dtype)
  }

  /// Integers of a range, each equally likely, as int64.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let dice = Tensor.integers([1000], in: 1..<7, using: &generator)
  /// print(dice.min().item(as: Int.self), dice.max().item(as: Int.self))  // 1 6
  /// ```
  ///
  /// - Precondition: the range is not empty and spans at most 2⁵³ integers; else traps, or throws inside ``checked(_:)``.
  public static func integers(
    _ shape: Shape, in range: Range<Int>, using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    let (span, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
    guard !range.isEmpty, !overflow, span <= 1 << 53 else {
      return fail(.invalidArgument, "integers", "the range \(range); expected one of 1 ... 2⁵³ integers")
    }
    let steps = Tensor.uniform(shape, in: 0..<Double(span), dtype: .float64, using: &generator)
    return floor(steps).cast(to: .int64) + Tensor([range.lowerBound], shape: [])
  }

  /// Classes drawn with the probabilities `softmax(logits)` along the last axis, as int64. There is no gradient;
  /// ``gumbelSoftmax(_:temperature:hard:axis:using:)`` has one.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let logits = Tensor([[0, 0, 100], [100, 0, 0]])
  /// print(Tensor.categorical(logits: logits, using: &generator))  // [2, 0] : [2] int64
  /// ```
  ///
  /// - Returns: a class for each row, `[…]` for `[…, classes]`. For several draws, broadcast the logits.
  public static func categorical(logits: Tensor, using generator: inout some RandomNumberGenerator) -> Tensor {
    guard logits.rank > 0, logits.shape[-1] > 0 else {
      return fail(.shapeMismatch, "categorical", "logits of shape \(logits.shape); expected […, classes]")
    }
    guard let noise = DistributionNoise(logits, logits, "categorical", &generator) else { return .standIn }
    return (logits.detached() - log(noise.exponential)).argMax(axis: -1)
  }

  /// How often something happens that happens at the given rates, in one unit of time: Poisson distributions. There is no
  /// gradient.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let x = Tensor.poisson(rate: Tensor.full([10_000], 30), using: &generator)
  /// print(abs(x.mean().item() - 30) < 0.5, abs(x.variance().item() - 30) < 3)  // true true
  /// ```
  ///
  /// - Returns: whole numbers, in the rates' shape and dtype; NaN for a rate below 0.
  public static func poisson(rate: Tensor, using generator: inout some RandomNumberGenerator) -> Tensor {
    guard parameterShape([rate], "poisson") != nil else { return .standIn }
    let wide = rate.detached().cast(to: .float64)
    let few = countedArrivals(wide.clamped(to: 0...10), &generator),
      many = acceptedCounts(wide.clamped(to: 10...), &generator)
    let counts = select(where: wide .< 10, then: few, else: many)
    return select(where: wide .>= 0, then: counts, else: .nan).cast(to: rate.dtype)
  }
}

/// Poisson numbers for small rates: how many arrivals, an exponential time apart, come before the rate is reached.
private func countedArrivals(_ rate: Tensor, _ generator: inout some RandomNumberGenerator) -> Tensor {
  var (count, time) = (Tensor.zeros(rate.shape, dtype: .float64), Tensor.zeros(rate.shape, dtype: .float64))
  // Of rates up to 10, none counts to a thousand, except stand-ins after a failure.
  for _ in 0..<1000 {
    time = time - log(onePlus: -Tensor.uniform(rate.shape, dtype: .float64, using: &generator))
    let isInTime = time .< rate
    if !isInTime.any().item(as: Bool.self) { return count }
    count = count + isInTime.cast(to: .float64)
  }
  return count
}

/// Poisson numbers for rates of at least 10, by rejection from a transformed uniform one (Hörmann 1993, PTRS).
private func acceptedCounts(_ rate: Tensor, _ generator: inout some RandomNumberGenerator) -> Tensor {
  let b = sqrt(rate) * 2.53 + 0.931
  let a = b * 0.02483 - 0.059
  let limit = 0.9277 - 3.6224 / (b - 2), logAlpha = log(1.1239 + 1.1328 / (b - 3.4))
  return drawnUntilAccepted {
    let u = Tensor.uniform(rate.shape, in: -0.5..<0.5, dtype: .float64, using: &generator)
    let v = Tensor.uniform(rate.shape, dtype: .float64, using: &generator)
    let room = 0.5 - abs(u)
    let k = floor((a * 2 / room + b) * u + rate + 0.43)
    let isInside = (room .>= 0.07) .& (v .<= limit)
    let isPossible = (k .>= 0) .& .!((room .< 0.013) .& (v .> room))
    let density = k * log(rate) - rate - logGamma(k.clamped(to: 0...) + 1)
    let isBelow = log(v) + logAlpha - log(a / room.squared() + b) .<= density
    return (k, isInside .| (isPossible .& isBelow))
  }
}

/// Values drawn again where they are not accepted, until all are.
func drawnUntilAccepted(_ draw: () -> (values: Tensor, isAccepted: Tensor)) -> Tensor {
  var (values, isAccepted) = draw()
  // A thousand refusals in a row do not happen, except to stand-ins after a failure.
  for _ in 0..<1000 where !isAccepted.all().item(as: Bool.self) {
    let next = draw()
    values = select(where: isAccepted, then: values, else: next.values)
    isAccepted = isAccepted .| next.isAccepted
  }
  return values
}
