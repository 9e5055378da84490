// Folds along axes. All take no axes (fold everything), one or several; negative axes count from the end; `keepDims`
// leaves the folded axes in place with extent 1.

import CKernels
import Kernels

extension Tensor {
  /// The sum of all elements, or along axes. The sum of nothing is 0.
  ///
  /// In float32 the error is no worse than that of pairwise summation, and the same for any number of threads.
  ///
  /// VJP: `dx = dy`, stretched along the axes.
  ///
  /// ```swift
  /// let x = Tensor([[1, 2], [3, 4]])
  /// print(x.sum(), x.sum(axes: [0]), x.sum(axis: -1, keepDims: true).shape)  // 10.0 [4.0, 6.0] : [2] float32 [2, 1]
  /// ```
  public func sum(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
    guard let folded = ReductionAxes(axes, of: shape, for: "sum") else { return .standIn }
    let (shape, kept) = (shape, folded.result(keepDims: true))
    return reduce(self, folded, keepDims: keepDims, "sum") { $0.pointee.reduction.sum }
      .recorded(
        as: "sum",
        wrt: self, { dy in dy.reshaped(to: kept).broadcast(to: shape) },
        differential: { dx in dx.sum(axes: axes, keepDims: keepDims) })
  }

  /// The sum along an axis.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).sum(axis: 1))  // [3.0, 7.0] : [2] float32
  /// ```
  public func sum(axis: Int, keepDims: Bool = false) -> Tensor { sum(axes: [axis], keepDims: keepDims) }

  /// The arithmetic mean of all elements, or along axes. The mean of nothing is NaN.
  ///
  /// VJP: `dx = dy / n`, stretched along the axes.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).mean(), Tensor([[1, 2], [3, 4]]).mean(axes: [0]))  // 2.5 [2.0, 3.0] : [2] float32
  /// ```
  public func mean(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
    guard dtype.isFloatingPoint else { return unsupported("mean", dtype) }
    guard let folded = ReductionAxes(axes, of: shape, for: "mean") else { return .standIn }
    return sum(axes: axes, keepDims: keepDims) / Double(folded.foldedCount)
  }

  /// The mean along an axis.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).mean(axis: 1))  // [1.5, 3.5] : [2] float32
  /// ```
  public func mean(axis: Int, keepDims: Bool = false) -> Tensor { mean(axes: [axis], keepDims: keepDims) }
}

// MARK: - Extremes

extension Tensor {
  /// The largest of all elements, or along axes; NaN wins.
  ///
  /// VJP: `dy` goes to the largest, in equal shares if there are several.
  ///
  /// ```swift
  /// let x = Tensor([3, 1, 3]).requiringGradient()
  /// print(x.max().backward()[x])  // [0.5, 0.0, 0.5] : [3] float32
  /// ```
  ///
  /// - Precondition: there are elements to choose from; else traps, or throws inside ``checked(_:)``.
  public func max(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
    extreme("max", axes, keepDims) { $0.pointee.reduction.max }
  }

  /// The largest element along an axis.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).max(axis: 1))  // [2.0, 4.0] : [2] float32
  /// ```
  public func max(axis: Int, keepDims: Bool = false) -> Tensor { max(axes: [axis], keepDims: keepDims) }

  /// The smallest of all elements, or along axes; NaN wins.
  ///
  /// VJP: `dy` goes to the smallest, in equal shares if there are several.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).min(), Tensor([[1, 2], [3, 4]]).min(axes: [0]))  // 1.0 [1.0, 2.0] : [2] float32
  /// ```
  ///
  /// - Precondition: there are elements to choose from; else traps, or throws inside ``checked(_:)``.
  public func min(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
    extreme("min", axes, keepDims) { $0.pointee.reduction.min }
  }

  /// The smallest element along an axis.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).min(axis: 1))  // [1.0, 3.0] : [2] float32
  /// ```
  public func min(axis: Int, keepDims: Bool = false) -> Tensor { min(axes: [axis], keepDims: keepDims) }

