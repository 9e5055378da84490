// Convolution in the mathematical sense, and other uses of filters.

/// How much of a convolution of two vectors ``convolved(_:_:mode:)`` gives.
public enum ConvolutionMode: Sendable, Hashable {
  /// Every place where they overlap.
  case full
  /// As many places as the longer one has, around the middle.
  case same
  /// The places where they overlap completely.
  case valid
}

/// The convolution of two vectors: `y[i] = Σ a[j] · b[i - j]`.
///
/// VJP: `da` is the correlation of `dy` with `b`, `db` that with `a`.
///
/// ```swift
/// print(convolved(Tensor([1, 2, 3]), Tensor([1, 1])))  // [1.0, 3.0, 5.0, 3.0] : [4] float32
/// print(convolved(Tensor([1, 2, 3]), Tensor([1, 1]), mode: .valid))  // [3.0, 5.0] : [2] float32
/// ```
///
/// - Precondition: both are floating-point vectors of the same dtype, and neither is empty; else traps, or throws inside
///   ``checked(_:)``.
public func convolved(_ a: Tensor, _ b: Tensor, mode: ConvolutionMode = .full) -> Tensor {
  guard a.rank == 1, b.rank == 1, a.count > 0, b.count > 0 else {
    return fail(
      .shapeMismatch, "convolve", "operands of shapes \(a.shape) and \(b.shape); expected two vectors, not empty")
  }
  if b.count > a.count { return convolved(b, a, mode: mode) }
  let full = conv1D(
    a.reshaped(to: [1, 1, a.count]), weight: b.reversed(axes: [0]).reshaped(to: [1, 1, b.count]),
    padding: ConvolutionPadding(PerAxis(b.count - 1))
  ).reshaped(to: [a.count + b.count - 1])
  switch mode {
  case .full: return full
  case .same: return full.narrowed(axis: 0, from: (b.count - 1) / 2, count: a.count)
  case .valid: return full.narrowed(axis: 0, from: b.count - 1, count: a.count - b.count + 1)
  }
}

/// A convolution over time whose results depend on no later element: ``conv1D(_:weight:bias:stride:padding:dilation:groups:activation:)``
/// with all padding in front.
///
/// ```swift
/// print(causalConv1D(Tensor([[[1, 2, 3]]]), weight: Tensor([[[1, 1]]])).flattened())
/// // [1.0, 3.0, 5.0] : [3] float32
/// ```
public func causalConv1D(
  _ x: Tensor, weight: Tensor, bias: Tensor? = nil, dilation: Int = 1, groups: Int = 1
) -> Tensor {
  guard x.rank == 3, weight.rank == 3, dilation > 0 else {
    return fail(
      .shapeMismatch, "causalConv1D",
      "x of shape \(x.shape), filters of shape \(weight.shape), dilation \(dilation); expected [batch, channels, length] and [out, channels / groups, k]"
    )
  }
  let before = dilation * Swift.max(0, weight.shape[2] - 1)
  return conv1D(
    x, weight: weight, bias: bias, padding: .sides(before: PerAxis(before), after: 0), dilation: PerAxis(dilation),
    groups: groups)
}

/// A filter for each channel, then a mixture of the channels at each place: a convolution over two axes in two cheap steps.
///
/// ```swift
/// let x = Tensor.ones([1, 2, 3, 3])
/// let y = separableConv2D(x, depthwise: Tensor.ones([2, 1, 3, 3]), pointwise: Tensor.ones([5, 2, 1, 1]))
/// print(y.shape, y.max())  // [1, 5, 1, 1] 18.0
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, height, width]`.
///   - depthwise: `[channels · multiplier, 1, kh, kw]`.
///   - pointwise: `[out, channels · multiplier, 1, 1]`.
///   - bias: `[out]`, or nil.
///   - stride: of the first step.
///   - padding: of the first step.
///   - dilation: of the first step.
public func separableConv2D(
  _ x: Tensor, depthwise: Tensor, pointwise: Tensor, bias: Tensor? = nil, stride: PerAxis = 1,
  padding: ConvolutionPadding = 0, dilation: PerAxis = 1
) -> Tensor {
  let channels = x.rank == 4 ? x.shape[1] : 1
  let each = conv2D(x, weight: depthwise, stride: stride, padding: padding, dilation: dilation, groups: channels)
  return conv2D(each, weight: pointwise, bias: bias)
}
