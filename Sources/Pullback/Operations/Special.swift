// Special functions of analysis and statistics, element by element on floating-point tensors.

/// The error function. VJP: `dx = dy · 2/√π · e^(-x²)`.
///
/// ```swift
/// print(erf(Tensor([0, 1])))  // [0.0, 0.842701] : [2] float32
/// ```
public func erf(_ x: Tensor) -> Tensor {
  map(x, "erf") { $0.pointee.unary.erf }
    .recorded(as: "erf", wrt: x, { dy in dy * exp(-(x * x)) * 1.1283791670955126 })
}

/// `1 - erf(x)`, accurate in the tail. VJP: `dx = -dy · 2/√π · e^(-x²)`.
///
/// ```swift
/// print(erfc(Tensor([0, 1])))  // [1.0, 0.157299] : [2] float32
/// ```
public func erfc(_ x: Tensor) -> Tensor {
  map(x, "erfc") { $0.pointee.unary.erfc }
    .recorded(as: "erfc", wrt: x, { dy in dy * exp(-(x * x)) * -1.1283791670955126 })
}

/// The inverse of ``erf(_:)`` on -1 ... 1. VJP: `dx = dy · √π/2 · e^(y²)`; infinite at -1 and 1.
///
/// ```swift
/// print(erfInverse(Tensor([0, 0.5])))  // [0.0, 0.476936] : [2] float32
/// ```
public func erfInverse(_ x: Tensor) -> Tensor {
  map(x, "erfInverse") { $0.pointee.unary.erfinv }
    .recorded(as: "erfInverse", wrt: x, withResult: { dy, y in dy * exp(y * y) * 0.886226925452758 })
}

/// The logarithm of the magnitude of the gamma function. VJP: `dx = dy · digamma(x)`.
///
/// ```swift
/// print(logGamma(Tensor([1, 5])))  // [0.0, 3.17805] : [2] float32
/// ```
public func logGamma(_ x: Tensor) -> Tensor {
  map(x, "logGamma") { $0.pointee.unary.lgamma }.recorded(as: "logGamma", wrt: x, { dy in dy * digamma(x) })
}

/// The derivative of ``logGamma(_:)``. VJP: `dx = dy · polygamma(1, x)`.
///
/// ```swift
/// print(digamma(Tensor([1, 2])))  // [-0.577216,  0.422784] : [2] float32
/// ```
public func digamma(_ x: Tensor) -> Tensor {
  map(x, "digamma") { $0.pointee.unary.digamma }.recorded(as: "digamma", wrt: x, { dy in dy * polygamma(1, x) })
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
    .recorded(as: "polygamma", wrt: x, { dy in dy * polygamma(order + 1, x) })
}