  private func extreme(
    _ operation: StaticString, _ axes: [Int]?, _ keepDims: Bool, _ kernel: (KernelTable) -> reduction_kernel?
  ) -> Tensor {
    guard let folded = ReductionAxes(axes, of: shape, for: operation) else { return .standIn }
    if folded.foldedCount == 0 { return emptyReduction(operation, shape) }
    let x = self, kept = folded.result(keepDims: true)
    return reduce(x, folded, keepDims: keepDims, operation, kernel)
      .recorded(
        as: operation, wrt: x,
        withResult: { dy, y in
          let y = y.detached().reshaped(to: kept), x = x.detached()
          let chosen = ((x .== y) .| x.isNaN()).cast(to: x.dtype)
          let shares = chosen / chosen.sum(axes: axes, keepDims: true)
          return select(where: chosen .== 0, then: 0, else: dy.reshaped(to: kept) * shares)
        })
  }

  /// The index of the largest element along an axis, the first of equals, as int64; NaN counts as the largest.
  ///
  /// ```swift
  /// print(Tensor([[1, 3], [5, 2]]).argMax(axis: 1))  // [1, 0] : [2] int64
  /// ```
  public func argMax(axis: Int, keepDims: Bool = false) -> Tensor {
    argReduce(self, axis: axis, keepDims: keepDims, "argMax") { $0.pointee.reduction.argmax }
  }

  /// The index, in row-major order, of the largest of all elements.
  ///
  /// ```swift
  /// print(Tensor([[1, 9], [3, 4]]).argMax())  // 1
  /// ```
  public func argMax() -> Tensor { reshaped(to: [count]).argMax(axis: 0) }

  /// The index of the smallest element along an axis, the first of equals, as int64; NaN counts as the smallest.
  ///
  /// ```swift
  /// print(Tensor([[1, 9], [3, 4]]).argMin(axis: 0))  // [0, 1] : [2] int64
  /// ```
  public func argMin(axis: Int, keepDims: Bool = false) -> Tensor {
    argReduce(self, axis: axis, keepDims: keepDims, "argMin") { $0.pointee.reduction.argmin }
  }

  /// The index, in row-major order, of the smallest of all elements.
  ///
  /// ```swift
  /// print(Tensor([[5, 9], [3, 4]]).argMin())  // 2
  /// ```
  public func argMin() -> Tensor { reshaped(to: [count]).argMin(axis: 0) }
}

// MARK: - Products

extension Tensor {
  /// The product of all elements, or along axes. The product of nothing is 1.
  ///
  /// VJP: `dx` is `dy` times the product of the other elements, exact with any number of zeros.
  ///
  /// ```swift
  /// let x = Tensor([2, 0, 3]).requiringGradient()
  /// print(x.product().backward()[x])  // [0.0, 6.0, 0.0] : [3] float32
  /// ```
  public func product(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
    guard let folded = ReductionAxes(axes, of: shape, for: "product") else { return .standIn }
    let x = self, kept = folded.result(keepDims: true)
    return reduce(x, folded, keepDims: keepDims, "product") { $0.pointee.reduction.product }
      .recorded(
        as: "product", wrt: x,
        { dy in
          let order = (0..<x.rank).filter { !folded.isReduced[$0] } + (0..<x.rank).filter { folded.isReduced[$0] }
          let moved = x.permuted(axes: order)
          let rows = moved.reshaped(to: [
            folded.foldedCount == 0 ? 0 : x.count / folded.foldedCount, folded.foldedCount,
          ])
          let others = rows.productsOfOthers().reshaped(to: moved.shape)
          let back = order.indices.sorted { order[$0] < order[$1] }
          return dy.reshaped(to: kept) * others.permuted(axes: back)
        })
  }

