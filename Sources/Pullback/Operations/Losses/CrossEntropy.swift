// Softmax and cross-entropy in one operation, the loss of classification.

/// How the losses of the examples of a batch become one.
public enum LossReduction: Sendable, Hashable {
  /// They do not: the result has one loss for each example.
  case none
  /// By their sum.
  case sum
  /// By their mean.
  case mean
}

/// The cross-entropy between `softmax(logits)` and class labels: `-log softmax(logits)[label]`, by default the mean over
/// the batch.
///
/// One pass over the logits forward and one backward; probabilities are never stored.
///
/// VJP: `dlogits = dy · (softmax(logits) - onehot(labels)) / N` for the mean over N examples.
///
/// ```swift
/// let logits = Tensor([[0, 0], [1, -1]]).requiringGradient()
/// let loss = softmaxCrossEntropy(logits, labels: [0, 0])
/// print(loss)  // 0.41003764
/// print(loss.backward()[logits])
/// // [[     -0.25,      0.25],
/// //  [-0.0596015, 0.0596015]] : [2, 2] float32
/// ```
///
/// - Parameters:
///   - logits: scores before softmax, `[…, classes]`.
///   - labels: a class index in `0 ..< classes` for each example.
///   - reduction: what becomes of the examples' losses.
/// - Precondition: the labels are in range and as many as the examples; else traps, or throws inside ``checked(_:)``.
public func softmaxCrossEntropy(_ logits: Tensor, labels: [Int], reduction: LossReduction = .mean) -> Tensor {
  softmaxCrossEntropy(
    logits, labels: Tensor(labels, shape: [labels.count]).reshapedIfPossible(to: logits.shape.droppingLast(1)),
    reduction: reduction)
}

/// The cross-entropy between `softmax(logits)` and class labels in an integer tensor `[…]`.
///
/// See ``softmaxCrossEntropy(_:labels:reduction:)-(_,[Int],_)``.
///
/// ```swift
/// let labels = Tensor([1, 0], dtype: .int64)
/// print(softmaxCrossEntropy(Tensor([[0, 0], [0, 0]]), labels: labels))  // 0.6931472
/// ```
public func softmaxCrossEntropy(_ logits: Tensor, labels: Tensor, reduction: LossReduction = .mean) -> Tensor {
  guard logits.rank > 0, labels.shape == logits.shape.droppingLast(1), labels.dtype.isInteger else {
    return fail(
      .shapeMismatch, "softmaxCrossEntropy",
      "labels of \(labels.dtype) and shape \(labels.shape) for logits of shape \(logits.shape); expected one integer label for each row of logits"
    )
  }
  let labels = labels.cast(to: .int64).reshaped(to: [labels.count])
  guard let classes = logits.shape.last, labelsAreValid(labels, classes, "softmaxCrossEntropy") else { return .standIn }
  let rows = logits.reshaped(to: [labels.count, classes])
  let (losses, sums) = crossEntropyRows(rows.detached(), labels)
  let count = Double(labels.count)
  let shape = logits.shape.droppingLast(1)
  let value =
    switch reduction {
    case .none: losses.reshaped(to: shape)
    case .sum: losses.sum()
    case .mean: losses.mean()
    }
  return value.recorded(
    as: "softmaxCrossEntropy", wrt: rows,
    { dy in
      let scale = reduction == .mean ? dy / count : dy.reshaped(to: reduction == .none ? [labels.count] : Shape())
      return crossEntropyGradient(rows, labels, sums, scale)
    },
    differential: { dx in
      let scale = Tensor(reduction == .mean ? 1 / count : 1, dtype: dx.dtype)
      if reduction != .none { return (crossEntropyGradient(rows, labels, sums, scale) * dx).sum() }
      let gradients = crossEntropyGradient(rows, labels, sums, scale.broadcast(to: [labels.count]))
      return (gradients * dx).sum(axis: -1).reshaped(to: shape)
    })
}

/// The cross-entropy between `softmax(logits)` and target distributions: `-Σ p · logSoftmax(logits)` over the classes.
///
/// VJP: `dlogits = dy · (softmax(logits) · Σp - p) / N`, `dp = -dy · logSoftmax(logits) / N` for the mean.
///
/// ```swift
/// let loss = softmaxCrossEntropy(Tensor([[0, 0]]), distributions: Tensor([[0.5, 0.5]]))
/// print(loss)  // 0.6931472
/// ```
///
/// - Parameters:
///   - logits: scores before softmax, `[…, classes]`.
///   - distributions: the wanted probabilities, of the logits' shape.
///   - reduction: what becomes of the examples' losses.
public func softmaxCrossEntropy(
  _ logits: Tensor, distributions: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  guard logits.rank > 0, logits.shape == distributions.shape else {
    return fail(
      .shapeMismatch, "softmaxCrossEntropy",
      "distributions of shape \(distributions.shape) for logits of shape \(logits.shape); expected the same shape")
  }
  let losses = -(distributions * logits.logSoftmax()).sum(axis: -1)
  switch reduction {
  case .none: return losses
  case .sum: return losses.sum()
  case .mean: return losses.mean()
  }
}

private func crossEntropyGradient(_ x: Tensor, _ labels: Tensor, _ sums: Tensor, _ scale: Tensor) -> Tensor {
  crossEntropyGradientRows(x, labels, sums, scale)
    .recorded(
      as: "softmaxCrossEntropyGradient",
      wrt: x, { g in crossEntropyCurvature(x, scale, g) },
      differential: { dx in crossEntropyCurvature(x, scale, dx) },
      wrt: scale,
      { g in (g * x.softmax()).sum(axis: -1) - g.gathered(along: 1, at: labels.expanded(at: 1)).squeezed(axis: 1) },
      differential: { change in crossEntropyGradient(x, labels, sums, change) })
}

/// The Hessian of the loss, which is symmetric, times a vector.
private func crossEntropyCurvature(_ x: Tensor, _ scale: Tensor, _ vector: Tensor) -> Tensor {
  softmaxGradient(vector * (scale.rank == 0 ? scale : scale.expanded(at: 1)), x.softmax())
}

extension Tensor {
  /// This tensor in another shape if it fits, else as it is, for the caller's own message.
  fileprivate func reshapedIfPossible(to shape: Shape) -> Tensor {
    shape.countIfRepresentable == count ? reshaped(to: shape) : self
  }
}
