public import Pullback

/// Filters moved over images, and a rectifier after them if wanted: `conv2D` of `Pullback`.
///
/// ```swift
/// import PullbackLearning
///
/// var generator = PhiloxGenerator(seed: 1)
/// let layer = Conv2D(1, 16, kernel: 5, using: &generator)
/// print(layer(Tensor.zeros([64, 1, 28, 28])).shape)  // [64, 16, 24, 24]
/// ```
public struct Conv2D: Layer {
  /// The filters, of shape `[outputs, inputs, height, width]`.
  public var weight: Tensor
  /// What is added to every output channel, of shape `[outputs]`; nil for nothing.
  public var bias: Tensor?
  /// How far a filter moves from one result to the next.
  public let stride: PerAxis
  /// Zeros before and after each spatial axis.
  public let padding: ConvolutionPadding
  /// What is applied to the result, in the same pass.
  public let activation: LinearActivation

  /// A layer with the given filters.
  public init(
    weight: Tensor, bias: Tensor? = nil, stride: PerAxis = 1, padding: ConvolutionPadding = 0,
    activation: LinearActivation = .none
  ) {
    self.weight = weight.requiringGradient()
    self.bias = bias?.requiringGradient()
    self.stride = stride
    self.padding = padding
    self.activation = activation
  }

  /// A layer of square filters drawn from a distribution, with biases of zero.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: PerAxis = 1, padding: ConvolutionPadding = 0,
    hasBias: Bool = true,
    activation: LinearActivation = .none, initializer: Initializer = .heNormal, dtype: DType = .float32,
    using generator: inout some RandomNumberGenerator
  ) {
    self.init(
      weight: initializer([outputs, inputs, kernel, kernel], dtype: dtype, using: &generator),
      bias: hasBias ? Tensor.zeros([outputs], dtype: dtype) : nil, stride: stride, padding: padding,
      activation: activation)
  }

  /// The filtered images, for `x` of shape `[batch, inputs, height, width]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    conv2D(x, weight: weight, bias: bias, stride: stride, padding: padding, activation: activation)
  }

  /// Visits `weight`, then `bias`.
  public mutating func forEachParameter(_ body: (_ name: String, _ parameter: inout Tensor) -> Void) {
    body("weight", &weight)
    if bias != nil { body("bias", &bias!) }
  }
}

/// Rows brought to mean 0 and variance 1, then scaled and shifted by what is learned.
///
/// ```swift
/// import PullbackLearning
///
/// print(rounded(LayerNorm(2)(Tensor([[1, 3]]))))  // [[-1.0, 1.0]] : [1, 2] float32
/// ```
public struct LayerNorm: Layer {
  /// The scale, of shape `[features]`, 1 at first.
  public var weight: Tensor
  /// The shift, of shape `[features]`, 0 at first.
  public var bias: Tensor
  /// Added to the variance.
  public let epsilon: Double

  /// A layer for rows of so many features.
  public init(_ features: Int, epsilon: Double = 1e-5, dtype: DType = .float32) {
    weight = Tensor.ones([features], dtype: dtype).requiringGradient()
    bias = Tensor.zeros([features], dtype: dtype).requiringGradient()
    self.epsilon = epsilon
  }

  /// The normalised rows, for `x` of shape `[…, features]`.
  public func callAsFunction(_ x: Tensor) -> Tensor { layerNorm(x, weight: weight, bias: bias, epsilon: epsilon) }

  /// Visits `weight`, then `bias`.
  public mutating func forEachParameter(_ body: (_ name: String, _ parameter: inout Tensor) -> Void) {
    body("weight", &weight)
    body("bias", &bias)
  }
}

/// A table with a learned row for each index.
///
/// ```swift
/// import PullbackLearning
///
/// let table = Embedding(table: Tensor([[0, 0], [1, 2]]))
/// print(table(Tensor([1, 1], dtype: .int64)).shape)  // [2, 2]
/// ```
public struct Embedding: Layer {
  /// The rows, of shape `[indices, features]`.
  public var table: Tensor

  /// A layer with the given rows.
  public init(table: Tensor) { self.table = table.requiringGradient() }

  /// A layer of so many rows, drawn from a normal distribution.
  public init(
    _ indices: Int, _ features: Int, standardDeviation: Double = 1, dtype: DType = .float32,
    using generator: inout some RandomNumberGenerator
  ) {
    self.init(
      table: .normal([indices, features], standardDeviation: standardDeviation, dtype: dtype, using: &generator))
  }

  /// The rows named by an integer tensor of any shape, with a new axis at the end.
  public func callAsFunction(_ x: Tensor) -> Tensor { embedding(x, in: table) }

  /// Visits `table`.
  public mutating func forEachParameter(_ body: (_ name: String, _ parameter: inout Tensor) -> Void) {
    body("table", &table)
  }
}
