// Maxima of windows.

/// The greatest element of each window over one axis.
///
/// Padding never wins and never gets a gradient; NaN wins.
///
/// VJP: `dx` is `dy` at the place that each maximum came from, the first of equal ones, and 0 elsewhere.
///
/// ```swift
/// print(maxPool1D(Tensor([[[1, 3, 2, 4, 0]]]), kernel: 2))  // [[[3.0, 4.0]]] : [1, 1, 2] float32
/// ```
///
/// - Parameters:
///   - x: `[…, length]`.
///   - kernel: the windows' extents.
///   - stride: how far they lie apart; the kernel if nil.
///   - padding: empty places before and after each axis, at most half the kernel.
///   - dilation: how far the elements of a window lie apart.
///   - ceilMode: whether a last window may reach beyond the end.
/// - Precondition: the windows fit; else traps, or throws inside ``checked(_:)``.
public func maxPool1D(
  _ x: Tensor, kernel: PerAxis, stride: PerAxis? = nil, padding: PerAxis = 0, dilation: PerAxis = 1,
  ceilMode: Bool = false
) -> Tensor {
  guard
    let windows = Windows(
      maximaOf: x, axes: 1, kernel, stride ?? kernel, padding, dilation, ceilMode: ceilMode, "maxPool1D")
  else { return .standIn }
  return maxima(x, windows, "maxPool1D").values
}

/// The greatest element of each window over one axis, and where it was: the place in the last axis, counted in
/// row-major order, as int64 (-1 for a window of padding only).
///
/// The parameters are those of ``maxPool1D(_:kernel:stride:padding:dilation:ceilMode:)``; the indices have no gradient.
///
/// ```swift
/// let x = Tensor.arange(4).reshaped(to: [1, 1, 4])
/// let (values, indices) = maxPool1DWithIndices(x, kernel: 2)
/// print(values.flattened(), indices.flattened())  // [1.0, 3.0] : [2] float32 [1, 3] : [2] int64
/// ```
public func maxPool1DWithIndices(
  _ x: Tensor, kernel: PerAxis, stride: PerAxis? = nil, padding: PerAxis = 0, dilation: PerAxis = 1,
  ceilMode: Bool = false
) -> (values: Tensor, indices: Tensor) {
  guard
    let windows = Windows(
      maximaOf: x, axes: 1, kernel, stride ?? kernel, padding, dilation, ceilMode: ceilMode, "maxPool1D")
  else { return (.standIn, .standIn) }
  let (values, places) = maxima(x, windows, "maxPool1D")
  return (values, places.cast(to: .int64))
}

/// The greatest element of each window over two axes.
///
/// Padding never wins and never gets a gradient; NaN wins.
///
/// VJP: `dx` is `dy` at the place that each maximum came from, the first of equal ones, and 0 elsewhere.
///
/// ```swift
/// let x = Tensor([[[[1, 2], [4, 3]]]]).requiringGradient()
/// let y = maxPool2D(x, kernel: 2)
/// print(y.item(), y.backward()[x].reshaped(to: [4]))  // 4.0 [0.0, 0.0, 1.0, 0.0] : [4] float32
/// ```
///
/// - Parameters:
///   - x: `[…, height, width]`.
///   - kernel: the windows' extents.
///   - stride: how far they lie apart; the kernel if nil.
///   - padding: empty places before and after each axis, at most half the kernel.
///   - dilation: how far the elements of a window lie apart.
///   - ceilMode: whether a last window may reach beyond the end.
/// - Precondition: the windows fit; else traps, or throws inside ``checked(_:)``.
public func maxPool2D(
  _ x: Tensor, kernel: PerAxis, stride: PerAxis? = nil, padding: PerAxis = 0, dilation: PerAxis = 1,
  ceilMode: Bool = false
) -> Tensor {
  guard
    let windows = Windows(
      maximaOf: x, axes: 2, kernel, stride ?? kernel, padding, dilation, ceilMode: ceilMode, "maxPool2D")
  else { return .standIn }
  return maxima(x, windows, "maxPool2D").values
}

