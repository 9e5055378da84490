// What pooling over one to three axes has in common.

/// The greatest element of each window, and its place in the plane as int32.
func maxima(_ x: Tensor, _ windows: Windows, _ operation: StaticString) -> (values: Tensor, places: Tensor) {
  guard let (y, places) = windowMaximum(x.detached(), windows, operation) else { return (.standIn, .standIn) }
  let shape = x.shape, axes = windows.axes.count
  let values = y.recorded(as: operation, wrt: x, { dy in puttingPlaces(dy, places, axes, into: shape) })
  return (values, Tensor(places))
}

private func puttingPlaces(_ y: Tensor, _ places: Elements, _ axes: Int, into shape: Shape) -> Tensor {
  putPlaces(y.detached(), places, axes: axes, into: shape, "putPlaces")
    .recorded(as: "putPlaces", wrt: y, { dx in takingPlaces(dx, places, axes) })
}

private func takingPlaces(_ x: Tensor, _ places: Elements, _ axes: Int) -> Tensor {
  let shape = x.shape
  return takePlaces(x.detached(), places, axes: axes, "takePlaces")
    .recorded(as: "takePlaces", wrt: x, { dy in puttingPlaces(dy, places, axes, into: shape) })
}

/// The mean of each window.
func means(_ x: Tensor, _ windows: Windows, _ operation: StaticString) -> Tensor {
  windowMean(x.detached(), windows, operation).recorded(as: operation, wrt: x, { dy in spread(dy, windows) })
}

private func spread(_ y: Tensor, _ windows: Windows) -> Tensor {
  windowSpread(y.detached(), windows, "spread").recorded(
    as: "spread", wrt: y, { dx in means(dx, windows, "windowMean") })
}

/// Zeros of the given extents, with the elements of `x` at places counted in the last axes: partly undoes a maximum
/// pooling that gave them.
///
/// VJP: `dx` is `dy` at the places.
///
/// ```swift
/// let (y, places) = maxPool1DWithIndices(Tensor([[[1, 3, 2, 4]]]), kernel: 2)
/// print(maxUnpool(y, indices: places, output: [4]))  // [[[0.0, 3.0, 0.0, 4.0]]] : [1, 1, 4] float32
/// ```
///
/// - Parameters:
///   - x: `[…, input…]`.
///   - indices: of the shape of `x`, with places in `output`.
///   - output: the extents of the result's last axes.
/// - Precondition: the indices fit; else traps, or throws inside ``checked(_:)``.
public func maxUnpool(_ x: Tensor, indices: Tensor, output: [Int]) -> Tensor {
  let volume = output.reduce(1, *)
  guard indices.shape == x.shape, indices.dtype.isInteger, x.rank >= output.count, !output.isEmpty else {
    return fail(
      .shapeMismatch, "maxUnpool",
      "indices of \(indices.dtype) and shape \(indices.shape) for x of shape \(x.shape); expected integers of the same shape"
    )
  }
  let planes = Shape(x.shape.array.dropLast(output.count))
  let count = x.count / Swift.max(1, planes.count())
  let zeros = Tensor.zeros([planes.count(), volume], dtype: x.dtype)
  return zeros.scatterAdding(
    x.reshaped(to: [planes.count(), count]), along: 1, at: indices.reshaped(to: [planes.count(), count])
  ).reshaped(to: Shape(planes.array + output))
}

extension Windows {
  /// The same windows with sums instead of means.
  var summing: Windows {
    Windows(
      axes: axes.map {
        AxisWindows(first: $0.first, end: $0.end, step: $0.step, scale: $0.scale.map { _ in 1 })
      }, input: input)
  }

  /// The windows of a maximum; nil, inside ``checked(_:)``, if they do not fit.
  init?(
    maximaOf x: Tensor, axes: Int, _ kernel: PerAxis, _ stride: PerAxis, _ padding: PerAxis, _ dilation: PerAxis,
    ceilMode: Bool, _ operation: StaticString
  ) {
    guard let dilation = dilation.resolved(axes, least: 1, "dilation", operation),
      let layout = WindowLayout(x, axes, kernel, stride, padding, dilation, ceilMode: ceilMode, operation)
    else { return nil }
    input = layout.input
    self.axes = (0..<axes).map { axis in
      let step = dilation[axis]
      var windows = AxisWindows(step: Int64(step))
      for place in 0..<layout.output[axis] {
        let start = place * layout.stride[axis] - layout.padding[axis]
        let first = start < 0 ? start + (-start + step - 1) / step * step : start
        windows.first.append(Int64(first))
        windows.end.append(Int64(Swift.min(start + (layout.kernel[axis] - 1) * step + 1, layout.input[axis])))
      }
      windows.scale = windows.first.map { _ in 1 }
      return windows
    }
  }

