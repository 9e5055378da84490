import Kernels
import Testing

@testable import Pullback

/// Products large, narrow and odd enough to take every way the kernels have, and every remainder of a tile.
@Suite struct MatrixProductTests {
  /// Rows, inner extent and columns.
  private static let sizes = [
    (1, 1, 1), (2, 10, 4), (15, 33, 17), (1, 700, 500), (3, 900, 300), (300, 40, 9), (290, 200, 3), (9, 200, 290),
    (40, 900, 33), (130, 70, 64), (330, 260, 410), (300, 1_600, 200), (512, 800, 130), (90, 100, 1_100),
    (600, 129, 1_030),
  ]

  /// Whole numbers so small that every sum is exact: whatever the order, the product has to be that of the integers.
  @Test(arguments: [DType.float32, .float64], MatrixProductTests.sizes.indices)
  func productsOfWholeNumbersAreExact(_ dtype: DType, _ number: Int) throws {
    let (m, k, n) = MatrixProductTests.sizes[number]
    var noise = Noise(seed: UInt64(number))
    let a = noise.wholeNumbers([m, k]), b = noise.wholeNumbers([k, n]), bias = noise.wholeNumbers([n])
    let expected = a.matmul(b)
    let (x, y) = (a.cast(to: dtype), b.cast(to: dtype))
    let (xT, yT) = (x.transposed().contiguous(), y.transposed().contiguous())
    func expectEqual(_ found: Tensor, _ expected: Tensor, _ what: String) throws {
      // Zeros of either sign are one whole number.
      try expectSameBits(found + 0, expected.cast(to: dtype), "\(m)x\(k)x\(n) \(what)")
    }
    try expectEqual(x.matmul(y), expected, "plain")
    try expectEqual(xT.transposed().matmul(y), expected, "of a transposed left operand")
    try expectEqual(x.matmul(yT.transposed()), expected, "of a transposed right operand")
    try expectEqual(xT.transposed().matmul(yT.transposed()), expected, "of transposed operands")
    let affine = linear(x, weight: y, bias: bias.cast(to: dtype), activation: .relu)
    try expectEqual(affine, maximum(expected + bias, Tensor.zeros([1], dtype: .int64)), "with bias and ReLU")
  }

  @Test func anyNumberOfThreadsGivesTheSameBits() throws {
    let count = Parallel.threadCount
    defer { Parallel.threadCount = count }
    for (number, (m, k, n)) in MatrixProductTests.sizes.enumerated() {
      var noise = Noise(seed: UInt64(number))
      let a = noise.tensor([m, k], .float32), b = noise.tensor([k, n], .float32)
      let (aT, bT) = (a.transposed().contiguous(), b.transposed().contiguous())
      func products() -> [Tensor] { [a.matmul(b), aT.transposed().matmul(b), a.matmul(bT.transposed())] }
      Parallel.threadCount = 1
      let expected = products()
      for threads in [2, 3, 8] {
        Parallel.threadCount = threads
        for (one, many) in Swift.zip(expected, products()) {
          try expectSameBits(one, many, "\(m)x\(k)x\(n) on \(threads) threads")
        }
      }
    }
  }
}

extension Noise {
  /// int64 numbers from -8 to 8.
  fileprivate mutating func wholeNumbers(_ shape: Shape) -> Tensor {
    Tensor((0..<shape.count()).map { _ in next(17) - 8 }, shape: shape)
  }
}
