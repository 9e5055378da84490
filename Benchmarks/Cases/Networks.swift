import Pullback
import PullbackLearning

extension Case {
  /// Steps of a convolutional network and of transformers.
  static var networks: [Case] {
    [
      leNet, transformerBlock, gpt(width: 256, time: 128, batch: 8, layers: 4),
      gpt(width: 128, time: 64, batch: 12, layers: 4),
    ]
  }

  private static var leNet: Case {
    let first = 24 * 24 * 16 * 25 * 2, second = 8 * 8 * 32 * 16 * 25 * 2, output = 512 * 10 * 2
    // Three products for each layer, but no gradient of the images.
    let operations = 64 * Double(3 * (first + second + output) - first)
    return Case(name: "lenet/batch-64", work: .operations(operations)) {
      let images = InputData.uniform(1, [64, 1, 28, 28]), labels = InputData.integers(2, [64], below: 10)
      var model = LeNet()
      var optimizer = SGD(learningRate: 0.05)
      return .whole { trainingStep(&model, &optimizer) { $0.loss(images, labels: labels) } }
    }
  }

  private static var transformerBlock: Case {
    Case(name: "gpt-block/d256-t128-b8", work: work(width: 256, time: 128, batch: 8, layers: 1, vocabulary: 0)) {
      let block = TransformerBlock(width: 256, heads: 4, seed: 400)
      let x = InputData.uniform(1, [8, 128, 256]).requiringGradient()
      let cotangent = InputData.uniform(2, [8, 128, 256])
      return .whole { block(x).backward(cotangent)[x] }
    }
  }

  private static func gpt(width: Int, time: Int, batch: Int, layers: Int) -> Case {
    let vocabulary = 65
    return Case(
      name: "gpt-\(layers)layer/d\(width)-t\(time)-b\(batch)",
      work: work(width: width, time: time, batch: batch, layers: layers, vocabulary: vocabulary)
    ) {
      let text = InputData.integers(1, [batch, time], below: vocabulary)
      let labels = InputData.integers(2, [batch * time], below: vocabulary)
      var model = GPT(width: width, heads: 4, layers: layers, vocabulary: vocabulary, time: time)
      var optimizer = Adam(learningRate: 1e-3)
      return .whole { trainingStep(&model, &optimizer) { $0.loss(text, labels: labels) } }
    }
  }

  /// Forward once, and twice as much backward.
  private static func work(width d: Int, time: Int, batch: Int, layers: Int, vocabulary: Int) -> Work {
    let tokens = batch * time
    let layer = 2 * tokens * 12 * d * d + 2 * 2 * batch * time * time * d
    return .operations(3 * Double(layers * layer + 2 * tokens * d * vocabulary))
  }
}
