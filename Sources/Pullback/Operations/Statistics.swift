// Folds along axes that are made of others: several at once, and those that leave NaN out.

extension Tensor {
  /// The smallest and the largest of all elements, or along axes; NaN wins.
  ///
  /// VJP: the sum of those of ``min(axes:keepDims:)`` and ``max(axes:keepDims:)``.
  ///
  /// ```swift
  /// let (min, max) = Tensor([3, 1, 2]).minAndMax()
  /// print(min, max)  // 1.0 3.0
  /// ```
  ///
  /// - Precondition: there are elements to choose from; else traps, or throws inside ``checked(_:)``.
  public func minAndMax(axes: [Int]? = nil, keepDims: Bool = false) -> (min: Tensor, max: Tensor) {
    (min(axes: axes, keepDims: keepDims), max(axes: axes, keepDims: keepDims))
  }

  /// The mean and the variance of all elements, or along axes; the mean is computed once.
  ///
  /// VJP: the sum of those of ``mean(axes:keepDims:)`` and ``variance(axes:correction:keepDims:)``.
  ///
  /// ```swift
  /// let (mean, variance) = Tensor([1, 2, 3, 4]).moments()
  /// print(mean, variance)  // 2.5 1.25
  /// ```
  public func moments(
    axes: [Int]? = nil, correction: Double = 0, keepDims: Bool = false
  ) -> (mean: Tensor, variance: Tensor) {
    guard let folded = ReductionAxes(axes, of: shape, for: "moments") else { return (.standIn, .standIn) }
    let mean = mean(axes: axes, keepDims: true)
    let divisor = Double(folded.foldedCount) - correction
    let variance = (self - mean).squared().sum(axes: axes, keepDims: keepDims) / (divisor > 0 ? divisor : .nan)
    return (mean.reshaped(to: folded.result(keepDims: keepDims)), variance)
  }

  /// The mean along an axis without a share of the smallest and as many of the largest elements; NaN wins.
  ///
  /// VJP: `dx = dy / n` for the `n` elements that are left, else 0.
  ///
  /// ```swift
  /// print(Tensor([100, 1, 2, 3, -9]).trimmedMean(0.2))  // 2.0
  /// ```
  ///
  /// - Parameters:
  ///   - share: how many are left out at either end, from 0 up to a half, as a share of all; rounded down.
  ///   - axis: along which.
  ///   - keepDims: whether the axis stays, with one place.
  /// - Precondition: the share lies in 0 ..< ½; else traps, or throws inside ``checked(_:)``.
  public func trimmedMean(_ share: Double, axis: Int = -1, keepDims: Bool = false) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "trimmedMean") else { return .standIn }
    guard dtype.isFloatingPoint else { return unsupported("trimmedMean", dtype) }
    guard share >= 0, share < 0.5 else {
      return fail(.invalidArgument, "trimmedMean", "the share \(share) at either end; expected one in 0 ..< 0.5")
    }
    let count = shape[axis], omitted = Int(share * Double(count))
    let sorted = sorted(axis: axis).values
    let mean = sorted.narrowed(axis: axis, from: omitted, count: count - 2 * omitted).mean(
      axes: [axis], keepDims: keepDims)
    guard omitted > 0 else { return mean }
    // NaN are sorted last.
    let last = sorted.narrowed(axis: axis, from: count - 1, count: 1)
    let greatest = keepDims ? last : last.squeezed(axis: axis)
    return select(where: greatest.isNaN(), then: greatest, else: mean)
  }

  /// `log` of the mean of the exponentials of all elements, or along axes, without overflow.
  ///
  /// VJP: `dx = dy · softmax(x)`.
  ///
  /// ```swift
  /// print(Tensor([1000, 1000]).logMeanExp())  // 1000.0
  /// ```
  public func logMeanExp(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
    guard let folded = ReductionAxes(axes, of: shape, for: "logMeanExp") else { return .standIn }
    let count = Tensor(Double(folded.foldedCount), dtype: dtype)
    return logSumExp(axes: axes, keepDims: keepDims) - log(count)
  }

  /// The sum of all elements, or along axes, of those that are not NaN.
  ///
  /// VJP: `dx = dy`, 0 at NaN.
  ///
  /// ```swift
  /// print(Tensor([1, .nan, 2]).nanSum())  // 3.0
  /// ```
  public func nanSum(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
    guard dtype.isFloatingPoint else { return sum(axes: axes, keepDims: keepDims) }
    return replacing(with: 0, where: isNaN()).sum(axes: axes, keepDims: keepDims)
  }

  /// The mean of all elements, or along axes, of those that are not NaN; NaN of none.
  ///
  /// VJP: `dx = dy / n`, 0 at NaN, `n` being the number of the others.
  ///
  /// ```swift
  /// print(Tensor([1, .nan, 2]).nanMean())  // 1.5
  /// ```
  public func nanMean(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
    guard dtype.isFloatingPoint else { return unsupported("nanMean", dtype) }
    let counts = (.!isNaN()).cast(to: dtype).sum(axes: axes, keepDims: keepDims)
    return nanSum(axes: axes, keepDims: keepDims) / counts
  }
}
