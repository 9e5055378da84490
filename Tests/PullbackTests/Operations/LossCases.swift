import Pullback

extension OperationCase {
  static let losses: [OperationCase] =
    classLosses + regressionLosses + probabilityLosses + marginLosses + sequenceLosses

  private typealias Loss = @Sendable ([Tensor], LossReduction) -> Tensor

  /// A row for each reduction.
  private static func each(
    _ name: String, _ shapes: [Shape], _ domains: [Domain], allowsSame: Bool = false, _ loss: @escaping Loss
  ) -> [OperationCase] {
    [LossReduction.mean, .sum, .none].map { reduction in
      OperationCase("\(name), \(reduction)", shapes, domains, allowsSame: allowsSame) { loss($0, reduction) }
    }
  }

  private static let labels = Tensor([0, 3, 1], dtype: .int64)

  private static let classLosses: [OperationCase] = [
    each("softmaxCrossEntropy", [[3, 4]], [.signed(0.3...2)]) {
      softmaxCrossEntropy($0[0], labels: [0, 3, 1], reduction: $1)
    },
    each("softmaxCrossEntropy, distributions", [[3, 4], [3, 4]], [.signed(0.3...2), .within(0.1...0.4)]) {
      softmaxCrossEntropy($0[0], distributions: $0[1], reduction: $1)
    },
    each("crossEntropy", [[3, 4]], [.signed(0.3...2)]) { crossEntropy($0[0], labels: labels, reduction: $1) },
    each("crossEntropy, all options", [[3, 4, 2], [4]], [.signed(0.3...2), .within(0.5...1)]) {
      crossEntropy(
        $0[0], labels: Tensor([[0, 3], [1, 1], [2, 0]], dtype: .int64), classAxis: 1, weights: $0[1], ignoring: 2,
        labelSmoothing: 0.1, reduction: $1)
    },
    each(
      "crossEntropy, distributions", [[3, 4], [3, 4], [4]], [.signed(0.3...2), .within(0.1...0.4), .within(0.5...1)]
    ) {
      crossEntropy($0[0], distributions: $0[1], weights: $0[2], labelSmoothing: 0.1, reduction: $1)
    },
    each("negativeLogLikelihood", [[3, 4], [4]], [.signed(0.3...2), .within(0.5...1)]) {
      negativeLogLikelihood($0[0], labels: labels, weights: $0[1], reduction: $1)
    },
  ].flatMap { $0 }

  private static let regressionLosses: [OperationCase] = [
    each("meanSquaredError", [[2, 3], [2, 3]], [.signed(0.3...2)], allowsSame: true) {
      meanSquaredError($0[0], $0[1], reduction: $1)
    },
    each("meanSquaredError, broadcast", [[2, 3], [3]], [.signed(0.3...2)]) {
      meanSquaredError($0[0], $0[1], reduction: $1)
    },
    each("meanAbsoluteError", [[2, 3], [2, 3]], [.distinct]) { meanAbsoluteError($0[0], $0[1], reduction: $1) },
    each("smoothL1Loss", [[2, 3], [2, 3]], [.distinct]) { smoothL1Loss($0[0], $0[1], beta: 0.7, reduction: $1) },
    each("huberLoss", [[2, 3], [2, 3]], [.distinct]) { huberLoss($0[0], $0[1], delta: 0.7, reduction: $1) },
    each("logCoshLoss", [[2, 3], [2, 3]], [.signed(0.3...2)], allowsSame: true) {
      logCoshLoss($0[0], $0[1], reduction: $1)
    },
    each("meanSquaredLogarithmicError", [[2, 3], [2, 3]], [.within(0.2...3)], allowsSame: true) {
      meanSquaredLogarithmicError($0[0], $0[1], reduction: $1)
    },
    each("meanAbsolutePercentageError", [[2, 3], [2, 3]], [.within(0.2...0.9), .within(1...2)]) {
      meanAbsolutePercentageError($0[0], $0[1], reduction: $1)
    },
    each("wingLoss", [[2, 3], [2, 3]], [.distinct]) {
      wingLoss($0[0] * 3, $0[1] * 3, width: 1.7, curvature: 0.5, reduction: $1)
    },
    each("gaussianNLLLoss", [[2, 3], [2, 3], [3]], [.signed(0.3...2), .signed(0.3...2), .within(0.3...2)]) {
      gaussianNLLLoss($0[0], $0[1], variance: $0[2], full: true, reduction: $1)
    },
    each("poissonNLLLoss", [[2, 3], [2, 3]], [.signed(0.3...1), .within(1.3...4)]) {
      poissonNLLLoss($0[0], $0[1], full: true, reduction: $1)
    },
    each("poissonNLLLoss of rates", [[2, 3], [2, 3]], [.within(0.3...1), .within(0...4)]) {
      poissonNLLLoss($0[0], $0[1], isLogarithm: false, reduction: $1)
    },
  ].flatMap { $0 }

