extension Checklist {
  static let networks = Checklist(
    "neural networks", 238...266,
    [
      .row(238, "linear", "linear", "linear without bias", "linear, relu"),
      .row(239, "bilinear", "bilinear"),
      .row(
        240, "convolution", "conv1D", "conv2D", "conv3D", "conv2D, groups and dilation", "conv2D, same",
        "conv1D, uneven padding"),
      .row(241, "transposed convolution", "convTransposed1D", "convTransposed2D", "convTransposed3D"),
      .row(242, "separable and causal convolution", "separableConv2D", "causalConv1D"),
      .row(243, "convolution of signals", "convolved", "convolved, same", "convolved, valid"),
      .row(
        244, "maximum pooling", "maxPool1D", "maxPool2D", "maxPool3D", "maxPool2D, dilation", "maxPool1DWithIndices",
        "maxPool2DWithIndices", "maxPool3DWithIndices"),
      .row(245, "mean pooling", "avgPool1D", "avgPool2D", "avgPool3D"),
      .row(
        246, "adaptive pooling", "adaptiveAvgPool1D", "adaptiveAvgPool2D", "adaptiveAvgPool3D", "adaptiveMaxPool1D",
        "adaptiveMaxPool2D", "adaptiveMaxPool3D", "adaptiveMaxPool1DWithIndices", "adaptiveMaxPool2DWithIndices",
        "adaptiveMaxPool3DWithIndices"),
      .row(
        247, "other pooling", "lpPool1D", "lpPool2D", "lpPool3D", "maxUnpool", "fractionalMaxPool2D",
        "fractionalMaxPool3D"),
      .row(248, "nearest neighbours", "upsampled, nearest", "upsampled, nearest exactly"),
      .row(
        249, "interpolation", "upsampled, linear", "upsampled, aligned", "upsampled, bicubic", "upsampled, area",
        "upsampled, linear, antialiased", "upsampled, bicubic, antialiased"),
      .row(
        250, "grids", "gridSample", "gridSample, bicubic", "gridSample of a volume", "affineGrid",
        "affineGrid of a volume"),
      .row(251, "softmax", "softmax", "maskedSoftmax"),
      .row(252, "its logarithm", "logSoftmax"),
      .row(253, "relatives of softmax", "softmin", "gumbelSoftmax"),
      .row(254, "batch norm", "batchNorm", "batchNorm, plain", "batchNorm, evaluating"),
      .row(255, "layer norm", "layerNorm", "layerNorm, two axes", "layerNorm, plain"),
      .row(256, "RMS norm", "rmsNorm", "rmsNorm, plain"),
      .row(257, "group and instance norm", "groupNorm", "instanceNorm"),
      .row(258, "other norms", "localResponseNorm", "weightNormalized", "spectrallyNormalized"),
      .row(259, "dropout", "dropout", "dropout of everything", "featureDropout", "alphaDropout", "featureAlphaDropout"),
      .row(260, "embedding", "embedding", "embedding, scaled by frequency"),
      .row(
        261, "embedding bag", "embeddingBag, sum", "embeddingBag, mean", "embeddingBag, max", "embeddingBag, padding"),
      .row(
        262, "attention", "scaledDotProductAttention", "scaledDotProductAttention, bool mask",
        "scaledDotProductAttention, causal heads", "scaledDotProductAttention, dropout"),
      .row(
        263, "attention with heads", "multiHeadAttention", "multiHeadAttention, grouped",
        "multiHeadAttention(_:_:_:heads:keyHeads:mask:causal:)"),
      .row(
        264, "positions", "rotaryEmbedding", "rotaryEmbedding, halves", functions: ["sinusoidalPositions", "alibiBias"]),
      .row(265, "recurrence", "rnnCell", "lstmCell", "gruCell", "rnn", "lstm", "gru"),
      .row(266, "straight-through estimators", "straightThrough", "fakeQuantized", "sparsePlus"),
    ])
}
