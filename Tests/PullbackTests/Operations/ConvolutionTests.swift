import Testing

@testable import Pullback

/// Convolutions with all combinations of their options, against plain loops.
@Suite struct ConvolutionTests {
  /// One convolution; lists have a number for each spatial axis.
  private struct Sizes: CustomStringConvertible {
    var batch, groups, inputs, outputs: Int
    var input, kernel, stride, before, after, dilation: [Int]

    var xShape: Shape { Shape([batch, groups * inputs] + input) }
    var wShape: Shape { Shape([groups * outputs, inputs] + kernel) }

    var output: [Int] {
      input.indices.map { axis in
        (input[axis] + before[axis] + after[axis] - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis] + 1
      }
    }

    var description: String {
      "x \(xShape), w \(wShape), groups \(groups), stride \(stride), padding \(before) \(after), dilation \(dilation)"
    }

    func convolve(_ x: Tensor, _ w: Tensor) -> Tensor {
      let padding = ConvolutionPadding.sides(before: PerAxis(before), after: PerAxis(after))
      let (stride, dilation) = (PerAxis(stride), PerAxis(dilation))
      switch input.count {
      case 1: return conv1D(x, weight: w, stride: stride, padding: padding, dilation: dilation, groups: groups)
      case 2: return conv2D(x, weight: w, stride: stride, padding: padding, dilation: dilation, groups: groups)
      default: return conv3D(x, weight: w, stride: stride, padding: padding, dilation: dilation, groups: groups)
      }
    }

    /// The transposed convolution that gives back the extents of the input.
    func transpose(_ y: Tensor, _ w: Tensor) -> Tensor {
      let rest = input.indices.map { axis in
        input[axis] - (output[axis] - 1) * self.stride[axis] + 2 * before[axis] - self.dilation[axis]
          * (kernel[axis] - 1) - 1
      }
      let (stride, dilation, padding) = (PerAxis(stride), PerAxis(dilation), PerAxis(before))
      let extra = PerAxis(rest)
      switch input.count {
      case 1:
        return convTransposed1D(
          y, weight: w, stride: stride, padding: padding, outputPadding: extra, dilation: dilation, groups: groups)
      case 2:
        return convTransposed2D(
          y, weight: w, stride: stride, padding: padding, outputPadding: extra, dilation: dilation, groups: groups)
      default:
        return convTransposed3D(
          y, weight: w, stride: stride, padding: padding, outputPadding: extra, dilation: dilation, groups: groups)
      }
    }

    /// The definition: for each result, a sum over the channels of its group and the elements of the filter.
    func naive(_ x: Naive, _ w: Naive) -> Naive {
      Naive([batch, groups * outputs] + output) { place in
        let group = place[1] / outputs
        var sum = 0.0
        for tap in Naive.indices(of: [inputs] + kernel) {
          let source = input.indices.map { axis in
            place[axis + 2] * stride[axis] - before[axis] + tap[axis + 1] * dilation[axis]
          }
          guard Swift.zip(source, input).allSatisfy({ 0 <= $0 && $0 < $1 }) else { continue }
          sum += x[[place[0], group * inputs + tap[0]] + source] * w[[place[1]] + tap]
        }
        return sum
      }
    }
  }

  /// Sizes at random, of which some leave a rest of the stride, have a kernel of ones or as large as the input, or no batch.
  private static func sizes(axes: Int, count: Int) -> [Sizes] {
    var noise = Noise(seed: UInt64(100 + axes))
    let most = [7, 6, 4][axes - 1]
    var found: [Sizes] = []
    while found.count < count {
      func each(_ range: Range<Int>) -> [Int] { (0..<axes).map { _ in range.lowerBound + noise.next(range.count) } }
      var sizes = Sizes(
        batch: 1 + noise.next(2), groups: 1 + noise.next(3), inputs: 1 + noise.next(2), outputs: 1 + noise.next(3),
        input: each(1..<most + 1), kernel: each(1..<4), stride: each(1..<4), before: each(0..<3), after: each(0..<3),
        dilation: each(1..<3))
      switch found.count % 12 {
      case 0: sizes.kernel = each(1..<2)
      case 1: (sizes.kernel, sizes.dilation) = (sizes.input.map { Swift.min($0, 4) }, each(1..<2))
      case 2: sizes.batch = 0
      case 3...8: sizes.after = sizes.before
      default: break
      }
      let fits = sizes.input.indices.allSatisfy { axis in
        let reach = sizes.dilation[axis] * (sizes.kernel[axis] - 1) + 1
        return reach <= sizes.input[axis] + sizes.before[axis] + sizes.after[axis]
      }
      if fits { found.append(sizes) }
    }
    return found
  }