  /// The product along an axis.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).product(axis: 1))  // [2.0, 12.0] : [2] float32
  /// ```
  public func product(axis: Int, keepDims: Bool = false) -> Tensor { product(axes: [axis], keepDims: keepDims) }

  /// For each element of each row [rows, n], the product of the others of the row: no division, so zeros are exact.
  // Pairs of elements are multiplied, what is missing from each pair is found by recursion, and each element of a pair
  // lacks the other one besides.
  private func productsOfOthers() -> Tensor {
    let n = shape[1]
    if n <= 1 { return Tensor.ones(shape, dtype: dtype) }
    let half = n / 2
    let left = self[0..., ..<half], right = self[0..., half..<2 * half]
    let rest = self[0..., (2 * half)...]
    let others = concatenated([left * right, rest], axis: 1).productsOfOthers()
    let pairs = others[0..., ..<half]
    return concatenated([pairs * right, pairs * left, others[0..., half...]], axis: 1)
  }
}

// MARK: - Spread

extension Tensor {
  /// The mean squared distance from the mean, of all elements or along axes.
  ///
  /// - Parameters:
  ///   - axes: the axes along which the spread is measured; all by default.
  ///   - correction: what is subtracted from the count in the divisor: 0 for the variance of what is given, 1 for an
  ///     unbiased estimate from a sample. A divisor of 0 or less gives NaN.
  ///   - keepDims: whether the folded axes stay, with extent 1.
  ///
  /// VJP: `dx = 2 dy · (x - mean) / (n - correction)`.
  ///
  /// ```swift
  /// let x = Tensor([1, 2, 3, 4])
  /// print(x.variance(), x.variance(correction: 1))  // 1.25 1.6666666
  /// ```
  public func variance(axes: [Int]? = nil, correction: Double = 0, keepDims: Bool = false) -> Tensor {
    guard let folded = ReductionAxes(axes, of: shape, for: "variance") else { return .standIn }
    let divisor = Double(folded.foldedCount) - correction
    let deviations = self - mean(axes: axes, keepDims: true)
    return deviations.squared().sum(axes: axes, keepDims: keepDims) / (divisor > 0 ? divisor : .nan)
  }

  /// The variance along an axis.
  ///
  /// ```swift
  /// print(Tensor([[1, 3], [2, 8]]).variance(axis: 1))  // [1.0, 9.0] : [2] float32
  /// ```
  public func variance(axis: Int, correction: Double = 0, keepDims: Bool = false) -> Tensor {
    variance(axes: [axis], correction: correction, keepDims: keepDims)
  }

  /// The square root of the ``variance(axes:correction:keepDims:)``.
  ///
  /// VJP: `dx = dy · (x - mean) / ((n - correction) · y)`; 0 where all elements are equal.
  ///
  /// ```swift
  /// print(Tensor([1, 3]).standardDeviation())  // 1.0
  /// ```
  public func standardDeviation(axes: [Int]? = nil, correction: Double = 0, keepDims: Bool = false) -> Tensor {
    variance(axes: axes, correction: correction, keepDims: keepDims).squareRootOfSpread()
  }

  /// The standard deviation along an axis.
  ///
  /// ```swift
  /// print(Tensor([[1, 3], [2, 8]]).standardDeviation(axis: 1))  // [1.0, 3.0] : [2] float32
  /// ```
  public func standardDeviation(axis: Int, correction: Double = 0, keepDims: Bool = false) -> Tensor {
    standardDeviation(axes: [axis], correction: correction, keepDims: keepDims)
  }

  /// The square root with the derivative 0 at 0: right where the operand is a sum of squares, whose own derivative
  /// vanishes there, so that the minimum-norm subgradient of the whole is 0.
  func squareRootOfSpread() -> Tensor {
    map(self, "sqrt") { $0.pointee.unary.sqrt }
      .recorded(
        as: "squareRootOfSpread", wrt: self,
        withResult: { dy, y in select(where: y .== 0, then: 0, else: dy / (nonzero(y) * 2)) })
  }
}
