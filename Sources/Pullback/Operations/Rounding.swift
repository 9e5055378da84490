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
  map(x, "abs") { $0.pointee.unary.absolute }.recorded(as: "abs", wrt: x, { dy in dy * sign(x) })
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

/// A step function: the result stays on the tape, with a gradient of zeros.
private func constantAlmostEverywhere(
  _ x: Tensor, _ name: StaticString, _ kernel: (KernelTable) -> unary_kernel?
) -> Tensor {
  map(x, name, kernel).recorded(as: name, wrt: x, { dy in Tensor.zeros(dy.shape, dtype: dy.dtype) })
}

extension Tensor {
  /// The tensor with numbers in place of NaN and the infinities.
  ///
  /// VJP: `dx = dy` where the element is finite, else 0.
  ///
  /// ```swift
  /// print(Tensor([1, .nan]).replacingNonFinite(nan: 0, infinity: 9, negativeInfinity: -9))  // [1.0, 0.0] : [2] float32
  /// ```
  public func replacingNonFinite(nan: Double = 0, infinity: Double, negativeInfinity: Double) -> Tensor {
    let x = self
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
