// Comparisons, logic and selection. Comparisons give bool tensors and have no derivative.

import CKernels
import Kernels

extension Tensor {
  /// Where elements are equal, with broadcasting; NaN equals nothing.
  ///
  /// ```swift
  /// print(Tensor([1, 2]) .== Tensor([1, 3]))  // [true, false] : [2] bool
  /// ```
  public static func .== (a: Tensor, b: Tensor) -> Tensor { compare(a, b, ".==") { $0.pointee.comparison.equal } }
  /// Where elements differ, with broadcasting; NaN differs from everything.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3]) .!= Tensor([2, 2, 2]))  // [true, false, true] : [3] bool
  /// ```
  public static func .!= (a: Tensor, b: Tensor) -> Tensor { compare(a, b, ".!=") { $0.pointee.comparison.not_equal } }
  /// Where the left element is less, with broadcasting.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3]) .< Tensor([2, 2, 2]))  // [true, false, false] : [3] bool
  /// ```
  public static func .< (a: Tensor, b: Tensor) -> Tensor { compare(a, b, ".<") { $0.pointee.comparison.less } }
  /// Where the left element is less or equal, with broadcasting.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3]) .<= Tensor([2, 2, 2]))  // [true, true, false] : [3] bool
  /// ```
  public static func .<= (a: Tensor, b: Tensor) -> Tensor { compare(a, b, ".<=") { $0.pointee.comparison.less_equal } }
  /// Where the left element is greater, with broadcasting.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3]) .> Tensor([2, 2, 2]))  // [false, false, true] : [3] bool
  /// ```
  public static func .> (a: Tensor, b: Tensor) -> Tensor { compare(b, a, ".>") { $0.pointee.comparison.less } }
  /// Where the left element is greater or equal, with broadcasting.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3]) .>= Tensor([2, 2, 2]))  // [false, true, true] : [3] bool
  /// ```
  public static func .>= (a: Tensor, b: Tensor) -> Tensor { compare(b, a, ".>=") { $0.pointee.comparison.less_equal } }

  /// Where elements equal a scalar.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3]) .== 2)  // [false, true, false] : [3] bool
  /// ```
  public static func .== (x: Tensor, scalar: Double) -> Tensor { x .== Tensor(scalar, dtype: x.dtype) }
  /// Where elements differ from a scalar.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3]) .!= 2)  // [true, false, true] : [3] bool
  /// ```
  public static func .!= (x: Tensor, scalar: Double) -> Tensor { x .!= Tensor(scalar, dtype: x.dtype) }
  /// Where elements are less than a scalar.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3]) .< 2)  // [true, false, false] : [3] bool
  /// ```
  public static func .< (x: Tensor, scalar: Double) -> Tensor { x .< Tensor(scalar, dtype: x.dtype) }
  /// Where elements are less than or equal to a scalar.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3]) .<= 2)  // [true, true, false] : [3] bool
  /// ```
  public static func .<= (x: Tensor, scalar: Double) -> Tensor { x .<= Tensor(scalar, dtype: x.dtype) }
  /// Where elements are greater than a scalar.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3]) .> 2)  // [false, false, true] : [3] bool
  /// ```
  public static func .> (x: Tensor, scalar: Double) -> Tensor { x .> Tensor(scalar, dtype: x.dtype) }
  /// Where elements are greater than or equal to a scalar.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3]) .>= 2)  // [false, true, true] : [3] bool
  /// ```
  public static func .>= (x: Tensor, scalar: Double) -> Tensor { x .>= Tensor(scalar, dtype: x.dtype) }

  /// Where both are true, with broadcasting. Both tensors are bool.
  ///
  /// ```swift
  /// print(Tensor([true, true, false]) .& Tensor([true, false, false]))  // [true, false, false] : [3] bool
  /// ```
  public static func .& (a: Tensor, b: Tensor) -> Tensor { logic(a, b, ".&") { $0.pointee.binary.minimum } }
  /// Where either is true, with broadcasting. Both tensors are bool.
  ///
  /// ```swift
  /// print(Tensor([true, true, false]) .| Tensor([true, false, false]))  // [true, true, false] : [3] bool
  /// ```
  public static func .| (a: Tensor, b: Tensor) -> Tensor { logic(a, b, ".|") { $0.pointee.binary.maximum } }
  /// Where exactly one is true, with broadcasting. Both tensors are bool.
  ///
  /// ```swift
  /// print(Tensor([true, true, false]) .^ Tensor([true, false, false]))  // [false, true, false] : [3] bool
  /// ```
  public static func .^ (a: Tensor, b: Tensor) -> Tensor {
    guard a.dtype == .bool, b.dtype == .bool else { return unsupported(".^", a.dtype == .bool ? b.dtype : a.dtype) }
    return a .!= b
  }
  /// Where the element is false, or 0.
  ///
  /// ```swift
  /// print(.!Tensor([true, false]))  // [false, true] : [2] bool
  /// ```
  public static prefix func .! (x: Tensor) -> Tensor { test(x, ".!") { $0.pointee.predicate.is_zero } }

