// Attention.

/// Scaled dot-product attention: `softmax(scale · q kᵀ + mask) v` over the last two axes.
///
/// Computed block by block, forward and backward: the scores of all pairs never exist at once. A query that sees no key
/// gives zeros and gets no gradient.
///
/// VJP, with the weights `p` and `dp = dy vᵀ`: `ds = p · (dp - Σ p · dp)`, `dq = scale · ds k`, `dk = scale · dsᵀ q`,
/// `dv = pᵀ dy`; a mask of numbers gets `ds`.
///
/// ```swift
/// let q = Tensor([[1, 0], [0, 1]])
/// print(scaledDotProductAttention(q, q, Tensor([[1, 2], [3, 4]]), causal: true)[0])  // [1.0, 2.0] : [2] float32
/// ```
///
/// - Parameters:
///   - q: queries, `[…, queries, width]`.
///   - k: keys, `[…, keys, width]`.
///   - v: values, `[…, keys, valueWidth]`; the axes before the last two of all three broadcast.
///   - mask: broadcasts to `[…, queries, keys]`: bool, where true lets a query see a key, or numbers that are added to the
///     scores.
///   - causal: whether a query sees only the keys up to its own place.
///   - scale: factor of the scores; `1 / √width` if nil.
/// - Returns: `[…, queries, valueWidth]`.
/// - Precondition: shapes and dtypes fit; else traps, or throws inside ``checked(_:)``.
public func scaledDotProductAttention(
  _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor? = nil, causal: Bool = false, scale: Double? = nil
) -> Tensor {
  let operation: StaticString = "scaledDotProductAttention"
  guard let batch = attentionBatch(q, k, v, mask, operation) else { return .standIn }
  let scale = scale ?? 1 / Double(Swift.max(1, q.shape[-1])).squareRoot()
  let result = Shape(batch.array + [q.shape[-2], v.shape[-1]])
  if result.count() == 0 || k.shape[-2] == 0 { return attentionWeights(q, k, mask, causal, scale).matmul(v) }
  // [batch, heads, rows, width], broadcast.
  func four(_ x: Tensor) -> Tensor {
    let shape = Shape(batch.array + [x.shape[-2], x.shape[-1]])
    return x.broadcast(to: shape).reshaped(to: fourAxes(shape)).withUnitStrideRows()
  }
  let fourMask = mask.map { mask in
    let shape = Shape(batch.array + [q.shape[-2], k.shape[-2]])
    return mask.broadcast(to: shape).reshaped(to: fourAxes(shape))
  }
  let (q, k, v) = (four(q), four(k), four(v))
  let call = AttentionCall(
    q: q.detached(), k: k.detached(), v: v.detached(), mask: fourMask?.detached(), causal: causal, scale: scale)
  let (y, logSums) = attend(call)
  // The kernel has no gradient of a mask.
  let needsMask = fourMask?.isTracked ?? false
  return y.recorded(
    as: operation, wrt: [q, k, v] + (fourMask.map { [$0] } ?? []),
    jointlyWithResult: { dy, y in
      isRecording || needsMask
        ? composedAttentionGradient(dy, q, k, v, fourMask, causal, scale)
        : attendGradient(call, y: y, logSums: logSums, dy: dy)
    }
  ).reshaped(to: result)
}

/// Scaled dot-product attention whose weights are dropped at random: a query misses some of the keys, and the others count more.
///
/// The scores of all pairs exist at once. VJP: as for its parts.
///
/// ```swift
/// var generator = PhiloxGenerator(seed: 1)
/// let q = Tensor.ones([64, 2])
/// let y = scaledDotProductAttention(q, q, q, dropout: 0.5, using: &generator)
/// print(abs(y.mean().item() - 1) < 0.1)  // true
/// ```
///
/// - Parameters:
///   - q: queries, `[…, queries, width]`.
///   - k: keys, `[…, keys, width]`.
///   - v: values, `[…, keys, valueWidth]`.
///   - mask: which keys a query sees, as for ``scaledDotProductAttention(_:_:_:mask:causal:scale:)``.
///   - causal: whether a query sees only the keys up to its own place.
///   - scale: factor of the scores; `1 / √width` if nil.
///   - probability: that a weight is dropped, in 0 ... 1.
///   - generator: where the choice comes from.
public func scaledDotProductAttention(
  _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor? = nil, causal: Bool = false, scale: Double? = nil,
  dropout probability: Double, using generator: inout some RandomNumberGenerator
) -> Tensor {
  guard attentionBatch(q, k, v, mask, "scaledDotProductAttention") != nil else { return .standIn }
  let scale = scale ?? 1 / Double(Swift.max(1, q.shape[-1])).squareRoot()
  let weights = attentionWeights(q, k, mask, causal, scale)
  return dropout(weights, probability: probability, using: &generator).matmul(v)
}

