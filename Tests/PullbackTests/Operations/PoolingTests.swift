import Testing

@testable import Pullback

/// Pools with all combinations of their options, against plain loops.
@Suite struct PoolingTests {
  /// How windows lie; lists have a number for each axis.
  private struct Windows: CustomStringConvertible {
    var input, kernel, stride, padding, dilation: [Int]
    var ceilMode, countsPadding: Bool

    var description: String {
      "input \(input), kernel \(kernel), stride \(stride), padding \(padding), dilation \(dilation), \(ceilMode), \(countsPadding)"
    }

    /// The number of windows along each axis; the last one begins within the axis or the padding before it.
    var output: [Int] {
      input.indices.map { axis in
        let reach = dilation[axis] * (kernel[axis] - 1) + 1
        let last = input[axis] + 2 * padding[axis] - reach
        guard last >= 0 || ceilMode else { return 0 }
        var starts = Array(Swift.stride(from: 0, through: last, by: stride[axis]))
        if ceilMode, let end = starts.last ?? (last > -stride[axis] ? -stride[axis] : nil), end < last || starts.isEmpty
        {
          starts.append(end + stride[axis])
        }
        return starts.count { $0 < input[axis] + padding[axis] }
      }
    }

    /// The elements of a window, and how many places it has in the axis and its padding.
    func window(_ place: [Int], of x: Naive) -> (elements: [Double], count: Int) {
      var elements: [Double] = [], count = 0
      for tap in Naive.indices(of: kernel) {
        let source = input.indices.map { place[$0] * stride[$0] - padding[$0] + tap[$0] * dilation[$0] }
        if Swift.zip(source, Swift.zip(input, padding)).allSatisfy({ $0 < $1.0 + $1.1 }) { count += 1 }
        if Swift.zip(source, input).allSatisfy({ 0 <= $0 && $0 < $1 }) { elements.append(x[[0] + source]) }
      }
      return (elements, count)
    }

    func maxPool(_ x: Tensor) -> Tensor {
      let (kernel, stride) = (PerAxis(kernel), PerAxis(stride))
      let (padding, dilation) = (PerAxis(padding), PerAxis(dilation))
      switch input.count {
      case 1:
        return maxPool1D(x, kernel: kernel, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
      case 2:
        return maxPool2D(x, kernel: kernel, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
      default:
        return maxPool3D(x, kernel: kernel, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
      }
    }

    func avgPool(_ x: Tensor) -> Tensor {
      let (kernel, stride, padding) = (PerAxis(kernel), PerAxis(stride), PerAxis(padding))
      switch input.count {
      case 1:
        return avgPool1D(
          x, kernel: kernel, stride: stride, padding: padding, ceilMode: ceilMode, countIncludesPadding: countsPadding)
      case 2:
        return avgPool2D(
          x, kernel: kernel, stride: stride, padding: padding, ceilMode: ceilMode, countIncludesPadding: countsPadding)
      default:
        return avgPool3D(
          x, kernel: kernel, stride: stride, padding: padding, ceilMode: ceilMode, countIncludesPadding: countsPadding)
      }
    }
  }

  private static func windows(axes: Int, count: Int) -> [Windows] {
    var noise = Noise(seed: UInt64(200 + axes))
    var found: [Windows] = []
    while found.count < count {
      func each(_ range: Range<Int>) -> [Int] { (0..<axes).map { _ in range.lowerBound + noise.next(range.count) } }
      let windows = Windows(
        input: each(1..<[9, 7, 5][axes - 1]), kernel: each(1..<4), stride: each(1..<4), padding: each(0..<2),
        dilation: each(1..<3), ceilMode: found.count % 2 == 0, countsPadding: found.count % 3 == 0)
      let isLegal = windows.input.indices.allSatisfy { axis in
        2 * windows.padding[axis] <= windows.dilation[axis] * (windows.kernel[axis] - 1) + 1
      }
      if isLegal { found.append(windows) }
    }
    return found
  }

  @Test(arguments: 1...3) func agreeWithPlainLoops(axes: Int) throws {
    var noise = Noise(seed: 17)
    var fitting = 0
    for windows in Self.windows(axes: axes, count: 240) {
      // Few different values, so that there are ties.
      let x = floor(noise.tensor(Shape([1] + windows.input)) * 4)
      guard !windows.output.contains(0) else {
        let error = #expect(throws: TensorError.self, "\(windows)") { try checked { windows.maxPool(x) } }
        #expect(error?.kind == .invalidArgument, "\(windows)")
        continue
      }
      fitting += 1
      let naive = Naive(x), output = [1] + windows.output
      let maxima = Naive(output) { windows.window(Array($0.dropFirst()), of: naive).elements.max() ?? -.infinity }
      try expectClose(
        windows.maxPool(x), Tensor(maxima.values, shape: Shape(output)), tolerance: 0, "maxima, \(windows)")
      var plain = windows
      plain.dilation = windows.dilation.map { _ in 1 }
      guard !plain.output.contains(0), Swift.zip(plain.padding, plain.kernel).allSatisfy({ 2 * $0 <= $1 }) else {
        continue
      }
      let meanOutput = [1] + plain.output
      let means = Naive(meanOutput) { place in
        let (elements, count) = plain.window(Array(place.dropFirst()), of: naive)
        let divisor = plain.countsPadding ? count : elements.count
        return divisor == 0 ? 0 : elements.reduce(0, +) / Double(divisor)
      }
      try expectClose(
        plain.avgPool(x), Tensor(means.values, shape: Shape(meanOutput)), tolerance: 1e-15, "means, \(plain)")
      // The adjoint of a mean.
      let y = noise.tensor(Shape(meanOutput))
      let (value, pull) = valueWithPullback(at: x) { plain.avgPool($0) }
      let (inner, outer): (Double, Double) = ((value * y).sum().item(), (pull(y) * x).sum().item())
      #expect(abs(inner - outer) < 1e-13, "\(plain)")
    }
    #expect(fitting > 100)
  }

  /// Each maximum passes its cotangent to one element, which is the maximum.
  @Test func cotangentsOfMaximaGoToOneElementEach() throws {
    var noise = Noise(seed: 18)
    for windows in Self.windows(axes: 2, count: 60) where !windows.output.contains(0) {
      let x = floor(noise.tensor(Shape([1] + windows.input)) * 3)
      let (y, pull) = valueWithPullback(at: x) { windows.maxPool($0) }
      let dx = pull(Tensor.ones(y.shape, dtype: .float64))
      // A window of padding only, which is -inf, passes nothing.
      let passing = y.isFinite()
      let values: Double = select(where: passing, then: y, else: 0).sum().item()
      #expect(abs((dx * x).sum().item() - values) < 1e-12, "\(windows)")
      #expect(dx.sum().item() == passing.cast(to: .float64).sum().item(), "\(windows)")
    }
  }
}
