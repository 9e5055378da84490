// Discrete Fourier transforms. Complex numbers are pairs along a last axis of extent 2: real part, imaginary part.

/// How a Fourier transform and its inverse share the factor 1/n.
public enum FourierNormalization: Sendable, Hashable {
  /// The inverse is divided by n.
  case backward
  /// The transform is divided by n.
  case forward
  /// Both are divided by √n, so that lengths are kept.
  case orthonormal

  fileprivate func scale(_ n: Int, inverse: Bool) -> Double {
    switch self {
    case .backward: inverse ? 1 / Double(n) : 1
    case .forward: inverse ? 1 : 1 / Double(n)
    case .orthonormal: 1 / Double(n).squareRoot()
    }
  }
}

/// The Fourier transform of complex numbers along axes: `y[k] = Σ x[j] · e^(-2πi jk/n)`.
///
/// VJP: the inverse transform of `dy`, without its factor.
///
/// ```swift
/// let x = Tensor([[1, 0], [0, 0]])  // the complex numbers 1 and 0
/// print(fft(x))
/// // [[1.0, 0.0],
/// //  [1.0, 0.0]] : [2, 2] float32
/// ```
///
/// - Parameters:
///   - x: complex numbers in pairs, `[…, 2]`.
///   - axes: the axes to transform; the pairs' axis does not count, so -1 is the one before it.
///   - normalization: where the factor 1/n goes.
/// - Precondition: the last axis has extent 2, and the axes exist; else traps, or throws inside ``checked(_:)``.
public func fft(_ x: Tensor, axes: [Int] = [-1], normalization: FourierNormalization = .backward) -> Tensor {
  transform(x, axes, inverse: false, normalization, "fft")
}

/// The inverse of ``fft(_:axes:normalization:)``: `y[j] = 1/n · Σ x[k] · e^(2πi jk/n)`.
///
/// ```swift
/// let x = Tensor([[1, 0], [0, 1]])  // the complex numbers 1 and i
/// print(ifft(fft(x)).isClose(to: x, absolute: 1e-6))  // true
/// ```
public func ifft(_ x: Tensor, axes: [Int] = [-1], normalization: FourierNormalization = .backward) -> Tensor {
  transform(x, axes, inverse: true, normalization, "ifft")
}

private func transform(
  _ x: Tensor, _ axes: [Int], inverse: Bool, _ normalization: FourierNormalization, _ operation: StaticString
) -> Tensor {
  guard x.rank >= 2, x.shape[-1] == 2 else {
    return fail(
      .shapeMismatch, operation, "shape \(x.shape); expected complex numbers in pairs, […, n, 2]")
  }
  var y = x
  for axis in axes {
    guard let axis = resolve(axis, in: x.shape.droppingLast(1), for: operation) else { return .standIn }
    let scale = normalization.scale(x.shape[axis], inverse: inverse)
    y = transformed(y.transposed(axis, -2), inverse: inverse).transposed(axis, -2)
    if scale != 1 { y = y * scale }
  }
  return y
}

/// Along the second last axis, without a factor. The adjoint is the transform in the other direction.
private func transformed(_ x: Tensor, inverse: Bool) -> Tensor {
  transformLines(x, inverse: inverse, "fourier")
    .recorded(as: "fourier", wrt: x, { dy in transformed(dy, inverse: !inverse) })
}

/// The Fourier transform of real numbers along an axis: the first `n/2 + 1` complex numbers, of which the others are the
/// conjugates.
///
/// ```swift
/// print(rfft(Tensor([1, 0, 0, 0])).shape)  // [3, 2]
/// ```
///
/// - Returns: the axis shortened to `n/2 + 1`, and a last axis for the pairs.
public func rfft(_ x: Tensor, axis: Int = -1, normalization: FourierNormalization = .backward) -> Tensor {
  guard let axis = resolve(axis, in: x.shape, for: "rfft") else { return .standIn }
  guard x.shape[axis] > 0 else { return emptyReduction("rfft", x.shape) }
  let pairs = stacked([x, Tensor.zeros(x.shape, dtype: x.dtype)], axis: -1)
  return fft(pairs, axes: [axis], normalization: normalization)
    .narrowed(axis: axis, from: 0, count: x.shape[axis] / 2 + 1)
}

/// The inverse of ``rfft(_:axis:normalization:)``.
///
/// The imaginary parts of the first number, and of the last for an even count, do not matter.
///
/// ```swift
/// let x = Tensor([1, 2, 3, 4])
/// print(irfft(rfft(x), count: 4))  // [1.0, 2.0, 3.0, 4.0] : [4] float32
/// ```
///
/// - Parameters:
///   - y: `n/2 + 1` complex numbers along the axis, in pairs.
///   - count: n, which the half does not tell.
///   - axis: the axis of the complex numbers; the pairs' axis does not count.
///   - normalization: where the factor 1/n goes.
public func irfft(
  _ y: Tensor, count: Int, axis: Int = -1, normalization: FourierNormalization = .backward
) -> Tensor {
  guard y.rank >= 2, let axis = resolve(axis, in: y.shape.droppingLast(1), for: "irfft") else {
    return fail(.shapeMismatch, "irfft", "shape \(y.shape); expected complex numbers in pairs, […, n/2 + 1, 2]")
  }
  guard count > 0, y.shape[axis] == count / 2 + 1, y.shape[-1] == 2 else {
    return fail(
      .shapeMismatch, "irfft",
      "shape \(y.shape) is not the half, of \(count / 2 + 1) pairs, of \(count) along axis \(axis)")
  }
  // The other half: the conjugates of the inner numbers, backwards.
  let inner = (count - 1) / 2
  let mirrored = y.narrowed(axis: axis, from: 1, count: inner).reversed(axes: [axis])
  let conjugate = Tensor([1, -1], dtype: y.dtype)
  let whole = concatenated([y, mirrored * conjugate], axis: axis)
  return ifft(whole, axes: [axis], normalization: normalization)[.ellipsis, 0]
}

/// The product of complex numbers in pairs: `(a + bi)(c + di)`.
///
/// ```swift
/// print(complexProduct(Tensor([0, 1]), Tensor([0, 1])))  // [-1.0, 0.0] : [2] float32
/// ```
public func complexProduct(_ a: Tensor, _ b: Tensor) -> Tensor {
  let (ar, ai, br, bi) = (a[.ellipsis, 0], a[.ellipsis, 1], b[.ellipsis, 0], b[.ellipsis, 1])
  return stacked([ar * br - ai * bi, ar * bi + ai * br], axis: -1)
}

/// The spectrum with the zero frequency moved to the middle.
///
/// ```swift
/// print(fftShift(Tensor([0, 1, 2, -2, -1]), axes: [0]))  // [-2.0, -1.0, 0.0, 1.0, 2.0] : [5] float32
/// ```
public func fftShift(_ x: Tensor, axes: [Int]) -> Tensor {
  x.rolled(by: axes.map { axis in (x.shape.wrapped(axis).map { x.shape[$0] } ?? 0) / 2 }, axes: axes)
}

/// The inverse of ``fftShift(_:axes:)``.
///
/// ```swift
/// print(inverseFFTShift(Tensor([-2, -1, 0, 1, 2]), axes: [0]))  // [0.0, 1.0, 2.0, -2.0, -1.0] : [5] float32
/// ```
public func inverseFFTShift(_ x: Tensor, axes: [Int]) -> Tensor {
  x.rolled(by: axes.map { axis in -((x.shape.wrapped(axis).map { x.shape[$0] } ?? 0) / 2) }, axes: axes)
}
