// Losses that ask for a margin. Hinges have the derivative 0 at the margin.

/// `max(0, -y · (a - b) + margin)`: with y = 1 the first is to be larger, with y = -1 the second.
///
/// ```swift
/// print(marginRankingLoss(Tensor([3, 1]), Tensor([1, 2]), Tensor([1, 1]), reduction: .none))
/// // [0.0, 1.0] : [2] float32
/// ```
public func marginRankingLoss(
  _ a: Tensor, _ b: Tensor, _ y: Tensor, margin: Double = 0, reduction: LossReduction = .mean
) -> Tensor {
  relu(-y * (a - b) + margin).reduced(reduction)
}

/// `x` where the target is 1, `max(0, margin - x)` where it is -1.
///
/// ```swift
/// print(hingeEmbeddingLoss(Tensor([0.25, 0.25]), Tensor([1, -1]), reduction: .none))  // [0.25, 0.75] : [2] float32
/// ```
public func hingeEmbeddingLoss(
  _ x: Tensor, _ y: Tensor, margin: Double = 1, reduction: LossReduction = .mean
) -> Tensor {
  select(where: y .== 1, then: x, else: relu(margin - x)).reduced(reduction)
}

/// For vectors along the last axis, `1 - cos` where the target is 1, `max(0, cos - margin)` where it is -1.
///
/// VJP: as for ``cosineSimilarity(_:_:axis:epsilon:)``, with the sign of the target; 0 at the margin.
///
/// ```swift
/// let a = Tensor([[1, 0], [3, 4]]), b = Tensor([[0, 2], [3, 4]])
/// print(cosineEmbeddingLoss(a, b, Tensor([1, -1]), margin: 0.25, reduction: .none))  // [1.0, 0.75] : [2] float32
/// ```
///
/// - Parameters:
///   - a: `[…, features]`.
///   - b: of the same shape, or one that broadcasts.
///   - y: 1 for vectors that are to point the same way, -1 for others, `[…]`.
///   - margin: the cosine up to which vectors count as different.
///   - reduction: what becomes of the pairs' losses.
public func cosineEmbeddingLoss(
  _ a: Tensor, _ b: Tensor, _ y: Tensor, margin: Double = 0, reduction: LossReduction = .mean
) -> Tensor {
  let cosine = cosineSimilarity(a, b)
  return select(where: y .== 1, then: 1 - cosine, else: relu(cosine - margin)).reduced(reduction)
}

/// `max(0, 1 - y · score)` for targets -1 and 1.
///
/// ```swift
/// print(hingeLoss(Tensor([2, 0.5]), Tensor([1, -1]), reduction: .none))  // [0.0, 1.5] : [2] float32
/// ```
public func hingeLoss(_ scores: Tensor, _ y: Tensor, reduction: LossReduction = .mean) -> Tensor {
  relu(1 - y * scores).reduced(reduction)
}

/// The square of ``hingeLoss(_:_:reduction:)``.
///
/// ```swift
/// print(squaredHingeLoss(Tensor([2, 0.5]), Tensor([1, -1]), reduction: .none))  // [0.0, 2.25] : [2] float32
/// ```
public func squaredHingeLoss(_ scores: Tensor, _ y: Tensor, reduction: LossReduction = .mean) -> Tensor {
  reluSquared(1 - y * scores).reduced(reduction)
}

/// `max(0, 1 + the largest wrong score - the right score)` for one-hot targets along the last axis.
///
/// ```swift
/// print(categoricalHingeLoss(Tensor([[2, 1.5, 0]]), oneHot: Tensor([[1, 0, 0]])))  // 0.5
/// ```
public func categoricalHingeLoss(_ scores: Tensor, oneHot: Tensor, reduction: LossReduction = .mean) -> Tensor {
  let right = (scores * oneHot).sum(axis: -1)
  let wrong = (scores * (1 - oneHot)).max(axis: -1)
  return relu(wrong - right + 1).reduced(reduction)
}

/// `log(1 + e^(-y · score))` for targets -1 and 1, without overflow.
///
/// ```swift
/// print(softMarginLoss(Tensor([0, 2]), Tensor([1, 1]), reduction: .none))  // [0.693147, 0.126928] : [2] float32
/// ```
public func softMarginLoss(_ scores: Tensor, _ y: Tensor, reduction: LossReduction = .mean) -> Tensor {
  softplus(-y * scores).reduced(reduction)
}