  /// Where elements are NaN.
  ///
  /// ```swift
  /// print(Tensor([1, .nan]).isNaN())  // [false, true] : [2] bool
  /// ```
  public func isNaN() -> Tensor { test(self, "isNaN") { $0.pointee.predicate.is_nan } }
  /// Where elements are infinite.
  ///
  /// ```swift
  /// print(Tensor([1, -.infinity]).isInfinite())  // [false, true] : [2] bool
  /// ```
  public func isInfinite() -> Tensor { test(self, "isInfinite") { $0.pointee.predicate.is_infinite } }
  /// Where elements are neither infinite nor NaN.
  ///
  /// ```swift
  /// print(Tensor([1, .nan, .infinity]).isFinite())  // [true, false, false] : [3] bool
  /// ```
  public func isFinite() -> Tensor { test(self, "isFinite") { $0.pointee.predicate.is_finite } }

  /// How many elements, of all or along axes, are not 0, as int64.
  ///
  /// ```swift
  /// print(Tensor([[1, 0], [2, 3]]).countNonzero(axes: [0]))  // [2, 1] : [2] int64
  /// ```
  public func countNonzero(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
    (.!(.!self)).cast(to: .int64).sum(axes: axes, keepDims: keepDims)
  }

  /// Whether all elements, or all along axes, are true; of none, they are. A bool tensor.
  ///
  /// ```swift
  /// print(Tensor([[true, false], [true, true]]).all(axes: [0]))  // [true, false] : [2] bool
  /// ```
  public func all(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
    fold("all", axes, keepDims) { $0.pointee.reduction.min }
  }

  /// Whether any element, or any along axes, is true; of none, none is. A bool tensor.
  ///
  /// ```swift
  /// print(Tensor([[true, false], [true, true]]).any(axes: [0]), Tensor([false]).any())
  /// // [true, true] : [2] bool false
  /// ```
  public func any(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
    fold("any", axes, keepDims) { $0.pointee.reduction.max }
  }

  private func fold(
    _ operation: StaticString, _ axes: [Int]?, _ keepDims: Bool, _ kernel: (KernelTable) -> reduction_kernel?
  ) -> Tensor {
    guard let folded = ReductionAxes(axes, of: shape, for: operation) else { return .standIn }
    return reduce(cast(to: .bool), folded, keepDims: keepDims, operation, kernel)
  }
}

private func logic(
  _ a: Tensor, _ b: Tensor, _ operation: StaticString, _ kernel: (KernelTable) -> binary_kernel?
) -> Tensor {
  guard a.dtype == .bool, b.dtype == .bool else {
    return fail(.dtypeMismatch, operation, "element types \(a.dtype) and \(b.dtype); expected bool on both sides")
  }
  return zip(a, b, operation, kernel)
}

// MARK: - Selection

/// The elements of `a` where the condition is true, those of `b` where it is false; all three broadcast.
///
/// VJP: `da = dy` where the condition is true, else exactly 0; `db` the other way round. What is not selected gets the
/// gradient 0 here, even if it is NaN; a derivative of its own that is infinite still turns that 0 into NaN, so make the
/// operand harmless before the operation, not after it.
///
/// ```swift
/// let x = Tensor([-4, 4])
/// print(select(where: x .> 0, then: x, else: -x))  // [4.0, 4.0] : [2] float32
/// ```
public func select(where condition: Tensor, then a: Tensor, else b: Tensor) -> Tensor {
  choose(condition, a, b, "select")
    .recorded(
      as: "select", symmetric: true,
      wrt: a, { dy in select(where: condition, then: dy, else: 0) },
      wrt: b, { dy in select(where: condition, then: 0, else: dy) })
}

/// A scalar where the condition is true, the elements of `b` where it is false.
///
/// ```swift
/// let x = Tensor([-1, 2])
/// print(select(where: x .< 0, then: 0, else: x))  // [0.0, 2.0] : [2] float32
/// ```
public func select(where condition: Tensor, then a: Double, else b: Tensor) -> Tensor {
  select(where: condition, then: Tensor(a, dtype: b.dtype), else: b)
}

/// The elements of `a` where the condition is true, a scalar where it is false.
///
/// ```swift
/// let x = Tensor([-1, 2])
/// print(select(where: x .> 0, then: x, else: 0))  // [0.0, 2.0] : [2] float32
/// ```
public func select(where condition: Tensor, then a: Tensor, else b: Double) -> Tensor {
  select(where: condition, then: a, else: Tensor(b, dtype: a.dtype))
}

