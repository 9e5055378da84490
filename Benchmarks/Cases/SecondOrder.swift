import Pullback
import PullbackLearning

extension Case {
  /// Products of a Hessian and a vector.
  static var secondOrder: [Case] { [reverseOverReverse] }

  private static var reverseOverReverse: Case {
    Case(name: "hvp-mlp-64-64-10/reverse-over-reverse") {
      let model = Perceptron([64, 64, 10], .sigmoid)
      let x = InputData.uniform(1, [64, 64]), labels = InputData.integers(2, [64], below: 10)
      let leaves = model.parameters.map(\.value)
      let vector = leaves.enumerated().map { InputData.uniform(50 + UInt64($0), $1.shape) }
      return .whole {
        let gradients = model.loss(x, labels: labels).backward(recordingGradients: true)
        return backward(from: zip(leaves, vector).map { (gradients[$0], $1) })[leaves[0]]
      }
    }
  }
}
