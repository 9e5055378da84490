extension Checklist {
  static let reductions = Checklist(
    "reductions", 113...139,
    [
      .row(113, "sum", "sum"),
      .row(114, "mean", "mean"),
      .row(115, "product", "product"),
      .row(116...117, "maximum, minimum of elements", "max", "min"),
      .row(118...119, "maximum, minimum with places", "maxWithPlace", "minWithPlace"),
      .row(120, "aminmax", lacking: "not yet"),
      .row(121, "logsumexp", "logSumExp"),
      .row(122, "variance", "variance"),
      .row(123, "standard deviation", "standardDeviation"),
      .row(124, "moments", lacking: "not yet"),
      .row(125, "2-norm", "norm"),
      .row(126, "1-norm", "norm 1 all"),
      .row(127, "infinity norm", lacking: "not yet"),
      .row(128, "p-norm", "norm 3 all"),
      .row(129, "0-norm", lacking: "not yet"),
      .row(130, "Frobenius norm", "matrixNorm"),
      .row(131...132, "nansum, nanmean", lacking: "not yet"),
      .row(133, "median", "median"),
      .row(134, "nanmedian", lacking: "not yet"),
      .row(135, "quantile", "quantile"),
      .row(136, "kth value", "smallest"),
      .row(137, "mode", lacking: "not yet"),
      .row(138, "logmeanexp, cosine distance", lacking: "not yet"),
      .row(139, "argmax, argmin, all, any, count_nonzero", functions: ["argMax", "argMin", "all", "any"]),
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
      .row(147, "associative scan", lacking: "not yet"),
    ])
}
