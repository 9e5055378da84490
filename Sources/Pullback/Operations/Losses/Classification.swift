// Losses for probabilities and classes.

/// The cross-entropy of logits, or the negative log-likelihood of log-probabilities, with all the options.
///
/// For a label y the loss is `-(1 - s) · w[y] · log p[y] - s/C · Σ w[c] · log p[c]`, with s the label smoothing and w the
/// class weights. The mean divides by the sum of the weights of the labels that count; if none does, it is NaN with a
/// gradient of 0.
///
/// ```swift
/// let logits = Tensor([[0, 0], [1, -1]])
/// let labels = Tensor([0, -100], dtype: .int64)
/// print(crossEntropy(logits, labels: labels, ignoring: -100))  // 0.6931472
/// ```
///
/// - Parameters:
///   - logits: scores before softmax; the classes lie along `classAxis`.
///   - labels: class indices, in the shape of the logits without that axis.
///   - classAxis: the axis of the classes.
///   - weights: a factor for each class.
///   - ignored: a label that does not count.
///   - labelSmoothing: how much of each target is spread evenly over the classes.
///   - reduction: what becomes of the examples' losses.
/// - Precondition: shapes agree, and labels other than the ignored one are class indices; else traps, or throws inside
///   ``checked(_:)``.
public func crossEntropy(
  _ logits: Tensor, labels: Tensor, classAxis: Int = -1, weights: Tensor? = nil, ignoring ignored: Int? = nil,
  labelSmoothing: Double = 0, reduction: LossReduction = .mean
) -> Tensor {
  guard let axis = resolve(classAxis, in: logits.shape, for: "crossEntropy") else { return .standIn }
  return negativeLogLikelihood(
    logits.logSoftmax(axis: axis), labels: labels, classAxis: axis, weights: weights, ignoring: ignored,
    labelSmoothing: labelSmoothing, reduction: reduction)
}

/// The negative log-likelihood of labels under log-probabilities; the parameters are those of
/// ``crossEntropy(_:labels:classAxis:weights:ignoring:labelSmoothing:reduction:)``.
///
/// ```swift
/// let p = Tensor([[0.5, 0.5], [0.25, 0.75]])
/// print(negativeLogLikelihood(log(p), labels: Tensor([0, 1], dtype: .int64)))  // 0.49041462
/// ```
public func negativeLogLikelihood(
  _ logProbabilities: Tensor, labels: Tensor, classAxis: Int = -1, weights: Tensor? = nil,
  ignoring ignored: Int? = nil, labelSmoothing: Double = 0, reduction: LossReduction = .mean
) -> Tensor {
  guard let axis = resolve(classAxis, in: logProbabilities.shape, for: "crossEntropy") else { return .standIn }
  let classes = logProbabilities.shape[axis]
  guard labels.shape == logProbabilities.shape.removing(axis: axis), labels.dtype.isInteger else {
    return fail(
      .shapeMismatch, "crossEntropy",
      "labels of \(labels.dtype) and shape \(labels.shape) for logits of shape \(logProbabilities.shape) with classes along axis \(axis); expected one integer label for each example"
    )
  }
  guard weightsFit(weights, classes) else { return .standIn }
  let counts = ignored.map { labels .!= Double($0) } ?? Tensor.ones(labels.shape, dtype: .bool)
  let safe = select(where: counts, then: labels, else: 0).cast(to: .int64)
  guard labelsAreValid(safe.reshaped(to: [safe.count]), classes, "softmaxCrossEntropy") else { return .standIn }
  let index = safe.expanded(at: axis)
  let weighted = weights.map { logProbabilities * $0.reshaped(alongAxis: axis, of: logProbabilities.shape) }
  let terms = weighted ?? logProbabilities
  var losses = -terms.gathered(along: axis, at: index).squeezed(axis: axis)
  if labelSmoothing != 0 {
    losses = losses * (1 - labelSmoothing) - terms.sum(axis: axis) * (labelSmoothing / Double(classes))
  }
  losses = select(where: counts, then: losses, else: 0)
  guard reduction == .mean else { return losses.reduced(reduction) }
  let shares = weights.map { $0.gathering(safe) } ?? Tensor.ones(safe.shape, dtype: losses.dtype)
  return losses.sum() / select(where: counts, then: shares, else: 0).sum()
}

