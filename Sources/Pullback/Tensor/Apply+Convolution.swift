import CKernels
import Kernels

/// The sizes of a convolution over one to three axes: of images `[batch, channels, input…]`, filters
/// `[out, channels / groups, kernel…]` and results `[batch, out, output…]`.
struct ConvolutionSizes: Sendable {
  var batch: Int
  var groups: Int
  /// Of one group.
  var inChannels: Int
  var outChannels: Int
  var input: [Int]
  var output: [Int]
  var kernel: [Int]
  var stride: [Int]
  var dilation: [Int]
  /// Zeros before the first place of each axis.
  var padding: [Int]

  var imageShape: Shape { Shape([batch, groups * inChannels] + input) }
  var filterShape: Shape { Shape([groups * outChannels, inChannels] + kernel) }
  var resultShape: Shape { Shape([batch, groups * outChannels] + output) }

  /// The sizes for the images of several examples together.
  fileprivate func multiplyingBatch(by count: Int) -> ConvolutionSizes {
    var sizes = self
    sizes.batch *= count
    return sizes
  }

  /// As the kernels take it: three axes, leading ones of extent 1.
  fileprivate var call: convolution_shape {
    var shape = convolution_shape()
    shape.batch = batch
    shape.groups = groups
    shape.in_channels = inChannels
    shape.out_channels = outChannels
    shape.input = triple(input, 1)
    shape.output = triple(output, 1)
    shape.kernel = triple(kernel, 1)
    shape.stride = triple(stride, 1)
    shape.dilation = triple(dilation, 1)
    shape.padding = triple(padding, 0)
    return shape
  }

  /// Whether there is nothing to sum up.
  fileprivate var isEmpty: Bool {
    [batch, groups, inChannels, outChannels].contains(0) || (input + output + kernel).contains(0)
  }
}

private func triple(_ values: [Int], _ filler: Int) -> (Int, Int, Int) {
  let all = [Int](repeating: filler, count: 3 - values.count) + values
  return (all[0], all[1], all[2])
}

/// The convolution of images with filters, plus a bias for each filter, and then its positive part if wanted.
func convolve(
  _ x: Tensor, _ w: Tensor, _ bias: Tensor?, relu: Bool, _ sizes: ConvolutionSizes, _ operation: StaticString
) -> Tensor {
  if let axis = HiddenAxis(x, w, bias) {
    if axis.isHidden(in: x), !axis.isHidden(in: w), bias.map(axis.isHidden) != true {
      return axis.unfolded(
        convolve(axis.folded(x), w, bias, relu: relu, sizes.multiplyingBatch(by: axis.extent), operation))
    }
    return axis.forEach([x, w] + (bias.map { [$0] } ?? [])) {
      [convolve($0[0], $0[1], $0.count > 2 ? $0[2] : nil, relu: relu, sizes, operation)]
    }[0]
  }
  guard let images = x.elements.contiguous(for: operation), let filters = w.elements.contiguous(for: operation),
    let y = Elements.allocate(sizes.resultShape, x.dtype, for: operation)
  else { return .standIn }
  if sizes.isEmpty {
    return onlyBias(y, bias, relu: relu)
  }
  let bias = bias?.elements.contiguous(for: operation)
  let (image, filter, addend, result) = (images.pointer, filters.pointer, bias?.pointer, y.pointer)
  let succeeded = launch(
    keeping: (images, filters, bias),
    succeeding: { [call = sizes.call, dtype = Int32(x.dtype.rawValue)] in
      var shape = call
      return convolution_forward(
        dtype, &shape, image, filter, addend, relu ? 1 : 0, result) != 0
        || noScratch(operation)
    })
  return succeeded ? Tensor(y) : .standIn
}

/// The adjoint with respect to the images: images from results, plus a bias for each channel.
func convolveTransposed(
  _ y: Tensor, _ w: Tensor, _ bias: Tensor?, _ sizes: ConvolutionSizes, _ operation: StaticString
) -> Tensor {
  if let axis = HiddenAxis(y, w, bias) {
    if axis.isHidden(in: y), !axis.isHidden(in: w), bias.map(axis.isHidden) != true {
      return axis.unfolded(
        convolveTransposed(axis.folded(y), w, bias, sizes.multiplyingBatch(by: axis.extent), operation))
    }
    return axis.forEach([y, w] + (bias.map { [$0] } ?? [])) {
      [convolveTransposed($0[0], $0[1], $0.count > 2 ? $0[2] : nil, sizes, operation)]
    }[0]
  }
  guard let results = y.elements.contiguous(for: operation), let filters = w.elements.contiguous(for: operation),
    let x = Elements.allocate(sizes.imageShape, y.dtype, for: operation)
  else { return .standIn }
  if sizes.isEmpty { return onlyBias(x, bias, relu: false) }
  let bias = bias?.elements.contiguous(for: operation)
  let (result, filter, addend, image) = (results.pointer, filters.pointer, bias?.pointer, x.pointer)
  let succeeded = launch(
    keeping: (results, filters, bias),
    succeeding: { [call = sizes.call, dtype = Int32(y.dtype.rawValue)] in
      var shape = call
      return convolution_transposed(
        dtype, &shape, result, filter, addend, image) != 0
        || noScratch(operation)
    })
  return succeeded ? Tensor(x) : .standIn
}

/// The adjoint with respect to the filters: filters from images and results.
func correlate(_ x: Tensor, _ y: Tensor, _ sizes: ConvolutionSizes, _ operation: StaticString) -> Tensor {
  if let axis = HiddenAxis(x, y) { return axis.forEach(x, y) { correlate($0[0], $0[1], sizes, operation) } }
  guard let images = x.elements.contiguous(for: operation), let results = y.elements.contiguous(for: operation),
    let w = Elements.allocate(sizes.filterShape, x.dtype, for: operation)
  else { return .standIn }
  if sizes.isEmpty { return onlyBias(w, nil, relu: false) }
  let (image, result, filter) = (images.pointer, results.pointer, w.pointer)
  let succeeded = launch(
    keeping: (images, results),
    succeeding: { [call = sizes.call, dtype = Int32(x.dtype.rawValue)] in
      var shape = call
      return convolution_correlation(dtype, &shape, image, result, filter) != 0
        || noScratch(operation)
    })
  return succeeded ? Tensor(w) : .standIn
}

/// Sums of nothing: zeros, or the bias of each channel (axis 1).
private func onlyBias(_ y: Elements, _ bias: Tensor?, relu: Bool) -> Tensor {
  y.fill(with: 0)
  guard let bias else { return Tensor(y) }
  let column = bias.detached().reshaped(to: Shape([bias.count] + [Int](repeating: 1, count: y.shape.rank - 2)))
  let sum = Tensor(y) + column
  return relu ? sum.clamped(to: 0...Double.infinity) : sum
}

private func noScratch(_ operation: StaticString) -> Bool {
  failed(.outOfMemory, operation, "no memory for blocks of the images")
}
