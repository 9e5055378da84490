import Pullback
import PullbackLearning

extension Case {
  /// Derivatives of many results: at once, and one after another.
  static var manyDerivatives: [Case] {
    [
      // Bound by the products, and by the tape.
      jacobian("100-outputs", [100, 100, 100], "batched", chunkSize: nil),
      jacobian("100-outputs", [100, 100, 100], "replays", chunkSize: 1),
      jacobian("100-outputs-of-16", [16, 32, 100], "batched", chunkSize: nil),
      jacobian("100-outputs-of-16", [16, 32, 100], "replays", chunkSize: 1),
      perSampleGradients("mapped", isMapped: true), perSampleGradients("replays", isMapped: false),
    ]
  }

  private static func jacobian(_ name: String, _ sizes: [Int], _ way: String, chunkSize: Int?) -> Case {
    Case(name: "jacobian/\(name)/\(way)") {
      let w1 = InputData.uniform(1, [sizes[0], sizes[1]]), w2 = InputData.uniform(2, [sizes[1], sizes[2]])
      let x = InputData.uniform(3, [sizes[0]])
      return .whole {
        Pullback.jacobian(at: x, mode: .reverse, chunkSize: chunkSize) { x in tanh(tanh(x.matmul(w1)).matmul(w2)) }
      }
    }
  }

  private static func perSampleGradients(_ way: String, isMapped: Bool) -> Case {
    Case(name: "per-sample-gradients/mlp-64-64-10/\(way)") {
      let weights = [InputData.uniform(1, [64, 64]), InputData.uniform(2, [64, 10])]
      let x = InputData.uniform(3, [64, 64]), labels = InputData.integers(4, [64], below: 10)
      @Sendable func loss(_ weights: [Tensor], _ x: Tensor, _ label: Tensor) -> Tensor {
        softmaxCrossEntropy(
          tanh(x.matmul(weights[0])).matmul(weights[1]).expanded(at: 0), labels: label.expanded(at: 0))
      }
      if isMapped { return .whole { Pullback.perSampleGradients(at: weights, over: x, labels, of: loss)[0] } }
      return .whole {
        stacked(
          (0..<64).map { place in
            gradient(at: weights) { weights in loss(weights, x[place], labels[place]) }[0]
          })
      }
    }
  }
}
