// Values that are not differentiable, with the gradient of something else.

/// The elements of one tensor with the gradient of another: the straight-through estimator.
///
/// VJP: `dsurrogate = dy`; `value` gets none.
///
/// ```swift
/// let x = Tensor([0.2, 0.8]).requiringGradient()
/// let y = straightThrough(rounded(x), gradientOf: x)
/// print(y, y.sum().backward()[x])  // [0.0, 1.0] : [2] float32 [1.0, 1.0] : [2] float32
/// ```
///
/// - Parameters:
///   - value: what the result is.
///   - surrogate: where its cotangent goes; of the same shape and dtype.
public func straightThrough(_ value: Tensor, gradientOf surrogate: Tensor) -> Tensor {
  guard value.shape == surrogate.shape, value.dtype == surrogate.dtype else {
    return fail(
      .shapeMismatch, "straightThrough",
      "a value of \(value.dtype) and shape \(value.shape) for a gradient of \(surrogate.dtype) and shape \(surrogate.shape)"
    )
  }
  return value.detached().recorded(as: "straightThrough", wrt: surrogate, { dy in dy })
}

/// Numbers rounded to the steps of an integer type and back, to train for it.
///
/// `y = (clamp(round(x / scale) + zeroPoint, range) - zeroPoint) · scale`. VJP: `dx = dy` where the integer lay in the
/// range before it was clamped, else 0.
///
/// ```swift
/// let x = Tensor([0.26, 100]).requiringGradient()
/// let y = fakeQuantized(x, scale: 0.5, zeroPoint: 0, range: -128...127)
/// print(y, y.sum().backward()[x])  // [0.5, 63.5] : [2] float32 [1.0, 0.0] : [2] float32
/// ```
///
/// - Parameters:
///   - x: any floating-point tensor.
///   - scale: the step, above 0.
///   - zeroPoint: the integer that stands for 0.
///   - range: the integers that exist.
public func fakeQuantized(_ x: Tensor, scale: Double, zeroPoint: Int, range: ClosedRange<Int>) -> Tensor {
  guard x.dtype.isFloatingPoint else { return unsupported("fakeQuantized", x.dtype) }
  guard scale > 0 else { return fail(.invalidArgument, "fakeQuantized", "the scale \(scale) is not above 0") }
  let (lowest, highest) = (Double(range.lowerBound), Double(range.upperBound))
  let steps = rounded(x.detached() / scale) + Double(zeroPoint)
  let inRange = (steps .>= lowest).cast(to: x.dtype) * (steps .<= highest).cast(to: x.dtype)
  let value = (steps.clamped(to: lowest...highest) - Double(zeroPoint)) * scale
  return value.recorded(as: "fakeQuantize", wrt: x, { dy in select(where: inRange .> 0, then: dy, else: 0) })
}

/// A smooth step from 0 to the positive part, exactly 0 below -1 and `x` above 1.
///
/// VJP: `dx = dy · clamp((x + 1) / 2, 0 ... 1)`.
///
/// ```swift
/// print(sparsePlus(Tensor([-2, 0, 3])))  // [0.0, 0.25, 3.0] : [3] float32
/// ```
public func sparsePlus(_ x: Tensor) -> Tensor {
  let middle = (x.clamped(to: -1...1) + 1).squared() / 4
  return select(where: x .>= 1, then: x, else: middle)
}
