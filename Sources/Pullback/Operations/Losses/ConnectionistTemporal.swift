// The loss of sequences whose labels have no places: connectionist temporal classification.

/// The negative log-likelihood of label sequences, summed over all ways to align them with time (connectionist temporal
/// classification).
///
/// In each step of time a network says a class or the blank. What it says stands for a sequence of labels once repetitions
/// are merged and blanks taken out; the loss counts every way to say the wanted one. It is computed in log space, step by
/// step, so that nothing underflows. Labels that cannot be said in their time have an infinite loss with a gradient of 0.
///
/// VJP: `dlogProbabilities[t, b, c] = -dy[b] · P(class c is said at t | the labels of b)`, the forward-backward algorithm,
/// which replaying the steps in reverse amounts to.
///
/// ```swift
/// // Two steps, of which each says the blank (0) or the label 1, evenly: 1-1, 0-1 and 1-0 stand for the label.
/// let p = log(Tensor.full([2, 1, 2], 0.5))
/// let labels = Tensor([[1]], dtype: .int64)
/// print(exp(-ctcLoss(p, labels: labels, inputLengths: [2], labelLengths: [1])))  // 0.75
/// ```
///
/// - Parameters:
///   - logProbabilities: `[time, batch, classes]`, usually from ``Tensor/logSoftmax(axis:)``.
///   - labels: integers `[batch, longest]`; those beyond a sequence's length do not matter.
///   - inputLengths: how many steps of time each sequence has.
///   - labelLengths: how many labels each sequence has.
///   - blank: the class that stands for no label.
///   - zeroInfinity: whether losses that are infinite count as 0.
///   - reduction: what becomes of the sequences' losses; the mean divides each by its number of labels first.
/// - Precondition: the extents agree, and the labels are classes other than the blank; else traps, or throws inside
///   ``checked(_:)``.
public func ctcLoss(
  _ logProbabilities: Tensor, labels: Tensor, inputLengths: [Int], labelLengths: [Int], blank: Int = 0,
  zeroInfinity: Bool = false, reduction: LossReduction = .mean
) -> Tensor {
  guard logProbabilities.dtype.isFloatingPoint else { return unsupported("ctcLoss", logProbabilities.dtype) }
  guard fits(logProbabilities, labels, inputLengths, labelLengths, blank) else { return .standIn }
  let lengths = Tensor(labelLengths, shape: [labelLengths.count])
  guard let alignment = Alignment(labels, lengths, blank: blank, classes: logProbabilities.shape[2]) else {
    return .standIn
  }
  let total = alignment.logLikelihoods(logProbabilities, inputLengths)
  let isImpossible = total .== -.infinity
  let losses = select(where: isImpossible, then: zeroInfinity ? 0 : .infinity, else: -total)
  guard reduction == .mean else { return losses.reduced(reduction) }
  return (losses / maximum(lengths, Tensor(1, dtype: .int64)).cast(to: losses.dtype)).mean()
}

private func fits(_ p: Tensor, _ labels: Tensor, _ inputLengths: [Int], _ labelLengths: [Int], _ blank: Int) -> Bool {
  guard p.rank == 3, labels.rank == 2, labels.dtype.isInteger, labels.shape[0] == p.shape[1],
    inputLengths.count == p.shape[1], labelLengths.count == p.shape[1]
  else {
    fail(
      .shapeMismatch, "ctcLoss",
      "log-probabilities of shape \(p.shape) and labels of \(labels.dtype) and shape \(labels.shape), with \(inputLengths.count) and \(labelLengths.count) lengths; expected [time, batch, classes], integers [batch, longest], and two lengths for each sequence of the batch"
    )
    return false
  }
  guard inputLengths.allSatisfy({ (1...Swift.max(1, p.shape[0])).contains($0) }), p.shape[0] > 0,
    labelLengths.allSatisfy({ (0...labels.shape[1]).contains($0) }), (0..<p.shape[2]).contains(blank)
  else {
    fail(
      .invalidArgument, "ctcLoss",
      "input lengths \(inputLengths), label lengths \(labelLengths) and the blank \(blank) for log-probabilities of shape \(p.shape) and labels of shape \(labels.shape); expected lengths of 1 ... time and 0 ... longest, and a class"
    )
    return false
  }
  return true
}

