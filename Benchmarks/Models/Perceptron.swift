import Pullback
import PullbackLearning

/// A linear layer whose weights are streams `seed` and `seed + 1`, in ±1/√inputs.
func linearLayer(
  _ seed: UInt64, _ inputs: Int, _ outputs: Int, activation: LinearActivation = .none
) -> Linear {
  let bound = 1 / Double(inputs).squareRoot()
  return Linear(
    weight: InputData.uniform(seed, [inputs, outputs], -bound, bound),
    bias: InputData.uniform(seed + 1, [outputs], -bound, bound), activation: activation)
}

/// A multi-layer perceptron: rectifiers or sigmoids between affine layers.
struct Perceptron: Module {
  enum HiddenActivation { case relu, sigmoid }

  private var layers: [Linear]
  private let activation: HiddenActivation

  init(_ sizes: [Int], _ activation: HiddenActivation = .relu) {
    self.activation = activation
    layers = (0..<sizes.count - 1).map { index in
      linearLayer(
        100 + 2 * UInt64(index), sizes[index], sizes[index + 1],
        activation: activation == .relu && index < sizes.count - 2 ? .relu : .none)
    }
  }

  func loss(_ x: Tensor, labels: Tensor) -> Tensor {
    var x = x
    for (index, layer) in layers.enumerated() {
      x = layer(x)
      if activation == .sigmoid, index < layers.count - 1 { x = sigmoid(x) }
    }
    return softmaxCrossEntropy(x, labels: labels)
  }

  mutating func forEachParameter(_ body: (_ name: String, _ parameter: inout Tensor) -> Void) {
    layers.forEachParameter(body)
  }
}

/// Two inputs, two hidden units, two outputs: nothing but overhead.
struct TinyNetwork: Module {
  private var hidden = InputData.uniform(200, [2, 2]).requiringGradient()
  private var output = InputData.uniform(201, [2, 2]).requiringGradient()

  func loss(_ x: Tensor, target: Tensor) -> Tensor {
    meanSquaredError(sigmoid(sigmoid(x.matmul(hidden)).matmul(output)), target)
  }

  mutating func forEachParameter(_ body: (_ name: String, _ parameter: inout Tensor) -> Void) {
    body("hidden", &hidden)
    body("output", &output)
  }
}
