// Normalisation of channels over a batch.

/// Each channel scaled to mean 0 and variance 1 over the batch, then scaled and shifted: batch normalisation in training.
///
/// `y = (x - mean) / √(variance + epsilon) · weight + bias`, with the mean and the biased variance of the channel. The
/// running statistics move towards those of this batch (with the unbiased variance) and are returned as new values, which
/// have no gradient.
///
/// VJP, with `n` the normalised `x`, and means over the channel: `dx = weight · (dy - mean(dy) - n · mean(dy · n)) / √(variance + epsilon)`,
/// `dweight = Σ dy · n`, `dbias = Σ dy`.
///
/// ```swift
/// let x = Tensor([[1, 10], [3, 30]])
/// let (y, mean, variance) = batchNorm(
///   x, runningMean: Tensor([0, 0]), runningVariance: Tensor([1, 1]), momentum: 0.5, epsilon: 0)
/// print(mean, variance)  // [1.0, 10.0] : [2] float32 [1.5, 100.5] : [2] float32
/// print(y[0])  // [-1.0, -1.0] : [2] float32
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, …]`, at least two elements in a channel.
///   - runningMean: `[channels]`.
///   - runningVariance: `[channels]`.
///   - weight: `[channels]`, or nil for ones.
///   - bias: `[channels]`, or nil for zeros.
///   - momentum: the share of this batch in the new running statistics.
///   - epsilon: added to the variance.
/// - Precondition: shapes and dtypes fit; else traps, or throws inside ``checked(_:)``.
public func batchNorm(
  _ x: Tensor, runningMean: Tensor, runningVariance: Tensor, weight: Tensor? = nil, bias: Tensor? = nil,
  momentum: Double = 0.1, epsilon: Double = 1e-5
) -> (y: Tensor, runningMean: Tensor, runningVariance: Tensor) {
  guard let rows = channelRows(x, [runningMean, runningVariance, weight, bias], "batchNorm") else {
    return (.standIn, .standIn, .standIn)
  }
  let count = rows.shape[0] * rows.shape[2]
  guard count > 1 else {
    let standIn = fail(
      .invalidArgument, "batchNorm",
      "x of shape \(x.shape) has \(count) elements in a channel; statistics of a batch need at least two")
    return (standIn, standIn, standIn)
  }
  let (y, mean, variance) = normalisedChannels(rows, weight, bias, epsilon)
  let unbiased = variance * (Double(count) / Double(count - 1))
  return (
    y.reshaped(to: x.shape), runningMean.detached() * (1 - momentum) + mean * momentum,
    runningVariance.detached() * (1 - momentum) + unbiased * momentum
  )
}

/// Each channel normalised with given statistics: batch normalisation in evaluation.
///
/// `y = (x - mean) / √(variance + epsilon) · weight + bias`. VJP: `dx = dy · weight / √(variance + epsilon)`, and as
/// follows for the others.
///
/// ```swift
/// let y = batchNorm(Tensor([[3, 30]]), mean: Tensor([1, 10]), variance: Tensor([4, 100]), epsilon: 0)
/// print(y)  // [[1.0, 2.0]] : [1, 2] float32
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, …]`.
///   - mean: `[channels]`.
///   - variance: `[channels]`.
///   - weight: `[channels]`, or nil for ones.
///   - bias: `[channels]`, or nil for zeros.
///   - epsilon: added to the variance.
public func batchNorm(
  _ x: Tensor, mean: Tensor, variance: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5
) -> Tensor {
  guard let rows = channelRows(x, [mean, variance, weight, bias], "batchNorm") else { return .standIn }
  let inverse = rsqrt(variance + epsilon)
  return affineOfChannels(
    rows, centre: mean, scale: weight.map { $0 * inverse } ?? inverse, shift: bias
  ).reshaped(to: x.shape)
}

/// Groups of channels of each example scaled to mean 0 and variance 1, then each channel scaled and shifted.
///
/// VJP: as for ``layerNorm(_:weight:bias:lastAxes:epsilon:)``, over the elements of a group.
///
/// ```swift
/// let x = Tensor([[[1], [3], [10], [30]]])
/// print(groupNorm(x, groups: 2, epsilon: 0).flattened())  // [-1.0, 1.0, -1.0, 1.0] : [4] float32
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, …]`.
///   - groups: how many groups the channels fall into.
///   - weight: `[channels]`, or nil for ones.
///   - bias: `[channels]`, or nil for zeros.
///   - epsilon: added to the variance.
/// - Precondition: the channels divide into the groups, and shapes and dtypes fit; else traps, or throws inside
///   ``checked(_:)``.
public func groupNorm(
  _ x: Tensor, groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5
) -> Tensor {
  guard let channels = channelRows(x, [weight, bias], "groupNorm") else { return .standIn }
  guard groups > 0, x.shape[1] % groups == 0 else {
    return fail(
      .invalidArgument, "groupNorm",
      "the \(x.shape[1]) channels of shape \(x.shape) do not divide into \(groups) groups")
  }
  let rows = channels.reshaped(to: [x.shape[0] * groups, x.shape[1] / groups * channels.shape[2]])
  let normal = layerNorm(rows, epsilon: epsilon).reshaped(to: channels.shape)
  if weight == nil, bias == nil { return normal.reshaped(to: x.shape) }
  return affineOfChannels(normal, centre: nil, scale: weight, shift: bias).reshaped(to: x.shape)
}

/// Each channel of each example scaled to mean 0 and variance 1, then scaled and shifted: ``groupNorm(_:groups:weight:bias:epsilon:)``
/// with a group for each channel.
///
/// ```swift
/// print(instanceNorm(Tensor([[[1, 3], [10, 30]]]), epsilon: 0).flattened())  // [-1.0, 1.0, -1.0, 1.0] : [4] float32
/// ```
public func instanceNorm(
  _ x: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5
) -> Tensor {
  groupNorm(x, groups: x.rank > 1 ? x.shape[1] : 1, weight: weight, bias: bias, epsilon: epsilon)
}

