// Windows of a tensor as rows of a larger one, and back.

extension Tensor {
  /// The windows of an axis, as a new last axis.
  ///
  /// VJP: windows that overlap add up.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3, 4]).unfolded(axis: 0, size: 2, step: 1))
  /// // [[1.0, 2.0],
  /// //  [2.0, 3.0],
  /// //  [3.0, 4.0]] : [3, 2] float32
  /// ```
  ///
  /// - Parameters:
  ///   - axis: what the windows move along; in its place is their number.
  ///   - size: the extent of a window.
  ///   - step: how far apart they begin.
  /// - Precondition: a window fits into the axis, and the step is positive; else traps, or throws inside ``checked(_:)``.
  public func unfolded(axis: Int, size: Int, step: Int = 1) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "unfold") else { return .standIn }
    guard size > 0, size <= shape[axis], step > 0 else {
      return fail(
        .invalidArgument, "unfold",
        "windows of \(size) places, \(step) apart, over axis \(axis) of shape \(shape); expected positive numbers that fit"
      )
    }
    let starts = stride(from: 0, through: shape[axis] - size, by: step)
    let places = starts.flatMap { start in (0..<size).map { start + $0 } }
    return gathering(Tensor(places, shape: [places.count / size, size]), axis: axis).movedAxes([axis + 1], to: [-1])
  }

  /// Elements picked from the row-major order by strides: element `[i, j, …]` is the one at place
  /// `offset + i · strides[0] + j · strides[1] + …`.
  ///
  /// VJP: `dx` is `dy` added up where the elements came from.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3, 4]).asStrided(shape: [2, 2], strides: [1, 1]))
  /// // [[1.0, 2.0],
  /// //  [2.0, 3.0]] : [2, 2] float32
  /// ```
  ///
  /// - Precondition: there is a stride for each extent, and all places lie in the tensor; else traps, or throws inside
  ///   ``checked(_:)``.
  public func asStrided(shape: Shape, strides: [Int], offset: Int = 0) -> Tensor {
    guard strides.count == shape.rank else {
      return fail(.invalidArgument, "asStrided", "\(strides.count) strides for the shape \(shape)")
    }
    var places = [offset]
    for (extent, stride) in Swift.zip(shape, strides) {
      places = places.flatMap { place in (0..<extent).map { place + $0 * stride } }
    }
    guard places.allSatisfy({ (0..<count).contains($0) }) else {
      return fail(
        .indexOutOfRange, "asStrided",
        "the shape \(shape) with strides \(strides) from \(offset) leaves the \(count) elements of shape \(self.shape)")
    }
    return reshaped(to: [count]).gathering(Tensor(places, shape: shape))
  }
}

