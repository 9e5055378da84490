import Pullback

extension OperationCase {
  /// An operation on several operands with values of either sign.
  private static func of(
    _ name: String, _ shapes: [Shape], _ function: @escaping @Sendable ([Tensor]) -> Tensor
  ) -> OperationCase { OperationCase(name, shapes, [.signed(0.3...1.5)], function) }

  static let convolutions: [OperationCase] = [
    .of("conv1D", [[2, 2, 5], [3, 2, 3], [3]]) { conv1D($0[0], weight: $0[1], bias: $0[2], padding: 1) },
    .of("conv1D, nothing fits but one", [[1, 1, 3], [1, 1, 3]]) { conv1D($0[0], weight: $0[1]) },
    .of("conv2D", [[2, 1, 4, 5], [2, 1, 2, 3], [2]]) {
      conv2D($0[0], weight: $0[1], bias: $0[2], stride: [2, 1], padding: [1, 0])
    },
    .of("conv2D, groups and dilation", [[1, 4, 5, 5], [2, 2, 2, 2]]) {
      conv2D($0[0], weight: $0[1], dilation: [1, 2], groups: 2)
    },
    .of("conv2D, relu", [[1, 2, 3, 3], [2, 2, 2, 2], [2]]) {
      conv2D($0[0], weight: $0[1], bias: $0[2], activation: .relu)
    },
    .of("conv3D", [[1, 2, 3, 2, 3], [2, 2, 2, 2, 2], [2]]) {
      conv3D($0[0], weight: $0[1], bias: $0[2], stride: [1, 2, 1])
    },
    .of("convTransposed1D", [[2, 2, 3], [2, 1, 3], [2]]) {
      convTransposed1D($0[0], weight: $0[1], bias: $0[2], stride: 2, padding: 1, outputPadding: 1, groups: 2)
    },
    .of("convTransposed2D", [[1, 2, 2, 3], [2, 2, 2, 2]]) {
      convTransposed2D($0[0], weight: $0[1], stride: [1, 2], dilation: 2)
    },
    .of("convTransposed3D", [[1, 1, 2, 2, 1], [1, 2, 1, 2, 2], [2]]) {
      convTransposed3D($0[0], weight: $0[1], bias: $0[2])
    },
    .of("conv2D, same", [[1, 1, 4, 3], [2, 1, 2, 3]]) { conv2D($0[0], weight: $0[1], stride: [2, 1], padding: .same) },
    .of("conv1D, uneven padding", [[2, 1, 4], [1, 1, 2]]) {
      conv1D($0[0], weight: $0[1], padding: .sides(before: 2, after: 1))
    },
    .of("convolved", [[4], [3]]) { convolved($0[0], $0[1]) },
    .of("convolved, same", [[2], [5]]) { convolved($0[0], $0[1], mode: .same) },
    .of("convolved, valid", [[5], [2]]) { convolved($0[0], $0[1], mode: .valid) },
    .of("causalConv1D", [[1, 2, 4], [2, 2, 2]]) { causalConv1D($0[0], weight: $0[1], dilation: 2) },
    .of("separableConv2D", [[1, 2, 3, 3], [2, 1, 2, 2], [3, 2, 1, 1], [3]]) {
      separableConv2D($0[0], depthwise: $0[1], pointwise: $0[2], bias: $0[3], padding: 1)
    },
    .of("unfolded", [2, 5]) { $0.unfolded(axis: 1, size: 3, step: 2) },
    .of("asStrided", [2, 3]) { $0.asStrided(shape: [3, 2], strides: [1, 2], offset: 1) },
    .of("unfold2D", [1, 2, 3, 4]) { unfold2D($0, kernel: 2, stride: [1, 2], padding: 1, dilation: [1, 2]) },
    .of("fold2D", [1, 4, 6]) { fold2D($0, output: [3, 4], kernel: 2, stride: [1, 1]) },
  ]

