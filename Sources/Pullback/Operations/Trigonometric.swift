// Trigonometric and hyperbolic functions and their inverses, element by element on floating-point tensors. Angles are
// in radians.

/// The sine of each element. VJP: `dx = dy · cos x`.
///
/// ```swift
/// print(sin(Tensor([0, 1])))  // [0.0, 0.841471] : [2] float32
/// ```
public func sin(_ x: Tensor) -> Tensor {
  map(x, "sin") { $0.pointee.unary.sin }.recorded(as: "sin", symmetric: true, wrt: x, { dy in dy * cos(x) })
}

/// The cosine of each element. VJP: `dx = -dy · sin x`.
///
/// ```swift
/// print(cos(Tensor([0, 1])))  // [1.0, 0.540302] : [2] float32
/// ```
public func cos(_ x: Tensor) -> Tensor {
  map(x, "cos") { $0.pointee.unary.cos }.recorded(as: "cos", symmetric: true, wrt: x, { dy in -(dy * sin(x)) })
}

/// The tangent of each element. VJP: `dx = dy · (1 + y²)`.
///
/// ```swift
/// print(tan(Tensor([0, 1])))  // [0.0, 1.55741] : [2] float32
/// ```
public func tan(_ x: Tensor) -> Tensor {
  map(x, "tan") { $0.pointee.unary.tan }.recorded(
    as: "tan", symmetric: true, wrt: x, withResult: { dy, y in dy * (y * y + 1) })
}

/// The angle in -π/2 ... π/2 whose sine is the element; NaN outside -1 ... 1. VJP: `dx = dy / √(1 - x²)`.
///
/// ```swift
/// print(asin(Tensor([0, 1])))  // [0.0, 1.5708] : [2] float32
/// ```
public func asin(_ x: Tensor) -> Tensor {
  map(x, "asin") { $0.pointee.unary.asin }
    .recorded(as: "asin", symmetric: true, wrt: x, { dy in dy * rsqrt((1 - x) * (x + 1)) })
}

/// The angle in 0 ... π whose cosine is the element; NaN outside -1 ... 1. VJP: `dx = -dy / √(1 - x²)`.
///
/// ```swift
/// print(acos(Tensor([1, 0])))  // [0.0, 1.5708] : [2] float32
/// ```
public func acos(_ x: Tensor) -> Tensor {
  map(x, "acos") { $0.pointee.unary.acos }
    .recorded(as: "acos", symmetric: true, wrt: x, { dy in -(dy * rsqrt((1 - x) * (x + 1))) })
}

/// The angle in -π/2 ... π/2 whose tangent is the element. VJP: `dx = dy / (1 + x²)`.
///
/// ```swift
/// print(atan(Tensor([0, 1])))  // [0.0, 0.785398] : [2] float32
/// ```
public func atan(_ x: Tensor) -> Tensor {
  map(x, "atan") { $0.pointee.unary.atan }.recorded(as: "atan", symmetric: true, wrt: x, { dy in dy / (x * x + 1) })
}

/// The hyperbolic sine of each element. VJP: `dx = dy · cosh x`.
///
/// ```swift
/// print(sinh(Tensor([0, 1])))  // [0.0, 1.1752] : [2] float32
/// ```
public func sinh(_ x: Tensor) -> Tensor {
  map(x, "sinh") { $0.pointee.unary.sinh }.recorded(as: "sinh", symmetric: true, wrt: x, { dy in dy * cosh(x) })
}

/// The hyperbolic cosine of each element. VJP: `dx = dy · sinh x`.
///
/// ```swift
/// print(cosh(Tensor([0, 1])))  // [1.0, 1.54308] : [2] float32
/// ```
public func cosh(_ x: Tensor) -> Tensor {
  map(x, "cosh") { $0.pointee.unary.cosh }.recorded(as: "cosh", symmetric: true, wrt: x, { dy in dy * sinh(x) })
}

/// The hyperbolic tangent of each element. VJP: `dx = dy · (1 - y²)`.
///
/// ```swift
/// let x = Tensor([0, 1]).requiringGradient()
/// print(tanh(x).sum().backward()[x])  // [1.0, 0.419974] : [2] float32
/// ```
public func tanh(_ x: consuming Tensor) -> Tensor {
  let entry = x.entry
  return map(reusing: x, "tanh") { $0.pointee.unary.tanh }
    .recorded(as: "tanh", symmetric: true, wrt: entry, withResult: tanhGradient)
}

