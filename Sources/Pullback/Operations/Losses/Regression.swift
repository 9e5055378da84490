// Losses for numbers. The prediction and the target broadcast; the reduction says what becomes of the elements' losses.

import Foundation

extension Tensor {
  /// Losses made into one, or left as they are.
  func reduced(_ reduction: LossReduction) -> Tensor {
    switch reduction {
    case .none: self
    case .sum: sum()
    case .mean: mean()
    }
  }
}

/// The squared difference. VJP: `dprediction = 2 dy · (prediction - target) / n` for the mean.
///
/// ```swift
/// print(meanSquaredError(Tensor([1, 2]), Tensor([0, 0])))  // 2.5
/// ```
public func meanSquaredError(_ prediction: Tensor, _ target: Tensor, reduction: LossReduction = .mean) -> Tensor {
  guard reduction != .none, prediction.shape == target.shape, prediction.dtype == target.dtype,
    prediction.dtype.isFloatingPoint
  else { return squaredDifference(prediction, target).reduced(reduction) }
  let factor = reduction == .mean ? 1 / Double(prediction.count) : 1
  return sumOfSquaredDifferences(prediction, target, scaledBy: factor).recorded(
    as: "meanSquaredError",
    wrt: prediction, { dy in scaledDifference(prediction, target, dy, 2 * factor) },
    wrt: target, { dy in scaledDifference(prediction, target, dy, -2 * factor) })
}

/// `dy · factor · (a - b)` for a scalar `dy`, in one pass where nothing is recorded.
private func scaledDifference(_ a: Tensor, _ b: Tensor, _ dy: Tensor, _ factor: Double) -> Tensor {
  if dy.isRecorded || a.isRecorded || b.isRecorded { return (a - b) * (dy * factor) }
  return zipDifference(a, b, scaledBy: dy, factor)
}

/// The absolute difference; its derivative is 0 where both are equal.
///
/// ```swift
/// print(meanAbsoluteError(Tensor([1, -2]), Tensor([0, 0])))  // 1.5
/// ```
public func meanAbsoluteError(_ prediction: Tensor, _ target: Tensor, reduction: LossReduction = .mean) -> Tensor {
  abs(prediction - target).reduced(reduction)
}

/// `d² / (2 beta)` where the difference is smaller than beta, `|d| - beta / 2` elsewhere.
///
/// ```swift
/// print(smoothL1Loss(Tensor([0.5, 3]), Tensor([0, 0])))  // 1.3125
/// ```
public func smoothL1Loss(
  _ prediction: Tensor, _ target: Tensor, beta: Double = 1, reduction: LossReduction = .mean
) -> Tensor {
  let difference = prediction - target, magnitude = abs(difference)
  if beta == 0 { return magnitude.reduced(reduction) }
  return select(
    where: magnitude .< beta, then: difference.squared() / (2 * beta), else: magnitude - beta / 2
  ).reduced(reduction)
}

/// `d² / 2` where the difference is at most delta, `delta · (|d| - delta / 2)` elsewhere.
///
/// ```swift
/// print(huberLoss(Tensor([0.5, 3]), Tensor([0, 0]), delta: 2))  // 2.0625
/// ```
public func huberLoss(
  _ prediction: Tensor, _ target: Tensor, delta: Double = 1, reduction: LossReduction = .mean
) -> Tensor {
  let difference = prediction - target, magnitude = abs(difference)
  return select(
    where: magnitude .<= delta, then: difference.squared() * 0.5, else: (magnitude - delta / 2) * delta
  ).reduced(reduction)
}

/// `log(cosh(d))`, without overflow.
///
/// ```swift
/// print(logCoshLoss(Tensor([0, 2]), Tensor([0, 0]), reduction: .none))  // [0.0, 1.325] : [2] float32
/// ```
public func logCoshLoss(_ prediction: Tensor, _ target: Tensor, reduction: LossReduction = .mean) -> Tensor {
  let difference = prediction - target
  return (difference + softplus(difference * -2) - 0.6931471805599453).reduced(reduction)
}

