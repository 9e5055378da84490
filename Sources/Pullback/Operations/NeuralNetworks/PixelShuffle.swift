// Channels turned into places, and back.

/// Blocks of channels laid out as squares of pixels: depth to space.
///
/// VJP: ``pixelUnshuffle(_:factor:)``; the two undo each other.
///
/// ```swift
/// print(pixelShuffle(Tensor([[[[1]], [[2]], [[3]], [[4]]]]), factor: 2)[0, 0])
/// // [[1.0, 2.0],
/// //  [3.0, 4.0]] : [2, 2] float32
/// ```
///
/// - Parameters:
///   - x: `[…, channels · factor², height, width]`.
///   - factor: the side of the squares.
/// - Returns: `[…, channels, height · factor, width · factor]`.
/// - Precondition: the channels are a multiple of `factor²`; else traps, or throws inside ``checked(_:)``.
public func pixelShuffle(_ x: Tensor, factor: Int) -> Tensor {
  guard x.rank >= 3, factor > 0, x.shape[-3] % (factor * factor) == 0 else {
    return fail(
      .shapeMismatch, "pixelShuffle",
      "x of shape \(x.shape) with factor \(factor); expected […, channels · factor², height, width]")
  }
  let batch = x.shape.droppingLast(3)
  let (channels, height, width) = (x.shape[-3] / (factor * factor), x.shape[-2], x.shape[-1])
  return x.reshaped(to: [batch.count(), channels, factor, factor, height, width])
    .permuted(axes: [0, 1, 4, 2, 5, 3])
    .reshaped(to: Shape(batch.array + [channels, height * factor, width * factor]))
}

/// Squares of pixels laid out as blocks of channels: space to depth.
///
/// VJP: ``pixelShuffle(_:factor:)``.
///
/// ```swift
/// print(pixelUnshuffle(Tensor([[[[1, 2], [3, 4]]]]), factor: 2).flattened())  // [1.0, 2.0, 3.0, 4.0] : [4] float32
/// ```
///
/// - Parameters:
///   - x: `[…, channels, height · factor, width · factor]`.
///   - factor: the side of the squares.
/// - Returns: `[…, channels · factor², height, width]`.
public func pixelUnshuffle(_ x: Tensor, factor: Int) -> Tensor {
  guard x.rank >= 3, factor > 0, x.shape[-2] % factor == 0, x.shape[-1] % factor == 0 else {
    return fail(
      .shapeMismatch, "pixelUnshuffle", "x of shape \(x.shape) does not divide into squares of side \(factor)")
  }
  let batch = x.shape.droppingLast(3)
  let (channels, height, width) = (x.shape[-3], x.shape[-2] / factor, x.shape[-1] / factor)
  return x.reshaped(to: [batch.count(), channels, height, factor, width, factor])
    .permuted(axes: [0, 1, 3, 5, 2, 4])
    .reshaped(to: Shape(batch.array + [channels * factor * factor, height, width]))
}

/// The channels dealt out in turn from groups: channel `i` of group `j` becomes channel `i · groups + j`.
///
/// VJP: dealt back.
///
/// ```swift
/// print(channelShuffle(Tensor([[1, 2, 3, 4]]), groups: 2))  // [[1.0, 3.0, 2.0, 4.0]] : [1, 4] float32
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, …]`.
///   - groups: a divisor of the channels.
public func channelShuffle(_ x: Tensor, groups: Int) -> Tensor {
  guard x.rank >= 2, groups > 0, x.shape[1] % groups == 0 else {
    return fail(
      .shapeMismatch, "channelShuffle", "the channels of shape \(x.shape) do not divide into \(groups) groups")
  }
  let rest = x.shape.array.dropFirst(2).reduce(1, *)
  return x.reshaped(to: [x.shape[0], groups, x.shape[1] / groups, rest]).transposed(1, 2).reshaped(to: x.shape)
}
