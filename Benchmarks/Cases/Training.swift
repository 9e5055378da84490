import Pullback
import PullbackLearning

extension Case {
  /// Whole training steps: loss, gradients, update.
  static var training: [Case] { tiny + perceptrons }

  private static var tiny: [Case] {
    let iterations = 1500
    let x = Tensor([[0.05, 0.10]]), target = Tensor([[0.01, 0.99]])
    func step(_ training: Training<TinyNetwork>) -> Training<TinyNetwork> {
      var next = training
      var optimizer = SGD(learningRate: 1)
      next.loss = trainingStep(&next.model, &optimizer) { $0.loss(x, target: target) }.detached()
      return next
    }
    return [
      Case(name: "tiny-2-2-2", units: iterations) {
        var model = TinyNetwork()
        var optimizer = SGD(learningRate: 1)
        return .whole {
          var last = Tensor(0)
          for _ in 0..<iterations { last = trainingStep(&model, &optimizer) { $0.loss(x, target: target) } }
          return last
        }
      },
      Case(name: "tiny-2-2-2/step-compiled", units: iterations) {
        var training = Training(model: TinyNetwork())
        let step = compiled(step)
        return .whole {
          for _ in 0..<iterations { training = step(training) }
          return training.loss
        }
      },
      Case(name: "tiny-2-2-2/whole-loop-compiled", units: iterations) {
        let loop = compiled(repeating: iterations, step)
        return .whole { loop(Training(model: TinyNetwork())).loss }
      },
    ]
  }

  private static var perceptrons: [Case] { [128, 1024].flatMap(perceptron) }

  private static func perceptron(batch: Int) -> [Case] {
    let sizes = [784, 512, 256, 10]
    let products = zip(sizes, sizes.dropFirst()).map(*)
    // Three products for each layer, but no gradient of the input.
    let operations = 2 * Double(batch * (3 * products.reduce(0, +) - products[0]))
    let x = { InputData.uniform(1, [batch, sizes[0]]) }, labels = { InputData.integers(2, [batch], below: 10) }
    let steps = 20
    return [
      Case(name: "mlp/batch-\(batch)", work: .operations(operations)) {
        let (x, labels) = (x(), labels())
        var model = Perceptron(sizes)
        var optimizer = SGD(learningRate: 0.05)
        return .whole { trainingStep(&model, &optimizer) { $0.loss(x, labels: labels) } }
      },
      Case(name: "mlp/batch-\(batch)/whole-loop-compiled", work: .operations(operations), units: steps) {
        let (x, labels) = (x(), labels())
        let loop = compiled(repeating: steps) { (training: Training<Perceptron>) in
          var next = training
          var optimizer = SGD(learningRate: 0.05)
          next.loss = trainingStep(&next.model, &optimizer) { $0.loss(x, labels: labels) }.detached()
          return next
        }
        var training = Training(model: Perceptron(sizes))
        return .whole {
          training = loop(training)
          return training.loss
        }
      },
    ]
  }
}

/// One step of training, as a user writes it.
func trainingStep<Model: Module>(
  _ model: inout Model, _ optimizer: inout some Optimizer, _ loss: (Model) -> Tensor
) -> Tensor {
  let loss = loss(model)
  optimizer.update(&model, with: loss.backward())
  return loss
}

/// What a step of training hands on to the next.
private struct Training<Model: Module>: TensorStructure {
  var model: Model
  var loss = Tensor(0)

  mutating func updateTensors(_ body: (inout Tensor) throws -> Void) rethrows {
    try model.updateTensors(body)
    try body(&loss)
  }
}