// Note [Alignments]. A sequence of n labels is aligned along 2n + 1 states: blank, label, blank, …, label, blank. In each step
// of time an alignment stays in its state, or goes to the next one, or past a blank that stands between different labels.
// It begins in one of the first two states and ends in one of the last two. `scores[b, s]` is the logarithm of the
// probability of all beginnings of alignments that are in state s.

private struct Alignment {
  /// The number of labels of each sequence.
  let lengths: Tensor
  /// The class that each state says, `[batch, states]`.
  let classes: Tensor
  /// Whether a state may follow the one two before it, `[batch, states]`.
  let mayPass: Tensor
  let states: Tensor

  init?(_ labels: Tensor, _ lengths: Tensor, blank: Int, classes count: Int) {
    let longest = labels.shape[1], batch = labels.shape[0]
    let isLabel = Tensor.arange(longest, dtype: .int64) .< lengths.expanded(at: 1)
    let labels = select(where: isLabel, then: labels.cast(to: .int64), else: Double(blank))
    guard labelsAreValid(labels.reshaped(to: [labels.count]), count, "ctcLoss") else { return nil }
    if ((labels .== Double(blank)) .& isLabel).any().item(as: Bool.self) {
      fail(.invalidArgument, "ctcLoss", "a label is the blank, \(blank); labels are the other classes")
      return nil
    }
    self.lengths = lengths
    let blanks = Tensor.full([batch, longest], Double(blank), dtype: .int64)
    let pairs = stacked([blanks, labels], axis: 2).reshaped(to: [batch, 2 * longest])
    classes = pairs.padded([(0, 0), (0, 1)], with: Double(blank))
    let twoBefore = classes.padded([(0, 0), (2, 0)], with: Double(blank)).narrowed(
      axis: 1, from: 0, count: 2 * longest + 1)
    mayPass = (classes .!= Double(blank)) .& (classes .!= twoBefore)
    states = Tensor.arange(2 * longest + 1, dtype: .int64)
  }

  /// The logarithms of the probabilities of the label sequences, `[batch]`.
  func logLikelihoods(_ logProbabilities: Tensor, _ inputLengths: [Int]) -> Tensor {
    let (time, batch) = (logProbabilities.shape[0], logProbabilities.shape[1])
    let index = classes.expanded(at: 0).broadcast(to: [time, batch, classes.shape[1]])
    let said = logProbabilities.gathered(along: 2, at: index).unstacked(axis: 0)
    let shortest = inputLengths.min() ?? time
    let steps = Tensor(inputLengths, shape: [batch, 1])
    var scores = select(where: states .< 2, then: said[0], else: -.infinity)
    for t in 1..<Swift.max(1, inputLengths.max() ?? 1) {
      let next = advanced(scores) + said[t]
      scores = t < shortest ? next : select(where: steps .> Double(t), then: next, else: scores)
    }
    return atTheEnd(scores)
  }

  private func advanced(_ scores: Tensor) -> Tensor {
    func moved(_ count: Int) -> Tensor {
      scores.padded([(0, 0), (count, 0)], with: -.infinity).narrowed(axis: 1, from: 0, count: states.count)
    }
    let passing = select(where: mayPass, then: moved(2), else: -.infinity)
    return logAddExp(logAddExp(scores, moved(1)), passing)
  }

  /// The sum of what is in the last two states.
  private func atTheEnd(_ scores: Tensor) -> Tensor {
    let ends = (lengths * 2).expanded(at: 1)
    let last = scores.gathered(along: 1, at: ends)
    let label = scores.gathered(along: 1, at: maximum(ends - 1, Tensor(0, dtype: .int64)))
    return logAddExp(last, select(where: ends .> 0, then: label, else: -.infinity)).squeezed(axis: 1)
  }
}
