@testable import Pullback

let layerOperations: [String: GoldenOperation] = [
  "adaptive_avg_pool1d": one { adaptiveAvgPool1D($0[0], output: $0.perAxis("output", 1)) },
  "adaptive_avg_pool2d": one { adaptiveAvgPool2D($0[0], output: $0.perAxis("output", 1)) },
  "adaptive_max_pool2d": one { adaptiveMaxPool2D($0[0], output: $0.perAxis("output", 1)) },
  "attention": one {
    scaledDotProductAttention(
      $0[0], $0[1], $0[2], mask: $0.optional("mask", at: 3), causal: $0.flag("causal"),
      scale: $0.attribute("scale")?.double)
  },
  "avg_pool1d": averaging {
    avgPool1D($0, kernel: $1, stride: $2, padding: $3, ceilMode: $4, countIncludesPadding: $5)
  },
  "avg_pool2d": averaging {
    avgPool2D($0, kernel: $1, stride: $2, padding: $3, ceilMode: $4, countIncludesPadding: $5)
  },
  "avg_pool3d": averaging {
    avgPool3D($0, kernel: $1, stride: $2, padding: $3, ceilMode: $4, countIncludesPadding: $5)
  },
  "batch_norm_eval": one {
    batchNorm(
      $0[0], mean: $0[1], variance: $0[2], weight: $0.optional("weight", at: 3), bias: $0.optional("bias", at: 4),
      epsilon: $0.double("eps", default: 1e-5))
  },
  "batch_norm_train": { call in
    let (y, mean, variance) = batchNorm(
      call[0], runningMean: call[1], runningVariance: call[2], weight: call.optional("weight", at: 3),
      bias: call.optional("bias", at: 4), momentum: call.double("momentum", default: 0.1),
      epsilon: call.double("eps", default: 1e-5))
    return [y, mean, variance]
  },
  "conv1d": one {
    conv1D(
      $0[0], weight: $0[1], bias: $0.optional("b", at: 2), stride: $0.stride, padding: $0.convolutionPadding,
      dilation: $0.dilation, groups: $0.groups)
  },
  "conv2d": one {
    conv2D(
      $0[0], weight: $0[1], bias: $0.optional("b", at: 2), stride: $0.stride, padding: $0.convolutionPadding,
      dilation: $0.dilation, groups: $0.groups)
  },
  "conv3d": one {
    conv3D(
      $0[0], weight: $0[1], bias: $0.optional("b", at: 2), stride: $0.stride, padding: $0.convolutionPadding,
      dilation: $0.dilation, groups: $0.groups)
  },
  "conv_transpose1d": one {
    convTransposed1D(
      $0[0], weight: $0[1], bias: $0.optional("b", at: 2), stride: $0.stride, padding: $0.padding,
      outputPadding: $0.perAxis("output_padding", 0), dilation: $0.dilation, groups: $0.groups)
  },
  "conv_transpose2d": one {
    convTransposed2D(
      $0[0], weight: $0[1], bias: $0.optional("b", at: 2), stride: $0.stride, padding: $0.padding,
      outputPadding: $0.perAxis("output_padding", 0), dilation: $0.dilation, groups: $0.groups)
  },
  "conv_transpose3d": one {
    convTransposed3D(
      $0[0], weight: $0[1], bias: $0.optional("b", at: 2), stride: $0.stride, padding: $0.padding,
      outputPadding: $0.perAxis("output_padding", 0), dilation: $0.dilation, groups: $0.groups)
  },
  "embedding": one { embedding($0[1], in: $0[0], paddingIndex: $0.optionalInt("padding_idx")) },
  "group_norm": one {
    groupNorm(
      $0[0], groups: $0.int("groups", default: 1), weight: $0.optional("weight", at: 1),
      bias: $0.optional("bias", at: 2),
      epsilon: $0.double("eps", default: 1e-5))
  },
  "instance_norm": one {
    instanceNorm(
      $0[0], weight: $0.optional("weight", at: 1), bias: $0.optional("bias", at: 2),
      epsilon: $0.double("eps", default: 1e-5))
  },
  "layer_norm": one { call in
    // The weight says which shape is normalised.
    let weight = call.optional("weight", at: 1) ?? Tensor.ones(Shape(call.ints("shape")), dtype: call.dtype)
    return layerNorm(
      call[0], weight: weight, bias: call.optional("bias", at: 2), lastAxes: weight.rank,
      epsilon: call.double("eps", default: 1e-5))
  },
  "max_pool1d": one {
    maxPool1D(
      $0[0], kernel: $0.kernel, stride: $0.perAxis("stride"), padding: $0.padding, dilation: $0.dilation,
      ceilMode: $0.flag("ceil_mode"))
  },
  "max_pool2d": one {
    maxPool2D(
      $0[0], kernel: $0.kernel, stride: $0.perAxis("stride"), padding: $0.padding, dilation: $0.dilation,
      ceilMode: $0.flag("ceil_mode"))
  },
  "max_pool3d": one {
    maxPool3D(
      $0[0], kernel: $0.kernel, stride: $0.perAxis("stride"), padding: $0.padding, dilation: $0.dilation,
      ceilMode: $0.flag("ceil_mode"))
  },
  "multihead_attention": one {
    multiHeadAttention(
      $0[0], weight: $0[1].transposed(), bias: $0[2], outputWeight: $0[3].transposed(), outputBias: $0[4],
      heads: $0.int("heads", default: 1), causal: $0.flag("causal"))
  },
  "normalize": one {
    $0[0].normalized(
      p: $0.double("p", default: 2), axis: $0.int("axis", default: -1), epsilon: $0.double("eps", default: 1e-12))
  },
  "rms_norm": one {
    rmsNorm(
      $0[0], weight: $0.optional("weight", at: 1), lastAxes: $0.ints("shape").count,
      epsilon: $0.double("eps", default: 1e-6))
  },
  "unfold2d": one {
    unfold2D($0[0], kernel: $0.kernel, stride: $0.stride, padding: $0.padding, dilation: $0.dilation)
  },
]

extension GoldenCall {
  fileprivate var groups: Int { int("groups", default: 1) }
  fileprivate var kernel: PerAxis { perAxis("kernel", 1) }
  fileprivate var stride: PerAxis { perAxis("stride", 1) }
  fileprivate var padding: PerAxis { perAxis("padding", 0) }
  fileprivate var dilation: PerAxis { perAxis("dilation", 1) }

  fileprivate var convolutionPadding: ConvolutionPadding {
    string("padding") == "same" ? .same : ConvolutionPadding(padding)
  }

  fileprivate func perAxis(_ name: String, _ value: Int) -> PerAxis { perAxis(name) ?? PerAxis(value) }

  /// One number or a list of them; nil if there is neither.
  fileprivate func perAxis(_ name: String) -> PerAxis? {
    attribute(name).flatMap { value in
      if case .array = value { return PerAxis(value.ints) }
      return value.double.isNaN ? nil : PerAxis(value.int)
    }
  }
}

/// A mean of windows, with the attributes that all have.
private func averaging(
  _ body: @escaping @Sendable (Tensor, PerAxis, PerAxis, PerAxis, Bool, Bool) -> Tensor
) -> GoldenOperation {
  one {
    body(
      $0[0], $0.kernel, $0.perAxis("stride") ?? $0.kernel, $0.padding, $0.flag("ceil_mode"),
      $0.flag("count_include_pad", default: true))
  }
}
