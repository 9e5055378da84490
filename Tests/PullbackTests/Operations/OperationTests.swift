import Testing

@testable import Pullback

/// The generic checks, each over every row of the operation tables.
@Suite struct OperationTests {
  @Test func valuesAgreeWithSlowReferences() {
    forEveryRow { row in
      guard let reference = row.reference else { return }
      let operands = row.operands()
      let expected = reference(operands.map { Naive($0) })
      try expectClose(
        row.function(operands), Tensor(expected.values, shape: Shape(expected.shape)), tolerance: 1e-12, "the value")
    }
  }

  @Test func firstAndSecondDerivativesAgreeWithDifferences() {
    forEveryRow(of: OperationCase.all.filter { $0.order > 0 }) { row in
      let check = checkGradient(at: row.operands(), order: row.order, of: row.function)
      guard check.isCorrect, check.comparisonCount > 0 else { throw Failure(check.description) }
    }
  }

  /// ⟨v, J u⟩ = ⟨Jᵀ v, u⟩.
  @Test func differentialAndPullbackAreTransposes() {
    forEveryRow(of: OperationCase.all.filter { $0.order > 0 }) { row in
      let operands = row.operands()
      var noise = Noise(seed: 3)
      let u = operands.map { noise.tensor($0.shape) }
      let (value, pull) = valueWithPullback(at: operands, of: row.function)
      let v = noise.tensor(value.shape)
      let push = differential(at: operands, of: row.function)
      let forward: Double = (push(u) * v).sum().item()
      let reverse = Swift.zip(pull(v), u).reduce(0.0) { $0 + ($1.0 * $1.1).sum().item() }
      let scale = Swift.max(1, Swift.abs(forward), Swift.abs(reverse))
      guard Swift.abs(forward - reverse) <= 1e-10 * scale else { throw Failure("\(forward) against \(reverse)") }
    }
  }

  @Test func valuesAreTheSameWithoutRecording() {
    forEveryRow { row in
      let leaves = row.operands().map { $0.requiringGradient() }
      let y = withoutRecording { row.function(leaves) }
      guard !y.isTracked else { throw Failure("the result is tracked") }
      // Scans that are recorded are computed by other steps.
      try expectClose(row.function(leaves), y, tolerance: 1e-14, "the recorded value")
      try expectSameBits(row.function(row.operands()), y, "the value")
    }
  }

  /// A replay that is recorded may take other ways than one that is not.
  @Test func recordedReplaysGiveTheSameGradients() {
    forEveryRow { row in
      let (value, gradients) = valueAndGradients(row.function, at: row.operands())
      let leaves = row.operands().map { $0.requiringGradient() }
      let recorded = row.function(leaves)
        .backward(Tensor.ones(value.shape, dtype: value.dtype), recordingGradients: true)
      for (position, (leaf, gradient)) in Swift.zip(leaves, gradients).enumerated() {
        try expectClose(recorded[leaf], gradient, tolerance: 1e-12, "gradient \(position)")
      }
    }
  }

  @Test func float32AgreesWithFloat64() {
    forEveryRow { row in
      let (wide, wideGradients) = valueAndGradients(row.function, at: row.operands())
      let (narrow, narrowGradients) = valueAndGradients(row.function, at: row.operands(.float32))
      guard narrow.dtype == .float32 else { throw Failure("the value is \(narrow.dtype)") }
      try expectClose(narrow, wide, tolerance: row.float32Tolerance, "the value")
      for (position, (narrow, wide)) in Swift.zip(narrowGradients, wideGradients).enumerated() {
        guard narrow.dtype == .float32 else { throw Failure("gradient \(position) is \(narrow.dtype)") }
        try expectClose(narrow, wide, tolerance: row.float32Tolerance, "gradient \(position)")
      }
    }
  }

  @Test func oneTensorMayBeEveryOperand() {
    forEveryRow(of: OperationCase.all.filter { $0.allowsSame && $0.shapes.count > 1 }) { row in
      let x = row.operands()[0]
      let check = checkGradient(at: x) { x in row.function(row.shapes.map { _ in x }) }
      guard check.isCorrect else { throw Failure(check.description) }
    }
  }

  @Test func repeatedReplaysGiveTheSameBits() {
    forEveryRow { row in
      let (value, gradients) = valueAndGradients(row.function, at: row.operands())
      for _ in 0..<3 {
        let (other, otherGradients) = valueAndGradients(row.function, at: row.operands())
        try expectSameBits(other, value, "the value")
        for (a, b) in Swift.zip(otherGradients, gradients) { try expectSameBits(a, b, "a gradient") }
      }
    }
  }

  @Test func elementwiseFunctionsTakeScalarsAndEmptyTensors() {
    forEveryRow(of: OperationCase.all.filter(\.isElementwise)) { row in
      let whole = row.shapes.indices.map { row.operand($0, shape: []) }
      let (value, gradients) = valueAndGradients(row.function, at: whole)
      guard value.shape == [], gradients.allSatisfy({ $0.shape == [] }) else {
        throw Failure("of scalars: \(value.shape)")
      }
      let inRow = row.function(whole.map { $0.reshaped(to: [1]) })
      try expectSameBits(inRow.reshaped(to: Shape()), value, "the value of a scalar")
      for shape in [[0], [2, 0, 3]] as [Shape] {
        let empty = row.shapes.indices.map { row.operand($0, shape: shape) }
        let (value, gradients) = valueAndGradients(row.function, at: empty)
        guard value.shape == shape, gradients.allSatisfy({ $0.shape == shape }) else {
          throw Failure("of \(shape): \(value.shape)")
        }
        if row.order > 1 { _ = checkGradient(at: empty, order: 2, of: row.function) }
      }
    }
  }
}
