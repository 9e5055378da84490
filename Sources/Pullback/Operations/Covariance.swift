// Covariances of several variables.

extension Tensor {
  /// The covariances of the variables in the rows of a matrix, of which the columns are observations.
  ///
  /// VJP: by way of the deviations from the means and their products.
  ///
  /// ```swift
  /// print(Tensor([[1, 2, 3], [3, 2, 1]]).covariance())
  /// // [[ 1.0, -1.0],
  /// //  [-1.0,  1.0]] : [2, 2] float32
  /// ```
  ///
  /// - Parameter correction: what is subtracted from the number of observations in the divisor: 1 for an unbiased estimate.
  ///   A divisor of 0 or less gives NaN.
  /// - Returns: `[…, n, n]` for `[…, n, observations]`; a scalar for a vector of observations.
  /// - Precondition: the tensor is no scalar, and floating-point; else traps, or throws inside ``checked(_:)``.
  public func covariance(correction: Double = 1) -> Tensor {
    if rank == 1 { return variance(correction: correction) }
    guard isMatrix("covariance") else { return .standIn }
    let deviations = self - mean(axis: -1, keepDims: true)
    let divisor = Double(shape[-1]) - correction
    return deviations.matmul(deviations.transposed()) / (divisor > 0 ? divisor : .nan)
  }

  /// The correlation coefficients of the variables in the rows of a matrix, of which the columns are observations.
  ///
  /// NaN for a variable that does not vary.
  ///
  /// ```swift
  /// print(Tensor([[1, 2, 3], [3, 2, 1]]).correlation())
  /// // [[ 1.0, -1.0],
  /// //  [-1.0,  1.0]] : [2, 2] float32
  /// ```
  ///
  /// - Returns: `[…, n, n]` for `[…, n, observations]`.
  /// - Precondition: the last two axes hold matrices; else traps, or throws inside ``checked(_:)``.
  public func correlation() -> Tensor {
    guard isMatrix("correlation") else { return .standIn }
    let deviations = self - mean(axis: -1, keepDims: true)
    let scaled = deviations / sqrt(deviations.squared().sum(axis: -1, keepDims: true))
    return scaled.matmul(scaled.transposed())
  }
}
