import Testing

@testable import Pullback

/// Operations that work in blocks, on operands of several blocks and of odd sizes, against compositions of others.
@Suite struct BlockTests {
  /// Compares values and gradients of two functions, for the same random operands and cotangent.
  private func compare(
    _ shapes: [Shape], _ dtype: DType, _ what: String, _ function: ([Tensor]) -> Tensor,
    against reference: ([Tensor]) -> Tensor
  ) throws {
    var numbers = Noise(seed: 7)
    let operands = shapes.map { numbers.tensor($0, dtype) }
    let cotangent = numbers.tensor(reference(operands).shape, dtype)
    let (y, gradients) = valueAndGradients(function, at: operands, cotangent)
    let (expected, expectedGradients) = valueAndGradients(reference, at: operands, cotangent)
    let tolerance = dtype == .float64 ? 1e-11 : 1e-4
    try expectClose(y, expected, tolerance: tolerance, what)
    for (position, (a, b)) in Swift.zip(gradients, expectedGradients).enumerated() {
      try expectClose(a, b, tolerance: tolerance, "\(what), gradient \(position)")
    }
  }

  private func composedAttention(_ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor?, causal: Bool) -> Tensor {
    var scores = q.matmul(k.transposed()) / Double(q.shape[-1]).squareRoot()
    if let mask { scores = scores + mask }
    if causal {
      let query = Tensor.arange(q.shape[-2]).expanded(at: 1), key = Tensor.arange(k.shape[-2])
      scores = select(where: key .<= query, then: scores, else: -.infinity)
    }
    return scores.softmax().matmul(v)
  }

  @Test(arguments: [DType.float32, .float64]) func attentionOfSeveralBlocks(_ dtype: DType) throws {
    let sizes = [(64, 64, 32, 32), (150, 300, 20, 33), (131, 131, 16, 7), (1, 260, 3, 64)]
    for (queries, keys, width, valueWidth) in sizes {
      for causal in [false, true] {
        for hasMask in [false, true] {
          var numbers = Noise(seed: 3)
          let mask = hasMask ? numbers.tensor([queries, keys], dtype) : nil
          try compare(
            [[2, queries, width], [2, keys, width], [2, keys, valueWidth]], dtype,
            "\(dtype), \(queries) queries, \(keys) keys, causal \(causal), mask \(hasMask)",
            { scaledDotProductAttention($0[0], $0[1], $0[2], mask: mask, causal: causal) },
            against: { composedAttention($0[0], $0[1], $0[2], mask: mask, causal: causal) })
        }
      }
    }
  }

  @Test func headsThatAreColumnsOfOneMatrix() throws {
    func heads(_ x: Tensor) -> [Tensor] {
      x.split(count: 3, axis: -1).map { $0.reshaped(to: [2, 70, 3, 16]).transposed(1, 2) }
    }
    try compare(
      [[2, 70, 144]], .float32, "heads",
      {
        let parts = heads($0[0])
        return scaledDotProductAttention(parts[0], parts[1], parts[2], causal: true)
      },
      against: {
        let parts = heads($0[0])
        return composedAttention(parts[0], parts[1], parts[2], mask: nil, causal: true)
      })
  }

  /// A query that sees no key gives zeros and no gradient, and the ones beside it are right.
  @Test func queriesThatSeeNothing() throws {
    let sees = remainder(Tensor.arange(70).expanded(at: 1) + Tensor.arange(130), Tensor(3)) .== 0
    let mask = sees .& (Tensor.arange(70).expanded(at: 1) .!= 5)
    let numbers = select(where: mask, then: Tensor(0), else: Tensor(-Double.infinity))
    var generator = Noise(seed: 1)
    let (q, k, v) = (
      generator.tensor([70, 8], .float32), generator.tensor([130, 8], .float32), generator.tensor([130, 8], .float32)
    )
    let (y, gradients) = valueAndGradients(
      { scaledDotProductAttention($0[0], $0[1], $0[2], mask: mask) }, at: [q, k, v])
    let (same, sameGradients) = valueAndGradients(
      { scaledDotProductAttention($0[0], $0[1], $0[2], mask: numbers) }, at: [q, k, v])
    try expectSameBits(y, same, "value")
    for (a, b) in Swift.zip(gradients, sameGradients) { try expectSameBits(a, b, "gradient") }
    #expect(y[5] == Tensor.zeros([8]) && gradients[0][5] == Tensor.zeros([8]))
    let expected = composedAttention(q[6...], k, v, mask: numbers[6...], causal: false)
    try expectClose(y[6...], expected, tolerance: 1e-5, "value")
  }