  /// The windows of a mean; nil, inside ``checked(_:)``, if they do not fit.
  init?(
    meansOf x: Tensor, axes: Int, _ kernel: PerAxis, _ stride: PerAxis, _ padding: PerAxis, ceilMode: Bool,
    countIncludesPadding: Bool, _ operation: StaticString
  ) {
    let undilated = [Int](repeating: 1, count: axes)
    guard let layout = WindowLayout(x, axes, kernel, stride, padding, undilated, ceilMode: ceilMode, operation)
    else { return nil }
    input = layout.input
    self.axes = (0..<axes).map { axis in
      var windows = AxisWindows()
      for place in 0..<layout.output[axis] {
        let start = place * layout.stride[axis] - layout.padding[axis]
        let end = Swift.min(start + layout.kernel[axis], layout.input[axis] + layout.padding[axis])
        let (first, last) = (Swift.max(start, 0), Swift.min(end, layout.input[axis]))
        windows.first.append(Int64(first))
        windows.end.append(Int64(last))
        let count = countIncludesPadding ? end - start : last - first
        windows.scale.append(count > 0 ? 1 / Double(count) : 0)
      }
      return windows
    }
  }

  /// Windows that divide each axis evenly; nil, inside ``checked(_:)``, if they do not fit.
  init?(adaptive x: Tensor, axes: Int, _ output: PerAxis, _ operation: StaticString) {
    guard let output = output.resolved(axes, least: 0, "output", operation),
      let input = WindowLayout.input(of: x, axes, operation)
    else { return nil }
    self.input = input
    self.axes = Swift.zip(input, output).map { extent, count in
      var windows = AxisWindows()
      for place in 0..<count {
        let first = place * extent / count, end = ((place + 1) * extent + count - 1) / count
        windows.first.append(Int64(first))
        windows.end.append(Int64(end))
        windows.scale.append(1 / Double(end - first))
      }
      return windows
    }
  }
}

/// How windows of one size lie over the last axes of a tensor.
private struct WindowLayout {
  let input: [Int]
  let output: [Int]
  let kernel: [Int]
  let stride: [Int]
  let padding: [Int]

  init?(
    _ x: Tensor, _ axes: Int, _ kernel: PerAxis, _ stride: PerAxis, _ padding: PerAxis, _ dilation: [Int],
    ceilMode: Bool, _ operation: StaticString
  ) {
    guard let input = WindowLayout.input(of: x, axes, operation),
      let kernel = kernel.resolved(axes, least: 1, "kernel", operation),
      let stride = stride.resolved(axes, least: 1, "stride", operation),
      let padding = padding.resolved(axes, least: 0, "padding", operation)
    else { return nil }
    var output: [Int] = []
    for axis in 0..<axes {
      let reach = dilation[axis] * (kernel[axis] - 1) + 1
      guard 2 * padding[axis] <= reach else {
        fail(
          .invalidArgument, operation,
          "the padding \(padding) is more than half of the windows' reach, \(reach) along axis \(axis)")
        return nil
      }
      let room = input[axis] + 2 * padding[axis] - reach + (ceilMode ? stride[axis] - 1 : 0)
      var count = room / stride[axis] + 1
      // The last window must begin within the axis or the padding before it.
      if ceilMode, (count - 1) * stride[axis] >= input[axis] + padding[axis] { count -= 1 }
      guard count > 0, room >= 0 else {
        fail(
          .invalidArgument, operation,
          "windows that reach over \(reach) places do not fit axis \(axis) of the last \(axes) of shape \(x.shape) with padding \(padding)"
        )
        return nil
      }
      output.append(count)
    }
    (self.input, self.output, self.kernel, self.stride, self.padding) = (input, output, kernel, stride, padding)
  }

  /// The extents of the last axes of `x`, if it is a tensor to take windows of.
  static func input(of x: Tensor, _ axes: Int, _ operation: StaticString) -> [Int]? {
    guard x.dtype.isFloatingPoint else {
      _ = unsupported(operation, x.dtype)
      return nil
    }
    let input = Array(x.shape.array.suffix(axes))
    guard x.rank > axes, !input.contains(0) else {
      fail(
        .shapeMismatch, operation,
        "x of shape \(x.shape); expected at least one axis before the last \(axes), and none of those empty")
      return nil
    }
    return input
  }
}
