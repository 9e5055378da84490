// Means of windows.

/// The mean of each window over one axis.
///
/// VJP: each element of `dy` is spread evenly over its window.
///
/// ```swift
/// print(avgPool1D(Tensor([[[1, 3, 2, 4]]]), kernel: 2))  // [[[2.0, 3.0]]] : [1, 1, 2] float32
/// ```
///
/// - Parameters:
///   - x: `[…, length]`.
///   - kernel: the windows' extents.
///   - stride: how far they lie apart; the kernel if nil.
///   - padding: zeros before and after each axis, at most half the kernel.
///   - ceilMode: whether a last window may reach beyond the end.
///   - countIncludesPadding: whether the zeros count as elements.
///   - divisor: what the sums are divided by, in place of the number of elements.
/// - Precondition: the windows fit; else traps, or throws inside ``checked(_:)``.
public func avgPool1D(
  _ x: Tensor, kernel: PerAxis, stride: PerAxis? = nil, padding: PerAxis = 0, ceilMode: Bool = false,
  countIncludesPadding: Bool = true, divisor: Int? = nil
) -> Tensor {
  guard
    let windows = Windows(
      meansOf: x, axes: 1, kernel, stride ?? kernel, padding, ceilMode: ceilMode,
      countIncludesPadding: countIncludesPadding, "avgPool1D")
  else { return .standIn }
  return means(x, windows, divisor, "avgPool1D")
}

/// The mean of each window over two axes.
///
/// VJP: each element of `dy` is spread evenly over its window.
///
/// ```swift
/// print(avgPool2D(Tensor([[[[1, 2], [4, 3]]]]), kernel: 2).item())  // 2.5
/// ```
///
/// - Parameters:
///   - x: `[…, height, width]`.
///   - kernel: the windows' extents.
///   - stride: how far they lie apart; the kernel if nil.
///   - padding: zeros before and after each axis, at most half the kernel.
///   - ceilMode: whether a last window may reach beyond the end.
///   - countIncludesPadding: whether the zeros count as elements.
///   - divisor: what the sums are divided by, in place of the number of elements.
/// - Precondition: the windows fit; else traps, or throws inside ``checked(_:)``.
public func avgPool2D(
  _ x: Tensor, kernel: PerAxis, stride: PerAxis? = nil, padding: PerAxis = 0, ceilMode: Bool = false,
  countIncludesPadding: Bool = true, divisor: Int? = nil
) -> Tensor {
  guard
    let windows = Windows(
      meansOf: x, axes: 2, kernel, stride ?? kernel, padding, ceilMode: ceilMode,
      countIncludesPadding: countIncludesPadding, "avgPool2D")
  else { return .standIn }
  return means(x, windows, divisor, "avgPool2D")
}

/// The mean of each window over three axes.
///
/// VJP: each element of `dy` is spread evenly over its window.
///
/// ```swift
/// print(avgPool3D(Tensor.ones([1, 2, 4, 4, 4]), kernel: 2).shape)  // [1, 2, 2, 2, 2]
/// ```
///
/// - Parameters:
///   - x: `[…, depth, height, width]`.
///   - kernel: the windows' extents.
///   - stride: how far they lie apart; the kernel if nil.
///   - padding: zeros before and after each axis, at most half the kernel.
///   - ceilMode: whether a last window may reach beyond the end.
///   - countIncludesPadding: whether the zeros count as elements.
///   - divisor: what the sums are divided by, in place of the number of elements.
/// - Precondition: the windows fit; else traps, or throws inside ``checked(_:)``.
public func avgPool3D(
  _ x: Tensor, kernel: PerAxis, stride: PerAxis? = nil, padding: PerAxis = 0, ceilMode: Bool = false,
  countIncludesPadding: Bool = true, divisor: Int? = nil
) -> Tensor {
  guard
    let windows = Windows(
      meansOf: x, axes: 3, kernel, stride ?? kernel, padding, ceilMode: ceilMode,
      countIncludesPadding: countIncludesPadding, "avgPool3D")
  else { return .standIn }
  return means(x, windows, divisor, "avgPool3D")
}

/// The mean of each window, or its sum divided by a number.
private func means(_ x: Tensor, _ windows: Windows, _ divisor: Int?, _ operation: StaticString) -> Tensor {
  guard let divisor else { return means(x, windows, operation) }
  guard divisor != 0 else { return fail(.invalidArgument, operation, "the divisor is 0") }
  return means(x, windows.summing, operation) / Double(divisor)
}
