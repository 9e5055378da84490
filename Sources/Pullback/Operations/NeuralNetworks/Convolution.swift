// Convolution, its adjoint with respect to the images and its adjoint with respect to the filters: three bilinear
// operations, each other's derivatives.

func convolution(
  _ x: Tensor, _ w: Tensor, _ sizes: ConvolutionSizes, bias: Tensor? = nil, activation: LinearActivation = .none,
  as operation: StaticString = "conv"
) -> Tensor {
  let relu = activation == .relu
  let y = convolve(x.detached(), w.detached(), bias?.detached(), relu: relu, sizes, operation)
  let needs = (x: x.isTracked, w: w.isTracked, bias: bias?.isTracked ?? false)
  func cotangents(_ dz: Tensor) -> [Tensor?] {
    [
      needs.x ? convolutionTransposed(dz, w, sizes) : nil,
      needs.w ? correlation(x, dz, sizes) : nil,
      needs.bias ? dz.sum(axes: dz.axesBesidesChannels) : nil,
    ]
  }
  let operands = [x, w] + (bias.map { [$0] } ?? [])
  if !relu { return y.recorded(as: operation, wrt: operands, jointly: cotangents) }
  return y.recorded(
    as: operation, wrt: operands,
    jointlyWithResult: { (dy: consuming Tensor, y) in cotangents(reluGradient(consume dy, y)) })
}

func convolutionTransposed(
  _ y: Tensor, _ w: Tensor, _ sizes: ConvolutionSizes, bias: Tensor? = nil,
  as operation: StaticString = "convTransposed"
) -> Tensor {
  let needs = (y: y.isTracked, w: w.isTracked, bias: bias?.isTracked ?? false)
  return convolveTransposed(y.detached(), w.detached(), bias?.detached(), sizes, operation)
    .recorded(
      as: operation, wrt: [y, w] + (bias.map { [$0] } ?? []),
      jointly: { dx in
        [
          needs.y ? convolution(dx, w, sizes) : nil,
          needs.w ? correlation(dx, y, sizes) : nil,
          needs.bias ? dx.sum(axes: dx.axesBesidesChannels) : nil,
        ]
      })
}

func correlation(_ x: Tensor, _ y: Tensor, _ sizes: ConvolutionSizes) -> Tensor {
  correlate(x.detached(), y.detached(), sizes, "convWeightGradient")
    .recorded(
      as: "convWeightGradient",
      wrt: x, { dw in convolutionTransposed(y, dw, sizes) },
      wrt: y, { dw in convolution(x, dw, sizes) })
}

extension Tensor {
  /// All axes but axis 1.
  fileprivate var axesBesidesChannels: [Int] { [0] + Array(2..<rank) }
}

extension ConvolutionSizes {
  /// Of a convolution of `x` with `w`; nil, inside ``checked(_:)``, if they do not fit.
  init?(
    _ x: Tensor, _ w: Tensor, _ bias: Tensor?, axes: Int, stride: PerAxis, padding: ConvolutionPadding,
    dilation: PerAxis, groups: Int, _ operation: StaticString
  ) {
    guard
      let common = ConvolutionSizes(
        images: x, w, bias, axes, stride, dilation, groups, biasAxis: 0, operation)
    else { return nil }
    self = common
    outChannels = w.shape[0] / groups
    inChannels = w.shape[1]
    guard x.shape[1] == groups * inChannels, w.shape[0] % groups == 0 else {
      fail(
        .shapeMismatch, operation,
        "x of shape \(x.shape) has \(x.shape[1]) channels for filters of shape \(w.shape) in \(groups) groups; expected filters [out, channels / groups, …] with out a multiple of the groups"
      )
      return nil
    }
    input = Array(x.shape.array.dropFirst(2))
    let reaches = Swift.zip(self.dilation, kernel).map { $0 * ($1 - 1) + 1 }
    guard let sides = padding.resolved(input, stride: self.stride, reach: reaches, operation) else { return nil }
    self.padding = sides.map(\.before)
    for axis in 0..<axes {
      let reach = reaches[axis], room = input[axis] + sides[axis].before + sides[axis].after
      guard reach <= room else {
        fail(
          .invalidArgument, operation,
          "filters of shape \(w.shape) reach over \(reach) places of spatial axis \(axis), which has \(room) with its padding, of x of shape \(x.shape)"
        )
        return nil
      }
      output.append((room - reach) / self.stride[axis] + 1)
    }
  }

