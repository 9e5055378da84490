import Testing

@testable import Pullback

/// Operands and cotangents that are views give the same bits as ones that lie in a row.
@Suite struct ViewTests {
  /// The same values in other layouts.
  private static func layouts(of x: Tensor) -> [(name: String, tensor: Tensor)] {
    guard x.rank > 0, x.count > 0 else { return [] }
    let all = Array(0..<x.rank), turned = Array(all.reversed())
    let columns = stacked([x, x * 3 + 7], axis: -1).reshaped(to: Array(x.shape.dropLast()) + [2 * x.shape[-1]])
    return [
      ("permuted", x.permuted(axes: turned).contiguous().permuted(axes: turned)),
      ("reversed", x.reversed(axes: all).contiguous().reversed(axes: all)),
      ("stepped", columns[.ellipsis, (0...).by(2)]),
    ]
  }

  private static func compare(_ row: OperationCase, _ views: [Tensor], _ name: String) throws {
    let (value, gradients) = valueAndGradients(row.function, at: views.map { Tensor($0.scalars(), shape: $0.shape) })
    let (other, otherGradients) = valueAndGradients(row.function, at: views)
    try expectSameBits(other, value, "the value of \(name) operands")
    for (position, (a, b)) in Swift.zip(otherGradients, gradients).enumerated() {
      try expectSameBits(a, b, "gradient \(position) of \(name) operands")
    }
  }

  @Test func operandsMayBeViews() {
    forEveryRow { row in
      let operands = row.operands()
      for position in operands.indices {
        for (name, view) in ViewTests.layouts(of: operands[position]) {
          var views = operands
          views[position] = view
          try ViewTests.compare(row, views, name)
        }
      }
    }
  }

  @Test func operandsMayBeStretched() {
    forEveryRow { row in
      let operands = row.operands()
      for position in operands.indices where operands[position].rank > 0 {
        var views = operands
        views[position] = operands[position][0..<1].broadcast(to: operands[position].shape)
        try ViewTests.compare(row, views, "stretched")
      }
    }
  }

  @Test func cotangentsMayBeViews() {
    forEveryRow { row in
      let operands = row.operands()
      let y = row.function(operands)
      var noise = Noise(seed: 5)
      let cotangent = noise.tensor(y.shape, y.dtype)
      let (_, expected) = valueAndGradients(row.function, at: operands, cotangent)
      for (name, view) in ViewTests.layouts(of: cotangent) {
        let (_, gradients) = valueAndGradients(row.function, at: operands, view)
        for (a, b) in Swift.zip(gradients, expected) { try expectSameBits(a, b, "gradients of a \(name) cotangent") }
      }
      let stretched = Tensor(0.7, dtype: y.dtype).broadcast(to: y.shape)
      let (_, a) = valueAndGradients(row.function, at: operands, stretched)
      let (_, b) = valueAndGradients(row.function, at: operands, Tensor.full(y.shape, 0.7, dtype: y.dtype))
      for (a, b) in Swift.zip(a, b) { try expectSameBits(a, b, "gradients of a stretched cotangent") }
    }
  }
}
