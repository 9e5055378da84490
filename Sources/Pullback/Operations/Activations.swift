// Activation functions, element by element on floating-point tensors.

/// The logistic function `1 / (1 + e⁻ˣ)` of each element, without overflow.
///
/// VJP: `dx = dy · y · (1 - y)`.
///
/// ```swift
/// let x = Tensor([0, 2]).requiringGradient()
/// print(sigmoid(x), sigmoid(x).sum().backward()[x])
/// // [0.5, 0.880797] : [2] float32 [0.25, 0.104994] : [2] float32
/// ```
public func sigmoid(_ x: consuming Tensor) -> Tensor {
  let entry = x.entry
  return map(reusing: x, "sigmoid") { $0.pointee.unary.sigmoid }
    .recorded(as: "sigmoid", symmetric: true, wrt: entry, withResult: sigmoidGradient)
}

/// `dy · y · (1 - y)` in one pass.
private func sigmoidGradient(_ dy: consuming Tensor, _ y: Tensor) -> Tensor {
  guard dy.isRecorded || y.isRecorded else {
    return zip(reusing: dy, y, "sigmoidGradient") { $0.pointee.binary.sigmoid_gradient }
  }
  let dy = copy dy
  return zip(dy, y, "sigmoidGradient") { $0.pointee.binary.sigmoid_gradient }
    .recorded(
      as: "sigmoidGradient", symmetric: true, wrt: dy, { g in sigmoidGradient(g, y) }, wrt: y,
      { g in g * dy * (1 - y * 2) })
}

/// The logarithm of the logistic function of each element, without overflow.
///
/// VJP: `dx = dy · sigmoid(-x)`.
///
/// ```swift
/// print(logSigmoid(Tensor([0, -100])))  // [-0.693147, -100.0] : [2] float32
/// ```
public func logSigmoid(_ x: Tensor) -> Tensor {
  map(x, "logSigmoid") { $0.pointee.unary.log_sigmoid }
    .recorded(as: "logSigmoid", symmetric: true, wrt: x, { dy in softplusGradient(dy, -x) })
}

/// `log(1 + eˣ)` of each element, without overflow: a smooth form of ``relu(_:)``.
///
/// VJP: `dx = dy · sigmoid(x)`.
///
/// ```swift
/// print(softplus(Tensor([0, 100])))  // [0.693147, 100.0] : [2] float32
/// print(softplus(Tensor([0, 3]), beta: 10, threshold: 20))  // [0.0693147, 3.0] : [2] float32
/// ```
///
/// - Parameters:
///   - x: any floating-point tensor.
///   - beta: how sharply it bends: the result is `log(1 + e^(beta · x)) / beta`, with derivative `sigmoid(beta · x)`.
///   - threshold: above this value of `beta · x` the result is `x` itself, with derivative 1; by default nowhere.
public func softplus(_ x: Tensor, beta: Double = 1, threshold: Double = .infinity) -> Tensor {
  if beta == 1, threshold == .infinity { return softplus(of: x) }
  let z = x * beta
  return select(where: z .> threshold, then: x, else: softplus(of: z) / beta)
}

private func softplus(of x: Tensor) -> Tensor {
  map(x, "softplus") { $0.pointee.unary.softplus }
    .recorded(as: "softplus", symmetric: true, wrt: x, { dy in softplusGradient(dy, x) })
}

/// `dy · sigmoid(x)` in one pass.
private func softplusGradient(_ dy: consuming Tensor, _ x: Tensor) -> Tensor {
  guard dy.isRecorded || x.isRecorded else {
    return zip(reusing: dy, x, "softplusGradient") { $0.pointee.binary.softplus_gradient }
  }
  let dy = copy dy
  return zip(dy, x, "softplusGradient") { $0.pointee.binary.softplus_gradient }
    .recorded(
      as: "softplusGradient", symmetric: true, wrt: dy, { g in softplusGradient(g, x) },
      wrt: x, { g in sigmoidGradient(g * dy, sigmoid(x)) })
}

/// The positive part of each element; NaN stays NaN.
///
/// VJP: `dx = dy` where `x > 0`, else 0; at the kink the derivative is 0.
///
/// ```swift
/// let x = Tensor([-1, 0, 2]).requiringGradient()
/// print(relu(x).sum().backward()[x])  // [0.0, 0.0, 1.0] : [3] float32
/// ```
public func relu(_ x: consuming Tensor) -> Tensor {
  let entry = x.entry
  return map(reusing: x, "relu") { $0.pointee.unary.relu }
    .recorded(as: "relu", symmetric: true, wrt: entry, withResult: reluGradient)
}

/// `dy` where `y > 0`; `y` has the sign of `x` there, so that `x` need not be kept.
func reluGradient(_ dy: consuming Tensor, _ y: Tensor) -> Tensor {
  guard dy.isRecorded || y.isRecorded else {
    return zip(reusing: dy, y, "reluGradient") { $0.pointee.binary.relu_gradient }
  }
  let dy = copy dy
  return zip(dy, y, "reluGradient") { $0.pointee.binary.relu_gradient }
    .recorded(as: "reluGradient", symmetric: true, wrt: dy, { g in reluGradient(g, y) })
}

