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
  /// Calls `body` with each parameter that has a gradient, its gradient, and what the optimizer keeps for it: nil at
  /// first, and found again by the parameter's position.
  // Inlined, so that the compiler knows the type of the state.
  @inline(__always)
  mutating func update<State>(
    keeping states: inout [State?], with gradients: Gradients, _ body: (inout Tensor, Tensor, inout State?) -> Void
  ) {
    var position = 0
    forEachParameter { _, parameter in
      if position == states.count { states.append(nil) }
      // Written through the array, so that the state's tensors keep one owner and are changed in place.
      if let gradient = gradients.gradient(of: parameter) { body(&parameter, gradient, &states[position]) }
      position += 1
    }
  }
}
