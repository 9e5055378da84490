public import Pullback

/// Examples to learn from: inputs and what is wanted for each, along the first axis of two tensors.
///
/// ```swift
/// import PullbackLearning
///
/// let data = Dataset(inputs: Tensor.arange(10).reshaped(to: [5, 2]), targets: Tensor([0, 1, 0, 1, 0], dtype: .int64))
/// let (training, test) = data.split(at: 4)
/// print(training.count, test.count)  // 4 1
///
/// var generator = PhiloxGenerator(seed: 1)
/// for batch in training.batches(of: 2, shuffledUsing: &generator) {
///   print(batch.inputs.shape, batch.targets.shape)
/// }
/// // [2, 2] [2]
/// // [2, 2] [2]
/// ```
public struct Dataset: Sendable {
  /// One input for each index of the first axis.
  public let inputs: Tensor
  /// What is wanted for each input: labels as int64, or values.
  public let targets: Tensor

  /// The examples of two tensors whose first axes have the same extent; others are a mistake, which traps.
  public init(inputs: Tensor, targets: Tensor) {
    guard let count = inputs.shape.first, targets.shape.first == count else {
      fatalError("Dataset: inputs \(inputs.shape) and targets \(targets.shape) need first axes of the same extent")
    }
    self.inputs = inputs
    self.targets = targets
  }

  /// How many examples there are.
  public var count: Int { inputs.shape[0] }

  /// The examples of a range, without a copy.
  public subscript(range: Range<Int>) -> Dataset {
    Dataset(inputs: inputs[range], targets: targets[range])
  }

  /// The examples at the given indices.
  public subscript(indices: Tensor) -> Dataset {
    Dataset(inputs: inputs.gathering(indices), targets: targets.gathering(indices))
  }

  /// The first `count` examples, and the rest.
  ///
  /// ```swift
  /// let digits = Dataset(inputs: Tensor.zeros([10, 2]), targets: Tensor.zeros([10]))
  /// let (training, test) = digits.split(at: 8)
  /// print(training.count, test.count)  // 8 2
  /// ```
  public func split(at count: Int) -> (Dataset, Dataset) { (self[0..<count], self[count..<self.count]) }

  /// All examples in a random order.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let numbers = Dataset(inputs: Tensor.arange(10), targets: Tensor.arange(10))
  /// let shuffled = numbers.shuffled(using: &generator)
  /// print(shuffled.inputs == shuffled.targets, shuffled.inputs == numbers.inputs)  // true false
  /// ```
  public func shuffled(using generator: inout some RandomNumberGenerator) -> Dataset {
    self[Tensor.permutation(count, using: &generator)]
  }

  /// The examples in pieces of `size`, in order; the last piece may be smaller, and is left out with `droppingLast`.
  ///
  /// ```swift
  /// let numbers = Dataset(inputs: Tensor.arange(5), targets: Tensor.arange(5))
  /// for batch in numbers.batches(of: 2) { print(batch.inputs) }
  /// // [0.0, 1.0] : [2] float32
  /// // [2.0, 3.0] : [2] float32
  /// // [4.0] : [1] float32
  /// ```
  public func batches(of size: Int, droppingLast: Bool = false) -> Batches {
    Batches(dataset: self, order: nil, size: size, droppingLast: droppingLast)
  }

  /// The examples in pieces of `size`, in a random order.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let numbers = Dataset(inputs: Tensor.arange(5), targets: Tensor.arange(5))
  /// print(numbers.batches(of: 2, shuffledUsing: &generator).map(\.count))  // [2, 2, 1]
  /// ```
  public func batches(
    of size: Int, droppingLast: Bool = false, shuffledUsing generator: inout some RandomNumberGenerator
  ) -> Batches {
    Batches(
      dataset: self, order: Tensor.permutation(count, using: &generator), size: size, droppingLast: droppingLast)
  }
}

/// The examples of a ``Dataset`` in pieces; each is put together when it is asked for.
public struct Batches: Sendable, RandomAccessCollection {
  private let dataset: Dataset
  private let order: Tensor?
  private let size: Int

  /// Always 0.
  public var startIndex: Int { 0 }
  /// The number of batches.
  public let endIndex: Int

  init(dataset: Dataset, order: Tensor?, size: Int, droppingLast: Bool) {
    guard size > 0 else { fatalError("batches: the size is \(size); it needs to be at least 1") }
    self.dataset = dataset
    self.order = order
    self.size = size
    endIndex = (dataset.count + (droppingLast ? 0 : size - 1)) / size
  }

  /// The batch at a position.
  public subscript(position: Int) -> Dataset {
    let range = position * size..<Swift.min(dataset.count, (position + 1) * size)
    return order.map { dataset[$0[range]] } ?? dataset[range]
  }
}

/// The share of rows of `logits`, `[examples, classes]`, whose largest element is at the label.
///
/// ```swift
/// import PullbackLearning
///
/// print(accuracy(of: Tensor([[1, 2], [3, 1]]), labels: Tensor([1, 1], dtype: .int64)))  // 0.5
/// ```
public func accuracy(of logits: Tensor, labels: Tensor) -> Double {
  let hits = (logits.argMax(axis: -1) .== labels.cast(to: .int64)).cast(to: .int64).sum().item(as: Int.self)
  return Double(hits) / Double(labels.count)
}
