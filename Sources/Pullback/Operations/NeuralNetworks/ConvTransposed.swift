// Transposed convolution over one, two and three axes.

/// The adjoint of a convolution over one axis, as a layer that makes signals larger.
///
/// Each element of `x` adds its multiple of the filters to the result, `stride` places apart.
///
/// VJP: `dx` is the convolution of `dy` with the filters, `dweight` the correlation of `dy` with `x`, `dbias` the sum of
/// `dy` over everything but the channels.
///
/// ```swift
/// let x = Tensor([[[1, 2]]]), w = Tensor([[[1, 10]]])
/// print(convTransposed1D(x, weight: w))  // [[[1.0, 12.0, 20.0]]] : [1, 1, 3] float32
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, length]`.
///   - weight: the filters, `[channels, out / groups, k]`.
///   - bias: `[out]`, or nil.
///   - stride: how far the filter moves from one element of `x` to the next.
///   - padding: places cut off before and after each spatial axis of the result.
///   - outputPadding: places added after each spatial axis; smaller than the stride or the dilation.
///   - dilation: how far the elements of a filter lie apart.
///   - groups: how many parts the channels fall into.
/// - Returns: `[batch, out, …]` with `(in - 1) · stride - 2 · padding + dilation · (k - 1) + outputPadding + 1` places
///   along an axis.
/// - Precondition: shapes and dtypes fit; else traps, or throws inside ``checked(_:)``.
public func convTransposed1D(
  _ x: Tensor, weight: Tensor, bias: Tensor? = nil, stride: PerAxis = 1, padding: PerAxis = 0,
  outputPadding: PerAxis = 0, dilation: PerAxis = 1, groups: Int = 1
) -> Tensor {
  guard
    let sizes = ConvolutionSizes(
      transposed: x, weight, bias, axes: 1, stride: stride, padding: padding, outputPadding: outputPadding,
      dilation: dilation, groups: groups, "convTransposed1D")
  else { return .standIn }
  return convolutionTransposed(x, weight, sizes, bias: bias, as: "convTransposed1D")
}

/// The adjoint of a convolution over two axes, as a layer that makes images larger.
///
/// Each element of `x` adds its multiple of the filters to the result, `stride` places apart.
///
/// VJP: `dx` is the convolution of `dy` with the filters, `dweight` the correlation of `dy` with `x`, `dbias` the sum of
/// `dy` over everything but the channels.
///
/// ```swift
/// let x = Tensor.ones([1, 3, 4, 4]), w = Tensor.ones([3, 8, 2, 2])
/// print(convTransposed2D(x, weight: w, stride: 2).shape)  // [1, 8, 8, 8]
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, height, width]`.
///   - weight: the filters, `[channels, out / groups, kh, kw]`.
///   - bias: `[out]`, or nil.
///   - stride: how far the filter moves from one element of `x` to the next.
///   - padding: places cut off before and after each spatial axis of the result.
///   - outputPadding: places added after each spatial axis; smaller than the stride or the dilation.
///   - dilation: how far the elements of a filter lie apart.
///   - groups: how many parts the channels fall into.
/// - Returns: `[batch, out, …]` with `(in - 1) · stride - 2 · padding + dilation · (k - 1) + outputPadding + 1` places
///   along an axis.
/// - Precondition: shapes and dtypes fit; else traps, or throws inside ``checked(_:)``.
public func convTransposed2D(
  _ x: Tensor, weight: Tensor, bias: Tensor? = nil, stride: PerAxis = 1, padding: PerAxis = 0,
  outputPadding: PerAxis = 0, dilation: PerAxis = 1, groups: Int = 1
) -> Tensor {
  guard
    let sizes = ConvolutionSizes(
      transposed: x, weight, bias, axes: 2, stride: stride, padding: padding, outputPadding: outputPadding,
      dilation: dilation, groups: groups, "convTransposed2D")
  else { return .standIn }
  return convolutionTransposed(x, weight, sizes, bias: bias, as: "convTransposed2D")
}

/// The adjoint of a convolution over three axes, as a layer that makes volumes larger.
///
/// Each element of `x` adds its multiple of the filters to the result, `stride` places apart.
///
/// VJP: `dx` is the convolution of `dy` with the filters, `dweight` the correlation of `dy` with `x`, `dbias` the sum of
/// `dy` over everything but the channels.
///
/// ```swift
/// let x = Tensor.ones([1, 3, 2, 2, 2]), w = Tensor.ones([3, 8, 2, 2, 2])
/// print(convTransposed3D(x, weight: w, stride: 2, outputPadding: 1).shape)  // [1, 8, 5, 5, 5]
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, depth, height, width]`.
///   - weight: the filters, `[channels, out / groups, kd, kh, kw]`.
///   - bias: `[out]`, or nil.
///   - stride: how far the filter moves from one element of `x` to the next.
///   - padding: places cut off before and after each spatial axis of the result.
///   - outputPadding: places added after each spatial axis; smaller than the stride or the dilation.
///   - dilation: how far the elements of a filter lie apart.
///   - groups: how many parts the channels fall into.
/// - Returns: `[batch, out, …]` with `(in - 1) · stride - 2 · padding + dilation · (k - 1) + outputPadding + 1` places
///   along an axis.
/// - Precondition: shapes and dtypes fit; else traps, or throws inside ``checked(_:)``.
public func convTransposed3D(
  _ x: Tensor, weight: Tensor, bias: Tensor? = nil, stride: PerAxis = 1, padding: PerAxis = 0,
  outputPadding: PerAxis = 0, dilation: PerAxis = 1, groups: Int = 1
) -> Tensor {
  guard
    let sizes = ConvolutionSizes(
      transposed: x, weight, bias, axes: 3, stride: stride, padding: padding, outputPadding: outputPadding,
      dilation: dilation, groups: groups, "convTransposed3D")
  else { return .standIn }
  return convolutionTransposed(x, weight, sizes, bias: bias, as: "convTransposed3D")
}
