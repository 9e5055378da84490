public import Pullback

/// An affine layer, `x · weight + bias`, and a rectifier after it if wanted.
///
/// ```swift
/// import PullbackLearning
///
/// let layer = Linear(weight: Tensor([[1, 2], [3, 4]]), bias: Tensor([10, 20]))
/// print(layer(Tensor([[1, 1]])))  // [[14.0, 26.0]] : [1, 2] float32
/// ```
public struct Linear: Layer {
  /// The weights, of shape `[inputs, outputs]`.
  public var weight: Tensor
  /// What is added to every row, of shape `[outputs]`; nil for nothing.
  public var bias: Tensor?
  /// What is applied to the result, in the same pass.
  public let activation: LinearActivation

  /// A layer with the given weights.
  public init(weight: Tensor, bias: Tensor? = nil, activation: LinearActivation = .none) {
    self.weight = weight.requiringGradient()
    self.bias = bias?.requiringGradient()
    self.activation = activation
  }

  /// A layer with weights drawn from a distribution and biases of zero.
  public init(
    _ inputs: Int, _ outputs: Int, hasBias: Bool = true, activation: LinearActivation = .none,
    initializer: Initializer = .heNormal, dtype: DType = .float32, using generator: inout some RandomNumberGenerator
  ) {
    self.init(
      weight: initializer([inputs, outputs], dtype: dtype, using: &generator),
      bias: hasBias ? Tensor.zeros([outputs], dtype: dtype) : nil, activation: activation)
  }

  /// `x · weight + bias` for `x` of shape `[…, inputs]`.
  public func callAsFunction(_ x: Tensor) -> Tensor { linear(x, weight: weight, bias: bias, activation: activation) }

  /// Visits `weight`, then `bias`.
  public mutating func forEachParameter(_ body: (_ name: String, _ parameter: inout Tensor) -> Void) {
    body("weight", &weight)
    if bias != nil { body("bias", &bias!) }
  }
}

/// A function without parameters as a layer, for ``Sequential``.
///
/// ```swift
/// import PullbackLearning
///
/// let layer = Activation(tanh)
/// print(layer(Tensor([0])))  // [0.0] : [1] float32
/// ```
public struct Activation: Layer, Sendable {
  private let function: @Sendable (Tensor) -> Tensor

  /// A layer that applies `function`.
  public init(_ function: @escaping @Sendable (Tensor) -> Tensor) { self.function = function }

  /// `function(x)`.
  public func callAsFunction(_ x: Tensor) -> Tensor { function(x) }

  /// Visits nothing.
  public mutating func forEachParameter(_ body: (_ name: String, _ parameter: inout Tensor) -> Void) {}
}

/// Layers one after another.
///
/// ```swift
/// import PullbackLearning
///
/// var generator = PhiloxGenerator(seed: 1)
/// let network = Sequential([
///   Linear(4, 8, using: &generator), Activation(tanh), Linear(8, 3, using: &generator),
/// ])
/// print(network(Tensor.ones([2, 4])).shape, network.parameters.map(\.name))
/// // [2, 3] ["0.weight", "0.bias", "2.weight", "2.bias"]
/// ```
public struct Sequential: Layer {
  /// The layers, first to last.
  public var layers: [any Layer]

  /// A network of the given layers.
  public init(_ layers: [any Layer]) { self.layers = layers }

  /// What the last layer makes of `x`.
  public func callAsFunction(_ x: Tensor) -> Tensor { layers.reduce(x) { x, layer in layer(x) } }

  /// Visits the parameters of each layer; names begin with the layer's position.
  public mutating func forEachParameter(_ body: (_ name: String, _ parameter: inout Tensor) -> Void) {
    for index in layers.indices { layers[index].forEachParameter(in: "\(index)", body) }
  }
}