  static let poolings: [OperationCase] = [
    .of("maxPool1D", [2, 7], .distinct) { maxPool1D($0, kernel: 3, stride: 2, padding: 1, ceilMode: true) },
    .of("maxPool2D", [1, 2, 4, 6], .distinct) { maxPool2D($0, kernel: 2) },
    .of("maxPool2D, dilation", [1, 5, 5], .distinct) { maxPool2D($0, kernel: 2, stride: 1, dilation: 2) },
    .of("maxPool3D", [1, 2, 3, 4], .distinct) { maxPool3D($0, kernel: [2, 1, 2], stride: 1) },
    .of("maxPool1DWithIndices", [2, 7], .distinct) { maxPool1DWithIndices($0, kernel: 3, stride: 2).values },
    .of("maxPool2DWithIndices", [1, 3, 5], .distinct) { maxPool2DWithIndices($0, kernel: 2, padding: 1).values },
    .of("maxPool3DWithIndices", [1, 2, 3, 2], .distinct) { maxPool3DWithIndices($0, kernel: 2, stride: 1).values },
    .of("avgPool1D", [2, 5]) { avgPool1D($0, kernel: 2, padding: 1) },
    .of("avgPool1D, divided by 5", [2, 5]) { avgPool1D($0, kernel: 3, padding: 1, ceilMode: true, divisor: 5) },
    .of("avgPool2D", [1, 2, 4, 5]) {
      avgPool2D($0, kernel: 3, stride: 2, padding: 1, ceilMode: true, countIncludesPadding: false)
    },
    .of("avgPool3D", [1, 2, 3, 2]) { avgPool3D($0, kernel: 2, stride: 1) },
    .of("adaptiveAvgPool1D", [2, 5]) { adaptiveAvgPool1D($0, output: 3) },
    .of("adaptiveAvgPool2D", [1, 5, 4]) { adaptiveAvgPool2D($0, output: [2, 3]) },
    .of("adaptiveAvgPool3D", [1, 2, 3, 4]) { adaptiveAvgPool3D($0, output: [1, 2, 3]) },
    .of("adaptiveMaxPool1D", [2, 5], .distinct) { adaptiveMaxPool1D($0, output: 3) },
    .of("adaptiveMaxPool2D", [1, 5, 4], .distinct) { adaptiveMaxPool2D($0, output: [2, 3]) },
    .of("adaptiveMaxPool3D", [1, 2, 3, 4], .distinct) { adaptiveMaxPool3D($0, output: [1, 2, 3]) },
    .of("lpPool2D", [1, 4, 4]) { lpPool2D($0, p: 3, kernel: 2) },
    .of("adaptiveMaxPool1DWithIndices", [2, 5], .distinct) { adaptiveMaxPool1DWithIndices($0, output: 2).values },
    .of("adaptiveMaxPool2DWithIndices", [1, 5, 4], .distinct) { x in
      let (y, places) = adaptiveMaxPool2DWithIndices(x, output: [2, 3])
      return maxUnpool(y.squared(), indices: places, output: [5, 4])
    },
    .of("adaptiveMaxPool3DWithIndices", [1, 2, 3, 2], .distinct) {
      adaptiveMaxPool3DWithIndices($0, output: [1, 2, 1]).values
    },
    .of("lpPool1D", [2, 5]) { lpPool1D($0, p: 2, kernel: 3, stride: 2, ceilMode: true) },
    .of("lpPool3D", [1, 2, 3, 2]) { lpPool3D($0, p: 1.5, kernel: [2, 1, 2]) },
    .of("fractionalMaxPool2D", [1, 2, 5, 6], .distinct) {
      fractionalMaxPool2D($0, kernel: 2, output: [3, 4], samples: Tensor([[[0.3, 0.8], [0.6, 0]]]))
    },
    .of("fractionalMaxPool3D", [1, 1, 3, 4, 3], .distinct) {
      fractionalMaxPool3D($0, kernel: [2, 2, 1], output: [2, 2, 3], samples: Tensor([[[0.1, 0.7, 0.4]]]))
    },
    .of("fractionalMaxPool2DWithIndices", [1, 1, 4, 5], .distinct) {
      fractionalMaxPool2DWithIndices($0, kernel: [2, 3], output: [3, 2], samples: Tensor([[[0.5, 0.2]]])).values
    },
    .of("fractionalMaxPool3DWithIndices", [1, 1, 3, 3, 2], .distinct) {
      fractionalMaxPool3DWithIndices($0, kernel: 2, output: [2, 2, 1], samples: Tensor([[[0.5, 0.2, 0]]])).values
    },
    .of("maxUnpool", [1, 4, 4], .distinct) { x in
      let (y, places) = maxPool2DWithIndices(x, kernel: 2)
      return maxUnpool(y * y, indices: places, output: [4, 4])
    },
    .of("upsampled, nearest", [1, 2, 3]) { upsampled($0, to: [3, 4]) },
    .of("upsampled, linear", [1, 3, 2]) { upsampled($0, to: [5, 3], mode: .linear) },
    .of("upsampled, aligned", [1, 3]) { upsampled($0, to: [5], mode: .linear, alignCorners: true) },
    .of("upsampled, bicubic", [1, 4, 3]) { upsampled($0, to: [5, 4], mode: .bicubic) },
    .of("upsampled, bicubic, aligned", [1, 4]) { upsampled($0, to: [6], mode: .bicubic, alignCorners: true) },
    .of("upsampled, nearest exactly", [1, 5]) { upsampled($0, to: [3], mode: .nearestExact) },
    .of("upsampled, linear, antialiased", [1, 7, 3]) { upsampled($0, to: [3, 5], mode: .linear, antialiased: true) },
    .of("upsampled, bicubic, antialiased", [1, 9]) { upsampled($0, to: [4], mode: .bicubic, antialiased: true) },
    .of("upsampled, area", [1, 5]) { upsampled($0, to: [3], mode: .area) },
    .of("gridSample", [[1, 2, 3, 3], [1, 2, 2, 2]]) { gridSample($0[0], at: $0[1] * 0.31) },
    .of("gridSample, border", [[1, 1, 3, 4], [1, 1, 3, 2]]) {
      gridSample($0[0], at: $0[1] * 0.9, padding: .border, alignCorners: true)
    },
    .of("gridSample, reflection", [[1, 1, 3, 4], [1, 1, 3, 2]]) {
      gridSample($0[0], at: $0[1] * 0.93, padding: .reflection)
    },
    .of("gridSample, nearest", [1, 2, 3, 3]) {
      gridSample($0, at: Tensor([[[[0.1, -0.8], [0.7, 0.2]]]]).cast(to: $0.dtype), mode: .nearest)
    },
    .of("gridSample, bicubic", [[1, 2, 4, 4], [1, 1, 3, 2]]) {
      gridSample($0[0], at: $0[1] * 0.31, mode: .bicubic, padding: .border)
    },
    .of("gridSample, bicubic, zeros", [[1, 1, 3, 4], [1, 1, 3, 2]]) {
      gridSample($0[0], at: $0[1] * 0.77, mode: .bicubic, alignCorners: true)
    },
    .of("gridSample of a volume", [[1, 2, 2, 3, 2], [1, 1, 2, 1, 3]]) { gridSample($0[0], at: $0[1] * 0.41) },
    .of("affineGrid of a volume", [1, 3, 4]) { affineGrid($0, to: [2, 1, 2], alignCorners: true) },
    .of("affineGrid", [1, 2, 3]) { affineGrid($0, to: [2, 3]) },
    .of("pixelShuffle", [1, 4, 2, 3]) { pixelShuffle($0, factor: 2) },
    .of("pixelUnshuffle", [1, 1, 4, 2]) { pixelUnshuffle($0, factor: 2) },
    .of("channelShuffle", [1, 4, 2]) { channelShuffle($0, groups: 2) },
    .of("padded, reflect", [3, 4]) { $0.padded([(2, 1), (0, 3)], mode: .reflect) },
    .of("padded, replicate", [3, 2]) { $0.padded([(2, 1), (1, 3)], mode: .replicate) },
    .of("padded, circular", [3, 2]) { $0.padded([(2, 1), (1, 3)], mode: .circular) },
  ]

