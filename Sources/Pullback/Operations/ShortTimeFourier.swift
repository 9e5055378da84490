// Spectra of the parts of a signal, one after the other.

/// The short-time Fourier transform of real signals: the spectra of windows that move along.
///
/// `y[k, t] = Σ window[j] · x[t · hop + j] · e^(-2πi jk/size)`. VJP: as for its parts; windows that overlap add up.
///
/// ```swift
/// let x = cos(Tensor.arange(64) * (Double.pi / 4))  // a cycle in 8 places
/// let y = stft(x, size: 16, hop: 8, window: hannWindow(16))
/// print(y.shape)  // [9, 9, 2]
/// print(hypot(y[.ellipsis, 0], y[.ellipsis, 1])[0..., 4].argMax())  // 2
/// ```
///
/// - Parameters:
///   - x: `[…, length]`.
///   - size: how many places a window has.
///   - hop: how far windows lie apart; a quarter of the size if nil.
///   - window: factors for the places of a window, at most as many as its size, which then lie in its middle; ones if nil.
///   - isCentered: whether the signal is continued on both sides by half a window, so that window t has its middle at `t · hop`.
///   - padding: how it is continued.
///   - isNormalized: whether the result is divided by `√size`.
///   - isOneSided: whether only the first `size/2 + 1` frequencies are given, which determine the others.
/// - Returns: `[…, frequencies, windows, 2]`, complex numbers in pairs.
/// - Precondition: the signal is no shorter than a window; else traps, or throws inside ``checked(_:)``.
public func stft(
  _ x: Tensor, size: Int, hop: Int? = nil, window: Tensor? = nil, isCentered: Bool = true,
  padding: PaddingMode = .reflect, isNormalized: Bool = false, isOneSided: Bool = true
) -> Tensor {
  guard x.rank > 0, x.dtype.isFloatingPoint else {
    return fail(.shapeMismatch, "stft", "x of \(x.dtype) and shape \(x.shape); expected real numbers […, length]")
  }
  guard let frames = Frames(size, hop, window, x.dtype, "stft") else { return .standIn }
  var signal = x
  if isCentered {
    guard padding != .reflect || x.shape[-1] > size / 2 else {
      return fail(
        .shapeMismatch, "stft", "a signal of shape \(x.shape) is too short to be mirrored by \(size / 2) places")
    }
    let widths = [(before: Int, after: Int)](repeating: (0, 0), count: x.rank - 1) + [(size / 2, size / 2)]
    signal = x.padded(widths, mode: padding)
  }
  guard signal.shape[-1] >= size else {
    return fail(.shapeMismatch, "stft", "a signal of shape \(x.shape) is shorter than a window of \(size)")
  }
  let parts = signal.unfolded(axis: -1, size: size, step: frames.hop) * frames.window
  let normalization: FourierNormalization = isNormalized ? .orthonormal : .backward
  let spectra =
    isOneSided
    ? rfft(parts, normalization: normalization)
    : fft(stacked([parts, Tensor.zeros(parts.shape, dtype: x.dtype)], axis: -1), normalization: normalization)
  return spectra.transposed(-3, -2)
}

/// The signal whose windows have the given spectra: the inverse of
/// ``stft(_:size:hop:window:isCentered:padding:isNormalized:isOneSided:)``.
///
/// Where windows overlap, their sum is divided by that of the windows' squares. VJP: as for its parts.
///
/// ```swift
/// let x = Tensor.arange(32)
/// let y = stft(x, size: 8, hop: 2, window: hannWindow(8))
/// print(istft(y, size: 8, hop: 2, window: hannWindow(8), count: 32).isClose(to: x, absolute: 1e-4))  // true
/// ```
///
/// - Parameters:
///   - y: `[…, frequencies, windows, 2]`.
///   - size: how many places a window has.
///   - hop: how far windows lie apart; a quarter of the size if nil.
///   - window: factors for the places of a window, as for the transform.
///   - isCentered: whether the signal was continued by half a window on both sides, which are cut off.
///   - isNormalized: whether the spectra were divided by `√size`.
///   - isOneSided: whether only the first `size/2 + 1` frequencies are given.
///   - count: the length of the signal; all that the windows cover if nil.
/// - Precondition: the extents agree, and the windows leave no place without a factor; else traps, or throws inside
///   ``checked(_:)``.
public func istft(
  _ y: Tensor, size: Int, hop: Int? = nil, window: Tensor? = nil, isCentered: Bool = true, isNormalized: Bool = false,
  isOneSided: Bool = true, count: Int? = nil
) -> Tensor {
  let frequencies = isOneSided ? size / 2 + 1 : size
  guard y.rank >= 3, y.shape[-1] == 2, y.shape[-3] == frequencies, y.shape[-2] > 0, y.dtype.isFloatingPoint else {
    return fail(
      .shapeMismatch, "istft",
      "spectra of \(y.dtype) and shape \(y.shape); expected real numbers […, \(frequencies), windows, 2]")
  }
  guard let frames = Frames(size, hop, window, y.dtype, "istft") else { return .standIn }
  let normalization: FourierNormalization = isNormalized ? .orthonormal : .backward
  let spectra = y.transposed(-3, -2)
  let parts =
    isOneSided
    ? irfft(spectra, count: size, normalization: normalization)
    : ifft(spectra, normalization: normalization)[.ellipsis, 0]
  let sums = frames.overlapped(parts * frames.window)
  let factors = frames.overlapped(frames.window.squared().broadcast(to: [y.shape[-2], size]).detached())
  let first = isCentered ? size / 2 : 0
  let covered = sums.shape[-1] - 2 * first
  let kept = Swift.min(count ?? covered, sums.shape[-1] - first)
  guard kept > 0 else {
    return fail(.invalidArgument, "istft", "\(count ?? covered) places; the windows cover \(covered)")
  }
  let inside = factors.narrowed(axis: 0, from: first, count: kept)
  guard inside.min().item() > 1e-11 else {
    return fail(
      .invalidArgument, "istft", "the windows, \(frames.hop) places apart, leave places without a factor above 0")
  }
  let signal = sums.narrowed(axis: y.rank - 3, from: first, count: kept) / inside
  return signal.resized(to: count.map { [$0] }, axes: [-1], in: signal.shape, "istft") ?? .standIn
}