/// The greatest element of each window over two axes, and where it was: the place in the last 2 axes, counted in
/// row-major order, as int64 (-1 for a window of padding only).
///
/// The parameters are those of ``maxPool2D(_:kernel:stride:padding:dilation:ceilMode:)``; the indices have no gradient.
///
/// ```swift
/// let x = Tensor.arange(8).reshaped(to: [1, 1, 2, 4])
/// let (values, indices) = maxPool2DWithIndices(x, kernel: 2)
/// print(values.flattened(), indices.flattened())  // [5.0, 7.0] : [2] float32 [5, 7] : [2] int64
/// ```
public func maxPool2DWithIndices(
  _ x: Tensor, kernel: PerAxis, stride: PerAxis? = nil, padding: PerAxis = 0, dilation: PerAxis = 1,
  ceilMode: Bool = false
) -> (values: Tensor, indices: Tensor) {
  guard
    let windows = Windows(
      maximaOf: x, axes: 2, kernel, stride ?? kernel, padding, dilation, ceilMode: ceilMode, "maxPool2D")
  else { return (.standIn, .standIn) }
  let (values, places) = maxima(x, windows, "maxPool2D")
  return (values, places.cast(to: .int64))
}

/// The greatest element of each window over three axes.
///
/// Padding never wins and never gets a gradient; NaN wins.
///
/// VJP: `dx` is `dy` at the place that each maximum came from, the first of equal ones, and 0 elsewhere.
///
/// ```swift
/// print(maxPool3D(Tensor.ones([1, 2, 4, 4, 4]), kernel: 2).shape)  // [1, 2, 2, 2, 2]
/// ```
///
/// - Parameters:
///   - x: `[…, depth, height, width]`.
///   - kernel: the windows' extents.
///   - stride: how far they lie apart; the kernel if nil.
///   - padding: empty places before and after each axis, at most half the kernel.
///   - dilation: how far the elements of a window lie apart.
///   - ceilMode: whether a last window may reach beyond the end.
/// - Precondition: the windows fit; else traps, or throws inside ``checked(_:)``.
public func maxPool3D(
  _ x: Tensor, kernel: PerAxis, stride: PerAxis? = nil, padding: PerAxis = 0, dilation: PerAxis = 1,
  ceilMode: Bool = false
) -> Tensor {
  guard
    let windows = Windows(
      maximaOf: x, axes: 3, kernel, stride ?? kernel, padding, dilation, ceilMode: ceilMode, "maxPool3D")
  else { return .standIn }
  return maxima(x, windows, "maxPool3D").values
}

/// The greatest element of each window over three axes, and where it was: the place in the last 3 axes, counted in
/// row-major order, as int64 (-1 for a window of padding only).
///
/// The parameters are those of ``maxPool3D(_:kernel:stride:padding:dilation:ceilMode:)``; the indices have no gradient.
///
/// ```swift
/// let x = Tensor.arange(8).reshaped(to: [1, 1, 2, 2, 2])
/// let (values, indices) = maxPool3DWithIndices(x, kernel: 2)
/// print(values.flattened(), indices.flattened())  // [7.0] : [1] float32 [7] : [1] int64
/// ```
public func maxPool3DWithIndices(
  _ x: Tensor, kernel: PerAxis, stride: PerAxis? = nil, padding: PerAxis = 0, dilation: PerAxis = 1,
  ceilMode: Bool = false
) -> (values: Tensor, indices: Tensor) {
  guard
    let windows = Windows(
      maximaOf: x, axes: 3, kernel, stride ?? kernel, padding, dilation, ceilMode: ceilMode, "maxPool3D")
  else { return (.standIn, .standIn) }
  let (values, places) = maxima(x, windows, "maxPool3D")
  return (values, places.cast(to: .int64))
}
