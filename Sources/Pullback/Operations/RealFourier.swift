// Fourier transforms whose operand or result is real, which determines half of the numbers by the other half.

/// The Fourier transform of real numbers along an axis: the first `n/2 + 1` complex numbers, of which the others are the
/// conjugates.
///
/// VJP: the real part of the inverse transform of `dy` filled up with zeros, without its factor.
///
/// ```swift
/// print(rfft(Tensor([1, 0, 0, 0])).shape)  // [3, 2]
/// ```
///
/// - Parameters:
///   - x: real numbers.
///   - count: the extent n that the axis is cut or filled up with zeros to before; as it is if nil.
///   - axis: the axis to transform.
///   - normalization: where the factor 1/n goes.
/// - Returns: the axis shortened to `n/2 + 1`, and a last axis for the pairs.
public func rfft(
  _ x: Tensor, count: Int? = nil, axis: Int = -1, normalization: FourierNormalization = .backward
) -> Tensor {
  rfft(x, counts: count.map { [$0] }, axes: [axis], normalization: normalization)
}

/// The Fourier transform of real numbers along several axes; the last of them is halved.
///
/// ```swift
/// print(rfft(Tensor.ones([2, 3, 4]), axes: [-2, -1]).shape)  // [2, 3, 3, 2]
/// ```
///
/// See ``rfft(_:count:axis:normalization:)``.
public func rfft(
  _ x: Tensor, counts: [Int]? = nil, axes: [Int], normalization: FourierNormalization = .backward
) -> Tensor {
  guard let halved = axes.last, let axis = resolve(halved, in: x.shape, for: "rfft"),
    let x = x.resized(to: counts, axes: axes, in: x.shape, "rfft")
  else { return axes.isEmpty ? noAxes("rfft") : .standIn }
  guard x.shape[axis] > 0 else { return emptyReduction("rfft", x.shape) }
  let pairs = stacked([x, Tensor.zeros(x.shape, dtype: x.dtype)], axis: -1)
  let half = fft(pairs, axes: [axis], normalization: normalization)
    .narrowed(axis: axis, from: 0, count: x.shape[axis] / 2 + 1)
  return axes.count == 1 ? half : fft(half, axes: axes.dropLast(), normalization: normalization)
}

/// The inverse of ``rfft(_:count:axis:normalization:)``.
///
/// The imaginary parts of the first number, and of the last for an even count, do not matter.
///
/// ```swift
/// let x = Tensor([1, 2, 3, 4])
/// print(irfft(rfft(x), count: 4))  // [1.0, 2.0, 3.0, 4.0] : [4] float32
/// ```
///
/// - Parameters:
///   - y: `n/2 + 1` complex numbers along the axis, in pairs; others are cut off, or zeros added.
///   - count: n; `2 · (m - 1)`, which is even, for m complex numbers if nil.
///   - axis: the axis of the complex numbers; the pairs' axis does not count.
///   - normalization: where the factor 1/n goes.
/// - Returns: n real numbers along the axis.
public func irfft(
  _ y: Tensor, count: Int? = nil, axis: Int = -1, normalization: FourierNormalization = .backward
) -> Tensor {
  irfft(y, counts: count.map { [$0] }, axes: [axis], normalization: normalization)
}

/// The inverse of ``rfft(_:counts:axes:normalization:)``.
///
/// ```swift
/// let x = Tensor([[1, 2, 3], [4, 5, 6]])
/// print(irfft(rfft(x, axes: [0, 1]), counts: [2, 3], axes: [0, 1]).isClose(to: x, absolute: 1e-5))  // true
/// ```
///
/// See ``irfft(_:count:axis:normalization:)``.
public func irfft(
  _ y: Tensor, counts: [Int]? = nil, axes: [Int], normalization: FourierNormalization = .backward
) -> Tensor {
  guard let halved = axes.last else { return noAxes("irfft") }
  guard y.rank >= 2, y.shape[-1] == 2 else {
    return fail(.shapeMismatch, "irfft", "shape \(y.shape); expected complex numbers in pairs, […, n/2 + 1, 2]")
  }
  let complex = y.shape.droppingLast(1)
  guard let axis = resolve(halved, in: complex, for: "irfft") else { return .standIn }
  let n = counts?.last ?? 2 * (complex[axis] - 1)
  guard n > 0 else {
    return fail(
      .invalidArgument, "irfft", "\(n) numbers from \(complex[axis]) of axis \(axis); expected a count above 0")
  }
  let halves = counts.map { Array($0.dropLast()) + [n / 2 + 1] }
  guard let half = y.resized(to: halves, axes: axes, in: complex, "irfft") else { return .standIn }
  let others = axes.count == 1 ? half : ifft(half, axes: axes.dropLast(), normalization: normalization)
  // The other half: the conjugates of the inner numbers, backwards.
  let mirrored = others.narrowed(axis: axis, from: 1, count: (n - 1) / 2).reversed(axes: [axis])
  let whole = concatenated([others, conjugated(mirrored)], axis: axis)
  return ifft(whole, axes: [axis], normalization: normalization)[.ellipsis, 0]
}

/// The Fourier transform of numbers that are conjugates of each other at opposite places, given by their first half: real
/// numbers.
///
/// VJP: as for ``irfft(_:count:axis:normalization:)``, of which it is the opposite direction.
///
/// ```swift
/// print(hfft(Tensor([[1, 0], [2, 0]]), count: 2))  // [3.0, -1.0] : [2] float32
/// ```
///
/// - Parameters:
///   - y: `n/2 + 1` complex numbers along the axis, in pairs.
///   - count: n; `2 · (m - 1)` for m complex numbers if nil.
///   - axis: the axis of the complex numbers; the pairs' axis does not count.
///   - normalization: where the factor 1/n goes.
/// - Returns: n real numbers along the axis.
public func hfft(
  _ y: Tensor, count: Int? = nil, axis: Int = -1, normalization: FourierNormalization = .backward
) -> Tensor {
  guard y.rank >= 2, y.shape[-1] == 2 else {
    return fail(.shapeMismatch, "hfft", "shape \(y.shape); expected complex numbers in pairs, […, n/2 + 1, 2]")
  }
  return irfft(conjugated(y), count: count, axis: axis, normalization: normalization.opposite)
}

/// The inverse of ``hfft(_:count:axis:normalization:)``: half of the inverse transform of real numbers.
///
/// ```swift
/// print(ihfft(Tensor([3, -1])))
/// // [[1.0, 0.0],
/// //  [2.0, 0.0]] : [2, 2] float32
/// ```
///
/// - Parameters:
///   - x: real numbers.
///   - count: the extent that the axis is cut or filled up with zeros to before; as it is if nil.
///   - axis: the axis to transform.
///   - normalization: where the factor 1/n goes.
public func ihfft(
  _ x: Tensor, count: Int? = nil, axis: Int = -1, normalization: FourierNormalization = .backward
) -> Tensor {
  conjugated(rfft(x, count: count, axis: axis, normalization: normalization.opposite))
}

private func conjugated(_ x: Tensor) -> Tensor { x * Tensor([1, -1], dtype: x.dtype) }

private func noAxes(_ operation: StaticString) -> Tensor {
  fail(.invalidArgument, operation, "there are no axes to transform; expected at least one")
}
