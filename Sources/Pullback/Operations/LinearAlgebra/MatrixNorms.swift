// Norms and condition numbers of matrices.

/// A norm of matrices, or a least counterpart of one.
public enum MatrixNorm: Sendable, Hashable, CaseIterable {
  /// The square root of the sum of squares.
  case frobenius
  /// The sum of the singular values.
  case nuclear
  /// The largest sum of absolute values of a column.
  case one
  /// The smallest sum of absolute values of a column.
  case minusOne
  /// The largest sum of absolute values of a row.
  case infinity
  /// The smallest sum of absolute values of a row.
  case minusInfinity
  /// The largest singular value.
  case spectral
  /// The smallest singular value.
  case minusSpectral
}

extension Tensor {
  /// The norms of the matrices in the last two axes.
  ///
  /// VJP: for `frobenius` `dx = dy · x / y`, 0 at 0; for the norms by singular values through `u` and `vt`, which makes the
  /// nuclear norm's at 0 the identity; equal columns, rows or singular values share evenly.
  ///
  /// ```swift
  /// let x = Tensor([[3, 0], [0, 4]])
  /// print(x.matrixNorm(), x.matrixNorm(.nuclear), x.matrixNorm(.spectral))  // 5.0 7.0 4.0
  /// ```
  ///
  /// - Precondition: the last two axes hold matrices, not empty unless for `frobenius` and `nuclear`; else traps, or throws
  ///   inside ``checked(_:)``.
  public func matrixNorm(_ norm: MatrixNorm = .frobenius, keepDims: Bool = false) -> Tensor {
    guard isMatrix("matrixNorm") else { return .standIn }
    let y: Tensor =
      switch norm {
      case .frobenius: squared().sum(axes: [-2, -1]).squareRootOfSpread()
      case .nuclear: singularValues().sum(axis: -1)
      case .one: abs(self).sum(axis: -2).max(axis: -1)
      case .minusOne: abs(self).sum(axis: -2).min(axis: -1)
      case .infinity: abs(self).sum(axis: -1).max(axis: -1)
      case .minusInfinity: abs(self).sum(axis: -1).min(axis: -1)
      case .spectral: singularValues().max(axis: -1)
      case .minusSpectral: singularValues().min(axis: -1)
      }
    return keepDims ? y.reshaped(to: shape.withMatrices(1, 1)) : y
  }

  /// The condition numbers of matrices: the norm times that of the inverse. Infinite for singular matrices.
  ///
  /// ```swift
  /// print(Tensor([[4, 0], [0, 0.5]]).cond())  // 8.0
  /// ```
  ///
  /// - Precondition: the last two axes hold matrices, square ones unless for `spectral` and `minusSpectral`; else traps, or
  ///   throws inside ``checked(_:)``.
  public func cond(_ norm: MatrixNorm = .spectral) -> Tensor {
    guard isMatrix("cond") else { return .standIn }
    if norm == .spectral || norm == .minusSpectral {
      let s = singularValues()
      let (largest, smallest) = (s.max(axis: -1), s.min(axis: -1))
      return norm == .spectral ? largest / smallest : smallest / largest
    }
    guard isSquareMatrix("cond") else { return .standIn }
    if dtype != .float64 { return cast(to: .float64).cond(norm).cast(to: dtype) }
    let y = matrixNorm(norm) * inverseOrInfinity().matrixNorm(norm)
    // NaN comes from the inverse of a singular matrix, unless the matrix has some.
    let singular = y.isNaN() .& .!(isNaN().any(axes: [-2, -1]))
    return y.replacing(with: .infinity, where: singular)
  }
}
