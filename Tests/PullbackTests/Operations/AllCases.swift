extension OperationCase {
  /// Every row of every table.
  static let all: [OperationCase] =
    arithmetic + elementary + special + activations + reductions + shapes + indexing + products + losses
    + composedLosses
    + transforms + linearAlgebra + matrices + layers
}
