// Exponentials, logarithms, roots and powers. All work element by element on floating-point tensors.

/// The exponential of each element.
///
/// Overflows to infinity above about 88.7 in float32 and 709.8 in float64.
///
/// VJP: `dx = dy · y`.
///
/// ```swift
/// let x = Tensor([0, 1]).requiringGradient()
/// print(exp(x).sum().backward()[x])  // [1.0, 2.71828] : [2] float32
/// ```
public func exp(_ x: consuming Tensor) -> Tensor {
  let entry = x.entry
  return map(reusing: x, "exp") { $0.pointee.unary.exp }
    .recorded(as: "exp", symmetric: true, wrt: entry, withResult: { dy, y in dy * y })
}

/// Two to the power of each element.
///
/// VJP: `dx = dy · y · ln 2`.
///
/// ```swift
/// print(exp2(Tensor([0, 3])))  // [1.0, 8.0] : [2] float32
/// ```
public func exp2(_ x: Tensor) -> Tensor {
  map(x, "exp2") { $0.pointee.unary.exp2 }
    .recorded(as: "exp2", symmetric: true, wrt: x, withResult: { dy, y in dy * y * 0.6931471805599453 })
}

/// The exponential of each element, less one, accurate near zero.
///
/// VJP: `dx = dy · (y + 1)`.
///
/// ```swift
/// print(expMinusOne(Tensor([0, 1])))  // [0.0, 1.71828] : [2] float32
/// ```
public func expMinusOne(_ x: Tensor) -> Tensor {
  map(x, "expMinusOne") { $0.pointee.unary.expm1 }
    .recorded(as: "expMinusOne", symmetric: true, wrt: x, withResult: { dy, y in dy * (y + 1) })
}

/// The natural logarithm of each element: -inf at 0, NaN below.
///
/// VJP: `dx = dy / x`; infinite at 0.
///
/// ```swift
/// let x = Tensor([1, 4]).requiringGradient()
/// print(log(x).sum().backward()[x])  // [1.0, 0.25] : [2] float32
/// ```
public func log(_ x: Tensor) -> Tensor {
  map(x, "log") { $0.pointee.unary.log }.recorded(as: "log", symmetric: true, wrt: x, { dy in dy / x })
}

/// The logarithm to base 2 of each element.
///
/// VJP: `dx = dy / (x · ln 2)`.
///
/// ```swift
/// print(log2(Tensor([1, 8])))  // [0.0, 3.0] : [2] float32
/// ```
public func log2(_ x: Tensor) -> Tensor {
  map(x, "log2") { $0.pointee.unary.log2 }.recorded(
    as: "log2", symmetric: true, wrt: x, { dy in dy / (x * 0.6931471805599453) })
}

/// The logarithm to base 10 of each element.
///
/// VJP: `dx = dy / (x · ln 10)`.
///
/// ```swift
/// print(log10(Tensor([1, 1000])))  // [0.0, 3.0] : [2] float32
/// ```
public func log10(_ x: Tensor) -> Tensor {
  map(x, "log10") { $0.pointee.unary.log10 }.recorded(
    as: "log10", symmetric: true, wrt: x, { dy in dy / (x * 2.302585092994046) })
}

/// The natural logarithm of one plus each element, accurate near zero.
///
/// VJP: `dx = dy / (1 + x)`; infinite at -1.
///
/// ```swift
/// print(log(onePlus: Tensor([0, 1])))  // [0.0, 0.693147] : [2] float32
/// ```
public func log(onePlus x: Tensor) -> Tensor {
  map(x, "log1p") { $0.pointee.unary.log1p }.recorded(as: "log1p", symmetric: true, wrt: x, { dy in dy / (x + 1) })
}

/// The square root of each element; NaN below 0.
///
/// VJP: `dx = dy / (2 y)`; infinite at 0.
///
/// ```swift
/// let x = Tensor([4, 9]).requiringGradient()
/// print(sqrt(x).sum().backward()[x])  // [0.25, 0.166667] : [2] float32
/// ```
public func sqrt(_ x: Tensor) -> Tensor {
  map(x, "sqrt") { $0.pointee.unary.sqrt }.recorded(
    as: "sqrt", symmetric: true, wrt: x, withResult: { dy, y in dy / (y * 2) })
}