/// A function of the elements where the condition is true, and a scalar where it is false.
///
/// Where the condition is false the function sees a stand-in instead of the element, so that neither its value nor its
/// derivative there can disturb: this is the way to take roots, logarithms and quotients of some elements only.
///
/// VJP: `dx` is that of the function where the condition is true, else exactly 0.
///
/// ```swift
/// let x = Tensor([-4, 0, 4]).requiringGradient()
/// let y = select(where: x .> 0, of: x, then: { sqrt($0) }, else: 0)
/// print(y, y.sum().backward()[x])  // [0.0, 0.0, 2.0] : [3] float32 [0.0, 0.0, 0.25] : [3] float32
/// ```
///
/// - Parameters:
///   - condition: a bool tensor that broadcasts with `x`.
///   - x: the operand.
///   - standIn: a number at which the function and its derivatives are finite.
///   - function: a function of each element.
///   - value: the result where the condition is false.
public func select(
  where condition: Tensor, of x: Tensor, standIn: Double = 1, then function: (Tensor) -> Tensor, else value: Double
) -> Tensor {
  select(where: condition, then: function(select(where: condition, then: x, else: standIn)), else: value)
}

extension Tensor {
  /// The tensor with a value in place of the elements where a mask is true.
  ///
  /// ```swift
  /// let x = Tensor([1, -2])
  /// print(x.replacing(with: 0, where: x .< 0))  // [1.0, 0.0] : [2] float32
  /// ```
  public func replacing(with value: Double, where mask: Tensor) -> Tensor {
    select(where: mask, then: value, else: self)
  }

  /// The tensor with another's elements in place of its own where a mask is true.
  ///
  /// ```swift
  /// let x = Tensor([1, -2, 3])
  /// print(x.replacing(with: -x, where: x .< 0))  // [1.0, 2.0, 3.0] : [3] float32
  /// ```
  public func replacing(with other: Tensor, where mask: Tensor) -> Tensor {
    select(where: mask, then: other, else: self)
  }
}

/// Where elements are within a tolerance of each other, `|a - b| ≤ absolute + relative · |b|`, with broadcasting.
///
/// Infinities are close to themselves, and NaN to NaN if `equatingNaN` says so.
///
/// ```swift
/// print(isClose(Tensor([1, 2]), Tensor([1.000001, 3])))  // [true, false] : [2] bool
/// ```
public func isClose(
  _ a: Tensor, _ b: Tensor, relative: Double = 1e-5, absolute: Double = 1e-8, equatingNaN: Bool = false
) -> Tensor {
  withoutRecording {
    let isNear = (abs(a - b) .<= abs(b) * relative + absolute) .& b.isFinite()
    let isEqual = isNear .| (a .== b)
    return equatingNaN ? isEqual .| (a.isNaN() .& b.isNaN()) : isEqual
  }
}

// MARK: - Extremes of two

/// The larger of two elements, with broadcasting; NaN wins.
///
/// VJP: `dy` goes to the larger; where both are equal, half to each.
///
/// ```swift
/// print(maximum(Tensor([1, 5]), Tensor([3, 2])))  // [3.0, 5.0] : [2] float32
/// ```
public func maximum(_ a: Tensor, _ b: Tensor) -> Tensor {
  zip(a, b, "maximum") { $0.pointee.binary.maximum }
    .recorded(
      as: "maximum", symmetric: true,
      wrt: a, { dy in share(dy, losing: a .< b, tied: a .== b) },
      wrt: b, { dy in share(dy, losing: b .< a, tied: a .== b) })
}

/// The smaller of two elements, with broadcasting; NaN wins.
///
/// VJP: `dy` goes to the smaller; where both are equal, half to each.
///
/// ```swift
/// print(minimum(Tensor([1, 5]), Tensor([3, 2])))  // [1.0, 2.0] : [2] float32
/// ```
public func minimum(_ a: Tensor, _ b: Tensor) -> Tensor {
  zip(a, b, "minimum") { $0.pointee.binary.minimum }
    .recorded(
      as: "minimum", symmetric: true,
      wrt: a, { dy in share(dy, losing: b .< a, tied: a .== b) },
      wrt: b, { dy in share(dy, losing: a .< b, tied: a .== b) })
}

/// `dy` for the winner, half of it for one of two equals, nothing for the loser.
func share(_ dy: Tensor, losing: Tensor, tied: Tensor) -> Tensor {
  select(where: losing, then: 0, else: select(where: tied, then: dy * 0.5, else: dy))
}
