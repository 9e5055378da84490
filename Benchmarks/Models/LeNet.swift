import Pullback
import PullbackLearning

/// Two convolutions with pooling, and an affine layer, for images of 28×28.
struct LeNet: Module {
  private var first = LeNet.convolution(300, 1, 16)
  private var second = LeNet.convolution(302, 16, 32)
  private var output = Linear(
    weight: LeNet.outputWeight, bias: InputData.uniform(305, [10], -LeNet.outputBound, LeNet.outputBound))

  private static let outputBound = 1 / 512.0.squareRoot()
  private static var outputWeight: Tensor {
    InputData.uniform(304, [32, 4, 4, 10], -outputBound, outputBound).reshaped(to: [512, 10])
  }

  private static func convolution(_ seed: UInt64, _ inputs: Int, _ outputs: Int) -> Conv2D {
    let bound = 1 / Double(inputs * 25).squareRoot()
    return Conv2D(
      weight: InputData.uniform(seed, [outputs, inputs, 5, 5], -bound, bound),
      bias: InputData.uniform(seed + 1, [outputs], -bound, bound), activation: .relu)
  }

  func loss(_ images: Tensor, labels: Tensor) -> Tensor {
    let x = maxPool2D(second(maxPool2D(first(images), kernel: 2)), kernel: 2)
    return softmaxCrossEntropy(output(x.flattened(from: 1)), labels: labels)
  }

  mutating func forEachParameter(_ body: (_ name: String, _ parameter: inout Tensor) -> Void) {
    first.forEachParameter(in: "first", body)
    second.forEachParameter(in: "second", body)
    output.forEachParameter(in: "output", body)
  }
}
