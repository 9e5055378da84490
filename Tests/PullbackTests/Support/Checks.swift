import Foundation
import Synchronization
import Testing

@testable import Pullback

/// What is wrong, for `Issue.record`.
struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Runs a check on every row, on all processors, and records an issue for each that throws.
func forEveryRow(
  of rows: [OperationCase] = OperationCase.all, sourceLocation: SourceLocation = #_sourceLocation,
  _ check: @Sendable (OperationCase) throws -> Void
) {
  let failures = Mutex<[(Int, String)]>([])
  DispatchQueue.concurrentPerform(iterations: rows.count) { place in
    do { try checked { try check(rows[place]) } } catch {
      failures.withLock { $0.append((place, "\(rows[place]): \(error)")) }
    }
  }
  for (_, failure) in failures.withLock({ $0.sorted { $0.0 < $1.0 } }) {
    Issue.record("\(failure)", sourceLocation: sourceLocation)
  }
}

/// Throws unless shape, dtype and all bits agree.
func expectSameBits(_ a: Tensor, _ b: Tensor, _ what: @autoclosure () -> String) throws {
  guard a.shape == b.shape, a.dtype == b.dtype else {
    throw Failure("\(what()): \(a.dtype) of shape \(a.shape) against \(b.dtype) of shape \(b.shape)")
  }
  // Unlike numbers, bytes are equal where both are NaN; and comparing them is quick.
  let (x, y) = (a.elements.contiguous(for: "bits")!, b.elements.contiguous(for: "bits")!)
  let isSame = withExtendedLifetime((x, y)) { memcmp(x.pointer, y.pointer, a.count * a.dtype.byteCount) == 0 }
  if isSame { return }
  for (place, (a, b)) in Swift.zip(a.scalars(as: Double.self), b.scalars(as: Double.self)).enumerated()
  where a.bitPattern != b.bitPattern {
    throw Failure("\(what()): \(a) against \(b) at element \(place)")
  }
}

/// Throws unless every element of `a` is within a tolerance of `b`'s, relative to the largest.
func expectClose(_ a: Tensor, _ b: Tensor, tolerance: Double, _ what: @autoclosure () -> String) throws {
  guard a.shape == b.shape else { throw Failure("\(what()): shape \(a.shape) against \(b.shape)") }
  let b = b.scalars(as: Double.self)
  let scale = b.reduce(1) { $1.isFinite ? Swift.max($0, Swift.abs($1)) : $0 }
  for (place, (a, b)) in Swift.zip(a.scalars(as: Double.self), b).enumerated() {
    guard a == b || Swift.abs(a - b) <= tolerance * scale else {
      throw Failure("\(what()): \(a) against \(b) at element \(place)")
    }
  }
}

/// The value of a row's function and the gradients of its operands, for a cotangent.
func valueAndGradients(
  _ function: ([Tensor]) -> Tensor, at operands: [Tensor], _ cotangent: Tensor? = nil
) -> (value: Tensor, gradients: [Tensor]) {
  let leaves = operands.map { $0.requiringGradient() }
  let y = function(leaves)
  guard y.isTracked else { return (y, operands.map { Tensor.zeros($0.shape, dtype: $0.dtype) }) }
  let gradients = y.backward(cotangent ?? Tensor.ones(y.shape, dtype: y.dtype))
  return (y, leaves.map { gradients[$0] })
}
