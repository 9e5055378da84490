extension OperationCase {
  /// Every row of every table.
  static let all: [OperationCase] =
    arithmetic + steps + statistics + moreScans + combinations + elementary + special + activations + reductions
    + shapes + indexing + products + losses
    + transforms + sampling + linearAlgebra + matrices + layers
}