  static let normalisations: [OperationCase] = [
    .of("layerNorm", [[3, 5], [5], [5]]) { layerNorm($0[0], weight: $0[1], bias: $0[2]) },
    .of("layerNorm, two axes", [[2, 3, 2], [3, 2]]) { layerNorm($0[0], weight: $0[1], lastAxes: 2) },
    .of("layerNorm, bias only", [[2, 3], [3]]) { layerNorm($0[0], bias: $0[1]) },
    .of("layerNorm, plain", [2, 4]) { layerNorm($0) },
    .of("rmsNorm", [[3, 4], [4]]) { rmsNorm($0[0], weight: $0[1]) },
    .of("rmsNorm, plain", [2, 2, 2]) { rmsNorm($0, lastAxes: 2) },
    .of("batchNorm", [[3, 2, 2], [2], [2]]) { x in
      let (zero, one) = (Tensor.zeros([2], dtype: x[0].dtype), Tensor.ones([2], dtype: x[0].dtype))
      return batchNorm(x[0], runningMean: zero, runningVariance: one, weight: x[1], bias: x[2]).y
    },
    .of("batchNorm, plain", [4, 3]) { x in
      let (zero, one) = (Tensor.zeros([3], dtype: x.dtype), Tensor.ones([3], dtype: x.dtype))
      return batchNorm(x, runningMean: zero, runningVariance: one).y
    },
    .of("batchNorm, evaluating", [[2, 3, 2], [3], [3], [3], [3]]) {
      batchNorm($0[0], mean: $0[1], variance: $0[2].squared(), weight: $0[3], bias: $0[4])
    },
    .of("groupNorm", [[2, 4, 2], [4], [4]]) { groupNorm($0[0], groups: 2, weight: $0[1], bias: $0[2]) },
    .of("groupNorm, weight only", [[2, 4], [4]]) { groupNorm($0[0], groups: 2, weight: $0[1]) },
    .of("instanceNorm", [2, 2, 3]) { instanceNorm($0) },
    .of("localResponseNorm", [2, 4, 2]) { localResponseNorm($0, size: 3, alpha: 0.5) },
    .of("normalized", [2, 3]) { $0.normalized() },
    .of("weightNormalized", [[2, 3], [3]]) { weightNormalized($0[0], magnitude: $0[1], axis: 1) },
    OperationCase("spectrallyNormalized", [[2, 3]], [.signed(0.3...1.5)]) { x in
      let (u, v) = (Tensor([1, 0], dtype: x[0].dtype), Tensor([1, 0, 0], dtype: x[0].dtype))
      // No steps: the vectors would depend on the matrix.
      return spectrallyNormalized(x[0], u: u, v: v, steps: 0).y
    },
  ]

