import Pullback

extension OperationCase {
  private static func of(
    _ name: String, _ shapes: [Shape] = [[2, 3], [2, 3]], _ domains: [Domain] = [.distinct],
    _ function: @escaping @Sendable ([Tensor]) -> Tensor
  ) -> OperationCase { OperationCase(name, shapes, domains, allowsSame: false, function) }

  /// Losses that are composed of other operations; those with derivatives of their own are in `losses`.
  static let composedLosses: [OperationCase] = [
    of("negativeLogLikelihood", [[3, 4], [4]], [.signed(0.3...2), .within(0.5...1)]) {
      negativeLogLikelihood($0[0], labels: Tensor([0, 3, 2], dtype: .int64), weights: $0[1], labelSmoothing: 0.2)
    },
    of(
      "crossEntropy(_:distributions:classAxis:weights:labelSmoothing:reduction:)", [[3, 4], [3, 4]], [.within(0.1...1)]
    ) {
      crossEntropy($0[0], distributions: $0[1], labelSmoothing: 0.1)
    },
    of("focalLoss", [[2, 3], [2, 3]], [.signed(0.3...2), .within(0.2...0.8)]) { focalLoss(logits: $0[0], $0[1]) },
    of("diceLoss", [[2, 3], [2, 3]], [.within(0.2...0.8)]) { diceLoss($0[0], $0[1]) },
    of("marginRankingLoss") { marginRankingLoss($0[0], $0[1], sign($0[0] - 0.1), margin: 0.2, reduction: .none) },
    of("hingeEmbeddingLoss") { hingeEmbeddingLoss($0[0] * 3, sign($0[1].detached())) },
    of("hingeLoss") { hingeLoss($0[0], $0[1]) },
    of("squaredHingeLoss") { squaredHingeLoss($0[0], $0[1]) },
    of("categoricalHingeLoss", [[2, 3]]) {
      categoricalHingeLoss($0[0], oneHot: Tensor([[0, 1, 0], [1, 0, 0]], dtype: $0[0].dtype))
    },
    of("softMarginLoss") { softMarginLoss($0[0], $0[1]) },
    of("multiMarginLoss", [[2, 3], [3]], [.distinct, .within(0.5...1)]) {
      multiMarginLoss($0[0], labels: Tensor([2, 0], dtype: .int64), power: 2, margin: 3, weights: $0[1])
    },
    of("multilabelMarginLoss", [[2, 3]]) {
      multilabelMarginLoss($0[0], isTarget: Tensor([[true, false, false], [true, true, false]]))
    },
    of("multilabelSoftMarginLoss", [[2, 3], [2, 3]], [.signed(0.3...2), .within(0.2...0.8)]) {
      multilabelSoftMarginLoss($0[0], $0[1])
    },
    of("tripletMarginLoss", [[2, 3], [2, 3], [2, 3]]) {
      tripletMarginLoss($0[0], $0[1] * 2, $0[2], margin: 4, swapping: true)
    },
    of("tripletMarginLoss, another distance", [[2, 3], [2, 3], [2, 3]]) {
      tripletMarginLoss($0[0], $0[1] * 2, $0[2], margin: 9, distance: { ($0 - $1).squared().sum(axis: -1) })
    },
    of("meanSquaredLogarithmicError", [[2, 3], [2, 3]], [.within(0.2...2)]) {
      meanSquaredLogarithmicError($0[0], $0[1])
    },
    of("meanAbsolutePercentageError") { meanAbsolutePercentageError($0[0], $0[1] * 3 + 1) },
    of("wingLoss") { wingLoss($0[0], $0[1] * 3) },
    of("gaussianNLLLoss", [[2, 3], [2, 3], [2, 3]], [.signed(0.3...2), .signed(0.3...2), .within(0.3...1)]) {
      gaussianNLLLoss($0[0], $0[1], variance: $0[2], full: true)
    },
    of("poissonNLLLoss", [[2, 3], [2, 3]], [.signed(0.3...2), .within(1.2...3)]) {
      poissonNLLLoss($0[0], $0[1], full: true)
    },
    of("poissonNLLLoss, of means", [[2, 3], [2, 3]], [.within(0.5...2), .within(0.2...3)]) {
      poissonNLLLoss($0[0], $0[1], isLogarithm: false)
    },
  ]
}
