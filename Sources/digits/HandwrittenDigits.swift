import CDigits
import Pullback
import PullbackLearning

/// The digits that ship with the program: 1,797 images of 8×8 pixels with their labels.
enum HandwrittenDigits {
  /// The usual split: the first 1,437 to learn from, the last 360 to test with.
  static let trainingCount = 1437

  /// Images of shape `[digits, 64]`, from 0 (paper) to 1 (ink), and labels 0 ... 9.
  static func load() throws(CSVError) -> Dataset {
    var count = 0
    let bytes = digits_csv(&count)!
    let table = try CSVTable(bytes: Array(UnsafeBufferPointer(start: bytes, count: count))).values
    return Dataset(inputs: table[0..., ..<64] / 16, targets: table[0..., 64].cast(to: .int64))
  }
}

/// Images `[digits, 64]`, each moved by up to half a pixel in both directions, and with some noise.
///
/// A network that has never seen a digit twice in quite the same place learns its form rather than its pixels.
func varied(_ images: Tensor, using generator: inout some RandomNumberGenerator) -> Tensor {
  let count = images.shape[0]
  // Row i of the moved image is a mean of the rows around i + offset, each weighted by its nearness.
  func weights() -> Tensor {
    let offsets = Tensor.uniform([count, 1, 1], in: -0.5..<0.5, using: &generator)
    let places = Tensor.arange(8)
    return relu(1 - abs(places.expanded(at: 1) - places + offsets))
  }
  let moved = weights().matmul(images.reshaped(to: [count, 8, 8])).matmul(weights().transposed())
  return moved.reshaped(to: [count, 64]) + Tensor.normal([count, 64], standardDeviation: 0.2, using: &generator)
}