/// The patches that a convolution over two axes sees, as columns (im2col).
///
/// VJP: ``fold2D(_:output:kernel:stride:padding:dilation:)``; it and `unfold2D` are each other's adjoints.
///
/// ```swift
/// let x = Tensor([[[[1, 2], [3, 4]]]])
/// print(unfold2D(x, kernel: [1, 2])[0])
/// // [[1.0, 3.0],
/// //  [2.0, 4.0]] : [2, 2] float32
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, height, width]`.
///   - kernel: the patches' extents.
///   - stride: how far they lie apart.
///   - padding: zeros before and after both axes.
///   - dilation: how far the elements of a patch lie apart.
/// - Returns: `[batch, channels · kh · kw, patches]`.
public func unfold2D(
  _ x: Tensor, kernel: PerAxis, stride: PerAxis = 1, padding: PerAxis = 0, dilation: PerAxis = 1
) -> Tensor {
  guard x.rank == 4 else {
    return fail(.shapeMismatch, "unfold2D", "x of shape \(x.shape); expected [batch, channels, height, width]")
  }
  guard
    let patches = Patches([x.shape[2], x.shape[3]], kernel, stride, padding, dilation, "unfold2D")
  else { return .standIn }
  let (p, q) = (patches.padding[0], patches.padding[1])
  let padded = x.padded([(0, 0), (0, 0), (p, p), (q, q)])
  let rows = padded.reshaped(to: [x.shape[0] * x.shape[1], padded.shape[2] * padded.shape[3]])
  return rows.gathering(patches.places, axis: 1)
    .reshaped(to: [x.shape[0], x.shape[1] * patches.taps, patches.count])
}

/// The image whose patches are added up from columns (col2im).
///
/// VJP: ``unfold2D(_:kernel:stride:padding:dilation:)``.
///
/// ```swift
/// print(fold2D(Tensor.ones([1, 2, 2]), output: [1, 3], kernel: [1, 2]).flattened())
/// // [1.0, 2.0, 1.0] : [3] float32
/// ```
///
/// - Parameters:
///   - columns: `[batch, channels · kh · kw, patches]`.
///   - output: height and width of the image.
///   - kernel: the patches' extents.
///   - stride: how far they lie apart.
///   - padding: places cut off before and after both axes.
///   - dilation: how far the elements of a patch lie apart.
/// - Returns: `[batch, channels, height, width]`.
public func fold2D(
  _ columns: Tensor, output: [Int], kernel: PerAxis, stride: PerAxis = 1, padding: PerAxis = 0, dilation: PerAxis = 1
) -> Tensor {
  guard output.count == 2, let patches = Patches(output, kernel, stride, padding, dilation, "fold2D") else {
    return fail(.invalidArgument, "fold2D", "the output \(output); expected height and width")
  }
  guard columns.rank == 3, columns.shape[1] % patches.taps == 0, columns.shape[2] == patches.count else {
    return fail(
      .shapeMismatch, "fold2D",
      "columns of shape \(columns.shape); expected [batch, channels · \(patches.taps), \(patches.count)]")
  }
  let (batch, channels) = (columns.shape[0], columns.shape[1] / patches.taps)
  let (p, q) = (patches.padding[0], patches.padding[1])
  let (height, width) = (output[0] + 2 * p, output[1] + 2 * q)
  return Tensor.zeros([batch * channels, height * width], dtype: columns.dtype)
    .addingRows(
      columns.reshaped(to: [batch * channels, patches.taps * patches.count]), at: patches.places, axis: 1
    ).reshaped(to: [batch, channels, height, width])
    .narrowed(axis: 2, from: p, count: output[0]).narrowed(axis: 3, from: q, count: output[1])
}

/// Where the patches of an image with padding lie.
private struct Patches {
  let padding: [Int]
  /// Elements of a patch.
  let taps: Int
  /// How many patches there are.
  let count: Int
  /// For each element of a patch, and for each patch, the place in the padded image.
  let places: Tensor

  init?(
    _ input: [Int], _ kernel: PerAxis, _ stride: PerAxis, _ padding: PerAxis, _ dilation: PerAxis,
    _ operation: StaticString
  ) {
    guard let kernel = kernel.resolved(2, least: 1, "kernel", operation),
      let stride = stride.resolved(2, least: 1, "stride", operation),
      let padding = padding.resolved(2, least: 0, "padding", operation),
      let dilation = dilation.resolved(2, least: 1, "dilation", operation)
    else { return nil }
    var room: [Int] = [], output: [Int] = []
    for axis in 0..<2 {
      let places = input[axis] + 2 * padding[axis], reach = dilation[axis] * (kernel[axis] - 1) + 1
      guard reach <= places else {
        fail(.invalidArgument, operation, "patches \(kernel) with dilation \(dilation) do not fit \(places) places")
        return nil
      }
      room.append(places)
      output.append((places - reach) / stride[axis] + 1)
    }
    var places: [Int] = []
    places.reserveCapacity(kernel[0] * kernel[1] * output[0] * output[1])
    for i in 0..<kernel[0] {
      for j in 0..<kernel[1] {
        for y in 0..<output[0] {
          let row = (y * stride[0] + i * dilation[0]) * room[1] + j * dilation[1]
          for x in 0..<output[1] { places.append(row + x * stride[1]) }
        }
      }
    }
    self.padding = padding
    taps = kernel[0] * kernel[1]
    count = output[0] * output[1]
    self.places = Tensor(places, shape: [places.count])
  }
}
