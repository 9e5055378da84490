// Folds along axes. All take no axes (fold everything), one or several; negative axes count from the end; `keepDims`
// leaves the folded axes in place with extent 1.

extension Tensor {
  /// The sum of all elements, or along axes. The sum of nothing is 0.
  ///
  /// In float32 the error is no worse than that of pairwise summation, and the same for any number of threads.
  ///
  /// VJP: `dx = dy`, stretched along the axes.
  ///
  /// ```swift
  /// let x = Tensor([[1, 2], [3, 4]])
  /// print(x.sum(), x.sum(axes: [0]), x.sum(axis: -1, keepDims: true).shape)  // 10.0 [4.0, 6.0] [2, 1]
  /// ```
  public func sum(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
    guard let folded = ReductionAxes(axes, of: shape, for: "sum") else { return .standIn }
    let (shape, kept) = (shape, folded.result(keepDims: true))
    return reduce(self, folded, keepDims: keepDims, "sum") { $0.pointee.reduction.sum }
      .recorded(as: "sum", wrt: self, { dy in dy.reshaped(to: kept).broadcast(to: shape) })
  }

  /// The sum along an axis.
  public func sum(axis: Int, keepDims: Bool = false) -> Tensor { sum(axes: [axis], keepDims: keepDims) }

  /// The arithmetic mean of all elements, or along axes. The mean of nothing is NaN.
  ///
  /// VJP: `dx = dy / n`, stretched along the axes.
  public func mean(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
    guard dtype.isFloatingPoint else { return unsupported("mean", dtype) }
    guard let folded = ReductionAxes(axes, of: shape, for: "mean") else { return .standIn }
    return sum(axes: axes, keepDims: keepDims) / Double(folded.foldedCount)
  }

  /// The mean along an axis.
  public func mean(axis: Int, keepDims: Bool = false) -> Tensor { mean(axes: [axis], keepDims: keepDims) }
}
