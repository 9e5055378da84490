public import Pullback

/// Something with parameters to be learned: a layer, or a network of layers.
///
/// A module is a value. It names its parameters in one method, and an optimizer writes to them through it. A module made
/// of others passes the visit on:
///
/// ```swift
/// import PullbackLearning
///
/// struct Network: Module {
///   var hidden: Linear
///   var output: Linear
///
///   mutating func forEachParameter(_ body: (_ name: String, _ parameter: inout Tensor) -> Void) {
///     hidden.forEachParameter(in: "hidden", body)
///     output.forEachParameter(in: "output", body)
///   }
/// }
///
/// var generator = PhiloxGenerator(seed: 1)
/// let network = Network(hidden: Linear(64, 50, using: &generator), output: Linear(50, 10, using: &generator))
/// print(network.parameters.map(\.name))
/// // ["hidden.weight", "hidden.bias", "output.weight", "output.bias"]
/// print(network.parameterCount)  // 3760
/// ```
///
/// It is also a structure of tensors, its parameters: gradients can be taken at it, and a training step on it be compiled.
///
/// ```swift
/// import PullbackLearning
///
/// let x = Tensor([[1, 2], [3, 4]])
/// var layer = Linear(weight: Tensor([[1], [-1]]), bias: Tensor([0.5]))
/// print(gradient(at: layer) { layer in layer(x).sum() }.weight)
/// // [[4.0],
/// //  [6.0]] : [2, 1] float32
/// let step = compiled { (layer: Linear) in
///   var next = layer
///   var optimizer = SGD(learningRate: 0.01)
///   optimizer.update(&next, with: next(x).squared().sum().backward())
///   return next
/// }
/// for _ in 0..<2 { layer = step(layer) }
/// print(layer.weight)
/// // [[ 1.0536],
/// //  [-0.9176]] : [2, 1] float32
/// ```
public protocol Module: TensorStructure {
  /// Calls `body` with the name and the value of each parameter, always in the same order.
  ///
  /// Pass stored properties themselves (`&weight`), so that an update can be made in place.
  mutating func forEachParameter(_ body: (_ name: String, _ parameter: inout Tensor) -> Void)
}

extension Module {
  /// Calls `body` for each parameter.
  public mutating func updateTensors(_ body: (inout Tensor) throws -> Void) rethrows {
    // The visit cannot throw, so what `body` does is done between two of them.
    var parameters: [Tensor] = []
    forEachParameter { _, parameter in parameters.append(parameter) }
    defer {
      var place = 0
      forEachParameter { _, parameter in
        parameter = parameters[place]
        place += 1
      }
    }
    for place in parameters.indices { try body(&parameters[place]) }
  }

  /// Calls `body` with each parameter, its name preceded by `prefix` and a full stop.
  public mutating func forEachParameter(
    in prefix: String, _ body: (_ name: String, _ parameter: inout Tensor) -> Void
  ) {
    forEachParameter { name, parameter in body(name.isEmpty ? prefix : "\(prefix).\(name)", &parameter) }
  }

  /// The parameters with their names, in the order of the visit.
  public var parameters: [(name: String, value: Tensor)] {
    var copy = self
    var found: [(name: String, value: Tensor)] = []
    copy.forEachParameter { name, parameter in found.append((name, parameter)) }
    return found
  }

  /// How many numbers are learned.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.value.count } }
}

/// A tensor is a module of one parameter without a name.
extension Tensor: Module {
  /// Calls `body` with the tensor.
  public mutating func forEachParameter(_ body: (_ name: String, _ parameter: inout Tensor) -> Void) { body("", &self) }
}

/// An array of modules is a module; names begin with the positions, as in `0.weight`.
extension Array: Module where Element: Module {
  /// Calls `body` with the parameters of each element.
  public mutating func forEachParameter(_ body: (_ name: String, _ parameter: inout Tensor) -> Void) {
    for index in indices { self[index].forEachParameter(in: "\(index)", body) }
  }
}

/// A module that makes a tensor of a tensor.
public protocol Layer: Module {
  /// The layer's result for `x`.
  func callAsFunction(_ x: Tensor) -> Tensor
}