  static let attentions: [OperationCase] = [
    .of("scaledDotProductAttention", [[3, 2], [4, 2], [4, 3]]) { scaledDotProductAttention($0[0], $0[1], $0[2]) },
    .of("scaledDotProductAttention, causal heads", [[2, 2, 3, 2], [2, 2, 3, 2], [2, 2, 3, 2]]) {
      scaledDotProductAttention($0[0], $0[1], $0[2], causal: true, scale: 0.5)
    },
    .of("scaledDotProductAttention, bool mask", [[2, 3, 2], [2, 3, 2], [2, 3, 2]]) {
      let mask = Tensor([[1, 0, 1], [0, 0, 0], [1, 1, 1]]).cast(to: .bool)
      return scaledDotProductAttention($0[0], $0[1], $0[2], mask: mask)
    },
    .of("scaledDotProductAttention, mask with a gradient", [[3, 2], [3, 2], [3, 2], [3, 3]]) {
      scaledDotProductAttention($0[0], $0[1], $0[2], mask: $0[3])
    },
    .of("scaledDotProductAttention, shared keys", [[2, 3, 2], [2, 2], [2, 3]]) {
      scaledDotProductAttention($0[0], $0[1], $0[2])
    },
    .of("scaledDotProductAttention, dropout", [[2, 3, 2], [2, 3, 2], [2, 3, 2]]) {
      var generator = PhiloxGenerator(seed: 3)
      return scaledDotProductAttention($0[0], $0[1], $0[2], causal: true, dropout: 0.3, using: &generator)
    },
    .of("multiHeadAttention", [[1, 3, 4], [4, 12], [12], [4, 2], [2]]) {
      multiHeadAttention($0[0], weight: $0[1], bias: $0[2], outputWeight: $0[3], outputBias: $0[4], heads: 2)
    },
    .of("multiHeadAttention, grouped", [[1, 2, 3], [3, 8], [4, 2]]) {
      multiHeadAttention($0[0], weight: $0[1], outputWeight: $0[2], heads: 2, keyHeads: 1, causal: true)
    },
    .of("multiHeadAttention(_:_:_:heads:keyHeads:mask:causal:)", [[1, 2, 4], [1, 3, 4], [1, 3, 6]]) {
      multiHeadAttention($0[0], $0[1], $0[2], heads: 2)
    },
    .of("multiHeadAttention(_:_:_:heads:keyHeads:mask:causal:), grouped", [[1, 2, 4], [1, 3, 1], [1, 3, 2], [3]]) {
      multiHeadAttention($0[0], $0[1], $0[2], heads: 4, keyHeads: 1, mask: $0[3])
    },
    .of("rotaryEmbedding", [2, 3, 4]) { rotaryEmbedding($0, base: 10) },
    .of("rotaryEmbedding, halves", [3, 4]) { rotaryEmbedding($0, base: 10, offset: 2, interleaved: false) },
    .of("alibiBias", [[2, 3, 2], [2, 3, 2], [2, 3, 2]]) {
      scaledDotProductAttention(
        $0[0], $0[1], $0[2], mask: alibiBias(heads: 2, queries: 3, keys: 3, dtype: $0[0].dtype))
    },
    .of("embedding", [4, 3]) {
      embedding(Tensor([3, 0, 3], dtype: .int64), in: $0)
    },
    .of("embeddingBag, sum", [[4, 2], [3]]) {
      embeddingBag(Tensor([3, 0, 3], dtype: .int64), offsets: [0, 1, 1], in: $0[0], mode: .sum, weights: $0[1])
    },
    .of("embeddingBag, mean", [4, 2]) {
      embeddingBag(Tensor([3, 0, 3], dtype: .int64), offsets: [0, 1, 1], in: $0, mode: .mean)
    },
    .of("embeddingBag, padding", [[4, 2], [5]]) {
      embeddingBag(
        Tensor([3, 1, 0, -3, 3], dtype: .int64), offsets: [0, 2, 4], in: $0[0], mode: .sum, weights: $0[1],
        paddingIndex: 1)
    },
    .of("embeddingBag, max", [4, 2], .distinct) {
      embeddingBag(Tensor([3, 0, 3], dtype: .int64), offsets: [0, 1, 1], in: $0, mode: .max)
    },
  ]