  /// Of the adjoint of a convolution with `w`, applied to `y`; nil, inside ``checked(_:)``, if they do not fit.
  init?(
    transposed y: Tensor, _ w: Tensor, _ bias: Tensor?, axes: Int, stride: PerAxis, padding: PerAxis,
    outputPadding: PerAxis, dilation: PerAxis, groups: Int, _ operation: StaticString
  ) {
    guard
      let common = ConvolutionSizes(
        images: y, w, bias, axes, stride, dilation, groups, biasAxis: 1, operation),
      let margin = padding.resolved(axes, least: 0, "padding", operation),
      let extra = outputPadding.resolved(axes, least: 0, "output padding", operation)
    else { return nil }
    self = common
    outChannels = w.shape[0] / groups
    inChannels = w.shape[1]
    guard y.shape[1] == w.shape[0], w.shape[0] % groups == 0 else {
      fail(
        .shapeMismatch, operation,
        "x of shape \(y.shape) has \(y.shape[1]) channels for filters of shape \(w.shape) in \(groups) groups; expected filters [channels, out / groups, …] with channels a multiple of the groups"
      )
      return nil
    }
    self.padding = margin
    output = Array(y.shape.array.dropFirst(2))
    for axis in 0..<axes {
      guard extra[axis] < Swift.max(self.stride[axis], self.dilation[axis]) else {
        fail(
          .invalidArgument, operation,
          "the output padding \(outputPadding) must be smaller than the stride \(stride) or the dilation \(dilation)")
        return nil
      }
      let reach = self.dilation[axis] * (kernel[axis] - 1) + 1
      let extent = (output[axis] - 1) * self.stride[axis] - 2 * margin[axis] + reach + extra[axis]
      guard output[axis] > 0, extent >= 0 else {
        fail(
          .shapeMismatch, operation,
          "spatial axis \(axis) of x of shape \(y.shape) with filters of shape \(w.shape) and padding \(padding) leaves \(extent) places"
        )
        return nil
      }
      input.append(extent)
    }
  }

  /// What both have in common: batch, groups, kernel, stride and dilation.
  private init?(
    images: Tensor, _ w: Tensor, _ bias: Tensor?, _ axes: Int, _ stride: PerAxis, _ dilation: PerAxis,
    _ groups: Int, biasAxis: Int, _ operation: StaticString
  ) {
    guard images.dtype.isFloatingPoint else {
      _ = unsupported(operation, images.dtype)
      return nil
    }
    for parameter in [w] + (bias.map { [$0] } ?? []) where parameter.dtype != images.dtype {
      _ = mixed(operation, images, parameter)
      return nil
    }
    guard images.rank == axes + 2, w.rank == axes + 2, groups > 0 else {
      fail(
        .shapeMismatch, operation,
        "x of shape \(images.shape) and filters of shape \(w.shape) in \(groups) groups; expected rank \(axes + 2) of both and at least one group"
      )
      return nil
    }
    let channels = biasAxis == 0 ? w.shape[0] : w.shape[1] * groups
    if let bias, bias.shape != [channels] {
      fail(
        .shapeMismatch, operation,
        "bias of shape \(bias.shape) for filters of shape \(w.shape) in \(groups) groups; expected [\(channels)]")
      return nil
    }
    guard let stride = stride.resolved(axes, least: 1, "stride", operation),
      let dilation = dilation.resolved(axes, least: 1, "dilation", operation)
    else { return nil }
    kernel = Array(w.shape.array.dropFirst(2))
    guard !kernel.contains(0) else {
      fail(.shapeMismatch, operation, "filters of shape \(w.shape) are empty")
      return nil
    }
    batch = images.shape[0]
    self.groups = groups
    self.stride = stride
    self.dilation = dilation
    (inChannels, outChannels, input, output, padding) = (0, 0, [], [], [])
  }
}
