// Running folds along an axis.

extension Tensor {
  /// The sums of the elements up to each place along an axis.
  ///
  /// VJP: `dx` is the running sum of `dy` from the other end.
  ///
  /// ```swift
  /// let x = Tensor([1, 2, 3])
  /// print(x.cumulativeSum(axis: 0), x.cumulativeSum(axis: 0, reversed: true))
  /// // [1.0, 3.0, 6.0] : [3] float32 [6.0, 5.0, 3.0] : [3] float32
  /// ```
  ///
  /// - Parameters:
  ///   - axis: the axis, counted from the end if negative.
  ///   - exclusive: whether the place itself is left out.
  ///   - reversed: whether the sums start at the end.
  public func cumulativeSum(axis: Int, exclusive: Bool = false, reversed: Bool = false) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "cumulativeSum") else { return .standIn }
    if reversed {
      return self.reversed(axes: [axis]).cumulativeSum(axis: axis, exclusive: exclusive).reversed(axes: [axis])
    }
    if exclusive { return shifted(axis: axis, by: 1, filling: 0).cumulativeSum(axis: axis) }
    return scan(self, axis: axis, .sum, "cumulativeSum")
      .recorded(as: "cumulativeSum", wrt: self, { dy in dy.cumulativeSum(axis: axis, reversed: true) })
  }

  /// The products of the elements up to each place along an axis.
  ///
  /// VJP: exact with any number of zeros, at a few multiplications for each element.
  ///
  /// - Parameters:
  ///   - axis: the axis, counted from the end if negative.
  ///   - exclusive: whether the place itself is left out.
  ///   - reversed: whether the products start at the end.
  ///
  /// ```swift
  /// let x = Tensor([2, 0, 3]).requiringGradient()
  /// let y = x.cumulativeProduct(axis: 0)
  /// print(y, y.sum().backward()[x])  // [2.0, 0.0, 0.0] : [3] float32 [1.0, 8.0, 0.0] : [3] float32
  /// ```
  public func cumulativeProduct(axis: Int, exclusive: Bool = false, reversed: Bool = false) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "cumulativeProduct") else { return .standIn }
    if reversed {
      return self.reversed(axes: [axis]).cumulativeProduct(axis: axis, exclusive: exclusive).reversed(axes: [axis])
    }
    if exclusive { return shifted(axis: axis, by: 1, filling: 1).cumulativeProduct(axis: axis) }
    // A tracked tensor is scanned by products only, so zeros need no division and no special case.
    if isRecorded { return associativeScan(axis: axis) { $0 * $1 } }
    return scan(self, axis: axis, .product, "cumulativeProduct")
  }

  /// `log Σ exp` of the elements up to each place along an axis, without overflow.
  ///
  /// ```swift
  /// print(Tensor([0, 0]).cumulativeLogSumExp(axis: 0))  // [0.0, 0.693147] : [2] float32
  /// ```
  ///
  /// - Parameters:
  ///   - axis: the axis, counted from the end if negative.
  ///   - reversed: whether the sums start at the end.
  public func cumulativeLogSumExp(axis: Int, reversed: Bool = false) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "cumulativeLogSumExp") else { return .standIn }
    if reversed { return self.reversed(axes: [axis]).cumulativeLogSumExp(axis: axis).reversed(axes: [axis]) }
    if isRecorded { return associativeScan(axis: axis) { logAddExp($0, $1) } }
    return scan(self, axis: axis, .logSumExp, "cumulativeLogSumExp")
  }

  /// The largest element up to each place along an axis; NaN, once seen, stays. Of equal ones the latest gets the gradient.
  ///
  /// ```swift
  /// print(Tensor([1, 3, 2]).cumulativeMax(axis: 0))  // [1.0, 3.0, 3.0] : [3] float32
  /// ```
  ///
  /// - Parameters:
  ///   - axis: the axis, counted from the end if negative.
  ///   - reversed: whether the scan starts at the end.
  public func cumulativeMax(axis: Int, reversed: Bool = false) -> Tensor {
    cumulativeExtreme("cumulativeMax", axis, reversed, minimum: false)
  }

  /// The smallest element up to each place along an axis; NaN, once seen, stays. Of equal ones the latest gets the
  /// gradient.
  ///
  /// ```swift
  /// print(Tensor([3, 1, 2]).cumulativeMin(axis: 0))  // [3.0, 1.0, 1.0] : [3] float32
  /// ```
  ///
  /// - Parameters:
  ///   - axis: the axis, counted from the end if negative.
  ///   - reversed: whether the scan starts at the end.
  public func cumulativeMin(axis: Int, reversed: Bool = false) -> Tensor {
    cumulativeExtreme("cumulativeMin", axis, reversed, minimum: true)
  }

  /// The largest element up to each place along an axis, and its place, the latest of equals, as int64.
  ///
  /// ```swift
  /// print(Tensor([1, 3, 2]).cumulativeMaxWithPlaces(axis: 0).places)  // [0, 1, 1] : [3] int64
  /// ```
  public func cumulativeMaxWithPlaces(axis: Int) -> (values: Tensor, places: Tensor) {
    cumulativeExtremeWithPlaces("cumulativeMax", axis, minimum: false)
  }

  /// The smallest element up to each place along an axis, and its place, the latest of equals, as int64.
  ///
  /// ```swift
  /// print(Tensor([3, 1, 2]).cumulativeMinWithPlaces(axis: 0).places)  // [0, 1, 1] : [3] int64
  /// ```
  public func cumulativeMinWithPlaces(axis: Int) -> (values: Tensor, places: Tensor) {
    cumulativeExtremeWithPlaces("cumulativeMin", axis, minimum: true)
  }

  private func cumulativeExtreme(_ operation: StaticString, _ axis: Int, _ reversed: Bool, minimum: Bool) -> Tensor {
    guard reversed else { return cumulativeExtremeWithPlaces(operation, axis, minimum: minimum).values }
    let turned = self.reversed(axes: [axis])
    return turned.cumulativeExtreme(operation, axis, false, minimum: minimum).reversed(axes: [axis])
  }

  private func cumulativeExtremeWithPlaces(
    _ operation: StaticString, _ axis: Int, minimum: Bool
  ) -> (values: Tensor, places: Tensor) {
    guard let axis = resolve(axis, in: shape, for: operation) else { return (.standIn, .standIn) }
    let (values, places) = runningExtreme(self, axis: axis, minimum: minimum, operation)
    return (isTracked ? gathered(along: axis, at: places) : values, places)
  }

  /// The elements moved up along an axis, with a value in the places that become free.
  private func shifted(axis: Int, by step: Int, filling value: Double) -> Tensor {
    let step = Swift.min(step, shape[axis])
    var widths = [(before: Int, after: Int)](repeating: (0, 0), count: rank)
    widths[axis].before = step
    return narrowed(axis: axis, from: 0, count: shape[axis] - step).padded(widths, with: value)
  }

  /// The differences of neighbours along an axis, taken `order` times.
  ///
  /// ```swift
  /// print(Tensor([1, 4, 9, 16]).differences(axis: 0))  // [3.0, 5.0, 7.0] : [3] float32
  /// ```
  public func differences(order: Int = 1, axis: Int = -1) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "differences") else { return .standIn }
    guard order >= 0 else { return fail(.invalidArgument, "differences", "the order \(order) is negative") }
    var y = self
    for _ in 0..<order where y.shape[axis] > 0 {
      let count = y.shape[axis] - 1
      y = y.narrowed(axis: axis, from: 1, count: count) - y.narrowed(axis: axis, from: 0, count: count)
    }
    return y
  }

  /// The integral along an axis by the trapezoid rule, for values a step apart.
  ///
  /// ```swift
  /// print(Tensor([0, 1, 2]).trapezoid())  // 2.0
  /// ```
  public func trapezoid(step: Double = 1, axis: Int = -1) -> Tensor {
    trapezoidTerms(step, axis).sum(axis: axis)
  }

  /// The integrals up to each place but the first, by the trapezoid rule.
  ///
  /// ```swift
  /// print(Tensor([0, 1, 2]).cumulativeTrapezoid())  // [0.5, 2.0] : [2] float32
  /// ```
  public func cumulativeTrapezoid(step: Double = 1, axis: Int = -1) -> Tensor {
    trapezoidTerms(step, axis).cumulativeSum(axis: axis)
  }

  /// The integral along an axis by the trapezoid rule, for values at given points.
  ///
  /// VJP: to the values their weights, which are half the distances of their neighbours; to the points likewise.
  ///
  /// ```swift
  /// print(Tensor([0, 1, 2]).trapezoid(at: Tensor([0, 1, 3])))  // 3.5
  /// ```
  ///
  /// - Parameters:
  ///   - points: where the values stand: a vector as long as the axis, or a tensor that broadcasts with the values.
  ///   - axis: the axis, counted from the end if negative.
  public func trapezoid(at points: Tensor, axis: Int = -1) -> Tensor { trapezoidTerms(points, axis).sum(axis: axis) }

  /// The integrals up to each place but the first, by the trapezoid rule, for values at given points.
  ///
  /// ```swift
  /// print(Tensor([0, 1, 2]).cumulativeTrapezoid(at: Tensor([0, 1, 3])))  // [0.5, 3.5] : [2] float32
  /// ```
  public func cumulativeTrapezoid(at points: Tensor, axis: Int = -1) -> Tensor {
    trapezoidTerms(points, axis).cumulativeSum(axis: axis)
  }

  private func trapezoidTerms(_ points: Tensor, _ axis: Int) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "trapezoid") else { return .standIn }
    var points = points
    if points.rank == 1 {
      points = points.reshaped(to: Shape([points.count] + [Int](repeating: 1, count: rank - axis - 1)))
    }
    guard points.shape.broadcast(with: shape) == shape else {
      return fail(
        .shapeMismatch, "trapezoid",
        "points of shape \(points.shape) for values of shape \(shape); expected one for each place of axis \(axis)")
    }
    return trapezoidTerms(1, axis) * points.broadcast(to: shape).differences(axis: axis)
  }

  private func trapezoidTerms(_ step: Double, _ axis: Int) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "trapezoid") else { return .standIn }
    let count = Swift.max(0, shape[axis] - 1)
    return (narrowed(axis: axis, from: shape[axis] - count, count: count) + narrowed(axis: axis, from: 0, count: count))
      * (step / 2)
  }
}