  /// A convolution as the sum of products with shifted images.
  private func composedConvolution(
    _ x: Tensor, _ w: Tensor, stride: Int, padding: Int, dilation: Int, groups: Int
  ) -> Tensor {
    let x = x.padded([(0, 0), (0, 0), (padding, padding), (padding, padding)])
    let (height, width) = (w.shape[2], w.shape[3])
    let (rows, columns) = (
      (x.shape[2] - (height - 1) * dilation - 1) / stride, (x.shape[3] - (width - 1) * dilation - 1) / stride
    )
    let xs = x.split(count: groups, axis: 1), ws = w.split(count: groups, axis: 0)
    let parts = Swift.zip(xs, ws).map { x, w in
      var sum = Tensor(0).cast(to: x.dtype)
      for i in 0..<height {
        for j in 0..<width {
          let (top, left) = (i * dilation, j * dilation)
          let shifted = x[
            .all, .all, (top...(top + rows * stride)).by(stride), (left...(left + columns * stride)).by(stride)]
          sum = sum + einsum("nchw,oc->nohw", shifted, w[.all, .all, i, j])
        }
      }
      return sum
    }
    return concatenated(parts, axis: 1)
  }

  @Test(arguments: [DType.float32, .float64]) func convolutionsOfManyChannels(_ dtype: DType) throws {
    // Images, channels, kernel, stride, padding, dilation and groups.
    let rows: [(Shape, Shape, Int, Int, Int, Int)] = [
      ([3, 1, 28, 28], [16, 1, 5, 5], 1, 0, 1, 1), ([2, 16, 12, 12], [33, 16, 5, 5], 1, 0, 1, 1),
      ([2, 70, 9, 31], [70, 70, 3, 3], 1, 1, 1, 1), ([2, 24, 15, 17], [40, 12, 3, 3], 2, 1, 1, 2),
      ([1, 20, 13, 11], [20, 20, 3, 3], 1, 2, 2, 1), ([2, 40, 6, 7], [24, 40, 1, 1], 1, 0, 1, 1),
      ([2, 12, 8, 9], [12, 1, 3, 3], 1, 1, 1, 12),
    ]
    for (image, kernel, stride, padding, dilation, groups) in rows {
      try compare(
        [image, kernel], dtype, "\(dtype), images \(image), kernel \(kernel)",
        {
          conv2D(
            $0[0], weight: $0[1], stride: PerAxis(stride), padding: ConvolutionPadding(PerAxis(padding)),
            dilation: PerAxis(dilation), groups: groups)
        },
        against: {
          composedConvolution(
            $0[0], $0[1], stride: stride, padding: padding, dilation: dilation, groups: groups)
        })
    }
  }

  @Test func biasAndActivationOfManyChannels() throws {
    try compare(
      [[2, 9, 10, 11], [20, 9, 3, 3], [20]], .float32, "conv2D",
      { conv2D($0[0], weight: $0[1], bias: $0[2], padding: 1, activation: .relu) },
      against: { relu(conv2D($0[0], weight: $0[1], padding: 1) + $0[2].reshaped(to: [20, 1, 1])) })
    try compare(
      [[2, 9, 4, 5], [9, 20, 3, 3], [20]], .float32, "convTransposed2D",
      { convTransposed2D($0[0], weight: $0[1], bias: $0[2], padding: 1) },
      against: { convTransposed2D($0[0], weight: $0[1], padding: 1) + $0[2].reshaped(to: [20, 1, 1]) })
  }

  @Test func pooledRowsOfAnyLength() throws {
    for width in [2, 4, 8, 24, 31, 32, 34, 66, 90] {
      var numbers = Noise(seed: UInt64(width))
      let x = numbers.tensor([2, 3, 6, width], .float32)
      let even = x[.ellipsis, ..<(width / 2 * 2)]
      let squares = even.reshaped(to: [2, 3, 3, 2, width / 2, 2]).transposed(3, 4).reshaped(to: [2, 3, 3, width / 2, 4])
      let (y, gradients) = valueAndGradients({ maxPool2D($0[0], kernel: 2) }, at: [x])
      try expectSameBits(y, squares.max(axis: -1), "width \(width)")
      #expect(gradients[0].sum().item() == Double(y.count))
      #expect((gradients[0] * x).sum().item().rounded() == y.sum().item().rounded())
    }
  }
}
