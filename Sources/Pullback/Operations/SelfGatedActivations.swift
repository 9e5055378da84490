// Activations that are the operand times a smooth gate of itself: GELU, SiLU, mish.

/// How ``gelu(_:approximation:)`` computes the normal distribution function.
public enum GELUApproximation: Sendable {
  /// By the error function.
  case none
  /// By a hyperbolic tangent of a cubic polynomial.
  case tanh
}

/// The Gaussian error linear unit `x · Φ(x)`, Φ being the standard normal distribution function.
///
/// VJP: `dx = dy · (Φ(x) + x · φ(x))`; at -inf and inf its limits 0 and 1.
///
/// ```swift
/// print(gelu(Tensor([-1, 0, 1])))  // [-0.158655, 0.0, 0.841345] : [3] float32
/// ```
public func gelu(_ x: Tensor, approximation: GELUApproximation = .none) -> Tensor {
  switch approximation {
  case .none:
    map(x, "gelu") { $0.pointee.unary.gelu_erf }.recorded(
      as: "gelu", symmetric: true, wrt: x, { dy in geluGradient(dy, x) })
  case .tanh:
    map(x, "geluTanh") { $0.pointee.unary.gelu_tanh }
      .recorded(as: "geluTanh", symmetric: true, wrt: x, { dy in geluTanhGradient(dy, x) })
  }
}

private func geluGradient(_ dy: consuming Tensor, _ x: Tensor) -> Tensor {
  guard dy.isRecorded || x.isRecorded else {
    return zip(reusing: dy, x, "geluGradient") { $0.pointee.binary.gelu_erf_gradient }
  }
  let dy = copy dy
  return zip(dy, x, "geluGradient") { $0.pointee.binary.gelu_erf_gradient }
    .recorded(
      as: "geluGradient", symmetric: true, wrt: dy, { g in geluGradient(g, x) },
      wrt: x,
      { g in
        // φ(x) (2 - x²), φ being the standard normal density
        let square = limited(x).squared()
        return g * dy * exp(square * -0.5) * (2 - square) * 0.3989422804014327
      })
}

private func geluTanhGradient(_ dy: consuming Tensor, _ x: Tensor) -> Tensor {
  guard dy.isRecorded || x.isRecorded else {
    return zip(reusing: dy, x, "geluTanhGradient") { $0.pointee.binary.gelu_tanh_gradient }
  }
  let dy = copy dy
  return zip(dy, x, "geluTanhGradient") { $0.pointee.binary.gelu_tanh_gradient }
    .recorded(
      as: "geluTanhGradient", symmetric: true, wrt: dy, { g in geluTanhGradient(g, x) },
      wrt: x,
      { g in
        // With u = c (x + a x³), t = tanh u: the second derivative of ½ x (1 + t).
        let (a, c) = (0.044715, 0.7978845608028654)
        let z = limited(x)
        let t = tanh((z + z * z * z * a) * c)
        let first = (z * z * (3 * a) + 1) * c, second = z * (6 * a * c)
        return g * dy * (1 - t * t) * (first + z * (second - t * first * first * 2) * 0.5)
      })
}

/// The elements limited to where squares and products of them stay finite; there the functions that use this have
/// reached their limits long before.
private func limited(_ x: Tensor) -> Tensor { x.clamped(to: -1e4...1e4) }

/// The sigmoid linear unit `x · sigmoid(x)`, also called swish.
///
/// VJP: `dx = dy · s · (1 + x · (1 - s))` with `s = sigmoid(x)`; at -inf and inf its limits 0 and 1.
///
/// ```swift
/// print(silu(Tensor([0, 1])))  // [0.0, 0.731059] : [2] float32
/// ```
public func silu(_ x: Tensor) -> Tensor {
  map(x, "silu") { $0.pointee.unary.silu }.recorded(as: "silu", symmetric: true, wrt: x, { dy in siluGradient(dy, x) })
}

private func siluGradient(_ dy: consuming Tensor, _ x: Tensor) -> Tensor {
  guard dy.isRecorded || x.isRecorded else {
    return zip(reusing: dy, x, "siluGradient") { $0.pointee.binary.silu_gradient }
  }
  let dy = copy dy
  return zip(dy, x, "siluGradient") { $0.pointee.binary.silu_gradient }
    .recorded(
      as: "siluGradient", symmetric: true, wrt: dy, { g in siluGradient(g, x) },
      wrt: x,
      { g in
        let z = limited(x), s = sigmoid(z)
        return g * dy * s * (1 - s) * (z * (1 - s * 2) + 2)
      })
}

/// `x · tanh(softplus(x))`.
///
/// VJP: `dx = dy · (t + x · (1 - t²) · sigmoid(x))` with `t = tanh(softplus(x))`; at -inf and inf its limits 0 and 1.
///
/// ```swift
/// print(mish(Tensor([0, 1])))  // [0.0, 0.865098] : [2] float32
/// ```
public func mish(_ x: Tensor) -> Tensor {
  map(x, "mish") { $0.pointee.unary.mish }
    .recorded(
      as: "mish", symmetric: true, wrt: x,
      { dy in
        let z = limited(x), t = tanh(softplus(z))
        return dy * (t + z * (1 - t * t) * sigmoid(z))
      })
}