/// The cross-entropy of logits with target distributions; the parameters are those of
/// ``crossEntropy(_:labels:classAxis:weights:ignoring:labelSmoothing:reduction:)``. The mean divides by the number of
/// examples.
///
/// ```swift
/// print(crossEntropy(Tensor([[0, 0]]), distributions: Tensor([[0.5, 0.5]])))  // 0.6931472
/// ```
public func crossEntropy(
  _ logits: Tensor, distributions: Tensor, classAxis: Int = -1, weights: Tensor? = nil, labelSmoothing: Double = 0,
  reduction: LossReduction = .mean
) -> Tensor {
  guard let axis = resolve(classAxis, in: logits.shape, for: "crossEntropy") else { return .standIn }
  guard distributions.shape == logits.shape else {
    return fail(
      .shapeMismatch, "crossEntropy",
      "distributions of shape \(distributions.shape) for logits of shape \(logits.shape); expected the same shape")
  }
  let classes = logits.shape[axis]
  guard weightsFit(weights, classes) else { return .standIn }
  let targets =
    labelSmoothing == 0
    ? distributions : distributions * (1 - labelSmoothing) + labelSmoothing / Double(classes)
  let terms = targets * logits.logSoftmax(axis: axis)
  let weighted = weights.map { terms * $0.reshaped(alongAxis: axis, of: logits.shape) } ?? terms
  return (-weighted.sum(axis: axis)).reduced(reduction)
}

private func weightsFit(_ weights: Tensor?, _ classes: Int) -> Bool {
  guard let weights, weights.shape != [classes] else { return true }
  fail(
    .shapeMismatch, "crossEntropy", "weights of shape \(weights.shape) for \(classes) classes; expected one for each")
  return false
}

extension Tensor {
  /// This vector as a tensor that broadcasts along one axis of a shape.
  fileprivate func reshaped(alongAxis axis: Int, of shape: Shape) -> Tensor {
    var extents = [Int](repeating: 1, count: shape.rank)
    extents[axis] = count
    return reshaped(to: Shape(extents))
  }
}

/// The cross-entropy of probabilities with 0/1 targets: `-(t · log p + (1 - t) · log(1 - p))`, the logarithms kept from
/// falling below -100.
///
/// VJP: `dp = dy · (p - t) / max(p · (1 - p), 1e-12)`.
///
/// ```swift
/// print(binaryCrossEntropy(Tensor([0.5]), Tensor([1])))  // 0.6931472
/// ```
public func binaryCrossEntropy(
  _ probabilities: Tensor, _ targets: Tensor, weight: Tensor? = nil, reduction: LossReduction = .mean
) -> Tensor {
  let p = probabilities, t = targets
  let logP = log(p.detached()).clamped(to: (-100)...), logQ = log(onePlus: -p.detached()).clamped(to: (-100)...)
  let value = -(t.detached() * logP + (1 - t.detached()) * logQ)
  let losses = value.recorded(
    as: "binaryCrossEntropy",
    wrt: p, { dy in dy * ((p - t) / maximum(p * (1 - p), Tensor(1e-12, dtype: p.dtype))) },
    wrt: t, { dy in dy * (log(onePlus: -p).clamped(to: (-100)...) - log(p).clamped(to: (-100)...)) })
  return (weight.map { losses * $0 } ?? losses).reduced(reduction)
}

