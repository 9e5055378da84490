import CKernels
import Kernels

// Optimiser steps: one pass over a parameter, its gradient and the optimiser's state, in place where nobody else sees
// the memory, so that a tensor that someone still holds never changes.

/// One step of gradient descent with momentum.
package struct DescentStep {
  package var rate, momentum, dampening, weightDecay: Double
  package var isNesterov: Bool

  package init(rate: Double, momentum: Double, dampening: Double, weightDecay: Double, isNesterov: Bool) {
    self.rate = rate
    self.momentum = momentum
    self.dampening = dampening
    self.weightDecay = weightDecay
    self.isNesterov = isNesterov
  }
}

/// One step of Adam.
package struct AdamStep {
  package var rate, beta1, beta2, epsilon, weightDecay: Double
  /// Whether the parameter decays by itself, as in AdamW, rather than through its gradient.
  package var isDecayDecoupled: Bool

  package init(
    rate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double, isDecayDecoupled: Bool
  ) {
    self.rate = rate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.isDecayDecoupled = isDecayDecoupled
  }
}

extension Tensor {
  /// Moves this parameter by a step of gradient descent.
  ///
  /// - Parameter velocity: the momentum's state, of this shape and dtype; nil before the first step, and without momentum.
  package mutating func descend(along gradient: Tensor, velocity: inout Tensor?, _ step: DescentStep) {
    guard let kernel = dtype.kernels.pointee.update.sgd else { return refuseUpdate("SGD") }
    let isFirst = velocity == nil
    if isFirst, step.momentum != 0 { velocity = .uninitialized(like: self, for: "SGD") }
    guard let gradient = gradient.elements.contiguous(for: "SGD"), let target = updateTarget(for: "SGD"),
      velocity?.makeWritable(for: "SGD") != false
    else { return }
    let (p, q) = (elements.pointer, target.new?.pointer ?? elements.pointer)
    let (g, v) = (gradient.pointer, velocity?.elements.pointer)
    launch(
      keeping: gradient,
      { [count, size = dtype.byteCount] in
        Parallel.run(count: count, grain: Elementwise.grain) { part in
          let offset = part.lowerBound * size
          kernel(
            p + offset, q + offset, g + offset, v.map { $0 + offset }, part.count, step.rate, step.momentum,
            step.dampening, step.weightDecay, step.isNesterov ? 1 : 0, isFirst ? 1 : 0)
        }
      })
    if let new = target.new { elements = new }
    becomeLeaf()
  }

  /// Moves this parameter by a step of Adam.
  ///
  /// - Parameters:
  ///   - mean: the running mean of the gradients, of this shape and dtype, zeros before the first step.
  ///   - square: the running mean of their squares.
  ///   - maximum: the largest such mean so far, for AMSGrad; nil without it.
  ///   - number: the number of this step, from 1.
  package mutating func descendByAdam(
    along gradient: Tensor, mean: inout Tensor, square: inout Tensor, maximum: inout Tensor?, _ step: AdamStep,
    number: Int
  ) {
    guard let kernel = dtype.kernels.pointee.update.adam else { return refuseUpdate("Adam") }
    guard !Program.isRecording else { return refuseCompilation() }
    guard let gradient = gradient.elements.contiguous(for: "Adam"), let target = updateTarget(for: "Adam"),
      mean.makeWritable(for: "Adam"), square.makeWritable(for: "Adam"), maximum?.makeWritable(for: "Adam") != false
    else { return }
    let size = dtype.byteCount
    let (p, q) = (elements.pointer, target.new?.pointer ?? elements.pointer)
    let (g, m) = (gradient.pointer, mean.elements.pointer)
    let (s, most) = (square.elements.pointer, maximum?.elements.pointer)
    let correction1 = 1 - power(step.beta1, number), correction2 = 1 - power(step.beta2, number)
    launch(
      keeping: gradient,
      { [count] in
        Parallel.run(count: count, grain: Elementwise.grain) { part in
          let offset = part.lowerBound * size
          kernel(
            p + offset, q + offset, g + offset, m + offset, s + offset, most.map { $0 + offset }, part.count, step.rate,
            step.beta1, step.beta2, step.epsilon, step.weightDecay, step.isDecayDecoupled ? 1 : 0, correction1,
            correction2)
        }
      })
    if let new = target.new { elements = new }
    becomeLeaf()
  }

  /// Where an update of this parameter goes: to new elements, if somebody else sees its own. Nil, inside ``checked(_:)``,
  /// if memory runs out.
  private mutating func updateTarget(for operation: StaticString) -> UpdateTarget? {
    if isContiguous {
      if Elements.isUnique(&elements) { return UpdateTarget() }
      return Elements.allocate(like: elements, for: operation).map { UpdateTarget(new: $0) }
    }
    return makeWritable(for: operation) ? UpdateTarget() : nil
  }

  private struct UpdateTarget {
    /// Nil for its own.
    var new: Elements?
  }

  /// Makes the elements this tensor's own and contiguous: copies them unless nobody else sees them.
  private mutating func makeWritable(for operation: StaticString) -> Bool {
    if isContiguous, Elements.isUnique(&elements) { return true }
    guard let copy = elements.copied(for: operation) else { return false }
    elements = copy
    return true
  }

  /// An updated parameter is another value, so it starts a graph of its own.
  private mutating func becomeLeaf() {
    if entry == nil { return }
    if entry!.isLeaf, isKnownUniquelyReferenced(&entry!) {
      entry!.renew(elements)
    } else {
      entry = Entry(leaf: elements)
    }
  }

  private static func uninitialized(like other: Tensor, for operation: StaticString) -> Tensor? {
    Elements.allocate(other.shape, other.dtype, for: operation).map { Tensor($0) }
  }

  private func refuseCompilation() {
    fail(
      .autogradMisuse, "Adam",
      "the number of the step is no tensor, so it would stay what it was when the function was compiled; update outside of compiled(_:), or use SGD"
    )
  }

  private func refuseUpdate(_ operation: StaticString) { _ = unsupported(operation, dtype) }
}

/// `base` to the power of a positive whole number.
private func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, factor, rest) = (1.0, base, exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= factor }
    factor *= factor
    rest >>= 1
  }
  return result
}
