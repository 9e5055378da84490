// Elements at a rank among the others: medians, quantiles, the most frequent.

extension Tensor {
  /// The middle element along an axis, the lower one of two, and its place; NaN wins.
  ///
  /// ```swift
  /// print(Tensor([[3, 1, 2], [9, 7, 8]]).median(axis: 1).values)  // [2.0, 8.0] : [2] float32
  /// ```
  public func median(axis: Int, keepDims: Bool = false) -> (values: Tensor, places: Tensor) {
    guard let axis = resolve(axis, in: shape, for: "median") else { return (.standIn, .standIn) }
    guard shape[axis] > 0 else {
      let standIn = emptyReduction("median", shape)
      return (standIn, standIn)
    }
    let order = sortingPlaces(self, axis: axis, descending: false, "median")
    let last = order.narrowed(axis: axis, from: shape[axis] - 1, count: 1)
    let middle = order.narrowed(axis: axis, from: (shape[axis] - 1) / 2, count: 1)
    // NaN sorts last, so one shows there.
    let isNaN =
      dtype.isFloatingPoint
      ? detached().gathered(along: axis, at: last).isNaN() : Tensor.zeros(last.shape, dtype: .bool)
    return valueAt(select(where: isNaN, then: last, else: middle), axis, keepDims)
  }

  /// The middle of all elements, the lower one of two; equal ones share the gradient evenly.
  ///
  /// ```swift
  /// print(Tensor([4, 1, 3, 2]).median())  // 2.0
  /// ```
  public func median() -> Tensor {
    let flat = reshaped(to: [count])
    return flat.sharing(flat.detached().median(axis: 0).values, "median")
  }

  /// The middle of the elements along an axis that are not NaN, the lower one of two, and its place; NaN of no others.
  ///
  /// ```swift
  /// print(Tensor([3, .nan, 1]).nanMedian(axis: 0).values)  // 1.0
  /// ```
  public func nanMedian(axis: Int, keepDims: Bool = false) -> (values: Tensor, places: Tensor) {
    guard let axis = resolve(axis, in: shape, for: "nanMedian") else { return (.standIn, .standIn) }
    guard dtype.isFloatingPoint else { return median(axis: axis, keepDims: keepDims) }
    guard shape[axis] > 0 else {
      let standIn = emptyReduction("nanMedian", shape)
      return (standIn, standIn)
    }
    // NaN sorts last, so the middle of the others is found from the front.
    let order = sortingPlaces(self, axis: axis, descending: false, "nanMedian")
    let last = (.!isNaN()).cast(to: .int64).sum(axes: [axis], keepDims: true) - 1
    let middle = maximum(last, Tensor(0, dtype: .int64)) / 2
    return valueAt(order.gathered(along: axis, at: middle), axis, keepDims)
  }

  /// The middle of all elements that are not NaN, the lower one of two; equal ones share the gradient evenly.
  ///
  /// ```swift
  /// print(Tensor([3, .nan, 1, 2]).nanMedian())  // 2.0
  /// ```
  public func nanMedian() -> Tensor {
    let flat = reshaped(to: [count])
    return flat.sharing(flat.detached().nanMedian(axis: 0).values, "nanMedian")
  }

  /// Records a value that was picked from this vector: the elements equal to it share the gradient evenly.
  private func sharing(_ value: Tensor, _ name: StaticString) -> Tensor {
    let x = detached()
    var isChosen = x .== value
    if dtype.isFloatingPoint { isChosen = isChosen .| (x.isNaN() .& value.isNaN()) }
    let chosen = isChosen.cast(to: dtype)
    return value.recorded(as: name, wrt: self, { dy in dy * (chosen / chosen.sum()) })
  }
}

// MARK: - Quantiles

/// What ``Tensor/quantile(_:axis:keepDims:interpolation:)`` takes where a quantile lies between two elements.
public enum QuantileInterpolation: Sendable, Hashable, CaseIterable {
  /// The point between both that divides their distance in the same way.
  case linear
  /// The lower one.
  case lower
  /// The higher one.
  case higher
  /// The nearer one; of two equally near, the one at an even place.
  case nearest
  /// The middle of both.
  case midpoint
}