/// Each element limited to a range; NaN stays NaN.
///
/// VJP: `dx = dy` strictly inside the range, else 0; at the bounds the derivative is 0.
private func clamped(_ x: Tensor, _ lower: Double, _ upper: Double, as name: StaticString) -> Tensor {
  map(x, name, p: lower, q: upper) { $0.pointee.unary.clamp }
    .recorded(as: name, symmetric: true, wrt: x, { dy in clampGradient(dy, x, lower, upper) })
}

private func clampGradient(_ dy: Tensor, _ x: Tensor, _ lower: Double, _ upper: Double) -> Tensor {
  zip(dy, x, "clampGradient", p: lower, q: upper) { $0.pointee.binary.clamp_gradient }
    .recorded(as: "clampGradient", symmetric: true, wrt: dy, { g in clampGradient(g, x, lower, upper) })
}

extension Tensor {
  /// Each element limited to a closed range; NaN stays NaN.
  ///
  /// VJP: `dx = dy` strictly inside the range, else 0; at the bounds the derivative is 0, the subgradient of least norm.
  ///
  /// ```swift
  /// print(Tensor([-2, 0.5, 2]).clamped(to: -1...1))  // [-1.0, 0.5, 1.0] : [3] float32
  /// ```
  public func clamped(to range: ClosedRange<Double>) -> Tensor {
    Pullback.clamped(self, range.lowerBound, range.upperBound, as: "clamp")
  }

  /// Each element raised to a bound at least.
  ///
  /// ```swift
  /// print(Tensor([-2, 2]).clamped(to: 0...))  // [0.0, 2.0] : [2] float32
  /// ```
  public func clamped(to range: PartialRangeFrom<Double>) -> Tensor {
    Pullback.clamped(self, range.lowerBound, .infinity, as: "clamp")
  }

  /// Each element lowered to a bound at most.
  ///
  /// ```swift
  /// print(Tensor([-2, 2]).clamped(to: ...1))  // [-2.0, 1.0] : [2] float32
  /// ```
  public func clamped(to range: PartialRangeThrough<Double>) -> Tensor {
    Pullback.clamped(self, -.infinity, range.upperBound, as: "clamp")
  }

  /// Each element limited by two numbers; where the lower is above the upper, the upper everywhere. NaN stays NaN.
  ///
  /// VJP: `dx = dy` strictly between the two, else 0.
  ///
  /// ```swift
  /// print(Tensor([-1, 5]).clamped(lower: 0, upper: 2))  // [0.0, 2.0] : [2] float32
  /// print(Tensor([-1, 5]).clamped(lower: 3, upper: 2))  // [2.0, 2.0] : [2] float32
  /// ```
  public func clamped(lower: Double, upper: Double) -> Tensor {
    Pullback.clamped(self, lower, upper, as: "clamp")
  }
}

/// Each element limited to 0 ... 6. At both bounds the derivative is 0.
///
/// ```swift
/// print(relu6(Tensor([-1, 3, 8])))  // [0.0, 3.0, 6.0] : [3] float32
/// ```
public func relu6(_ x: Tensor) -> Tensor { clamped(x, 0, 6, as: "relu6") }

/// Each element limited to a range, -1 ... 1 by default. At both bounds the derivative is 0.
///
/// ```swift
/// print(hardTanh(Tensor([-3, 0.5, 3])))  // [-1.0, 0.5, 1.0] : [3] float32
/// ```
public func hardTanh(_ x: Tensor, in range: ClosedRange<Double> = -1...1) -> Tensor {
  clamped(x, range.lowerBound, range.upperBound, as: "hardTanh")
}

/// `x / 6 + ½` limited to 0 ... 1. At -3 and 3 the derivative is 0.
///
/// ```swift
/// print(hardSigmoid(Tensor([-4, 0, 1.5])))  // [0.0, 0.5, 0.75] : [3] float32
/// ```
public func hardSigmoid(_ x: Tensor) -> Tensor { (x / 6 + 0.5).clamped(to: 0...1) }

/// `x · hardSigmoid(x)`. The derivative is 0 at -3 and 1 at 3.
///
/// ```swift
/// print(hardSwish(Tensor([-4, 1.5, 4])))  // [-0.0, 1.125, 4.0] : [3] float32
/// ```
public func hardSwish(_ x: Tensor) -> Tensor { x * hardSigmoid(x) }

/// Each element where it is positive, `slope` times it elsewhere. At 0 the derivative is the slope.
///
/// ```swift
/// print(leakyReLU(Tensor([-1, 2]), slope: 0.1))  // [-0.1, 2.0] : [2] float32
/// ```
public func leakyReLU(_ x: Tensor, slope: Double = 0.01) -> Tensor {
  map(x, "leakyReLU", p: slope) { $0.pointee.unary.leaky_relu }
    .recorded(as: "leakyReLU", symmetric: true, wrt: x, { dy in leakyReLUGradient(dy, x, slope) })
}

