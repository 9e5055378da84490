// Maxima of windows that lie at uneven distances, so that an axis may shrink by any factor.

/// The greatest element of windows over two axes that divide `x` at random, and where it was.
///
/// Along an axis of L places, `output` windows of k places lie `a = (L - k) / (output - 1)` apart on average: the i-th begins at
/// `⌊(i + u) a⌋ - ⌊u a⌋`, the last at the end, with u the sample of the axis (Graham 2014).
///
/// VJP: `dx` is `dy` at the place that each maximum came from, the first of equal ones, and 0 elsewhere. The samples have none.
///
/// ```swift
/// var generator = PhiloxGenerator(seed: 1)
/// let x = Tensor.arange(25).reshaped(to: [1, 1, 5, 5])
/// let samples = Tensor.uniform([1, 1, 2], using: &generator)
/// let (values, indices) = fractionalMaxPool2DWithIndices(x, kernel: 2, output: 3, samples: samples)
/// print(values.shape, values.max(), indices.max())  // [1, 1, 3, 3] 24.0 24
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, height, width]`.
///   - kernel: the windows' extents.
///   - output: how many windows there are along each axis.
///   - samples: `[batch, channels, 2]`, numbers in 0 ..< 1 for the height and the width of each plane.
/// - Returns: the maxima `[batch, channels, output…]`, and their places in the last axes, counted in row-major order, as int64.
/// - Precondition: the windows fit; else traps, or throws inside ``checked(_:)``.
public func fractionalMaxPool2DWithIndices(
  _ x: Tensor, kernel: PerAxis, output: PerAxis, samples: Tensor
) -> (values: Tensor, indices: Tensor) {
  fractionalMaxima(x, axes: 2, kernel, output, samples, "fractionalMaxPool2D")
}

/// The values of ``fractionalMaxPool2DWithIndices(_:kernel:output:samples:)``.
///
/// ```swift
/// let x = Tensor.arange(25).reshaped(to: [1, 1, 5, 5])
/// let y = fractionalMaxPool2D(x, kernel: 2, output: 2, samples: Tensor([[[0, 0]]]))
/// print(y.flattened())  // [6.0, 9.0, 21.0, 24.0] : [4] float32
/// ```
public func fractionalMaxPool2D(_ x: Tensor, kernel: PerAxis, output: PerAxis, samples: Tensor) -> Tensor {
  fractionalMaxPool2DWithIndices(x, kernel: kernel, output: output, samples: samples).values
}

/// ``fractionalMaxPool2DWithIndices(_:kernel:output:samples:)`` over three axes, with samples `[batch, channels, 3]`.
///
/// ```swift
/// let x = Tensor.arange(27).reshaped(to: [1, 1, 3, 3, 3])
/// let (_, indices) = fractionalMaxPool3DWithIndices(x, kernel: 2, output: 2, samples: Tensor([[[0, 0, 0]]]))
/// print(indices.flattened()[0])  // 13
/// ```
public func fractionalMaxPool3DWithIndices(
  _ x: Tensor, kernel: PerAxis, output: PerAxis, samples: Tensor
) -> (values: Tensor, indices: Tensor) {
  fractionalMaxima(x, axes: 3, kernel, output, samples, "fractionalMaxPool3D")
}

/// The values of ``fractionalMaxPool3DWithIndices(_:kernel:output:samples:)``.
///
/// ```swift
/// let x = Tensor.arange(27).reshaped(to: [1, 1, 3, 3, 3])
/// print(fractionalMaxPool3D(x, kernel: 3, output: 1, samples: Tensor([[[0, 0, 0]]])).item())  // 26.0
/// ```
public func fractionalMaxPool3D(_ x: Tensor, kernel: PerAxis, output: PerAxis, samples: Tensor) -> Tensor {
  fractionalMaxPool3DWithIndices(x, kernel: kernel, output: output, samples: samples).values
}

private func fractionalMaxima(
  _ x: Tensor, axes: Int, _ kernel: PerAxis, _ output: PerAxis, _ samples: Tensor, _ operation: StaticString
) -> (values: Tensor, indices: Tensor) {
  guard let kernel = kernel.resolved(axes, least: 1, "kernel", operation),
    let output = output.resolved(axes, least: 1, "output", operation)
  else { return (.standIn, .standIn) }
  guard x.rank == axes + 2, x.dtype.isFloatingPoint, samples.shape == [x.shape[0], x.shape[1], axes],
    Swift.zip(x.shape.array.dropFirst(2), Swift.zip(kernel, output)).allSatisfy({ $1.0 + $1.1 - 1 <= $0 })
  else {
    let standIn = fail(
      .shapeMismatch, operation,
      "x of shape \(x.shape) and samples of shape \(samples.shape) for \(output) windows of \(kernel); expected [batch, channels] and \(axes) axes that have room for them, and [batch, channels, \(axes)]"
    )
    return (standIn, standIn)
  }
  let planes = x.shape[0] * x.shape[1]
  let chances: [Double] = samples.cast(to: .float64).scalars()
  var places = Tensor.zeros([planes, 1, 1], dtype: .int64)
  for axis in 0..<axes {
    let extent = x.shape[axis + 2]
    let starts = (0..<planes).flatMap { plane in
      windowStarts(extent, kernel[axis], output[axis], chances[plane * axes + axis])
    }
    // [planes, windows, elements of a window], of this axis and then of all so far.
    let own =
      Tensor(starts, shape: [planes, output[axis], 1]) + Tensor.arange(kernel[axis], dtype: .int64)
    let (windows, taps) = (places.shape[1], places.shape[2])
    let all =
      places.reshaped(to: [planes, windows, 1, taps, 1]) * Double(extent)
      + own.reshaped(to: [planes, 1, output[axis], 1, kernel[axis]])
    places = all.reshaped(to: [planes, windows * output[axis], taps * kernel[axis]])
  }
  return greatest(x, at: places, Shape(x.shape.array.prefix(2) + output))
}

/// For each plane of `x` and each window, the greatest of the elements at the window's places.
private func greatest(_ x: Tensor, at places: Tensor, _ result: Shape) -> (values: Tensor, indices: Tensor) {
  let (planes, windows, taps) = (places.shape[0], places.shape[1], places.shape[2])
  let flat = x.reshaped(to: [planes, planes == 0 ? 0 : x.count / planes])
  let elements = flat.detached().gathered(along: 1, at: places.reshaped(to: [planes, windows * taps]))
  let winners = elements.reshaped(to: places.shape).argMax(axis: 2, keepDims: true)
  let indices = places.gathered(along: 2, at: winners).squeezed(axis: 2)
  return (flat.gathered(along: 1, at: indices).reshaped(to: result), indices.reshaped(to: result))
}

private func windowStarts(_ extent: Int, _ kernel: Int, _ output: Int, _ sample: Double) -> [Int] {
  let last = extent - kernel
  if output == 1 { return [last] }
  let step = Double(last) / Double(output - 1)
  return (0..<output - 1).map { Int((Double($0) + sample) * step) - Int(sample * step) } + [last]
}
