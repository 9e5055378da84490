// Gated units, and relatives of softmax.

/// The first half of an axis times the sigmoid of the second.
///
/// VJP: as for its parts.
///
/// ```swift
/// print(glu(Tensor([2, 0])))  // [1.0] : [1] float32
/// ```
///
/// - Precondition: the axis divides into halves; else traps, or throws inside ``checked(_:)``.
public func glu(_ x: Tensor, axis: Int = -1) -> Tensor { gated(x, axis, "glu") { sigmoid($0) } }

/// The first half of an axis times ``silu(_:)`` of the second.
///
/// ```swift
/// print(swiGLU(Tensor([2, 0])))  // [0.0] : [1] float32
/// ```
public func swiGLU(_ x: Tensor, axis: Int = -1) -> Tensor { gated(x, axis, "swiGLU") { silu($0) } }

/// The first half of an axis times ``gelu(_:approximation:)`` of the second.
///
/// ```swift
/// print(geGLU(Tensor([2, 0])))  // [0.0] : [1] float32
/// ```
public func geGLU(_ x: Tensor, axis: Int = -1) -> Tensor { gated(x, axis, "geGLU") { gelu($0) } }

private func gated(_ x: Tensor, _ axis: Int, _ operation: StaticString, _ gate: (Tensor) -> Tensor) -> Tensor {
  guard let axis = resolve(axis, in: x.shape, for: operation) else { return .standIn }
  guard x.shape[axis] % 2 == 0 else {
    return fail(.shapeMismatch, operation, "axis \(axis) of shape \(x.shape) does not divide into halves")
  }
  let halves = x.split(count: 2, axis: axis)
  return halves[0] * gate(halves[1])
}

/// A bilinear form of the rows of two tensors for each of several outputs: `y[o] = Σ a[i] · weight[o, i, j] · b[j] + bias[o]`.
///
/// VJP: `da[i] = Σ dy[o] · weight[o, i, j] · b[j]`, and likewise for the others.
///
/// ```swift
/// let w = Tensor([[[1, 2], [3, 4]]])
/// print(bilinear(Tensor([[1, 0]]), Tensor([[0, 1]]), weight: w))  // [[2.0]] : [1, 1] float32
/// ```
///
/// - Parameters:
///   - a: `[…, m]`.
///   - b: `[…, n]`, with the same axes before the last.
///   - weight: `[out, m, n]`.
///   - bias: `[out]`, or nil.
/// - Returns: `[…, out]`.
public func bilinear(_ a: Tensor, _ b: Tensor, weight: Tensor, bias: Tensor? = nil) -> Tensor {
  guard weight.rank == 3, a.rank > 0, b.rank > 0, a.shape[-1] == weight.shape[1], b.shape[-1] == weight.shape[2],
    a.shape.droppingLast(1) == b.shape.droppingLast(1)
  else {
    return fail(
      .shapeMismatch, "bilinear",
      "operands of shapes \(a.shape) and \(b.shape) with weight of shape \(weight.shape); expected […, m], […, n] and [out, m, n]"
    )
  }
  let rows = a.shape.droppingLast(1)
  let (out, m, n) = (weight.shape[0], weight.shape[1], weight.shape[2])
  // a · weight as [rows, out, n], then the products with b.
  let left = a.reshaped(to: [rows.count(), m]).matmul(weight.permuted(axes: [1, 0, 2]).reshaped(to: [m, out * n]))
  let y = left.reshaped(to: [rows.count(), out, n]).matmul(b.reshaped(to: [rows.count(), n, 1]))
    .reshaped(to: Shape(rows.array + [out]))
  return bias.map { y + $0 } ?? y
}

/// Softmax of the elements that a mask lets through, 0 elsewhere; of a row that it lets nothing through, 0 with gradient 0.
///
/// VJP: that of ``Tensor/softmax(axis:)`` on what is let through.
///
/// ```swift
/// let mask = Tensor([[1, 1, 0], [0, 0, 0]]).cast(to: .bool)
/// print(maskedSoftmax(Tensor([[1, 1, 9], [1, 2, 3]]), mask: mask))
/// // [[0.5, 0.5, 0.0],
/// //  [0.0, 0.0, 0.0]] : [2, 3] float32
/// ```
///
/// - Parameters:
///   - x: scores.
///   - mask: bool, broadcasts to `x`.
///   - axis: what the weights sum to 1 along.
public func maskedSoftmax(_ x: Tensor, mask: Tensor, axis: Int = -1) -> Tensor {
  guard mask.dtype == .bool, x.shape.broadcast(with: mask.shape) == x.shape else {
    return fail(
      .shapeMismatch, "maskedSoftmax",
      "a mask of \(mask.dtype) and shape \(mask.shape) for x of shape \(x.shape); expected bool that broadcasts to it")
  }
  guard x.rank > 0, let axis = resolve(axis, in: x.shape, for: "maskedSoftmax") else {
    return fail(.invalidAxis, "maskedSoftmax", "a scalar has no axis")
  }
  let scores = select(where: mask, then: x, else: -.infinity).transposed(axis, -1)
  return softmaxOfVisible(scores).transposed(axis, -1)
}

/// Softmax of the negated elements: the smallest gets most.
///
/// VJP: `dx = y · (Σ dy · y - dy)`.
///
/// ```swift
/// print(softmin(Tensor([0, 1000])))  // [1.0, 0.0] : [2] float32
/// ```
public func softmin(_ x: Tensor, axis: Int = -1) -> Tensor { (-x).softmax(axis: axis) }

/// A random choice along an axis that can be differentiated: softmax of the scores plus Gumbel noise.
///
/// VJP: that of `softmax((x + noise) / temperature)`, also when the choice is hard.
///
/// ```swift
/// var generator = PhiloxGenerator(seed: 1)
/// let y = gumbelSoftmax(Tensor([0, 0, 100]), hard: true, using: &generator)
/// print(y)  // [0.0, 0.0, 1.0] : [3] float32
/// ```
///
/// - Parameters:
///   - x: logarithms of weights.
///   - temperature: above 0; the smaller, the closer to a choice of one.
///   - hard: whether the result is 1 at the largest and 0 elsewhere, the gradient being that of the soft choice.
///   - axis: what is chosen along.
///   - generator: where the noise comes from.
public func gumbelSoftmax(
  _ x: Tensor, temperature: Double = 1, hard: Bool = false, axis: Int = -1,
  using generator: inout some RandomNumberGenerator
) -> Tensor {
  guard let noise = DistributionNoise(x, x, "gumbelSoftmax", &generator) else { return .standIn }
  let soft = ((x - log(noise.exponential)) / temperature).softmax(axis: axis)
  if !hard { return soft }
  guard let axis = resolve(axis, in: x.shape, for: "gumbelSoftmax") else { return .standIn }
  let place = soft.detached().argMax(axis: axis, keepDims: true)
  let chosen = Tensor.zeros(x.shape, dtype: x.dtype)
    .scattered(Tensor.ones(place.shape, dtype: x.dtype), along: axis, at: place)
  return straightThrough(chosen, gradientOf: soft)
}
