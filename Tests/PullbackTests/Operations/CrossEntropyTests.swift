import Testing

@testable import Pullback

/// Cross-entropy with every combination of its options, and softmax at the ends of the numbers.
@Suite struct CrossEntropyTests {
  /// One combination of options.
  private struct Options: CustomStringConvertible {
    let reduction: LossReduction
    let ignored: Int?
    let smoothing: Double
    let hasWeights: Bool
    let isSoft: Bool
    let isDense: Bool

    static let all: [Options] = {
      var all: [Options] = []
      for reduction in [LossReduction.none, .sum, .mean] {
        for smoothing in [0, 0.3] {
          for bits in 0..<16 where bits & 10 != 10 {
            all.append(
              Options(
                reduction: reduction, ignored: bits & 8 > 0 ? 1 : nil, smoothing: smoothing, hasWeights: bits & 1 > 0,
                isSoft: bits & 2 > 0, isDense: bits & 4 > 0))
          }
        }
      }
      return all
    }()

    var description: String {
      "\(reduction), ignoring \(ignored ?? -1), smoothing \(smoothing), weights \(hasWeights), soft \(isSoft), dense \(isDense)"
    }
  }

  private static let classes = 3
  private static let weights = [0.5, 2, 1.25]
  private static let labels = [2, 1, 0, 1, 2, 2]

  private func logits(_ options: Options) -> Tensor {
    var noise = Noise(seed: 5)
    return noise.tensor(options.isDense ? [2, Self.classes, 3] : [6, Self.classes]) * 2
  }

  private func distributions(_ options: Options) -> Tensor {
    var noise = Noise(seed: 6)
    return noise.tensor(logits(options).shape).softmax(axis: 1)
  }

  private func loss(_ x: Tensor, _ options: Options) -> Tensor {
    let weights = options.hasWeights ? Tensor(Self.weights, shape: [3]) : nil
    if options.isSoft {
      return crossEntropy(
        x, distributions: distributions(options), classAxis: 1, weights: weights, labelSmoothing: options.smoothing,
        reduction: options.reduction)
    }
    let labels = Tensor(Self.labels, shape: options.isDense ? [2, 3] : [6])
    return crossEntropy(
      x, labels: labels, classAxis: 1, weights: weights, ignoring: options.ignored, labelSmoothing: options.smoothing,
      reduction: options.reduction)
  }

  /// The definition, example by example.
  private func expected(_ options: Options) -> [Double] {
    func rows(_ x: Tensor) -> [[Double]] {
      let x = options.isDense ? x.permuted(axes: [0, 2, 1]) : x
      let values: [Double] = x.flattened().scalars()
      return stride(from: 0, to: values.count, by: 3).map { Array(values[$0..<$0 + 3]) }
    }
    let weights = options.hasWeights ? Self.weights : [1, 1, 1]
    let soft = rows(distributions(options))
    let logProbabilities = rows(logSoftmaxByDefinition(logits(options)))
    var losses: [Double] = [], total = 0.0
    for (place, logP) in logProbabilities.enumerated() {
      let label = Self.labels[place]
      let hard = (0..<3).map { options.isSoft ? soft[place][$0] : ($0 == label ? 1 : 0) }
      let target = hard.map { $0 * (1 - options.smoothing) + options.smoothing / 3 }
      let counts = options.isSoft || label != options.ignored
      losses.append(counts ? -(0..<3).reduce(0) { $0 + weights[$1] * target[$1] * logP[$1] } : 0)
      if counts { total += options.isSoft ? 1 : weights[label] }
    }
    switch options.reduction {
    case .none: return losses
    case .sum: return [losses.reduce(0, +)]
    case .mean: return [losses.reduce(0, +) / total]
    }
  }

  private func logSoftmaxByDefinition(_ x: Tensor) -> Tensor { x - log(exp(x).sum(axis: 1, keepDims: true)) }

  @Test func allOptionsAgreeWithTheDefinition() throws {
    #expect(Options.all.count == 72)
    for options in Options.all {
      let x = logits(options), found = loss(x, options), wanted = expected(options)
      try expectClose(found.flattened(), Tensor(wanted, shape: [wanted.count]), tolerance: 1e-13, "\(options)")
      let check = checkGradient(at: x, order: 2) { self.loss($0, options) }
      #expect(check.isCorrect, "\(options): \(check)")
    }
  }

