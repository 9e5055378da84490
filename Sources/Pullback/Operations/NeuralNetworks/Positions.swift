// What tells attention where things are.

/// Pairs of features turned by angles that grow with the position: rotary position embedding.
///
/// Pair `i` of `width / 2` at position `t` is turned by `(t + offset) · base^(-2 i / width)`. VJP: `dx` is `dy` turned back.
///
/// ```swift
/// let x = Tensor([[1, 0], [1, 0]])
/// print(rotaryEmbedding(x)[1])  // [0.540302, 0.841471] : [2] float32
/// ```
///
/// - Parameters:
///   - x: `[…, positions, width]` with an even width.
///   - base: of the angles' powers.
///   - offset: the position of the first row.
///   - interleaved: whether a pair are two neighbours; else a feature and the one half the width further on.
public func rotaryEmbedding(
  _ x: Tensor, base: Double = 10_000, offset: Int = 0, interleaved: Bool = true
) -> Tensor {
  guard x.rank >= 2, x.shape[-1] % 2 == 0, x.dtype.isFloatingPoint else {
    return fail(
      .shapeMismatch, "rotaryEmbedding", "x of \(x.dtype) and shape \(x.shape); expected […, positions, even width]")
  }
  let (positions, half) = (x.shape[-2], x.shape[-1] / 2)
  let frequency = pow(base, Tensor.arange(half, by: -1 / Double(Swift.max(1, half)), dtype: .float64))
  let angle = Tensor.arange(positions, from: Double(offset), dtype: .float64).expanded(at: 1) * frequency
  let (c, s) = (cos(angle).cast(to: x.dtype), sin(angle).cast(to: x.dtype))
  let pairs = interleaved ? x.reshaped(to: Shape(x.shape.array.dropLast() + [half, 2])) : nil
  let parts = pairs?.unstacked(axis: -1) ?? x.split(count: 2, axis: -1)
  let turned = [parts[0] * c - parts[1] * s, parts[0] * s + parts[1] * c]
  return interleaved ? stacked(turned, axis: -1).reshaped(to: x.shape) : concatenated(turned, axis: -1)
}

/// Sines and cosines of the position at falling frequencies, `[positions, width]`.
///
/// `y[t, 2 i] = sin(t · base^(-2 i / width))` and `y[t, 2 i + 1]` the cosine.
///
/// ```swift
/// print(sinusoidalPositions(2, width: 2))
/// // [[     0.0,      1.0],
/// //  [0.841471, 0.540302]] : [2, 2] float32
/// ```
public func sinusoidalPositions(
  _ positions: Int, width: Int, base: Double = 10_000, dtype: DType = .float32
) -> Tensor {
  guard positions >= 0, width >= 0 else {
    return fail(.invalidArgument, "sinusoidalPositions", "\(positions) positions of width \(width)")
  }
  let feature = Tensor.arange(width, dtype: .int64)
  let pair = (feature / 2).cast(to: .float64)
  let frequency = pow(base, pair * (-2 / Double(Swift.max(1, width))))
  let angle = Tensor.arange(positions, dtype: .float64).expanded(at: 1) * frequency
  return select(where: feature - (feature / 2) * 2 .== 0, then: sin(angle), else: cos(angle)).cast(to: dtype)
}

/// What ALiBi adds to the scores of attention: minus the distance of query and key, times a slope of the head's own.
///
/// Head `h` of `n` has the slope `2^(-8 (h + 1) / n)`. Pass it as the mask of
/// ``scaledDotProductAttention(_:_:_:mask:causal:scale:)``.
///
/// ```swift
/// print(alibiBias(heads: 1, queries: 2, keys: 2)[0])
/// // [[        0.0, -0.00390625],
/// //  [-0.00390625,         0.0]] : [2, 2] float32
/// ```
///
/// - Returns: `[heads, queries, keys]`.
public func alibiBias(heads: Int, queries: Int, keys: Int, dtype: DType = .float32) -> Tensor {
  guard heads >= 0, queries >= 0, keys >= 0 else {
    return fail(.invalidArgument, "alibiBias", "\(heads) heads of \(queries) queries and \(keys) keys")
  }
  let exponent = Tensor.arange(heads, from: 1, dtype: .float64) * (-8 / Double(Swift.max(1, heads)))
  let query = Tensor.arange(queries, dtype: dtype).expanded(at: 1), key = Tensor.arange(keys, dtype: dtype)
  return pow(2, exponent).cast(to: dtype).reshaped(to: [heads, 1, 1]) * (0 - abs(query - key))
}
