extension Checklist {
  static let transforms = Checklist(
    "Fourier transforms", 267...269,
    [
      .row(
        267, "Fourier transforms", "fft", "fft, two axes", "ifft", "rfft", "rfft, two axes", "irfft", "irfft, two axes",
        "hfft", "ihfft", "fftShift", "inverseFFTShift", functions: ["fftFrequencies", "rfftFrequencies"]),
      .row(268, "short-time transforms", "stft", "istft", functions: ["hannWindow", "hammingWindow"]),
      .row(269, "complex numbers", "complexProduct", lacking: "a dtype: complex numbers are pairs of real ones"),
    ])

  static let random = Checklist(
    "random numbers", 270...271,
    [
      .row(
        270, "with parameters of place and scale", "uniform", "normal", "laplace", "gumbel", "cauchy", "exponential",
        functions: ["bernoulli", "integers", "categorical", "poisson"]),
      .row(271, "with implicit gradients", "gamma", "beta", "dirichlet", "studentT"),
    ])

  /// They have no numbers in the list, so these follow its last.
  static let losses = Checklist(
    "losses", 272...295,
    [
      .row(272, "squared error", "meanSquaredError, mean", "meanSquaredError, sum", "meanSquaredError, none"),
      .row(273, "absolute error", "meanAbsoluteError"),
      .row(274...275, "smooth absolute errors", "smoothL1Loss", "huberLoss"),
      .row(276, "binary cross-entropy", "binaryCrossEntropy", "binaryCrossEntropy of logits, weights, mean"),
      .row(277, "negative log-likelihood", "negativeLogLikelihood"),
      .row(
        278, "cross-entropy", "crossEntropy", "crossEntropy, all options, mean", "crossEntropy, distributions, mean",
        "softmaxCrossEntropy"),
      .row(279, "Kullback-Leibler divergence", "klDivergence", "klDivergence of logarithms, mean"),
      .row(
        280...281, "likelihoods of distributions", "gaussianNLLLoss", "poissonNLLLoss", "poissonNLLLoss of rates, mean"),
      .row(282, "cosine embedding", "cosineEmbeddingLoss"),
      .row(283...284, "ranking and embedding", "marginRankingLoss", "hingeEmbeddingLoss"),
      .row(285, "hinges", "hingeLoss", "squaredHingeLoss", "categoricalHingeLoss"),
      .row(286, "soft margin", "softMarginLoss"),
      .row(
        287...288, "margins of classes", "multiMarginLoss", "multiMarginLoss, squared, mean", "multilabelMarginLoss",
        "multilabelSoftMarginLoss"),
      .row(289, "triplets", "tripletMarginLoss", "tripletMarginLoss, own distance, mean"),
      .row(290, "sequences without places", "ctcLoss", "ctcLoss, zeroInfinity, mean"),
      .row(291, "log cosh", "logCoshLoss"),
      .row(292...293, "relative errors", "meanSquaredLogarithmicError", "meanAbsolutePercentageError"),
      .row(294...295, "of images", "wingLoss", "diceLoss", "focalLoss", "focalLoss without balance, mean"),
    ])
}