/// Each element divided by a power of the mean square of its neighbours in other channels.
///
/// `y = x / (k + alpha · mean(x²))^beta` over `size` channels around it, those beyond the ends counting as 0. VJP: as for
/// its parts.
///
/// ```swift
/// let y = localResponseNorm(Tensor.ones([1, 3, 1]), size: 3, alpha: 3, beta: 1, k: 0)
/// print(y.flattened())  // [0.5, 0.333333, 0.5] : [3] float32
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, …]`.
///   - size: how many channels count.
///   - alpha: factor of the mean square.
///   - beta: the power.
///   - k: added to the multiple of the mean square.
public func localResponseNorm(
  _ x: Tensor, size: Int, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1
) -> Tensor {
  guard let rows = channelRows(x, [], "localResponseNorm") else { return .standIn }
  guard size > 0 else { return fail(.invalidArgument, "localResponseNorm", "the size \(size); expected at least 1") }
  let channels = x.shape[1]
  let windows = Windows(
    axes: [
      AxisWindows(
        first: (0..<channels).map { Int64(Swift.max(0, $0 - size / 2)) },
        end: (0..<channels).map { Int64(Swift.min(channels, $0 + (size - 1) / 2 + 1)) },
        scale: [Double](repeating: 1 / Double(size), count: channels))
    ], input: [channels])
  let square = means(rows.squared().transposed(), windows, "localResponseNorm").transposed()
  return (rows / pow(square * alpha + k, beta)).reshaped(to: x.shape)
}

// MARK: - Channels

/// `x` as [batch, channels, rest], or nil, inside ``checked(_:)``, if something does not fit.
private func channelRows(_ x: Tensor, _ parameters: [Tensor?], _ operation: StaticString) -> Tensor? {
  guard x.dtype.isFloatingPoint else {
    _ = unsupported(operation, x.dtype)
    return nil
  }
  guard x.rank >= 2 else {
    fail(.shapeMismatch, operation, "x of shape \(x.shape); expected [batch, channels, …]")
    return nil
  }
  for parameter in parameters.compactMap(\.self) {
    guard parameter.dtype == x.dtype else {
      _ = mixed(operation, x, parameter)
      return nil
    }
    guard parameter.shape == [x.shape[1]] else {
      fail(
        .shapeMismatch, operation,
        "a parameter of shape \(parameter.shape) for x of shape \(x.shape); expected one number for each of its \(x.shape[1]) channels"
      )
      return nil
    }
  }
  return x.reshaped(to: [x.shape[0], x.shape[1], x.shape.array.dropFirst(2).reduce(1, *)])
}

extension Tensor {
  /// A number for each channel, to go with [batch, channels, rest].
  fileprivate var asChannels: Tensor { reshaped(to: [count, 1]) }

  /// The sums of each channel of [batch, channels, rest].
  fileprivate var channelSums: Tensor { sum(axes: [0, 2]) }
}

/// `(x - centre) · scale + shift` of each channel of [batch, channels, rest]; what is nil is 0, 1 and 0.
private func affineOfChannels(_ x: Tensor, centre: Tensor?, scale: Tensor?, shift: Tensor?) -> Tensor {
  let zero = Tensor.zeros([x.shape[1]], dtype: x.dtype)
  let (centre, scale) = (centre ?? zero, scale ?? Tensor.ones([x.shape[1]], dtype: x.dtype))
  let y = channelAffine(x.detached(), centre.detached(), scale.detached(), shift?.detached() ?? zero)
  return y.recorded(
    as: "scaleShift", wrt: [x, centre, scale] + (shift.map { [$0] } ?? []),
    jointly: { dy in
      if isRecording {
        let dx = dy * scale.asChannels
        return [dx, -dx.channelSums, (dy * (x - centre.asChannels)).channelSums, dy.channelSums]
      }
      let (sum, product) = channelGradientSums(dy, x.detached(), centre.detached())
      return [channelAffine(dy, zero, scale.detached(), zero), -(sum * scale.detached()), product, sum]
    })
}

/// Each channel with mean 0 and variance 1, scaled and shifted; and the mean and biased variance.
private func normalisedChannels(
  _ x: Tensor, _ weight: Tensor?, _ bias: Tensor?, _ epsilon: Double
) -> (y: Tensor, mean: Tensor, variance: Tensor) {
  let (mean, variance) = channelMoments(x.detached())
  let inverse = rsqrt(variance + epsilon)
  let scale = weight.map { inverse * $0.detached() } ?? inverse
  let zero = Tensor.zeros([x.shape[1]], dtype: x.dtype)
  let count = Double(x.shape[0] * x.shape[2])
  let y = channelAffine(x.detached(), mean, scale, bias?.detached() ?? zero)
    .recorded(
      as: "batchNorm", wrt: [x] + [weight, bias].compactMap(\.self),
      jointly: { dy in
        let (dx, dWeight, dBias): (Tensor, Tensor, Tensor)
        if isRecording {
          (dx, dWeight, dBias) = composedChannelGradient(dy, x, weight, epsilon)
        } else {
          let (sum, product) = channelGradientSums(dy, x.detached(), mean)
          (dWeight, dBias) = (product * inverse, sum)
          dx = channelGradient(
            dy, x.detached(), mean, scale, scale * inverse.squared() * product / -count, scale * sum / -count)
        }
        return [dx] + (weight == nil ? [] : [dWeight]) + (bias == nil ? [] : [dBias])
      })
  return (y, mean, variance)
}

/// The same in operations that can be differentiated again.
private func composedChannelGradient(
  _ dy: Tensor, _ x: Tensor, _ weight: Tensor?, _ epsilon: Double
) -> (Tensor, Tensor, Tensor) {
  let centred = x - x.mean(axes: [0, 2], keepDims: true)
  let inverse = rsqrt(centred.squared().mean(axes: [0, 2], keepDims: true) + epsilon)
  let normal = centred * inverse
  let g = weight.map { dy * $0.asChannels } ?? dy
  let deviation = g - g.mean(axes: [0, 2], keepDims: true)
  let dx = inverse * (deviation - normal * (g * normal).mean(axes: [0, 2], keepDims: true))
  return (dx, (dy * normal).channelSums, dy.channelSums)
}