extension Tensor {
  /// Values between the sorted elements along an axis: `q = 0` is the smallest, ½ the median of two averaged, 1 the
  /// largest; NaN wins.
  ///
  /// VJP: `dy` goes to the two neighbours by their weights.
  ///
  /// ```swift
  /// let x = Tensor([1, 2, 3, 4])
  /// print(x.quantile(0.25), x.quantile(0.25, interpolation: .lower))  // 1.75 1.0
  /// ```
  ///
  /// - Precondition: `q` lies in 0 ... 1, and the axis is not empty; else traps, or throws inside ``checked(_:)``.
  public func quantile(
    _ q: Double, axis: Int = -1, keepDims: Bool = false, interpolation: QuantileInterpolation = .linear
  ) -> Tensor {
    let both = quantiles([q], axis: axis, keepDims: keepDims, interpolation: interpolation)
    return both.rank == 0 ? both : both.squeezed(axis: 0)
  }

  /// Several quantiles along an axis, one after another along a new first axis.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3, 4]).quantiles([0, 0.5, 1]))  // [1.0, 2.5, 4.0] : [3] float32
  /// ```
  public func quantiles(
    _ qs: [Double], axis: Int = -1, keepDims: Bool = false, interpolation: QuantileInterpolation = .linear
  ) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "quantile") else { return .standIn }
    guard dtype.isFloatingPoint else { return unsupported("quantile", dtype) }
    guard !qs.isEmpty, qs.allSatisfy({ (0...1).contains($0) }), shape[axis] > 0 else {
      return fail(
        .invalidArgument, "quantile", "the quantiles \(qs) of axis \(axis) of shape \(shape); expected 0 ... 1 of some")
    }
    let sorted = sorted(axis: axis).values
    func element(_ place: Int) -> Tensor { sorted.narrowed(axis: axis, from: place, count: 1) }
    let last = element(shape[axis] - 1), isNaN = last.isNaN()
    let results = qs.map { q in
      let position = q * Double(shape[axis] - 1)
      let lower = Int(position.rounded(.down)), upper = Int(position.rounded(.up))
      let result: Tensor =
        switch interpolation {
        case .lower: element(lower)
        case .higher: element(upper)
        case .nearest: element(Int(position.rounded(.toNearestOrEven)))
        case .midpoint: lower == upper ? element(lower) : (element(lower) + element(upper)) * 0.5
        case .linear:
          lower == upper
            ? element(lower) : element(lower) + (element(upper) - element(lower)) * (position - Double(lower))
        }
      let whole = select(where: isNaN, then: last, else: result)
      return keepDims ? whole : whole.squeezed(axis: axis)
    }
    return stacked(results)
  }

  /// The most frequent element along an axis, the smallest of several, and the last place where it stands.
  ///
  /// VJP: `dy` goes to that place.
  ///
  /// ```swift
  /// let (values, places) = Tensor([2, 1, 2, 3]).mode(axis: 0)
  /// print(values, places)  // 2.0 2
  /// ```
  ///
  /// - Precondition: the axis is not empty; else traps, or throws inside ``checked(_:)``.
  public func mode(axis: Int, keepDims: Bool = false) -> (values: Tensor, places: Tensor) {
    guard let axis = resolve(axis, in: shape, for: "mode") else { return (.standIn, .standIn) }
    guard shape[axis] > 0 else {
      let standIn = emptyReduction("mode", shape)
      return (standIn, standIn)
    }
    let order = sortingPlaces(self, axis: axis, descending: false, "mode")
    let sorted = detached().gathered(along: axis, at: order)
    // How many equal elements each one ends, itself included: the longest run ends with the last of the most frequent.
    let count = shape[axis] - 1
    let isNew =
      sorted.narrowed(axis: axis, from: 1, count: count) .!= sorted.narrowed(axis: axis, from: 0, count: count)
    var extents = [Int](repeating: 1, count: rank)
    extents[axis] = shape[axis]
    let position = Tensor.arange(shape[axis], dtype: .int64).reshaped(to: extents)
    var widths = [(before: Int, after: Int)](repeating: (0, 0), count: rank)
    widths[axis].before = 1
    let starts = (isNew.cast(to: .int64).padded(widths) * position).cumulativeMax(axis: axis)
    let longest = (position - starts).argMax(axis: axis, keepDims: true)
    return valueAt(order.gathered(along: axis, at: longest), axis, keepDims)
  }
}