/// `dy · (1 - y²)` in one pass.
private func tanhGradient(_ dy: consuming Tensor, _ y: Tensor) -> Tensor {
  guard dy.isRecorded || y.isRecorded else {
    return zip(reusing: dy, y, "tanhGradient") { $0.pointee.binary.tanh_gradient }
  }
  let dy = copy dy
  return zip(dy, y, "tanhGradient") { $0.pointee.binary.tanh_gradient }
    .recorded(
      as: "tanhGradient", symmetric: true, wrt: dy, { g in tanhGradient(g, y) }, wrt: y, { g in g * dy * y * -2 })
}

/// The inverse hyperbolic sine of each element. VJP: `dx = dy / √(x² + 1)`.
///
/// ```swift
/// print(asinh(Tensor([0, 1])))  // [0.0, 0.881374] : [2] float32
/// ```
public func asinh(_ x: Tensor) -> Tensor {
  map(x, "asinh") { $0.pointee.unary.asinh }
    .recorded(as: "asinh", symmetric: true, wrt: x, { dy in dy / hypot(x, Tensor(1, dtype: x.dtype)) })
}

/// The inverse hyperbolic cosine of each element; NaN below 1. VJP: `dx = dy / √(x² - 1)`.
///
/// ```swift
/// print(acosh(Tensor([1, 2])))  // [0.0, 1.31696] : [2] float32
/// ```
public func acosh(_ x: Tensor) -> Tensor {
  // Each factor by itself: x² overflows long before √x² does, and near 1 the difference of squares cancels.
  map(x, "acosh") { $0.pointee.unary.acosh }
    .recorded(as: "acosh", symmetric: true, wrt: x, { dy in dy * rsqrt(x - 1) * rsqrt(x + 1) })
}

/// The inverse hyperbolic tangent of each element; NaN outside -1 ... 1. VJP: `dx = dy / (1 - x²)`.
///
/// ```swift
/// print(atanh(Tensor([0, 0.5])))  // [0.0, 0.549306] : [2] float32
/// ```
public func atanh(_ x: Tensor) -> Tensor {
  map(x, "atanh") { $0.pointee.unary.atanh }.recorded(
    as: "atanh", symmetric: true, wrt: x, { dy in dy / ((1 - x) * (x + 1)) })
}

/// The angle of the point (x, y) in -π ... π, with broadcasting.
///
/// VJP: `dy' = dy · x / (x² + y²)`, `dx = -dy · y / (x² + y²)`; 0 at the origin.
///
/// ```swift
/// print(atan2(y: Tensor([1, 0]), x: Tensor([1, -1])))  // [0.785398, 3.14159] : [2] float32
/// ```
public func atan2(y: Tensor, x: Tensor) -> Tensor {
  // Divided by the distance twice, since its square overflows or vanishes long before it does.
  zip(y, x, "atan2") { $0.pointee.binary.atan2 }
    .recorded(
      as: "atan2", symmetric: true,
      wrt: y,
      { g in
        let r = distance(y, x); return g * (x / r / r)
      },
      wrt: x,
      { g in
        let r = distance(y, x); return -(g * (y / r / r))
      })
}

/// The distance of the point (a, b) from the origin, without overflow on the way, with broadcasting.
///
/// VJP: `da = dy · a / y`, `db = dy · b / y`; 0 at the origin.
///
/// ```swift
/// print(hypot(Tensor([3]), Tensor([4])))  // [5.0] : [1] float32
/// ```
public func hypot(_ a: Tensor, _ b: Tensor) -> Tensor {
  zip(a, b, "hypot") { $0.pointee.binary.hypot }
    .recorded(
      as: "hypot", symmetric: true,
      wrt: a, withResult: { dy, y in dy * (a / nonzero(y)) },
      wrt: b, withResult: { dy, y in dy * (b / nonzero(y)) })
}

/// The distance from the origin, with 1 in place of 0.
private func distance(_ y: Tensor, _ x: Tensor) -> Tensor { nonzero(hypot(y, x)) }

/// The values with 1 in place of 0: a divisor for quotients whose numerator is 0 there.
func nonzero(_ x: Tensor) -> Tensor { select(where: x .== 0, then: 1, else: x) }