private func leakyReLUGradient(_ dy: Tensor, _ x: Tensor, _ slope: Double) -> Tensor {
  zip(dy, x, "leakyReLUGradient", p: slope) { $0.pointee.binary.leaky_relu_gradient }
    .recorded(as: "leakyReLUGradient", symmetric: true, wrt: dy, { g in leakyReLUGradient(g, x, slope) })
}

/// Each element where it is positive, `alpha · (eˣ - 1)` elsewhere.
///
/// VJP: `dx = dy` where `x > 0`, else `dy · (y + alpha)`.
///
/// ```swift
/// print(elu(Tensor([-1, 2])))  // [-0.632121, 2.0] : [2] float32
/// ```
public func elu(_ x: Tensor, alpha: Double = 1) -> Tensor {
  map(x, "elu", p: alpha) { $0.pointee.unary.elu }
    .recorded(
      as: "elu", symmetric: true, wrt: x,
      withResult: { dy, y in select(where: x .<= 0, then: dy * (y + alpha), else: dy) })
}

/// ``elu(_:alpha:)`` made continuously differentiable for every alpha: `max(0, x) + min(0, alpha · (e^(x/alpha) - 1))`.
///
/// ```swift
/// print(celu(Tensor([-1, 2]), alpha: 2))  // [-0.786939, 2.0] : [2] float32
/// ```
public func celu(_ x: Tensor, alpha: Double = 1) -> Tensor { elu(x / alpha) * alpha }

/// The self-normalising unit: ``elu(_:alpha:)`` with alpha 1.6732…, times 1.0507….
///
/// ```swift
/// print(selu(Tensor([-1, 1])))  // [-1.11133, 1.0507] : [2] float32
/// ```
public func selu(_ x: Tensor) -> Tensor { elu(x, alpha: 1.6732632423543772) * 1.0507009873554805 }

/// `x / (1 + |x|)`.
///
/// VJP: `dx = dy / (1 + |x|)²`.
///
/// ```swift
/// print(softsign(Tensor([-3, 1])))  // [-0.75, 0.5] : [2] float32
/// ```
public func softsign(_ x: Tensor) -> Tensor { x / (abs(x) + 1) }

/// Each element, or 0 where it lies in `-lambda ... lambda`; there the derivative is 0.
///
/// ```swift
/// print(hardShrink(Tensor([-2, 0.25, 1])))  // [-2.0, 0.0, 1.0] : [3] float32
/// ```
public func hardShrink(_ x: Tensor, lambda: Double = 0.5) -> Tensor {
  select(where: (abs(x) .<= lambda), then: 0, else: x)
}

/// Each element moved towards 0 by `lambda`, and 0 where it lies in `-lambda ... lambda`; there the derivative is 0.
///
/// ```swift
/// print(softShrink(Tensor([-2, 0.25, 1])))  // [-1.5, 0.0, 0.5] : [3] float32
/// ```
public func softShrink(_ x: Tensor, lambda: Double = 0.5) -> Tensor {
  select(where: abs(x) .<= lambda, then: 0, else: x - sign(x) * lambda)
}

/// `x - tanh(x)`.
///
/// ```swift
/// print(tanhShrink(Tensor([0, 1])))  // [0.0, 0.238406] : [2] float32
/// ```
public func tanhShrink(_ x: Tensor) -> Tensor { x - tanh(x) }

/// Each element where it is positive, the weight times it elsewhere; the weight broadcasts.
///
/// VJP: `dx = dy` where `x > 0`, else `dy · weight`; `dweight = dy · min(x, 0)`. At 0 the derivative is the weight.
///
/// ```swift
/// print(prelu(Tensor([-2, 2]), weight: Tensor([0.25])))  // [-0.5, 2.0] : [2] float32
/// ```
public func prelu(_ x: Tensor, weight: Tensor) -> Tensor {
  let negative = x .<= 0
  return select(where: negative, then: x * weight, else: x)
}

/// Each element where it is above a threshold, a value elsewhere; at the threshold the derivative is 0.
///
/// ```swift
/// print(threshold(Tensor([0, 1, 2]), above: 1, else: -1))  // [-1.0, -1.0, 2.0] : [3] float32
/// ```
public func threshold(_ x: Tensor, above bound: Double, else value: Double) -> Tensor {
  select(where: x .<= bound, then: value, else: x)
}

/// `½ (x + √(x² + b))`: a smooth form of ``relu(_:)`` without exponentials.
///
/// VJP: `dx = ½ dy · (1 + x / √(x² + b))`.
///
/// ```swift
/// print(squareplus(Tensor([0, 1.5])))  // [1.0, 2.0] : [2] float32
/// ```
public func squareplus(_ x: Tensor, b: Double = 4) -> Tensor { (x + sqrt(x * x + b)) * 0.5 }

/// The square of the positive part. VJP: `dx = 2 dy · relu(x)`.
///
/// ```swift
/// print(reluSquared(Tensor([-1, 3])))  // [0.0, 9.0] : [2] float32
/// ```
public func reluSquared(_ x: Tensor) -> Tensor { relu(x).squared() }