/// The reciprocal of the square root of each element.
///
/// VJP: `dx = -½ dy · y³`.
///
/// ```swift
/// print(rsqrt(Tensor([4, 0.25])))  // [0.5, 2.0] : [2] float32
/// ```
public func rsqrt(_ x: Tensor) -> Tensor {
  map(x, "rsqrt") { $0.pointee.unary.rsqrt }
    .recorded(as: "rsqrt", symmetric: true, wrt: x, withResult: { dy, y in dy * (y * y * y) * -0.5 })
}

/// The cube root of each element.
///
/// VJP: `dx = dy / (3 y²)`; infinite at 0.
///
/// ```swift
/// print(cbrt(Tensor([-8, 27])))  // [-2.0, 3.0] : [2] float32
/// ```
public func cbrt(_ x: Tensor) -> Tensor {
  map(x, "cbrt") { $0.pointee.unary.cbrt }.recorded(
    as: "cbrt", symmetric: true, wrt: x, withResult: { dy, y in dy / (y * y * 3) })
}

/// One divided by each element.
///
/// VJP: `dx = -dy · y²`.
///
/// ```swift
/// let x = Tensor([2, 4]).requiringGradient()
/// print(reciprocal(x).sum().backward()[x])  // [-0.25, -0.0625] : [2] float32
/// ```
public func reciprocal(_ x: Tensor) -> Tensor {
  map(x, "reciprocal") { $0.pointee.unary.reciprocal }
    .recorded(as: "reciprocal", symmetric: true, wrt: x, withResult: { dy, y in -(dy * y * y) })
}

extension Tensor {
  /// The square of each element.
  ///
  /// VJP: `dx = 2 dy · x`.
  ///
  /// ```swift
  /// print(Tensor([1, -3]).squared())  // [1.0, 9.0] : [2] float32
  /// ```
  public consuming func squared() -> Tensor {
    guard isRecorded else { return map(reusing: self, "squared") { $0.pointee.unary.square } }
    let x = copy self
    return map(x, "squared") { $0.pointee.unary.square }.recorded(
      as: "squared", symmetric: true, wrt: x, { dy in dy * x * 2 })
  }
}

// MARK: - Powers

/// Each element of `a` to the power of the element of `b`, with broadcasting. 0⁰ is 1.
///
/// VJP: `da = dy · b · a^(b-1)`, 0 where b is 0; `db = dy · y · ln a`, 0 where a is 0 and b is not negative.
///
/// ```swift
/// print(pow(Tensor([2, 3]), Tensor([3, 2])))  // [8.0, 9.0] : [2] float32
/// ```
public func pow(_ a: Tensor, _ b: Tensor) -> Tensor {
  zip(a, b, "pow") { $0.pointee.binary.power }
    .recorded(
      as: "pow", symmetric: true,
      wrt: a,
      { dy in
        let isConstant = b .== 0
        let exponent = select(where: isConstant, then: 1, else: b)
        return select(where: isConstant, then: 0, else: dy * (exponent * pow(a, exponent - 1)))
      },
      wrt: b,
      withResult: { dy, y in
        let isConstant = (a .== 0) .& (b .>= 0)
        return dy * (y * log(select(where: isConstant, then: 1, else: a)))
      })
}

/// Each element to a constant power. To the power of 0 everything is 1, with derivative 0.
///
/// VJP: `dx = dy · n · x^(n-1)`.
///
/// ```swift
/// let x = Tensor([1, 2, 3]).requiringGradient()
/// print(pow(x, 3).sum().backward()[x])  // [3.0, 12.0, 27.0] : [3] float32
/// ```
public func pow(_ x: Tensor, _ exponent: Double) -> Tensor {
  map(x, "pow", p: exponent) { $0.pointee.unary.power_constant }
    .recorded(
      as: "pow", symmetric: true, wrt: x,
      { dy in exponent == 0 ? Tensor.zeros(dy.shape, dtype: dy.dtype) : dy * (pow(x, exponent - 1) * exponent) })
}

/// A constant to the power of each element.
///
/// VJP: `dx = dy · y · ln s`; for a base of 0, which the derivative meets only at 0^x with x ≥ 0, it is 0.
///
/// ```swift
/// print(pow(2, Tensor([0, 3])))  // [1.0, 8.0] : [2] float32
/// ```
public func pow(_ base: Double, _ x: Tensor) -> Tensor {
  map(x, "pow", p: base) { $0.pointee.unary.constant_power }
    .recorded(
      as: "pow", symmetric: true, wrt: x,
      withResult: { dy, y in
        guard base == 0 else { return dy * (y * log(Tensor(base, dtype: y.dtype))) }
        return select(where: x .>= 0, then: 0, else: dy * -Double.infinity)
      })
}
