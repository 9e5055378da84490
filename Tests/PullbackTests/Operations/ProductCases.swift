import Pullback

extension OperationCase {
  static let products: [OperationCase] =
    matmuls + [
      OperationCase("linear", [[4, 3], [3, 2], [2]], [.signed(0.3...2)]) {
        linear($0[0], weight: $0[1], bias: $0[2])
      },
      OperationCase("linear without bias", [[2, 2, 3], [3, 2]], [.signed(0.3...2)]) {
        linear($0[0], weight: $0[1])
      },
      OperationCase("linear, relu", [[4, 3], [3, 2], [2]], [.signed(0.5...2)]) {
        linear($0[0], weight: $0[1], bias: $0[2], activation: .relu)
      },
      OperationCase("dot", [[4], [4]], [.signed(0.3...2)]) { dot($0[0], $0[1]) },
      OperationCase("vecdot", [[2, 4], [2, 4]], [.signed(0.3...2)]) { vecdot($0[0], $0[1]) },
      OperationCase("outer", [[3], [2]], [.signed(0.3...2)]) { outer($0[0], $0[1]) },
      OperationCase("inner", [[2, 3], [2, 3]], [.signed(0.3...2)]) { inner($0[0], $0[1]) },
      OperationCase("tensordot", [[2, 3, 2], [3, 2, 2]], [.signed(0.3...2)]) {
        tensordot($0[0], $0[1], axes: ([1, 2], [0, 1]))
      },
      OperationCase("kron", [[2, 2], [2, 3]], [.signed(0.3...2)]) { kron($0[0], $0[1]) },
      OperationCase("cross", [[2, 3], [2, 3]], [.signed(0.3...2)]) { cross($0[0], $0[1]) },
      OperationCase("einsum", [[2, 2, 3], [2, 3, 2]], [.signed(0.3...2)]) { einsum("bij,bjk->bik", $0[0], $0[1]) },
      OperationCase("einsum with diagonal and sum", [[3, 3], [3, 2]], [.signed(0.3...2)]) {
        einsum("ii,ij->j", $0[0], $0[1])
      },
      OperationCase("addmm", [[2, 2], [2, 3], [3, 2]], [.signed(0.3...2)]) {
        addmm($0[0], $0[1], $0[2], beta: 0.5, alpha: 2)
      },
    ]

  private static let matmulShapes: [[Shape]] = [
    [[2, 3], [3, 4]], [[3], [3]], [[3], [3, 2]], [[2, 3], [3]], [[2, 2, 3], [3, 2]], [[2, 2, 3], [2, 3, 1]],
    [[2, 1, 2, 3], [3, 3, 2]], [[2, 2], [2, 2]],
  ]

  private static let matmuls: [OperationCase] = matmulShapes.map { shapes in
    let isMatrices = shapes.allSatisfy { $0.rank > 1 }
    let slow: Reference = { operands in Naive.matmul(operands[0], operands[1]) }
    return OperationCase("matmul", shapes, [.signed(0.3...2)], reference: isMatrices ? slow : nil) {
      $0[0].matmul($0[1])
    }
  }

  static let losses: [OperationCase] = [
    .of("softmaxCrossEntropy", [3, 4]) { softmaxCrossEntropy($0, labels: [0, 3, 1]) },
    .of("softmaxCrossEntropy, each", [3, 4]) { softmaxCrossEntropy($0, labels: [0, 3, 1], reduction: .none) },
    .of("softmaxCrossEntropy, sum", [3, 4]) { softmaxCrossEntropy($0, labels: [0, 3, 1], reduction: .sum) },
    OperationCase("softmaxCrossEntropy, distributions", [[3, 4], [3, 4]], [.signed(0.3...2), .within(0.1...0.4)]) {
      softmaxCrossEntropy($0[0], distributions: $0[1])
    },
    OperationCase("crossEntropy", [[3, 4, 2], [4]], [.signed(0.3...2), .within(0.5...1)]) {
      crossEntropy(
        $0[0], labels: Tensor([[0, 3], [1, 1], [2, 0]], dtype: .int64), classAxis: 1, weights: $0[1], ignoring: 2,
        labelSmoothing: 0.1)
    },
    OperationCase("binaryCrossEntropy", [[2, 3], [2, 3]], [.within(0.2...0.8)]) { binaryCrossEntropy($0[0], $0[1]) },
    OperationCase("binaryCrossEntropy of logits", [[2, 3], [2, 3]], [.signed(0.3...2), .within(0.2...0.8)]) {
      binaryCrossEntropy(logits: $0[0], $0[1])
    },
    OperationCase("klDivergence", [[2, 3], [2, 3]], [.within(0.2...0.8)]) { klDivergence($0[0], $0[1]) },
    OperationCase("meanSquaredError", [[2, 3], [2, 3]], [.signed(0.3...2)]) { meanSquaredError($0[0], $0[1]) },
    OperationCase("meanAbsoluteError", [[2, 3], [2, 3]], [.distinct], allowsSame: false) {
      meanAbsoluteError($0[0], $0[1])
    },
    OperationCase("smoothL1Loss", [[2, 3], [2, 3]], [.distinct], allowsSame: false) {
      smoothL1Loss($0[0], $0[1], beta: 0.7)
    },
    OperationCase("huberLoss", [[2, 3], [2, 3]], [.distinct], allowsSame: false) {
      huberLoss($0[0], $0[1], delta: 0.7)
    },
    OperationCase("cosineEmbeddingLoss", [[2, 3], [2, 3]], [.distinct], allowsSame: false) {
      cosineEmbeddingLoss($0[0], $0[1], Tensor([1, -1]), margin: -0.9, reduction: .none)
    },
    OperationCase("logCoshLoss", [[2, 3], [2, 3]], [.signed(0.3...2)]) { logCoshLoss($0[0], $0[1]) },
  ]
}
