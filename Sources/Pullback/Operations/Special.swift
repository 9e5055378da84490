// Special functions of analysis and statistics, element by element on floating-point tensors.

/// The error function. VJP: `dx = dy · 2/√π · e^(-x²)`.
///
/// ```swift
/// print(erf(Tensor([0, 1])))  // [0.0, 0.842701] : [2] float32
/// ```
public func erf(_ x: Tensor) -> Tensor {
  map(x, "erf") { $0.pointee.unary.erf }
    .recorded(as: "erf", symmetric: true, wrt: x, { dy in dy * exp(-(x * x)) * 1.1283791670955126 })
}

/// `1 - erf(x)`, accurate in the tail. VJP: `dx = -dy · 2/√π · e^(-x²)`.
///
/// ```swift
/// print(erfc(Tensor([0, 1])))  // [1.0, 0.157299] : [2] float32
/// ```
public func erfc(_ x: Tensor) -> Tensor {
  map(x, "erfc") { $0.pointee.unary.erfc }
    .recorded(as: "erfc", symmetric: true, wrt: x, { dy in dy * exp(-(x * x)) * -1.1283791670955126 })
}

/// The inverse of ``erf(_:)`` on -1 ... 1. VJP: `dx = dy · √π/2 · e^(y²)`; infinite at -1 and 1.
///
/// ```swift
/// print(erfInverse(Tensor([0, 0.5])))  // [0.0, 0.476936] : [2] float32
/// ```
public func erfInverse(_ x: Tensor) -> Tensor {
  map(x, "erfInverse") { $0.pointee.unary.erfinv }
    .recorded(as: "erfInverse", symmetric: true, wrt: x, withResult: { dy, y in dy * exp(y * y) * 0.886226925452758 })
}

/// The logarithm of the magnitude of the gamma function. VJP: `dx = dy · digamma(x)`.
///
/// ```swift
/// print(logGamma(Tensor([1, 5])))  // [0.0, 3.17805] : [2] float32
/// ```
public func logGamma(_ x: Tensor) -> Tensor {
  map(x, "logGamma") { $0.pointee.unary.lgamma }.recorded(
    as: "logGamma", symmetric: true, wrt: x, { dy in dy * digamma(x) })
}

/// The derivative of ``logGamma(_:)``. VJP: `dx = dy · polygamma(1, x)`.
///
/// ```swift
/// print(digamma(Tensor([1, 2])))  // [-0.577216, 0.422784] : [2] float32
/// ```
public func digamma(_ x: Tensor) -> Tensor {
  map(x, "digamma") { $0.pointee.unary.digamma }.recorded(
    as: "digamma", symmetric: true, wrt: x, { dy in dy * polygamma(1, x) })
}

/// The `order`-th derivative of ``digamma(_:)``. VJP: `dx = dy · polygamma(order + 1, x)`.
///
/// ```swift
/// print(polygamma(1, Tensor([1])))  // [1.64493] : [1] float32
/// ```
public func polygamma(_ order: Int, _ x: Tensor) -> Tensor {
  guard order >= 0 else { return fail(.invalidArgument, "polygamma", "the order \(order) is negative") }
  if order == 0 { return digamma(x) }
  return map(x, "polygamma", p: Double(order)) { $0.pointee.unary.polygamma }
    .recorded(as: "polygamma", symmetric: true, wrt: x, { dy in dy * polygamma(order + 1, x) })
}

// MARK: - Bessel functions

/// The modified Bessel function of the first kind of order 0. VJP: `dx = dy · i1(x)`.
///
/// ```swift
/// print(i0(Tensor([0, 1])))  // [1.0, 1.26607] : [2] float32
/// ```
public func i0(_ x: Tensor) -> Tensor {
  map(x, "i0") { $0.pointee.unary.i0 }.recorded(as: "i0", symmetric: true, wrt: x, { dy in dy * i1(x) })
}

/// `e^-|x| · i0(x)`, which does not overflow. VJP: `dx = dy · (i1e(x) - sign(x) · y)`.
///
/// ```swift
/// print(i0e(Tensor([0, 100])))  // [1.0, 0.0399444] : [2] float32
/// ```
public func i0e(_ x: Tensor) -> Tensor {
  map(x, "i0e") { $0.pointee.unary.i0e }
    .recorded(as: "i0e", symmetric: true, wrt: x, withResult: { dy, y in dy * (i1e(x) - sign(x) * y) })
}