  static let units: [OperationCase] = [
    .of("glu", [2, 4]) { glu($0) },
    .of("swiGLU", [4, 2]) { swiGLU($0, axis: 0) },
    .of("geGLU", [2, 4]) { geGLU($0) },
    .of("bilinear", [[2, 3], [2, 2], [2, 3, 2], [2]]) { bilinear($0[0], $0[1], weight: $0[2], bias: $0[3]) },
    .of("maskedSoftmax", [3, 2]) {
      maskedSoftmax($0, mask: Tensor([[1, 0], [0, 0], [1, 1]]).cast(to: .bool), axis: 0)
    },
    .of("softmin", [2, 3]) { softmin($0) },
    .of("gumbelSoftmax", [2, 3]) {
      var generator = PhiloxGenerator(seed: 3)
      return gumbelSoftmax($0.cast(to: .float64), temperature: 0.7, using: &generator).cast(to: $0.dtype)
    },
    .of("dropout", [3, 4]) {
      var generator = PhiloxGenerator(seed: 3)
      return dropout($0, probability: 0.4, using: &generator)
    },
    .of("dropout of everything", [3, 4]) {
      var generator = PhiloxGenerator(seed: 3)
      return dropout($0, probability: 1, using: &generator)
    },
    .of("featureDropout", [3, 4, 2]) {
      var generator = PhiloxGenerator(seed: 3)
      return featureDropout($0, probability: 0.4, using: &generator)
    },
    .of("alphaDropout", [3, 4]) {
      var generator = PhiloxGenerator(seed: 3)
      return alphaDropout($0, probability: 0.4, using: &generator)
    },
    .of("featureAlphaDropout", [3, 4, 2]) {
      var generator = PhiloxGenerator(seed: 3)
      return featureAlphaDropout($0, probability: 0.4, using: &generator)
    },
    .of("sparsePlus", [2, 3]) { sparsePlus($0 * 0.9) },
    // What differences show is the value, which is constant; the gradient is that of something else.
    .of("straightThrough", [2, 3], order: 0) { straightThrough(rounded($0), gradientOf: $0) },
    .of("fakeQuantized", [2, 3], order: 0) { fakeQuantized($0, scale: 0.25, zeroPoint: 1, range: -3...4) },
    .of("embedding, scaled by frequency", [4, 3], order: 0) {
      embedding(Tensor([3, 0, 3], dtype: .int64), in: $0, paddingIndex: 0, scaleByFrequency: true)
    },
  ]

