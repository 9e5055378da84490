import Pullback

/// One thing that is timed.
struct Case {
  /// As in `gemm-nn/512`.
  let name: String
  var work = Work.unknown
  /// Units of work in one call of the step; times are per unit.
  var units = 1
  /// Makes the inputs and returns what is timed.
  let prepare: () -> Step
}

/// How much a unit of work is, for comparison with what the machine can do.
enum Work {
  /// Floating-point operations of a type.
  case operations(Double, DType = .float32)
  /// Bytes that must at least move.
  case bytes(Double)
  /// One recorded operation, forward or backward.
  case entry
  case unknown
}

/// What is timed: computes once.
///
/// The sum of the absolute values of the result is a case's check value: another framework that did the same work has
/// the same.
enum Step {
  case whole(() -> Tensor)
  case inParts(() -> Parts)
}

/// A step that timed its own parts, in seconds.
struct Parts {
  let forward: Double
  let backward: Double
  let result: Tensor
}

extension Case {
  /// Every case, in the order of the report.
  static var all: [Case] {
    training + matrixProducts + elementwise + reductions + networks + chains + secondOrder + manyDerivatives
      + memory
  }
}

extension Tensor {
  /// The sum of the absolute values in double precision.
  var checksum: Double { scalars(as: Double.self).reduce(0) { $0 + $1.magnitude } }
}
