// Signs, magnitudes and roundings, element by element.

import CKernels
import Kernels

/// The magnitude of each element.
///
/// VJP: `dx = dy · sign(x)`; at 0 the derivative is 0.
///
/// ```swift
/// let x = Tensor([-2, 0, 3]).requiringGradient()
/// print(abs(x).sum().backward()[x])  // [-1.0, 0.0, 1.0] : [3] float32
/// ```
public func abs(_ x: Tensor) -> Tensor {
  map(x, "abs") { $0.pointee.unary.absolute }.recorded(as: "abs", symmetric: true, wrt: x, { dy in dy * sign(x) })
}

/// -1, 0 or 1, the sign of each element. Its derivative is 0 everywhere.
///
/// ```swift
/// print(sign(Tensor([-2, 0, 3])))  // [-1.0, 0.0, 1.0] : [3] float32
/// ```
public func sign(_ x: Tensor) -> Tensor { constantAlmostEverywhere(x, "sign") { $0.pointee.unary.sign } }

/// The largest whole number not above each element. Its derivative is 0 everywhere.
///
/// ```swift
/// print(floor(Tensor([-1.5, 1.5])))  // [-2.0, 1.0] : [2] float32
/// ```
public func floor(_ x: Tensor) -> Tensor { constantAlmostEverywhere(x, "floor") { $0.pointee.unary.floor } }

/// The smallest whole number not below each element. Its derivative is 0 everywhere.
///
/// ```swift
/// print(ceil(Tensor([-1.5, 1.5])))  // [-1.0, 2.0] : [2] float32
/// ```
public func ceil(_ x: Tensor) -> Tensor { constantAlmostEverywhere(x, "ceil") { $0.pointee.unary.ceil } }

/// The nearest whole number, halves going to the even one. Its derivative is 0 everywhere.
///
/// ```swift
/// print(rounded(Tensor([0.5, 1.5, 2.5])))  // [0.0, 2.0, 2.0] : [3] float32
/// ```
public func rounded(_ x: Tensor) -> Tensor { constantAlmostEverywhere(x, "rounded") { $0.pointee.unary.round } }

/// Each element without its fraction. Its derivative is 0 everywhere.
///
/// ```swift
/// print(truncated(Tensor([-1.5, 1.5])))  // [-1.0, 1.0] : [2] float32
/// ```
public func truncated(_ x: Tensor) -> Tensor { constantAlmostEverywhere(x, "truncated") { $0.pointee.unary.trunc } }

/// The fraction of each element, with its sign: `x - truncated(x)`. Its derivative is 1 everywhere.
///
/// ```swift
/// print(fractionalPart(Tensor([-1.25, 1.5])))  // [-0.25, 0.5] : [2] float32
/// ```
public func fractionalPart(_ x: Tensor) -> Tensor { x - truncated(x) }

/// The angle of each number in the complex plane: 0, and π for negative ones. Its derivative is 0 everywhere.
///
/// ```swift
/// print(angle(Tensor([-2, 0, 3])))  // [3.14159, 0.0, 0.0] : [3] float32
/// ```
public func angle(_ x: Tensor) -> Tensor {
  let value = select(where: x.detached() .< 0, then: Double.pi, else: Tensor.zeros(x.shape, dtype: x.dtype))
  return select(where: x.isNaN(), then: .nan, else: value)
    .recorded(as: "angle", symmetric: true, wrt: x, { dy in Tensor.zeros(dy.shape, dtype: dy.dtype) })
}

/// The step function: 0 where `x` is negative, 1 where it is positive, and the value given where it is 0.
///
/// VJP: `dx = 0`; `dvalue = dy` where `x` is 0.
///
/// ```swift
/// print(heaviside(Tensor([-2, 0, 3]), atZero: Tensor(0.5)))  // [0.0, 0.5, 1.0] : [3] float32
/// ```
///
/// - Precondition: the shapes broadcast and the dtypes are equal; else traps, or throws inside ``checked(_:)``.
public func heaviside(_ x: Tensor, atZero value: Tensor) -> Tensor {
  // (sign + 1) / 2 is 0 and 1, and keeps NaN.
  select(where: x .== 0, then: value, else: (sign(x) + 1) * 0.5)
}

/// A step function: the result stays on the tape, with a gradient of zeros.
private func constantAlmostEverywhere(
  _ x: Tensor, _ name: StaticString, _ kernel: (KernelTable) -> unary_kernel?
) -> Tensor {
  map(x, name, kernel).recorded(as: name, symmetric: true, wrt: x, { dy in Tensor.zeros(dy.shape, dtype: dy.dtype) })
}

extension Tensor {
  /// The tensor with numbers in place of NaN and the infinities.
  ///
  /// VJP: `dx = dy` where the element is finite, else 0.
  ///
  /// ```swift
  /// print(Tensor([1, .nan]).replacingNonFinite(nan: 0, infinity: 9, negativeInfinity: -9))  // [1.0, 0.0] : [2] float32
  /// print(Tensor([.infinity]).replacingNonFinite())  // [3.40282e+38] : [1] float32
  /// ```
  ///
  /// - Parameters:
  ///   - nan: what takes the place of NaN.
  ///   - infinity: what takes the place of infinity; by default the greatest finite number of the element type.
  ///   - negativeInfinity: what takes the place of minus infinity; by default the least finite number.
  public func replacingNonFinite(
    nan: Double = 0, infinity: Double? = nil, negativeInfinity: Double? = nil
  ) -> Tensor {
    let x = self
    let greatest = dtype == .float32 ? Double(Float.greatestFiniteMagnitude) : .greatestFiniteMagnitude
    let infinity = infinity ?? greatest, negativeInfinity = negativeInfinity ?? -greatest
    let finite = select(where: x.isFinite(), then: x, else: nan)
    let below = select(where: x .== -.infinity, then: negativeInfinity, else: finite)
    return select(where: x .== .infinity, then: infinity, else: below)
  }
}

/// Angles in degrees, from radians.
///
/// ```swift
/// print(degrees(Tensor([0, 3.14159265])))  // [0.0, 180.0] : [2] float32
/// ```
public func degrees(_ x: Tensor) -> Tensor { x * (180 / Double.pi) }

/// Angles in radians, from degrees.
///
/// ```swift
/// print(radians(Tensor([0, 180])))  // [0.0, 3.14159] : [2] float32
/// ```
public func radians(_ x: Tensor) -> Tensor { x * (Double.pi / 180) }
