// Sums of numbers that are given by their logarithms, and products with logarithms, with broadcasting.

/// `log(eᵃ + eᵇ)` without overflow, with broadcasting.
///
/// VJP: `da = dy · sigmoid(a - b)`, `db = dy · sigmoid(b - a)`.
///
/// ```swift
/// print(logAddExp(Tensor([1000]), Tensor([1000])))  // [1000.69] : [1] float32
/// ```
public func logAddExp(_ a: Tensor, _ b: Tensor) -> Tensor {
  zip(a, b, "logAddExp") { $0.pointee.binary.log_add_exp }
    .recorded(
      as: "logAddExp", symmetric: true, wrt: a, { dy in dy * sigmoid(logRatio(a, b)) }, wrt: b,
      { dy in dy * sigmoid(logRatio(b, a)) })
}

/// `a - b`, and 0 where both are the same infinity, which share a cotangent equally.
private func logRatio(_ a: Tensor, _ b: Tensor) -> Tensor {
  let isSame = (a .== b) .& a.isInfinite()
  return select(where: isSame, then: 0, else: a - select(where: isSame, then: 0, else: b))
}

/// `log₂(2ᵃ + 2ᵇ)` without overflow, with broadcasting.
///
/// VJP: `da = dy · sigmoid((a - b) · ln 2)`, `db` likewise.
///
/// ```swift
/// print(logAddExp2(Tensor([3]), Tensor([3])))  // [4.0] : [1] float32
/// ```
public func logAddExp2(_ a: Tensor, _ b: Tensor) -> Tensor {
  let ln2 = 0.6931471805599453
  return logAddExp(a * ln2, b * ln2) / ln2
}

/// `a · log(b)`, and 0 where `a` is 0 and `b` is a number, with broadcasting.
///
/// VJP: `da = dy · log(b)`, 0 where `a` is 0 and `b` is not positive; `db = dy · a / b`, 0 where `a` is 0.
///
/// ```swift
/// print(xlogy(Tensor([0, 2]), Tensor([0, 1])))  // [0.0, 0.0] : [2] float32
/// ```
public func xlogy(_ a: Tensor, _ b: Tensor) -> Tensor {
  zip(a, b, "xlogy") { $0.pointee.binary.xlogy }
    .recorded(
      as: "xlogy", symmetric: true,
      wrt: a, { dy in dy * log(select(where: (a .== 0) .& (b .<= 0), then: 1, else: b)) },
      wrt: b, { dy in dy * (a / select(where: (a .== 0) .& (b .== 0), then: 1, else: b)) })
}

/// `a · log(1 + b)`, and 0 where `a` is 0 and `b` is a number, with broadcasting.
///
/// VJP: `da = dy · log(1 + b)`, 0 where `a` is 0 and `b ≤ -1`; `db = dy · a / (1 + b)`, 0 where `a` is 0.
///
/// ```swift
/// print(xlog1py(Tensor([0, 2]), Tensor([-1, 1])))  // [0.0, 1.38629] : [2] float32
/// ```
public func xlog1py(_ a: Tensor, _ b: Tensor) -> Tensor {
  zip(a, b, "xlog1py") { $0.pointee.binary.xlog1py }
    .recorded(
      as: "xlog1py", symmetric: true,
      wrt: a, { dy in dy * log(onePlus: select(where: (a .== 0) .& (b .<= -1), then: 0, else: b)) },
      wrt: b, { dy in dy * (a / (select(where: (a .== 0) .& (b .== -1), then: 0, else: b) + 1)) })
}

/// `log(1 - e⁻ˣ)` for positive elements, accurate near 0 and far from it.
///
/// VJP: `dx = dy / (eˣ - 1)`.
///
/// ```swift
/// print(log1mexp(Tensor([0.6931472])))  // [-0.693147] : [1] float32
/// ```
public func log1mexp(_ x: Tensor) -> Tensor {
  let near = x .< 0.6931471805599453
  // Each branch sees only elements that it is accurate for, so that no derivative of the other disturbs it.
  let low = log(-expMinusOne(-select(where: near, then: x, else: 0.5)))
  let high = log(onePlus: -exp(-select(where: near, then: 1, else: x)))
  return select(where: near, then: low, else: high)
}

/// `-x · log(x)`: 0 at 0, -inf below.
///
/// VJP: `dx = -dy · (log(x) + 1)`; infinite at 0.
///
/// ```swift
/// print(entropyTerm(Tensor([0, 0.5])))  // [0.0, 0.346574] : [2] float32
/// ```
public func entropyTerm(_ x: Tensor) -> Tensor {
  let value = select(where: x .< 0, then: -.infinity, else: 0 - xlogy(x, x)).detached()
  return value.recorded(as: "entropyTerm", symmetric: true, wrt: x, { dy in -(dy * (log(x) + 1)) })
}

/// `log(x / (1 - x))`, the inverse of ``sigmoid(_:)``; with `epsilon` the element is first limited to
/// `epsilon ... 1 - epsilon`.
///
/// VJP: `dx = dy / (x · (1 - x))`; 0 outside the limits.
///
/// ```swift
/// print(logit(Tensor([0.5, 0.75])))  // [0.0, 1.09861] : [2] float32
/// ```
public func logit(_ x: Tensor, epsilon: Double? = nil) -> Tensor {
  guard let epsilon else {
    let value = (log(x) - log(onePlus: -x)).detached()
    return value.recorded(as: "logit", symmetric: true, wrt: x, { dy in dy / (x * (1 - x)) })
  }
  return logit(x.clamped(to: epsilon...Swift.max(epsilon, 1 - epsilon)))
}