/// The modified Bessel function of the first kind of order 1. VJP: `dx = dy · (i0(x) - y / x)`; ½ at 0.
///
/// ```swift
/// print(i1(Tensor([0, 1])))  // [0.0, 0.565159] : [2] float32
/// ```
public func i1(_ x: Tensor) -> Tensor {
  map(x, "i1") { $0.pointee.unary.i1 }.recorded(as: "i1", symmetric: true, wrt: x, { dy in dy * (i0(x) - i1OverX(x)) })
}

/// `e^-|x| · i1(x)`, which does not overflow. VJP: `dx = dy · (i0e(x) - y · (sign(x) + 1 / x))`; ½ at 0.
///
/// ```swift
/// print(i1e(Tensor([0, 100])))  // [0.0, 0.0397442] : [2] float32
/// ```
public func i1e(_ x: Tensor) -> Tensor {
  map(x, "i1e") { $0.pointee.unary.i1e }
    .recorded(
      as: "i1e", symmetric: true, wrt: x,
      withResult: { dy, y in
        let quotient = select(where: x .== 0, then: 0.5, else: y / nonzero(x))
        return dy * (i0e(x) - y * sign(x) - quotient)
      })
}

/// `i1(x) / x`, which is ½ at 0.
private func i1OverX(_ x: Tensor) -> Tensor { select(where: x .== 0, then: 0.5, else: i1(x) / nonzero(x)) }

// MARK: - The normal distribution

/// The standard normal distribution function Φ. VJP: `dx = dy · φ(x)`, φ being the density.
///
/// ```swift
/// print(normalCDF(Tensor([0, 1])))  // [0.5, 0.841345] : [2] float32
/// ```
public func normalCDF(_ x: Tensor) -> Tensor {
  map(x, "normalCDF") { $0.pointee.unary.normal_cdf }
    .recorded(as: "normalCDF", symmetric: true, wrt: x, { dy in dy * exp(x * x * -0.5) * 0.3989422804014327 })
}

/// The logarithm of ``normalCDF(_:)``, accurate far in the left tail. VJP: `dx = dy · exp(log φ(x) - y)`.
///
/// ```swift
/// print(logNormalCDF(Tensor([0, -40])))  // [-0.693147, -804.608] : [2] float32
/// ```
public func logNormalCDF(_ x: Tensor) -> Tensor {
  map(x, "logNormalCDF") { $0.pointee.unary.log_normal_cdf }
    .recorded(
      as: "logNormalCDF", symmetric: true, wrt: x,
      withResult: { dy, y in dy * exp(x * x * -0.5 - 0.9189385332046727 - y) })
}

/// The inverse of ``normalCDF(_:)`` on 0 ... 1. VJP: `dx = dy / φ(y)`; infinite at 0 and 1.
///
/// ```swift
/// print(normalQuantile(Tensor([0.5, 0.975])))  // [0.0, 1.95996] : [2] float32
/// ```
public func normalQuantile(_ x: Tensor) -> Tensor {
  map(x, "normalQuantile") { $0.pointee.unary.normal_quantile }
    .recorded(
      as: "normalQuantile", symmetric: true, wrt: x, withResult: { dy, y in dy * exp(y * y * 0.5) * 2.5066282746310002 }
    )
}

/// `e^(x²) · erfc(x)`, which does not vanish. VJP: `dx = dy · (2 x · y - 2/√π)`.
///
/// ```swift
/// print(erfcx(Tensor([0, 100])))  // [1.0, 0.00564161] : [2] float32
/// ```
public func erfcx(_ x: Tensor) -> Tensor {
  map(x, "erfcx") { $0.pointee.unary.erfcx }
    .recorded(as: "erfcx", symmetric: true, wrt: x, withResult: { dy, y in dy * (x * y * 2 - 1.1283791670955126) })
}

/// `sin(πx) / (πx)`, and 1 at 0. VJP: `dx = dy · (cos(πx) - y) / x`; 0 at 0.
///
/// ```swift
/// print(sinc(Tensor([0, 0.5])))  // [1.0, 0.63662] : [2] float32
/// ```
public func sinc(_ x: Tensor) -> Tensor {
  map(x, "sinc") { $0.pointee.unary.sinc }
    .recorded(
      as: "sinc", symmetric: true, wrt: x,
      withResult: { dy, y in
        // At 0 both terms vanish to second order; their quotient is -π²/3 · x there.
        let isZero = x .== 0
        let divisor = select(where: isZero, then: 1, else: x)
        let slope = (cos(x * Double.pi) - y) / divisor
        return dy * select(where: isZero, then: x * (-Double.pi * Double.pi / 3), else: slope)
      })
}