  private static let probabilityLosses: [OperationCase] = [
    each("binaryCrossEntropy", [[2, 3], [2, 3], [3]], [.within(0.2...0.8)]) {
      binaryCrossEntropy($0[0], $0[1], weight: $0[2], reduction: $1)
    },
    each("binaryCrossEntropy of logits", [[2, 3], [2, 3]], [.signed(0.3...2), .within(0.2...0.8)]) {
      binaryCrossEntropy(logits: $0[0], $0[1], reduction: $1)
    },
    each(
      "binaryCrossEntropy of logits, weights", [[2, 3], [2, 3], [3], [3]],
      [.signed(0.3...2), .within(0.2...0.8), .within(0.5...2), .within(0.5...2)]
    ) {
      binaryCrossEntropy(logits: $0[0], $0[1], weight: $0[2], positiveWeight: $0[3], reduction: $1)
    },
    each("klDivergence", [[2, 3], [2, 3]], [.signed(0.2...0.8), .within(0.2...0.8)]) {
      klDivergence($0[0], $0[1], reduction: $1)
    },
    each("klDivergence of logarithms", [[2, 3], [2, 3]], [.signed(0.2...0.8)]) {
      klDivergence($0[0], $0[1], isLogarithm: true, reduction: $1)
    },
    each("focalLoss", [[2, 3], [2, 3]], [.signed(0.3...2), .within(0.2...0.8)]) {
      focalLoss(logits: $0[0], $0[1], reduction: $1)
    },
    each("focalLoss without balance", [[2, 3], [2, 3]], [.signed(0.3...2), .within(0.2...0.8)]) {
      focalLoss(logits: $0[0], $0[1], alpha: nil, gamma: 1.5, reduction: $1)
    },
    each("diceLoss", [[2, 3], [2, 3]], [.within(0.2...0.8)], allowsSame: true) {
      diceLoss($0[0], $0[1], reduction: $1)
    },
  ].flatMap { $0 }

  private static let signs = Tensor([[1, -1, 1], [-1, 1, -1]])

  private static let marginLosses: [OperationCase] = [
    each("marginRankingLoss", [[2, 3], [2, 3]], [.distinct]) {
      marginRankingLoss($0[0], $0[1], signs.cast(to: $0[0].dtype), margin: 0.3, reduction: $1)
    },
    each("hingeEmbeddingLoss", [[2, 3]], [.distinct]) {
      hingeEmbeddingLoss($0[0], signs.cast(to: $0[0].dtype), margin: 0.9, reduction: $1)
    },
    each("hingeLoss", [[2, 3], [3]], [.distinct, .signed(0.5...0.7)]) { hingeLoss($0[0], $0[1], reduction: $1) },
    each("squaredHingeLoss", [[2, 3], [3]], [.distinct, .signed(0.5...0.7)]) {
      squaredHingeLoss($0[0], $0[1], reduction: $1)
    },
    each("categoricalHingeLoss", [[2, 3]], [.distinct]) {
      categoricalHingeLoss($0[0], oneHot: Tensor([[1, 0, 0], [0, 0, 1]], dtype: $0[0].dtype), reduction: $1)
    },
    each("softMarginLoss", [[2, 3], [3]], [.signed(0.3...2)]) { softMarginLoss($0[0], $0[1], reduction: $1) },
    each("multiMarginLoss", [[3, 4], [4]], [.distinct, .within(0.5...1)]) {
      multiMarginLoss($0[0], labels: labels, margin: 0.7, weights: $0[1], reduction: $1)
    },
    each("multiMarginLoss, squared", [[3, 4]], [.distinct]) {
      multiMarginLoss($0[0], labels: labels, power: 2, margin: 0.7, reduction: $1)
    },
    each("multilabelMarginLoss", [[2, 3]], [.distinct]) {
      multilabelMarginLoss($0[0], isTarget: Tensor([[true, false, true], [false, true, false]]), reduction: $1)
    },
    each(
      "multilabelSoftMarginLoss", [[2, 3], [2, 3], [3]], [.signed(0.3...2), .within(0.2...0.8), .within(0.5...2)]
    ) {
      multilabelSoftMarginLoss($0[0], $0[1], weight: $0[2], reduction: $1)
    },
    each("cosineEmbeddingLoss", [[2, 3], [2, 3]], [.distinct]) {
      cosineEmbeddingLoss($0[0], $0[1], Tensor([1, -1], dtype: $0[0].dtype), margin: -0.9, reduction: $1)
    },
    each("tripletMarginLoss", [[2, 3], [2, 3], [2, 3]], [.distinct]) {
      tripletMarginLoss($0[0], $0[1], $0[2], margin: 6, swapping: true, reduction: $1)
    },
    each("tripletMarginLoss, own distance", [[2, 3], [2, 3], [2, 3]], [.distinct]) {
      tripletMarginLoss($0[0], $0[1], $0[2], margin: 6, reduction: $1) { ($0 - $1).squared().sum(axis: -1) }
    },
  ].flatMap { $0 }

  private static let sequenceLosses: [OperationCase] = [
    each("ctcLoss", [[5, 3, 4]], [.signed(0.3...2)]) {
      ctcLoss(
        $0[0].logSoftmax(), labels: Tensor([[1, 1, 2], [3, 2, 0], [0, 0, 0]], dtype: .int64), inputLengths: [5, 4, 2],
        labelLengths: [3, 2, 0], reduction: $1)
    },
    // The second sequence cannot say three labels in two steps.
    each("ctcLoss, zeroInfinity", [[4, 2, 3]], [.signed(0.3...2)]) {
      ctcLoss(
        $0[0], labels: Tensor([[0, 1, 0], [1, 0, 1]], dtype: .int64), inputLengths: [4, 2], labelLengths: [3, 3],
        blank: 2, zeroInfinity: true, reduction: $1)
    },
  ].flatMap { $0 }
}
