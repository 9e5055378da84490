// Convolution over one, two and three axes.

/// The cross-correlation of signals with filters: what networks call a convolution over one axis.
///
/// Each result is the sum of products of a filter with the part of `x` that it lies over; outside its extents `x` is 0.
///
/// VJP: `dx` is the transposed convolution of `dy` with the filters, `dweight` the correlation of `x` with `dy`, `dbias`
/// the sum of `dy` over everything but the channels.
///
/// ```swift
/// let x = Tensor([[[1, 2, 3, 4]]]), w = Tensor([[[1, -1]]])
/// print(conv1D(x, weight: w))  // [[[-1.0, -1.0, -1.0]]] : [1, 1, 3] float32
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, length]`.
///   - weight: the filters, `[out, channels / groups, k]`.
///   - bias: `[out]`, or nil.
///   - stride: how far a filter moves from one result to the next.
///   - padding: zeros before and after each spatial axis; `same` keeps the extents of `x` for a stride of 1.
///   - dilation: how far the elements of a filter lie apart.
///   - groups: how many parts the channels fall into; each filter sees one part.
///   - activation: applied to the sum, in the same pass.
/// - Returns: `[batch, out, …]` with `(in + before + after - dilation · (k - 1) - 1) / stride + 1` places along an axis.
/// - Precondition: shapes and dtypes fit and a filter is not larger than the padded `x`; else traps, or throws inside
///   ``checked(_:)``.
public func conv1D(
  _ x: Tensor, weight: Tensor, bias: Tensor? = nil, stride: PerAxis = 1, padding: ConvolutionPadding = 0,
  dilation: PerAxis = 1, groups: Int = 1, activation: LinearActivation = .none
) -> Tensor {
  guard
    let sizes = ConvolutionSizes(
      x, weight, bias, axes: 1, stride: stride, padding: padding, dilation: dilation, groups: groups, "conv1D")
  else { return .standIn }
  return convolution(x, weight, sizes, bias: bias, activation: activation, as: "conv1D")
}

/// The cross-correlation of images with filters: what networks call a convolution over two axes.
///
/// Each result is the sum of products of a filter with the part of `x` that it lies over; outside its extents `x` is 0.
///
/// VJP: `dx` is the transposed convolution of `dy` with the filters, `dweight` the correlation of `x` with `dy`, `dbias`
/// the sum of `dy` over everything but the channels.
///
/// ```swift
/// let x = Tensor.ones([1, 1, 3, 3]), w = Tensor.ones([1, 1, 2, 2])
/// print(conv2D(x, weight: w, stride: 2, padding: 1).reshaped(to: [2, 2]))
/// // [[1.0, 2.0],
/// //  [2.0, 4.0]] : [2, 2] float32
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, height, width]`.
///   - weight: the filters, `[out, channels / groups, kh, kw]`.
///   - bias: `[out]`, or nil.
///   - stride: how far a filter moves from one result to the next.
///   - padding: zeros before and after each spatial axis; `same` keeps the extents of `x` for a stride of 1.
///   - dilation: how far the elements of a filter lie apart.
///   - groups: how many parts the channels fall into; each filter sees one part.
///   - activation: applied to the sum, in the same pass.
/// - Returns: `[batch, out, …]` with `(in + before + after - dilation · (k - 1) - 1) / stride + 1` places along an axis.
/// - Precondition: shapes and dtypes fit and a filter is not larger than the padded `x`; else traps, or throws inside
///   ``checked(_:)``.
public func conv2D(
  _ x: Tensor, weight: Tensor, bias: Tensor? = nil, stride: PerAxis = 1, padding: ConvolutionPadding = 0,
  dilation: PerAxis = 1, groups: Int = 1, activation: LinearActivation = .none
) -> Tensor {
  guard
    let sizes = ConvolutionSizes(
      x, weight, bias, axes: 2, stride: stride, padding: padding, dilation: dilation, groups: groups, "conv2D")
  else { return .standIn }
  return convolution(x, weight, sizes, bias: bias, activation: activation, as: "conv2D")
}

/// The cross-correlation of volumes with filters: what networks call a convolution over three axes.
///
/// Each result is the sum of products of a filter with the part of `x` that it lies over; outside its extents `x` is 0.
///
/// VJP: `dx` is the transposed convolution of `dy` with the filters, `dweight` the correlation of `x` with `dy`, `dbias`
/// the sum of `dy` over everything but the channels.
///
/// ```swift
/// let x = Tensor.ones([1, 2, 3, 3, 3]), w = Tensor.ones([4, 2, 2, 2, 2])
/// print(conv3D(x, weight: w).shape, conv3D(x, weight: w).max())  // [1, 4, 2, 2, 2] 16.0
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, depth, height, width]`.
///   - weight: the filters, `[out, channels / groups, kd, kh, kw]`.
///   - bias: `[out]`, or nil.
///   - stride: how far a filter moves from one result to the next.
///   - padding: zeros before and after each spatial axis; `same` keeps the extents of `x` for a stride of 1.
///   - dilation: how far the elements of a filter lie apart.
///   - groups: how many parts the channels fall into; each filter sees one part.
///   - activation: applied to the sum, in the same pass.
/// - Returns: `[batch, out, …]` with `(in + before + after - dilation · (k - 1) - 1) / stride + 1` places along an axis.
/// - Precondition: shapes and dtypes fit and a filter is not larger than the padded `x`; else traps, or throws inside
///   ``checked(_:)``.
public func conv3D(
  _ x: Tensor, weight: Tensor, bias: Tensor? = nil, stride: PerAxis = 1, padding: ConvolutionPadding = 0,
  dilation: PerAxis = 1, groups: Int = 1, activation: LinearActivation = .none
) -> Tensor {
  guard
    let sizes = ConvolutionSizes(
      x, weight, bias, axes: 3, stride: stride, padding: padding, dilation: dilation, groups: groups, "conv3D")
  else { return .standIn }
  return convolution(x, weight, sizes, bias: bias, activation: activation, as: "conv3D")
}