/// The squared difference of `log(1 + ·)` of both.
///
/// ```swift
/// print(meanSquaredLogarithmicError(Tensor([0, 1]), Tensor([0, 3])))  // 0.2402265
/// ```
public func meanSquaredLogarithmicError(
  _ prediction: Tensor, _ target: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  squaredDifference(log(onePlus: prediction), log(onePlus: target)).reduced(reduction)
}

/// The absolute difference relative to the target, which is kept away from 0 by epsilon.
///
/// ```swift
/// print(meanAbsolutePercentageError(Tensor([90, 55]), Tensor([100, 50])))  // 0.1
/// ```
public func meanAbsolutePercentageError(
  _ prediction: Tensor, _ target: Tensor, epsilon: Double = 1e-8, reduction: LossReduction = .mean
) -> Tensor {
  (abs(prediction - target) / maximum(abs(target), Tensor(epsilon, dtype: target.dtype))).reduced(reduction)
}

/// `width · log(1 + |d| / curvature)` near the target, a straight line beyond the width.
///
/// ```swift
/// print(wingLoss(Tensor([1, 20]), Tensor([0, 0]), reduction: .none))  // [4.05465, 27.9176] : [2] float32
/// ```
public func wingLoss(
  _ prediction: Tensor, _ target: Tensor, width: Double = 10, curvature: Double = 2,
  reduction: LossReduction = .mean
) -> Tensor {
  let magnitude = abs(prediction - target)
  let near = log(onePlus: magnitude / curvature) * width
  // The constant that makes the two meet: the near branch at the width, less the width.
  let offset = width - log1p(width / curvature) * width
  return select(where: magnitude .< width, then: near, else: magnitude - offset).reduced(reduction)
}

/// The negative logarithm of a normal density, up to a constant: `½ (log v + (prediction - target)² / v)`.
///
/// The variance is kept from falling below epsilon; its gradient is that at the value so kept.
///
/// ```swift
/// print(gaussianNLLLoss(Tensor([1]), Tensor([3]), variance: Tensor([4])))  // 1.1931472
/// ```
public func gaussianNLLLoss(
  _ prediction: Tensor, _ target: Tensor, variance: Tensor, full: Bool = false, epsilon: Double = 1e-6,
  reduction: LossReduction = .mean
) -> Tensor {
  let floor = variance.detached()
  let kept = variance + (maximum(floor, Tensor(epsilon, dtype: variance.dtype)) - floor)
  let losses = (log(kept) + squaredDifference(prediction, target) / kept) * 0.5
  return (full ? losses + 0.9189385332046727 : losses).reduced(reduction)
}

/// The negative logarithm of a Poisson probability, up to a constant.
///
/// ```swift
/// print(poissonNLLLoss(Tensor([0]), Tensor([2])))  // 1.0
/// ```
///
/// - Parameters:
///   - prediction: what was predicted.
///   - target: what is wanted, of the same shape.
///   - isLogarithm: whether the prediction is the logarithm of the rate.
///   - full: whether Stirling's approximation of the constant is added for targets above 1.
///   - epsilon: added so that the logarithm stays finite.
///   - reduction: what becomes of the elements' losses.
public func poissonNLLLoss(
  _ prediction: Tensor, _ target: Tensor, isLogarithm: Bool = true, full: Bool = false, epsilon: Double = 1e-8,
  reduction: LossReduction = .mean
) -> Tensor {
  let losses =
    isLogarithm ? exp(prediction) - target * prediction : prediction - target * log(prediction + epsilon)
  guard full else { return losses.reduced(reduction) }
  let isLarge = target .> 1
  let t = select(where: isLarge, then: target, else: 1)
  let stirling = t * log(t) - t + log(t * (2 * Double.pi)) * 0.5
  return (losses + select(where: isLarge, then: stirling, else: 0)).reduced(reduction)
}