/// A window that rises and falls like a cosine: `½ - ½ cos(2πi/n)`.
///
/// ```swift
/// print(hannWindow(4))  // [0.0, 0.5, 1.0, 0.5] : [4] float32
/// ```
///
/// - Parameters:
///   - count: how many places it has.
///   - isPeriodic: whether it goes on evenly when it is repeated, as for spectra; else it is symmetric.
///   - dtype: float32 or float64.
public func hannWindow(_ count: Int, isPeriodic: Bool = true, dtype: DType = .float32) -> Tensor {
  cosineWindow(count, 0.5, isPeriodic, dtype, "hannWindow")
}

/// A window that rises and falls like a cosine, but not to 0: `0.54 - 0.46 cos(2πi/n)`.
///
/// ```swift
/// print(hammingWindow(4))  // [0.08, 0.54, 1.0, 0.54] : [4] float32
/// ```
///
/// The parameters are those of ``hannWindow(_:isPeriodic:dtype:)``.
public func hammingWindow(_ count: Int, isPeriodic: Bool = true, dtype: DType = .float32) -> Tensor {
  cosineWindow(count, 0.54, isPeriodic, dtype, "hammingWindow")
}

private func cosineWindow(
  _ count: Int, _ mean: Double, _ isPeriodic: Bool, _ dtype: DType, _ operation: StaticString
) -> Tensor {
  guard count > 0, dtype.isFloatingPoint else {
    return fail(.invalidArgument, operation, "\(count) places of \(dtype); expected at least one, of floats")
  }
  let turn = 2 * Double.pi / Double(Swift.max(1, isPeriodic ? count : count - 1))
  if count == 1 { return Tensor.ones([1], dtype: dtype) }
  return (mean - cos(Tensor.arange(count, dtype: .float64) * turn) * (1 - mean)).cast(to: dtype)
}

/// How windows lie over a signal.
private struct Frames {
  let size: Int
  let hop: Int
  /// As many factors as a window has places.
  let window: Tensor

  init?(_ size: Int, _ hop: Int?, _ window: Tensor?, _ dtype: DType, _ operation: StaticString) {
    let hop = hop ?? Swift.max(1, size / 4)
    guard size > 0, hop > 0 else {
      fail(.invalidArgument, operation, "windows of \(size) places, \(hop) apart; expected numbers above 0")
      return nil
    }
    let given = window ?? Tensor.ones([size], dtype: dtype)
    guard given.rank == 1, given.dtype == dtype, given.count <= size, given.count > 0 else {
      fail(
        .shapeMismatch, operation,
        "a window of \(given.dtype) and shape \(given.shape); expected 1 to \(size) numbers of \(dtype)")
      return nil
    }
    let before = (size - given.count) / 2
    self.size = size
    self.hop = hop
    self.window = given.padded([(before, size - given.count - before)])
  }

  /// The sum of windows `[…, windows, size]` where they lie in the signal.
  func overlapped(_ parts: Tensor) -> Tensor {
    let (count, batch) = (parts.shape[-2], parts.shape.droppingLast(2))
    let length = (count - 1) * hop + size
    let columns = parts.reshaped(to: [batch.count(), count, size]).transposed(1, 2)
    return fold2D(columns, output: [1, length], kernel: [1, size], stride: [1, hop])
      .reshaped(to: Shape(batch.array + [length]))
  }
}