/// For each row, the mean over the wrong classes of `max(0, margin - right score + wrong score)^power`.
///
/// ```swift
/// print(multiMarginLoss(Tensor([[0.5, 0.25, 0]]), labels: Tensor([0], dtype: .int64)))  // 0.41666666
/// ```
///
/// - Parameters:
///   - scores: `[rows, classes]`.
///   - labels: the right class of each row, `[rows]`.
///   - power: 1 or 2.
///   - margin: how much higher the right score is wanted.
///   - weights: a factor for each class, or nil.
///   - reduction: what becomes of the elements' losses.
public func multiMarginLoss(
  _ scores: Tensor, labels: Tensor, power: Double = 1, margin: Double = 1, weights: Tensor? = nil,
  reduction: LossReduction = .mean
) -> Tensor {
  guard scores.rank == 2, labels.shape == [scores.shape[0]] else {
    return fail(
      .shapeMismatch, "multiMarginLoss",
      "labels of shape \(labels.shape) for scores of shape \(scores.shape); expected [rows] and [rows, classes]")
  }
  let index = labels.cast(to: .int64).expanded(at: 1)
  let hinge = relu(scores - scores.gathered(along: 1, at: index) + margin)
  let isRight = Tensor.arange(scores.shape[1], dtype: .int64) .== index
  var terms = select(where: isRight, then: 0, else: power == 1 ? hinge : pow(hinge, power))
  if let weights { terms = terms * weights.gathering(index.reshaped(to: [index.count])).expanded(at: 1) }
  return (terms.sum(axis: 1) / Double(scores.shape[1])).reduced(reduction)
}

/// For each row, the hinge between every right and every wrong class: `Σ max(0, 1 - right + wrong) / classes`.
///
/// ```swift
/// print(multilabelMarginLoss(Tensor([[0.5, 0.25]]), isTarget: Tensor([[true, false]])))  // 0.375
/// ```
///
/// - Parameters:
///   - scores: `[rows, classes]`.
///   - isTarget: a bool tensor of the same shape.
///   - reduction: what becomes of the elements' losses.
public func multilabelMarginLoss(_ scores: Tensor, isTarget: Tensor, reduction: LossReduction = .mean) -> Tensor {
  let right = scores.expanded(at: -1), wrong = scores.expanded(at: -2)
  let pairs = isTarget.expanded(at: -1) .& .!isTarget.expanded(at: -2)
  let terms = select(where: pairs, then: relu(1 - right + wrong), else: 0)
  return (terms.sum(axes: [-1, -2]) / Double(scores.shape[-1])).reduced(reduction)
}

/// The mean over the classes of the binary cross-entropy of logits with 0/1 targets.
///
/// ```swift
/// print(multilabelSoftMarginLoss(Tensor([[0, 0]]), Tensor([[1, 0]])))  // 0.6931472
/// ```
public func multilabelSoftMarginLoss(
  _ logits: Tensor, _ targets: Tensor, weight: Tensor? = nil, reduction: LossReduction = .mean
) -> Tensor {
  binaryCrossEntropy(logits: logits, targets, weight: weight, reduction: .none).mean(axis: -1).reduced(reduction)
}

/// `max(0, ‖anchor - positive‖ - ‖anchor - negative‖ + margin)` along the last axis.
///
/// ```swift
/// let anchor = Tensor([[0, 0]]), near = Tensor([[0, 1]]), far = Tensor([[3, 0]])
/// print(tripletMarginLoss(anchor, near, far, margin: 2.5))  // 0.5
/// ```
///
/// - Parameters:
///   - anchor: `[…, features]`.
///   - positive: of the same kind as the anchor.
///   - negative: of another kind.
///   - margin: how much farther away the negative is wanted.
///   - p: the order of the norm.
///   - epsilon: added to the differences, so that the norm is smooth where points coincide.
///   - swapping: whether the distance of positive and negative is used where it is smaller.
///   - reduction: what becomes of the elements' losses.
public func tripletMarginLoss(
  _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor, margin: Double = 1, p: Double = 2,
  epsilon: Double = 1e-6, swapping: Bool = false, reduction: LossReduction = .mean
) -> Tensor {
  func distance(_ a: Tensor, _ b: Tensor) -> Tensor { (a - b + epsilon).norm(p: p, axes: [-1]) }
  return tripletMarginLoss(
    anchor, positive, negative, margin: margin, swapping: swapping, reduction: reduction, distance: distance)
}

/// ``tripletMarginLoss(_:_:_:margin:p:epsilon:swapping:reduction:)`` with a distance of your own.
///
/// ```swift
/// let anchor = Tensor([[0, 0]]), near = Tensor([[0, 1]]), far = Tensor([[3, 0]])
/// print(tripletMarginLoss(anchor, near, far) { a, b in abs(a - b).max(axis: -1) })  // 0.0
/// ```
public func tripletMarginLoss(
  _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor, margin: Double = 1, swapping: Bool = false,
  reduction: LossReduction = .mean, distance: (Tensor, Tensor) -> Tensor
) -> Tensor {
  let near = distance(anchor, positive)
  var far = distance(anchor, negative)
  if swapping { far = minimum(far, distance(positive, negative)) }
  return relu(near - far + margin).reduced(reduction)
}