  static let recurrences: [OperationCase] = [
    .of("rnnCell", [[2, 2], [2, 3], [2, 3], [3, 3], [3], [3]]) {
      let weights = RecurrentWeights(input: $0[2], hidden: $0[3], inputBias: $0[4], hiddenBias: $0[5])
      return rnnCell($0[0], state: $0[1], weights)
    },
    .of("lstmCell", [[2, 2], [2, 1], [2, 1], [2, 4], [1, 4]]) {
      let next = lstmCell(
        $0[0], state: (hidden: $0[1], cell: $0[2]), RecurrentWeights(input: $0[3], hidden: $0[4]))
      return next.hidden + next.cell
    },
    .of("gruCell", [[2, 2], [2, 1], [2, 3], [1, 3], [3], [3]]) {
      let weights = RecurrentWeights(input: $0[2], hidden: $0[3], inputBias: $0[4], hiddenBias: $0[5])
      return gruCell($0[0], state: $0[1], weights)
    },
    .of("rnn", [[3, 1, 2], [2, 2], [2, 2], [2, 2], [2, 2]]) {
      rnn(
        $0[0], RecurrentWeights(input: $0[1], hidden: $0[2]),
        backward: RecurrentWeights(input: $0[3], hidden: $0[4]), activation: .tanh
      ).outputs
    },
    .of("lstm", [[3, 1, 2], [2, 4], [1, 4]]) {
      lstm($0[0], RecurrentWeights(input: $0[1], hidden: $0[2])).outputs
    },
    .of("gru", [[3, 1, 2], [2, 3], [1, 3], [1, 1]]) {
      gru($0[0], RecurrentWeights(input: $0[1], hidden: $0[2]), state: $0[3]).outputs
    },
  ]

  static let layers: [OperationCase] =
    convolutions + poolings + normalisations + attentions + units + recurrences
}