  @Test func whereAllIsIgnoredTheMeanIsNaNAndTheGradientZero() {
    let x = Tensor([[1, 2, 3], [3, 2, 1]], dtype: .float64), labels = Tensor([1, 1], dtype: .int64)
    for weights in [nil, Tensor(Self.weights, shape: [3])] {
      func loss(_ x: Tensor, _ reduction: LossReduction) -> Tensor {
        crossEntropy(x, labels: labels, weights: weights, ignoring: 1, labelSmoothing: 0.1, reduction: reduction)
      }
      #expect(loss(x, .mean).item().isNaN && loss(x, .sum).item() == 0)
      for reduction in [LossReduction.mean, .sum] {
        #expect((gradient(at: x) { loss($0, reduction) } .== 0).all().item(as: Bool.self))
      }
    }
  }

  @Test func labelsThatAreNoClassesAreMistakes() {
    let x = Tensor.zeros([2, 3])
    for label in [-1, 3, -100] {
      let labels = Tensor([0, label], shape: [2])
      let error = #expect(throws: TensorError.self) { try checked { crossEntropy(x, labels: labels) } }
      #expect(error?.kind == .indexOutOfRange)
    }
    let mistakes: [() -> Tensor] = [
      { crossEntropy(x, labels: Tensor([0], dtype: .int64)) }, { crossEntropy(x, labels: Tensor([0, 1])) },
      { crossEntropy(x, labels: Tensor([0, 1], dtype: .int64), weights: Tensor([1, 2])) },
      { crossEntropy(x, distributions: Tensor.zeros([3, 2])) },
    ]
    for mistake in mistakes {
      let error = #expect(throws: TensorError.self) { try checked { mistake() } }
      #expect(error?.kind == .shapeMismatch)
    }
  }

  // MARK: - Softmax far out

  /// Values, gradients and second derivatives of logits that are huge, or partly -inf.
  @Test func hugeAndImpossibleLogitsStayFinite() {
    let rows: [[Double]] = [
      [1e4, -1e4, 0], [1e300, -1e300, 1e300], [-1e300, -1e300, -1e300], [-.infinity, 0, 1],
      [-.infinity, -.infinity, 5],
    ]
    let direction = Tensor([1, -2, 0.5], dtype: .float64)
    for row in rows {
      let x = Tensor(row, shape: [1, 3])
      #expect(abs(x.softmax().sum().item() - 1) < 1e-15, "\(row)")
      #expect(x.logSumExp(axis: 1).isFinite().all().item(as: Bool.self), "\(row)")
      let functions: [(String, (Tensor) -> Tensor)] = [
        ("softmax", { ($0.softmax() * direction).sum() }), ("logSumExp", { $0.logSumExp(axis: 1).sum() }),
        // The sum over what is possible: 0 · -inf would be NaN.
        ("logSoftmax", { select(where: x .== -.infinity, then: 0, else: $0.logSoftmax()).sum() }),
        ("crossEntropy", { crossEntropy($0, labels: Tensor([2], dtype: .int64)) }),
        ("softmaxCrossEntropy", { softmaxCrossEntropy($0, labels: [2]) }),
      ]
      for (name, function) in functions {
        let first = gradient(at: x, of: function)
        let second = gradient(at: x) { (gradient(at: $0, of: function) * direction).sum() }
        #expect(first.isFinite().all().item(as: Bool.self), "\(name) of \(row): \(first)")
        #expect(second.isFinite().all().item(as: Bool.self), "\(name) of \(row), twice: \(second)")
      }
    }
  }

  /// Where nothing is possible: -inf, 0, and gradients of 0 to any order.
  @Test func rowsWithoutAnythingPossible() {
    let x = Tensor([-.infinity, -.infinity, 1, 2] as [Double], shape: [2, 2])
    let mask = Tensor([[false, false], [true, true]]), direction = Tensor([[1, 2], [3, -1]], dtype: .float64)
    #expect(x.logSumExp(axis: 1)[0].item() == -Double.infinity)
    let functions: [(String, (Tensor) -> Tensor)] = [
      ("logSumExp", { $0.logSumExp(axis: 1)[1...].sum() }),
      ("maskedSoftmax", { (maskedSoftmax($0, mask: mask) * direction).sum() }),
      (
        "attention",
        { x in
          let q = select(where: mask, then: x, else: 1)
          return (scaledDotProductAttention(q, q, q, mask: mask) * direction).sum()
        }
      ),
    ]
    for (name, function) in functions {
      let first = gradient(at: x, of: function)
      let second = gradient(at: x) { (gradient(at: $0, of: function) * direction).sum() }
      for derivative in [first, second] {
        #expect(derivative.isFinite().all().item(as: Bool.self), "\(name): \(derivative)")
        #expect((derivative[0] .== 0).all().item(as: Bool.self), "\(name): \(derivative)")
      }
    }
    #expect((maskedSoftmax(x, mask: mask)[0] .== 0).all().item(as: Bool.self))
  }
}
