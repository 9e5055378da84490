extension Checklist {
  /// The functions whose results have no derivative, and why.
  static let withoutDerivative: [String: String] = [
    ".==": comparison, ".!=": comparison, ".<": comparison, ".<=": comparison, ".>": comparison, ".>=": comparison,
    ".&": logic, ".|": logic, ".^": logic, ".!": logic,
    "isNaN": comparison, "isInfinite": comparison, "isFinite": comparison,
    "isClose": comparison,
    "all": logic, "any": logic, "countNonzero": whole, "nonzeroPlaces": whole, "unique": "gives places and counts",
    "searchSorted": whole, "bucketed": whole, "histogram": whole, "binCounts": whole,
    "argMax": places, "argMin": places, "argSort": places,
    "oneHot": "of integers",
    "matrixRank": "counts",
    "sinusoidalPositions": constant, "alibiBias": constant, "fftFrequencies": constant, "rfftFrequencies": constant,
    "hannWindow": constant, "hammingWindow": constant, "sides": "is an option",
    "bernoulli": counts, "integers": counts, "categorical": counts, "poisson": counts,
  ]

  private static let comparison = "gives bools", logic = "takes and gives bools", places = "gives places"
  private static let whole = "gives whole numbers"
  private static let constant = "has no operand", counts = "gives random whole numbers"
}