/// A shape with its leading axes merged, or with new ones, so that there are four.
private func fourAxes(_ shape: Shape) -> Shape {
  let extents = shape.array
  let leading = extents.dropLast(3).reduce(1, *)
  return Shape([leading] + (extents.count > 2 ? [extents[extents.count - 3]] : [1]) + extents.suffix(2))
}

/// The common axes before the last two, or nil, inside ``checked(_:)``, if the operands do not fit.
private func attentionBatch(
  _ q: Tensor, _ k: Tensor, _ v: Tensor, _ mask: Tensor?, _ operation: StaticString
) -> Shape? {
  guard q.dtype.isFloatingPoint else {
    _ = unsupported(operation, q.dtype)
    return nil
  }
  for operand in [k, v] where operand.dtype != q.dtype {
    _ = mixed(operation, q, operand)
    return nil
  }
  if let mask, mask.dtype != .bool, mask.dtype != q.dtype {
    _ = mixed(operation, q, mask)
    return nil
  }
  guard q.rank >= 2, k.rank >= 2, v.rank >= 2, q.shape[-1] == k.shape[-1], k.shape[-2] == v.shape[-2],
    let some = q.shape.droppingLast(2).broadcast(with: k.shape.droppingLast(2)),
    let batch = some.broadcast(with: v.shape.droppingLast(2))
  else {
    fail(
      .shapeMismatch, operation,
      "q, k and v of shapes \(q.shape), \(k.shape) and \(v.shape); expected […, queries, width], […, keys, width] and […, keys, valueWidth]"
    )
    return nil
  }
  let scores = Shape(batch.array + [q.shape[-2], k.shape[-2]])
  if let mask, mask.shape.broadcast(with: scores) != scores {
    fail(.shapeMismatch, operation, "a mask of shape \(mask.shape) does not stretch to the scores, of shape \(scores)")
    return nil
  }
  return batch
}

/// The weights of each query, in operations that can be differentiated again; zeros for a query that sees no key.
private func attentionWeights(
  _ q: Tensor, _ k: Tensor, _ mask: Tensor?, _ causal: Bool, _ scale: Double
) -> Tensor {
  var scores = (q * scale).matmul(k.transposed())
  if let mask {
    scores = mask.dtype == .bool ? select(where: mask, then: scores, else: -.infinity) : scores + mask
  }
  if causal {
    let query = Tensor.arange(q.shape[-2]).expanded(at: 1), key = Tensor.arange(k.shape[-2])
    scores = select(where: key .<= query, then: scores, else: -.infinity)
  }
  return softmaxOfVisible(scores)
}

/// Softmax along the last axis; zeros where all is -inf.
func softmaxOfVisible(_ scores: Tensor) -> Tensor {
  if scores.shape[-1] == 0 { return scores }
  let sees = scores.detached().max(axis: -1, keepDims: true) .!= -.infinity
  // The softmax of a row that is replaced here is never used, but must not be NaN: its zero cotangent would become one.
  return select(where: sees, then: select(where: sees, then: scores, else: 0).softmax(), else: 0)
}

private func composedAttentionGradient(
  _ dy: Tensor, _ q: Tensor, _ k: Tensor, _ v: Tensor, _ mask: Tensor?, _ causal: Bool, _ scale: Double
) -> [Tensor?] {
  let weights = attentionWeights(q, k, mask, causal, scale)
  let dWeights = dy.matmul(v.transposed())
  let dMask = weights * (dWeights - (weights * dWeights).sum(axis: -1, keepDims: true))
  let dScores = dMask * scale
  return [dScores.matmul(k), dScores.transposed().matmul(q), weights.transposed().matmul(dy), dMask]
}
