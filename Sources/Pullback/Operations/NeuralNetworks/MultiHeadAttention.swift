// Attention with several heads, from one packed projection.

/// Self-attention with several heads: a packed projection to queries, keys and values, attention in each head, and a
/// projection of all heads' results together.
///
/// With fewer heads of keys than of queries, each serves a group of them (grouped-query attention). VJP: as for its parts.
///
/// ```swift
/// let x = Tensor.ones([1, 3, 4])
/// let y = multiHeadAttention(
///   x, weight: Tensor.ones([4, 12]), outputWeight: Tensor.eye(4), heads: 2, causal: true)
/// print(y.shape, y[0, 2])  // [1, 3, 4] [4.0, 4.0, 4.0, 4.0] : [4] float32
/// ```
///
/// - Parameters:
///   - x: `[batch, positions, features]`.
///   - weight: `[features, (heads + 2 · keyHeads) · width]`: the columns of all queries, then keys, then values.
///   - bias: of as many columns, or nil.
///   - outputWeight: `[heads · width, out]`.
///   - outputBias: `[out]`, or nil.
///   - heads: of queries.
///   - keyHeads: of keys and values, a divisor of `heads`; as many if nil.
///   - mask: broadcasts to `[batch, heads, positions, positions]`, as for ``scaledDotProductAttention(_:_:_:mask:causal:scale:)``.
///   - causal: whether a position sees only those up to it.
/// - Precondition: the extents agree; else traps, or throws inside ``checked(_:)``.
public func multiHeadAttention(
  _ x: Tensor, weight: Tensor, bias: Tensor? = nil, outputWeight: Tensor, outputBias: Tensor? = nil, heads: Int,
  keyHeads: Int? = nil, mask: Tensor? = nil, causal: Bool = false
) -> Tensor {
  let keyHeads = keyHeads ?? heads
  guard x.rank == 3, weight.rank == 2, outputWeight.rank == 2, heads > 0, keyHeads > 0, heads % keyHeads == 0,
    weight.shape[1] % (heads + 2 * keyHeads) == 0
  else {
    return fail(
      .shapeMismatch, "multiHeadAttention",
      "x of shape \(x.shape), weight of shape \(weight.shape), \(heads) heads and \(keyHeads) of keys; expected [batch, positions, features] and [features, (heads + 2 · keyHeads) · width]"
    )
  }
  let width = weight.shape[1] / (heads + 2 * keyHeads)
  let parts = linear(x, weight: weight, bias: bias)
    .split(sizes: [heads * width, keyHeads * width, keyHeads * width], axis: -1)
  let joined = multiHeadAttention(
    parts[0], parts[1], parts[2], heads: heads, keyHeads: keyHeads, mask: mask, causal: causal)
  return linear(joined, weight: outputWeight, bias: outputBias)
}

/// Attention with several heads, of queries, keys and values that are projected already: for attention to another sequence.
///
/// Each head takes its part of the features; with fewer heads of keys than of queries, each serves a group of them. VJP: as
/// for its parts.
///
/// ```swift
/// let q = Tensor.ones([1, 2, 4]), memory = Tensor.ones([1, 5, 4])
/// print(multiHeadAttention(q, memory, memory * 3, heads: 2)[0, 0])  // [3.0, 3.0, 3.0, 3.0] : [4] float32
/// ```
///
/// - Parameters:
///   - q: queries, `[batch, positions, heads · width]`.
///   - k: keys, `[batch, places, keyHeads · width]`.
///   - v: values, `[batch, places, keyHeads · valueWidth]`.
///   - heads: of queries.
///   - keyHeads: of keys and values, a divisor of `heads`; as many if nil.
///   - mask: broadcasts to `[batch, heads, positions, places]`, as for ``scaledDotProductAttention(_:_:_:mask:causal:scale:)``.
///   - causal: whether a position sees only the places up to it.
/// - Returns: `[batch, positions, heads · valueWidth]`.
/// - Precondition: the extents agree; else traps, or throws inside ``checked(_:)``.
public func multiHeadAttention(
  _ q: Tensor, _ k: Tensor, _ v: Tensor, heads: Int, keyHeads: Int? = nil, mask: Tensor? = nil, causal: Bool = false
) -> Tensor {
  let keyHeads = keyHeads ?? heads
  guard q.rank == 3, k.rank == 3, v.rank == 3, heads > 0, keyHeads > 0, heads % keyHeads == 0,
    q.shape[2] % heads == 0, k.shape[2] % keyHeads == 0, v.shape[2] % keyHeads == 0
  else {
    return fail(
      .shapeMismatch, "multiHeadAttention",
      "q, k and v of shapes \(q.shape), \(k.shape) and \(v.shape) for \(heads) heads and \(keyHeads) of keys; expected [batch, positions, heads · width] and [batch, places, keyHeads · width]"
    )
  }
  let groups = heads / keyHeads
  /// `[batch, keyHeads, heads of a group, positions, width]`.
  func inHeads(_ x: Tensor, _ count: Int) -> Tensor {
    x.reshaped(to: [x.shape[0], x.shape[1], keyHeads, count, x.shape[2] / (keyHeads * count)])
      .permuted(axes: [0, 2, 3, 1, 4])
  }
  let (queries, keys, values) = (inHeads(q, groups), inHeads(k, 1), inHeads(v, 1))
  let (batch, positions) = (q.shape[0], q.shape[1])
  let y: Tensor
  if groups == 1 {
    y = scaledDotProductAttention(
      queries.squeezed(axis: 2), keys.squeezed(axis: 2), values.squeezed(axis: 2), mask: mask, causal: causal)
  } else {
    let groupMask = mask.map { mask in
      mask.broadcast(to: [batch, heads, positions, k.shape[1]])
        .reshaped(to: [batch, keyHeads, groups, positions, k.shape[1]])
    }
    y = scaledDotProductAttention(queries, keys, values, mask: groupMask, causal: causal)
      .reshaped(to: [batch, heads, positions, v.shape[2] / keyHeads])
  }
  return y.transposed(1, 2).reshaped(to: [batch, positions, heads * (v.shape[2] / keyHeads)])
}
