public import Pullback

/// A rule that moves parameters along their gradients.
///
/// An optimizer is a value: its state (momentum and so on) is part of it, kept by the parameters' order in the module,
/// so one optimizer serves one module. Parameters are written to in place when nobody else sees their memory; a tensor
/// that you keep never changes. An updated parameter is a new leaf: read gradients before the update.
///
/// A parameter that the loss did not depend on, or that does not require a gradient, stays as it is.
public protocol Optimizer {
  /// How far a step goes; change it between steps to follow a ``Schedule``.
  var learningRate: Double { get set }

  /// Moves the parameters of `model` by one step.
  mutating func update(_ model: inout some Module, with gradients: Gradients)
}

extension Module {
  /// Calls `body` with each parameter that has a gradient, its position among all parameters, and its gradient.
  mutating func forEachGradient(
    in gradients: Gradients, _ body: (_ position: Int, _ parameter: inout Tensor, _ gradient: Tensor) -> Void
  ) {
    var position = 0
    forEachParameter { _, parameter in
      if let gradient = gradients.gradient(of: parameter) { body(position, &parameter, gradient) }
      position += 1
    }
  }
}

// What an optimizer keeps for the parameters, by position. It is written to through the array, so that its tensors keep
// one owner and are changed in place.
extension Array where Element: ExpressibleByNilLiteral {
  /// What is kept at a position; nil at first.
  subscript(keptAt position: Int) -> Element {
    @inline(__always) get { position < count ? self[position] : nil }
    @inline(__always) _modify {
      while count <= position { append(nil) }
      yield &self[position]
    }
  }
}
