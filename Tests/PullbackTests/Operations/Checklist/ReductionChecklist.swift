extension Checklist {
  static let reductions = Checklist(
    "reductions", 113...139,
    [
      .row(113, "sum", "sum"),
      .row(114, "mean", "mean"),
      .row(115, "product", "product"),
      .row(116...117, "maximum, minimum of elements", "max", "min"),
      .row(118...119, "maximum, minimum with places", "maxWithPlace", "minWithPlace"),
      .row(120, "aminmax", "minAndMax"),
      .row(121, "logsumexp", "logSumExp"),
      .row(122, "variance", "variance"),
      .row(123, "standard deviation", "standardDeviation"),
      .row(124, "moments", "moments"),
      .row(125, "2-norm", "norm"),
      .row(126, "1-norm", "norm 1 all"),
      .row(127, "infinity norms", "norm inf", "norm -inf"),
      .row(128, "p-norm", "norm 3 all", "norm 0.5"),
      .row(129, "0-norm", "norm 0"),
      .row(130, "Frobenius norm", "matrixNorm"),
      .row(131...132, "nansum, nanmean", "nanSum, with NaN", "nanMean, with NaN"),
      .row(133, "median", "median"),
      .row(134, "nanmedian", "nanMedian"),
      .row(135, "quantile", "quantile", "quantiles"),
      .row(136, "kth value", "smallest"),
      .row(137, "mode", "mode", "mode, with equals"),
      .row(138, "logmeanexp, cosine distance", "logMeanExp", "cosineDistance"),
      .row(
        139, "argmax, argmin, all, any, count_nonzero", functions: ["argMax", "argMin", "all", "any", "countNonzero"]),
    ])

  static let scans = Checklist(
    "scans", 140...147,
    [
      .row(140, "cumulative sum", "cumulativeSum", "cumulativeSum, reversed"),
      .row(141, "cumulative product", "cumulativeProduct"),
      .row(142...143, "cumulative maximum, minimum", "cumulativeMax", "cumulativeMin"),
      .row(144, "cumulative logsumexp", "cumulativeLogSumExp"),
      .row(145, "differences", "differences"),
      .row(146, "trapezoid rule", "trapezoid", "cumulativeTrapezoid"),
      .row(147, "associative scan", "associativeScan"),
    ])
}