/// The cross-entropy of `sigmoid(logits)` with 0/1 targets, without overflow.
///
/// VJP: `dlogits = dy · (sigmoid(logits) - t)` without weights.
///
/// ```swift
/// print(binaryCrossEntropy(logits: Tensor([0]), Tensor([1])))  // 0.6931472
/// ```
///
/// - Parameters:
///   - logits: scores before the sigmoid.
///   - targets: what is wanted, 0 or 1, of the same shape.
///   - weight: a factor for each element, broadcasting.
///   - positiveWeight: a factor for the terms of targets that are 1, broadcasting.
///   - reduction: what becomes of the elements' losses.
public func binaryCrossEntropy(
  logits: Tensor, _ targets: Tensor, weight: Tensor? = nil, positiveWeight: Tensor? = nil,
  reduction: LossReduction = .mean
) -> Tensor {
  let losses =
    if let positiveWeight {
      (1 - targets) * logits + ((positiveWeight - 1) * targets + 1) * softplus(-logits)
    } else {
      softplus(logits) - logits * targets
    }
  return (weight.map { losses * $0 } ?? losses).reduced(reduction)
}

/// The Kullback-Leibler divergence of log-probabilities from target probabilities, element by element:
/// `t · (log t - input)`, and 0 with a gradient of 0 where the target is 0.
///
/// ```swift
/// print(klDivergence(log(Tensor([0.5, 0.5])), Tensor([1, 0]), reduction: .sum))  // 0.6931472
/// ```
///
/// - Parameters:
///   - logProbabilities: logarithms of probabilities.
///   - targets: the wanted probabilities, of the same shape.
///   - isLogarithm: whether the targets are log-probabilities as well.
///   - reduction: what becomes of the elements' losses.
public func klDivergence(
  _ logProbabilities: Tensor, _ targets: Tensor, isLogarithm: Bool = false, reduction: LossReduction = .mean
) -> Tensor {
  if isLogarithm { return (exp(targets) * (targets - logProbabilities)).reduced(reduction) }
  let isZero = targets .== 0
  let t = select(where: isZero, then: 1, else: targets)
  return select(where: isZero, then: 0, else: t * (log(t) - logProbabilities)).reduced(reduction)
}

/// The cross-entropy of logits with 0/1 targets, with easy examples counting less: `a · (1 - p)^gamma` times, p being the
/// probability of the target.
///
/// ```swift
/// print(focalLoss(logits: Tensor([3, -3]), Tensor([1, 1]), reduction: .none))  // [2.73208e-05, 0.69157] : [2] float32
/// ```
public func focalLoss(
  logits: Tensor, _ targets: Tensor, alpha: Double? = 0.25, gamma: Double = 2, reduction: LossReduction = .mean
) -> Tensor {
  let crossEntropy = binaryCrossEntropy(logits: logits, targets, reduction: .none)
  let p = sigmoid(logits)
  let miss = p * (1 - targets) + (1 - p) * targets
  let losses = pow(miss, gamma) * crossEntropy
  guard let alpha else { return losses.reduced(reduction) }
  return (losses * (targets * alpha + (1 - targets) * (1 - alpha))).reduced(reduction)
}

/// One minus the overlap of probabilities and 0/1 targets, `(2 Σ p·t + s) / (Σ p + Σ t + s)`, of each example.
///
/// ```swift
/// let p = Tensor([[1, 0.5], [0, 1]]), t = Tensor([[1, 0], [0, 1]])
/// print(diceLoss(p, t, reduction: .none))  // [0.142857, 0.0] : [2] float32
/// ```
///
/// - Parameters:
///   - probabilities: `[batch, …]`; a vector is one example.
///   - targets: what is wanted, of the same shape.
///   - smoothing: s, which keeps empty examples from being 0/0.
///   - reduction: what becomes of the examples' losses.
public func diceLoss(
  _ probabilities: Tensor, _ targets: Tensor, smoothing: Double = 1, reduction: LossReduction = .mean
) -> Tensor {
  guard probabilities.shape == targets.shape else {
    return fail(
      .shapeMismatch, "diceLoss",
      "probabilities of shape \(probabilities.shape) for targets of shape \(targets.shape); expected the same shape")
  }
  let axes = Array((probabilities.rank > 1 ? 1 : 0)..<probabilities.rank)
  let overlap = (probabilities * targets).sum(axes: axes), sizes = (probabilities + targets).sum(axes: axes)
  return (1 - (overlap * 2 + smoothing) / (sizes + smoothing)).reduced(reduction)
}
