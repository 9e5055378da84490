import Pullback
import PullbackLearning

extension Case {
  /// Products of a Hessian and a vector, and the gradient for comparison.
  static var secondOrder: [Case] {
    [
      secondOrder("reverse-over-reverse") { parameters, vector, loss in
        let gradients = loss(parameters).backward(recordingGradients: true)
        return backward(from: zip(parameters, vector).map { (gradients[$0], $1) })[parameters[0]]
      },
      secondOrder("forward-over-reverse") { parameters, vector, loss in
        let hessian = differential(at: detached(parameters)) { parameters in gradient(at: parameters, of: loss) }
        return hessian(vector)[0]
      },
      secondOrder("gradient") { parameters, _, loss in gradient(at: detached(parameters), of: loss)[0] },
    ]
  }

  /// A tracked place would make the derivative part of the tape that it is on, for the next derivative.
  private static func detached(_ parameters: [Tensor]) -> [Tensor] { parameters.map { $0.detached() } }

  private static func secondOrder(
    _ name: String,
    _ step: @escaping (_ parameters: [Tensor], _ vector: [Tensor], _ loss: ([Tensor]) -> Tensor) -> Tensor
  ) -> Case {
    Case(name: "hvp-mlp-64-64-10/\(name)") {
      let model = Perceptron([64, 64, 10], .sigmoid)
      let x = InputData.uniform(1, [64, 64]), labels = InputData.integers(2, [64], below: 10)
      let parameters = model.parameters.map(\.value)
      let vector = parameters.enumerated().map { InputData.uniform(50 + UInt64($0), $1.shape) }
      return .whole { step(parameters, vector) { model.with($0).loss(x, labels: labels) } }
    }
  }
}

extension Module {
  /// This module with other values of its parameters, in the order of the visit.
  fileprivate func with(_ parameters: [Tensor]) -> Self {
    var copy = self
    var values = parameters.makeIterator()
    copy.forEachParameter { _, parameter in parameter = values.next()! }
    return copy
  }
}
