// Normalisation of each example on its own.

/// Each example scaled to mean 0 and variance 1 over its last axes, then, element by element, scaled and shifted.
///
/// `y = (x - mean) / √(variance + epsilon) · weight + bias`, with the biased variance. Of a constant example all
/// deviations are 0, and so is the result without a bias.
///
/// VJP, with `n` the normalised `x` and `g = dy · weight`: `dx = (g - mean(g) - n · mean(g · n)) / √(variance + epsilon)`,
/// `dweight = Σ dy · n`, `dbias = Σ dy`.
///
/// ```swift
/// let x = Tensor([[1, 3], [10, 30]])
/// print(layerNorm(x, epsilon: 0))
/// // [[-1.0, 1.0],
/// //  [-1.0, 1.0]] : [2, 2] float32
/// ```
///
/// - Parameters:
///   - x: `[…, features…]`, floating-point.
///   - weight: of the shape of the normalised axes, or nil.
///   - bias: likewise.
///   - lastAxes: how many axes at the end are normalised together.
///   - epsilon: added to the variance.
/// - Precondition: `x` has these axes, weight and bias have their shape, and the dtypes are equal; else traps, or throws
///   inside ``checked(_:)``.
public func layerNorm(
  _ x: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, lastAxes: Int = 1, epsilon: Double = 1e-5
) -> Tensor {
  guard let rows = normalisedRows(x, [weight, bias], lastAxes, "layerNorm") else { return .standIn }
  let columns = rows.shape[1]
  let w = weight?.reshaped(to: [columns]), b = bias?.reshaped(to: [columns])
  // The kernel sums the parameters' gradients only together with a weight.
  let weightForKernel = w?.detached() ?? b.map { Tensor.ones([columns], dtype: $0.dtype) }
  let (y, mean, inverse) = layerNormRows(rows.detached(), w?.detached(), b?.detached(), epsilon)
  let operands = [rows] + [w, b].compactMap(\.self)
  return y.recorded(
    as: "layerNorm", wrt: operands,
    jointly: { (dy: consuming Tensor) in
      let (dx, dWeight, dBias) =
        isRecording
        ? composedLayerNormGradient(consume dy, rows, w, epsilon)
        : layerNormGradientRows(consume dy, rows.detached(), weightForKernel, mean, inverse)
      return [dx] + (w == nil ? [] : [dWeight]) + (b == nil ? [] : [dBias])
    }
  ).reshaped(to: x.shape)
}

/// The same in operations that can be differentiated again.
private func composedLayerNormGradient(
  _ dy: Tensor, _ x: Tensor, _ weight: Tensor?, _ epsilon: Double
) -> (Tensor, Tensor?, Tensor?) {
  let centred = x - x.mean(axis: 1, keepDims: true)
  let inverse = rsqrt(centred.squared().mean(axis: 1, keepDims: true) + epsilon)
  let normal = centred * inverse
  let g = weight.map { dy * $0 } ?? dy
  let dx = inverse * (g - g.mean(axis: 1, keepDims: true) - normal * (g * normal).mean(axis: 1, keepDims: true))
  return (dx, (dy * normal).sum(axis: 0), dy.sum(axis: 0))
}

/// Each example divided by the root of the mean square of its last axes, then scaled element by element.
///
/// `y = x / √(mean(x²) + epsilon) · weight`.
///
/// VJP, with `n` the normalised `x` and `g = dy · weight`: `dx = (g - n · mean(g · n)) / √(mean(x²) + epsilon)`,
/// `dweight = Σ dy · n`.
///
/// ```swift
/// print(rmsNorm(Tensor([[3, 4, 0, 0]]), epsilon: 0))  // [[1.2, 1.6, 0.0, 0.0]] : [1, 4] float32
/// ```
///
/// - Parameters:
///   - x: `[…, features…]`, floating-point.
///   - weight: of the shape of the normalised axes, or nil.
///   - lastAxes: how many axes at the end are normalised together.
///   - epsilon: added to the mean square.
/// - Precondition: as for ``layerNorm(_:weight:bias:lastAxes:epsilon:)``.
public func rmsNorm(_ x: Tensor, weight: Tensor? = nil, lastAxes: Int = 1, epsilon: Double = 1e-6) -> Tensor {
  guard let rows = normalisedRows(x, [weight], lastAxes, "rmsNorm") else { return .standIn }
  let w = weight?.reshaped(to: [rows.shape[1]])
  let (y, inverse) = rmsNormRows(rows.detached(), w?.detached(), epsilon)
  return y.recorded(
    as: "rmsNorm", wrt: [rows] + (w.map { [$0] } ?? []),
    jointly: { dy in
      let (dx, dWeight) =
        isRecording
        ? composedRMSNormGradient(dy, rows, w, epsilon)
        : rmsNormGradientRows(dy, rows.detached(), w?.detached(), inverse)
      return [dx, dWeight]
    }
  ).reshaped(to: x.shape)
}

private func composedRMSNormGradient(
  _ dy: Tensor, _ x: Tensor, _ weight: Tensor?, _ epsilon: Double
) -> (Tensor, Tensor?) {
  let inverse = rsqrt(x.squared().mean(axis: 1, keepDims: true) + epsilon)
  let normal = x * inverse
  let g = weight.map { dy * $0 } ?? dy
  return (inverse * (g - normal * (g * normal).mean(axis: 1, keepDims: true)), (dy * normal).sum(axis: 0))
}

/// `x` as a matrix whose rows are the examples, or nil, inside ``checked(_:)``, if something does not fit.
private func normalisedRows(_ x: Tensor, _ parameters: [Tensor?], _ lastAxes: Int, _ operation: StaticString) -> Tensor?
{
  guard x.dtype.isFloatingPoint else {
    _ = unsupported(operation, x.dtype)
    return nil
  }
  guard (1...Swift.max(1, x.rank)).contains(lastAxes), x.rank > 0 else {
    fail(.invalidAxis, operation, "\(lastAxes) last axes of shape \(x.shape); expected 1 ... \(x.rank)")
    return nil
  }
  let features = Shape(x.shape.array.suffix(lastAxes))
  for parameter in parameters.compactMap(\.self) {
    guard parameter.dtype == x.dtype else {
      _ = mixed(operation, x, parameter)
      return nil
    }
    guard parameter.shape == features else {
      fail(
        .shapeMismatch, operation,
        "a parameter of shape \(parameter.shape) for x of shape \(x.shape); expected the normalised axes, \(features)")
      return nil
    }
  }
  return x.reshaped(to: [x.shape.droppingLast(lastAxes).count(), features.count()])
}
