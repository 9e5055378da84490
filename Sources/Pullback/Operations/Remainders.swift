// Quotients rounded to whole numbers and what they leave, with broadcasting.

/// The remainder of `a / b` with the sign of `b`, as Python's `%`.
///
/// VJP: `da = dy`, `db = -dy · floor(a / b)`.
///
/// ```swift
/// print(remainder(Tensor([5, -5]), Tensor([3, 3])))  // [2.0, 1.0] : [2] float32
/// ```
public func remainder(_ a: Tensor, _ b: Tensor) -> Tensor {
  zip(a, b, "remainder") { $0.pointee.binary.remainder }
    .recorded(as: "remainder", symmetric: true, wrt: a, { dy in dy }, wrt: b, { dy in -(dy * floor(a / b)) })
}

/// The remainder of `a / b` with the sign of `a`, as C's `fmod`.
///
/// VJP: `da = dy`, `db = -dy · truncated(a / b)`.
///
/// ```swift
/// print(truncatingRemainder(Tensor([5, -5]), Tensor([3, 3])))  // [2.0, -2.0] : [2] float32
/// ```
public func truncatingRemainder(_ a: Tensor, _ b: Tensor) -> Tensor {
  zip(a, b, "truncatingRemainder") { $0.pointee.binary.truncating_remainder }
    .recorded(
      as: "truncatingRemainder", symmetric: true, wrt: a, { dy in dy }, wrt: b, { dy in -(dy * truncated(a / b)) })
}

/// `floor(a / b)`. Its derivatives are 0 everywhere.
///
/// ```swift
/// print(floorDivide(Tensor([5, -5]), Tensor([3, 3])))  // [1.0, -2.0] : [2] float32
/// ```
public func floorDivide(_ a: Tensor, _ b: Tensor) -> Tensor {
  func zero(_ dy: Tensor) -> Tensor { Tensor.zeros(dy.shape, dtype: dy.dtype) }
  return zip(a, b, "floorDivide") { $0.pointee.binary.floor_divide }
    .recorded(as: "floorDivide", symmetric: true, wrt: a, { dy in zero(dy) }, wrt: b, { dy in zero(dy) })
}

/// The magnitude of `a` with the sign of `b`, with broadcasting.
///
/// VJP: `da = dy` where the sign was kept, `-dy` where it was changed, 0 where `a` is 0; `db = 0`.
///
/// ```swift
/// print(copySign(of: Tensor([-1, 1]), to: Tensor([2, 3])))  // [-2.0, 3.0] : [2] float32
/// ```
public func copySign(of b: Tensor, to a: Tensor) -> Tensor {
  zip(a, b, "copySign") { $0.pointee.binary.copysign }
    .recorded(
      as: "copySign", symmetric: true,
      wrt: a, withResult: { dy, y in dy * (sign(y.detached()) * sign(a.detached())) },
      wrt: b, withResult: { dy, _ in Tensor.zeros(dy.shape, dtype: dy.dtype) })
}

/// Linear interpolation `a + weight · (b - a)`, with broadcasting.
///
/// ```swift
/// print(lerp(Tensor([0]), Tensor([10]), Tensor([0.25])))  // [2.5] : [1] float32
/// ```
public func lerp(_ a: Tensor, _ b: Tensor, _ weight: Tensor) -> Tensor { a + weight * (b - a) }

/// The square of the difference, with broadcasting. VJP: `da = 2 dy · (a - b)`, `db = -da`.
///
/// ```swift
/// print(squaredDifference(Tensor([1, 5]), Tensor([3, 4])))  // [4.0, 1.0] : [2] float32
/// ```
public func squaredDifference(_ a: Tensor, _ b: Tensor) -> Tensor { (a - b).squared() }

/// `x + scale · a · b`, with broadcasting.
///
/// ```swift
/// print(addProduct(Tensor([1]), Tensor([2]), Tensor([3]), scale: 0.5))  // [4.0] : [1] float32
/// ```
public func addProduct(_ x: Tensor, _ a: Tensor, _ b: Tensor, scale: Double = 1) -> Tensor { x + a * b * scale }

/// `x + scale · a / b`, with broadcasting.
///
/// ```swift
/// print(addQuotient(Tensor([1]), Tensor([3]), Tensor([2])))  // [2.5] : [1] float32
/// ```
public func addQuotient(_ x: Tensor, _ a: Tensor, _ b: Tensor, scale: Double = 1) -> Tensor { x + a / b * scale }

/// `x · 2ⁿ`, with broadcasting.
///
/// ```swift
/// print(scaleByPowerOfTwo(Tensor([3]), Tensor([4])))  // [48.0] : [1] float32
/// ```
public func scaleByPowerOfTwo(_ x: Tensor, _ n: Tensor) -> Tensor { x * exp2(n) }

// MARK: - Extremes

/// The larger of two elements, with broadcasting; a NaN loses against a number.
///
/// VJP: `dy` goes to the larger; where both are equal, half to each.
///
/// ```swift
/// print(maximumNumber(Tensor([1, .nan]), Tensor([3, 2])))  // [3.0, 2.0] : [2] float32
/// ```
public func maximumNumber(_ a: Tensor, _ b: Tensor) -> Tensor {
  zip(a, b, "maximumNumber") { $0.pointee.binary.maximum_number }
    .recorded(
      as: "maximumNumber", symmetric: true,
      wrt: a, { dy in share(dy, losing: (a .< b) .| (a.isNaN() .& .!b.isNaN()), tied: a .== b) },
      wrt: b, { dy in share(dy, losing: (b .< a) .| b.isNaN(), tied: a .== b) })
}

/// The smaller of two elements, with broadcasting; a NaN loses against a number.
///
/// VJP: `dy` goes to the smaller; where both are equal, half to each.
///
/// ```swift
/// print(minimumNumber(Tensor([1, .nan]), Tensor([3, 2])))  // [1.0, 2.0] : [2] float32
/// ```
public func minimumNumber(_ a: Tensor, _ b: Tensor) -> Tensor {
  zip(a, b, "minimumNumber") { $0.pointee.binary.minimum_number }
    .recorded(
      as: "minimumNumber", symmetric: true,
      wrt: a, { dy in share(dy, losing: (b .< a) .| (a.isNaN() .& .!b.isNaN()), tied: a .== b) },
      wrt: b, { dy in share(dy, losing: (a .< b) .| b.isNaN(), tied: a .== b) })
}

extension Tensor {
  /// Each element limited by tensors, with broadcasting: `min(max(x, lower), upper)`.
  ///
  /// VJP: `dy` goes to whichever is active; half to each of two that are equal.
  ///
  /// ```swift
  /// print(Tensor([-1, 5]).clamped(lower: Tensor([0, 0]), upper: Tensor([2, 2])))  // [0.0, 2.0] : [2] float32
  /// ```
  public func clamped(lower: Tensor, upper: Tensor) -> Tensor { minimum(maximum(self, lower), upper) }
}
