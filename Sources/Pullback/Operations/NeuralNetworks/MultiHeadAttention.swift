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
  let (batch, positions) = (x.shape[0], x.shape[1])
  let width = weight.shape[1] / (heads + 2 * keyHeads)
  let parts = linear(x, weight: weight, bias: bias)
    .split(sizes: [heads * width, keyHeads * width, keyHeads * width], axis: -1)
  // [batch, keyHeads, heads of the group, positions, width]
  let groups = heads / keyHeads
  let q = parts[0].reshaped(to: [batch, positions, keyHeads, groups, width]).permuted(axes: [0, 2, 3, 1, 4])
  let k = parts[1].reshaped(to: [batch, positions, keyHeads, width]).permuted(axes: [0, 2, 1, 3])
  let v = parts[2].reshaped(to: [batch, positions, keyHeads, width]).permuted(axes: [0, 2, 1, 3])
  let y: Tensor
  if groups == 1 {
    y = scaledDotProductAttention(q.squeezed(axis: 2), k, v, mask: mask, causal: causal)
  } else {
    let groupMask = mask.map { mask in
      mask.broadcast(to: [batch, heads, positions, positions])
        .reshaped(to: [batch, keyHeads, groups, positions, positions])
    }
    y = scaledDotProductAttention(q, k.expanded(at: 2), v.expanded(at: 2), mask: groupMask, causal: causal)
      .reshaped(to: [batch, heads, positions, width])
  }
  let joined = y.transposed(1, 2).reshaped(to: [batch, positions, heads * width])
  return linear(joined, weight: outputWeight, bias: outputBias)
}
