import Pullback
import PullbackLearning

/// Two affine layers with a rectifier between them, and softmax with cross-entropy as the loss.
struct Network: Module {
  private var hidden: Linear
  private var output: Linear

  init(hiddenCount: Int, using generator: inout some RandomNumberGenerator) {
    hidden = Linear(64, hiddenCount, using: &generator)
    output = Linear(hiddenCount, 10, using: &generator)
  }

  /// The scores of the ten digits for each image.
  func logits(_ images: Tensor) -> Tensor { output(relu(hidden(images))) }

  func loss(_ digits: Dataset) -> Tensor { softmaxCrossEntropy(logits(digits.inputs), labels: digits.targets) }

  /// The share of digits that are recognised.
  func accuracy(on digits: Dataset) -> Double {
    withoutRecording { PullbackLearning.accuracy(of: logits(digits.inputs), labels: digits.targets) }
  }

  mutating func forEachParameter(_ body: (_ name: String, _ parameter: inout Tensor) -> Void) {
    hidden.forEachParameter(in: "hidden", body)
    output.forEachParameter(in: "output", body)
  }
}
