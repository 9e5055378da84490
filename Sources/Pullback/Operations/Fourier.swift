// Discrete Fourier transforms. Complex numbers are pairs along a last axis of extent 2: real part, imaginary part.

/// How a Fourier transform and its inverse share the factor 1/n.
public enum FourierNormalization: Sendable, Hashable {
  /// The inverse is divided by n.
  case backward
  /// The transform is divided by n.
  case forward
  /// Both are divided by √n, so that lengths are kept.
  case orthonormal

  /// That of the transform in the other direction.
  var opposite: FourierNormalization {
    switch self {
    case .backward: .forward
    case .forward: .backward
    case .orthonormal: .orthonormal
    }
  }

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
///   - counts: the extents that the axes are cut or filled up with zeros to before; as they are if nil.
///   - axes: the axes to transform; the pairs' axis does not count, so -1 is the one before it.
///   - normalization: where the factor 1/n goes.
/// - Precondition: the last axis has extent 2, and the axes exist; else traps, or throws inside ``checked(_:)``.
public func fft(
  _ x: Tensor, counts: [Int]? = nil, axes: [Int] = [-1], normalization: FourierNormalization = .backward
) -> Tensor {
  transform(x, counts, axes, inverse: false, normalization, "fft")
}

/// The inverse of ``fft(_:counts:axes:normalization:)``: `y[j] = 1/n · Σ x[k] · e^(2πi jk/n)`.
///
/// ```swift
/// let x = Tensor([[1, 0], [0, 1]])  // the complex numbers 1 and i
/// print(ifft(fft(x)).isClose(to: x, absolute: 1e-6))  // true
/// ```
public func ifft(
  _ x: Tensor, counts: [Int]? = nil, axes: [Int] = [-1], normalization: FourierNormalization = .backward
) -> Tensor {
  transform(x, counts, axes, inverse: true, normalization, "ifft")
}

private func transform(
  _ x: Tensor, _ counts: [Int]?, _ axes: [Int], inverse: Bool, _ normalization: FourierNormalization,
  _ operation: StaticString
) -> Tensor {
  guard x.rank >= 2, x.shape[-1] == 2 else {
    return fail(
      .shapeMismatch, operation, "shape \(x.shape); expected complex numbers in pairs, […, n, 2]")
  }
  guard var y = x.resized(to: counts, axes: axes, in: x.shape.droppingLast(1), operation) else { return .standIn }
  for axis in axes {
    guard let axis = resolve(axis, in: x.shape.droppingLast(1), for: operation) else { return .standIn }
    let scale = normalization.scale(y.shape[axis], inverse: inverse)
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

/// The frequencies of a transform's numbers, in cycles per unit: 0, 1, … then the negative ones, divided by `count · spacing`.
///
/// ```swift
/// print(fftFrequencies(4, spacing: 0.5))  // [0.0, 0.5, -1.0, -0.5] : [4] float32
/// ```
///
/// - Parameters:
///   - count: how many numbers were transformed.
///   - spacing: how far apart they were taken.
///   - dtype: float32 or float64.
public func fftFrequencies(_ count: Int, spacing: Double = 1, dtype: DType = .float32) -> Tensor {
  frequencies((0..<max(0, count)).map { $0 < (count + 1) / 2 ? $0 : $0 - count }, count, spacing, dtype)
}

/// The frequencies of the numbers that a transform of real ones gives.
///
/// ```swift
/// print(rfftFrequencies(4, spacing: 0.5))  // [0.0, 0.5, 1.0] : [3] float32
/// ```
public func rfftFrequencies(_ count: Int, spacing: Double = 1, dtype: DType = .float32) -> Tensor {
  frequencies(Array(0..<max(0, count / 2 + 1)), count, spacing, dtype)
}

private func frequencies(_ cycles: [Int], _ count: Int, _ spacing: Double, _ dtype: DType) -> Tensor {
  guard count > 0, dtype.isFloatingPoint else {
    return fail(
      .invalidArgument, "fftFrequencies", "\(count) frequencies of \(dtype); expected at least one, of floats")
  }
  return Tensor(cycles.map { Double($0) / (Double(count) * spacing) }, shape: [cycles.count]).cast(to: dtype)
}

extension Tensor {
  /// This tensor with axes cut, or filled up with zeros at their ends; nil, inside ``checked(_:)``, if that cannot be.
  func resized(to counts: [Int]?, axes: [Int], in shape: Shape, _ operation: StaticString) -> Tensor? {
    guard let counts else { return self }
    guard counts.count == axes.count, counts.allSatisfy({ $0 > 0 }) else {
      fail(.invalidArgument, operation, "the extents \(counts) for axes \(axes); expected one above 0 for each")
      return nil
    }
    var result = self
    for (axis, count) in Swift.zip(axes, counts) {
      guard let axis = resolve(axis, in: shape, for: operation) else { return nil }
      let missing = count - result.shape[axis]
      if missing < 0 { result = result.narrowed(axis: axis, from: 0, count: count) }
      if missing > 0 {
        var widths = [(before: Int, after: Int)](repeating: (0, 0), count: rank)
        widths[axis].after = missing
        result = result.padded(widths)
      }
    }
    return result
  }
}
