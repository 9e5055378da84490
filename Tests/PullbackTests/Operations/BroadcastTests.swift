import Testing

@testable import Pullback

/// Broadcasting for every pair of ranks, with axes of extent 1 and 0, in values and gradients.
@Suite struct BroadcastTests {
  /// A shape of a rank that broadcasts with every other one made from the same extents.
  private static func shape(rank: Int, _ extents: [Int], _ noise: inout Noise) -> Shape {
    Shape(extents.suffix(rank).map { noise.next() < 0.4 ? 1 : $0 })
  }

  @Test func everyPairOfRanks() throws {
    var noise = Noise(seed: 41)
    for first in 0...5 {
      for second in 0...5 {
        for round in 0..<4 {
          let extents = (0..<5).map { _ in round == 3 ? noise.next(3) : 1 + noise.next(3) }
          let shapes = [first, second, noise.next(6)].map { BroadcastTests.shape(rank: $0, extents, &noise) }
          try BroadcastTests.check(shapes, &noise)
        }
      }
    }
  }

  private static func check(_ shapes: [Shape], _ noise: inout Noise) throws {
    let x = shapes.map { noise.tensor($0) }
    let naive = x.map { Naive($0) }
    let what = "\(shapes)"
    let product = Naive.broadcast(naive[0], naive[1]) { $0 * $1 }
    try expectSameBits(x[0] * x[1], Tensor(product.values, shape: Shape(product.shape)), what)
    let less = Naive.broadcast(naive[0], naive[1]) { $0 < $1 ? 1 : 0 }
    try expectSameBits((x[0] .< x[1]).cast(to: .float64), Tensor(less.values, shape: Shape(less.shape)), what)

    // Gradients have the leaves' shapes, and sum what broadcasting repeated.
    let leaves = x.map { $0.requiringGradient() }
    let y = select(where: x[2] .> 0, then: leaves[0] * leaves[1], else: leaves[2])
    let cotangent = noise.tensor(y.shape)
    let gradients = y.backward(cotangent)
    let whole = x.map { $0.broadcast(to: y.shape).contiguous() }
    let terms = [
      select(where: whole[2] .> 0, then: cotangent * whole[1], else: 0),
      select(where: whole[2] .> 0, then: cotangent * whole[0], else: 0),
      select(where: whole[2] .> 0, then: 0, else: cotangent),
    ]
    for (leaf, term) in Swift.zip(leaves, terms) {
      try expectClose(gradients[leaf], term.sum(toShape: leaf.shape), tolerance: 1e-13, what)
    }
  }

  @Test func shapesThatDoNotBroadcastAreErrors() {
    let pairs: [(Shape, Shape)] = [([2], [3]), ([2, 3], [2]), ([0], [2]), ([3, 1, 2], [2, 2, 3])]
    for (a, b) in pairs {
      let operations: [(Tensor, Tensor) -> Tensor] = [
        { $0 + $1 }, { $0 - $1 }, { $0 * $1 }, { $0 / $1 }, { pow($0, $1) }, { maximum($0, $1) },
        { atan2(y: $0, x: $1) },
        { $0 .< $1 }, { $0 .== $1 }, { select(where: $0 .> 0, then: $1, else: $1) }, { logAddExp($0, $1) },
      ]
      for operation in operations {
        do {
          try checked { _ = operation(Tensor.ones(a), Tensor.ones(b)) }
          Issue.record("\(a) and \(b) were accepted")
        } catch { #expect((error as? TensorError)?.kind == .shapeMismatch) }
      }
    }
  }
}