  @Test(arguments: 1...3) func agreesWithPlainLoops(axes: Int) throws {
    var noise = Noise(seed: 7)
    for sizes in Self.sizes(axes: axes, count: 240) {
      let x = noise.tensor(sizes.xShape), w = noise.tensor(sizes.wShape)
      let expected = sizes.naive(Naive(x), Naive(w))
      let wide = Tensor(expected.values, shape: Shape(expected.shape))
      try expectClose(sizes.convolve(x, w), wide, tolerance: 1e-13, "\(sizes)")
      let narrow = sizes.convolve(x.cast(to: .float32), w.cast(to: .float32))
      try expectClose(narrow, wide, tolerance: 1e-5, "\(sizes), float32")
    }
  }

  /// ⟨conv x, y⟩ = ⟨x, convᵀ y⟩ = ⟨w, dw⟩: the layer, and both derivatives.
  @Test(arguments: 1...3) func transposedConvolutionIsTheAdjoint(axes: Int) throws {
    var noise = Noise(seed: 8)
    for sizes in Self.sizes(axes: axes, count: 240) where sizes.batch > 0 {
      let x = noise.tensor(sizes.xShape), w = noise.tensor(sizes.wShape)
      let (z, pull) = valueWithPullback(at: [x, w]) { sizes.convolve($0[0], $0[1]) }
      let y = noise.tensor(z.shape)
      let inner: Double = (z * y).sum().item()
      let cotangents = pull(y)
      func check(_ other: Double, _ what: String) throws {
        guard abs(inner - other) <= 1e-12 * Swift.max(1, abs(inner)) else {
          throw Failure("\(what), \(sizes): \(inner) against \(other)")
        }
      }
      try check((cotangents[0] * x).sum().item(), "dx")
      try check((cotangents[1] * w).sum().item(), "dw")
      // The layer takes the same zeros on both sides, and a rest smaller than the stride or the dilation.
      let rest = sizes.input.indices.map { axis in
        (sizes.input[axis] + 2 * sizes.before[axis] - sizes.dilation[axis] * (sizes.kernel[axis] - 1) - 1)
          - (sizes.output[axis] - 1) * sizes.stride[axis]
      }
      let hasLayer = rest.indices.allSatisfy {
        rest[$0] >= 0 && rest[$0] < Swift.max(sizes.stride[$0], sizes.dilation[$0])
      }
      if hasLayer { try check((sizes.transpose(y, w) * x).sum().item(), "the layer") }
    }
  }

  /// Both operands of a convolution, its adjoint and its weight gradient, once more differentiated.
  @Test(arguments: 1...3) func secondDerivativesAgreeWithDifferences(axes: Int) throws {
    for sizes in Self.sizes(axes: axes, count: 24) where sizes.batch > 0 {
      var noise = Noise(seed: 9)
      let operands = [noise.tensor(sizes.xShape), noise.tensor(sizes.wShape)]
      let check = checkGradient(at: operands, order: 2) { sizes.convolve($0[0], $0[1]).squared() }
      guard check.isCorrect else { throw Failure("\(sizes): \(check)") }
    }
  }

  @Test func paddingThatKeepsTheExtents() {
    for extent in 1...6 {
      for kernel in 1...4 {
        for stride in 1...3 {
          let x = Tensor.ones([1, 1, extent]), w = Tensor.ones([1, 1, kernel])
          let y = conv1D(x, weight: w, stride: PerAxis(stride), padding: .same)
          #expect(y.shape == [1, 1, (extent + stride - 1) / stride])
          if stride == 1 {
            let sides = ConvolutionPadding.sides(before: PerAxis((kernel - 1) / 2), after: PerAxis(kernel / 2))
            #expect(y == conv1D(x, weight: w, padding: sides))
          }
        }
      }
    }
  }
}
