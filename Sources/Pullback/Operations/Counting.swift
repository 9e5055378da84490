// Places and counts: how often and where values occur. Results have no derivative.

extension Tensor {
  /// The indices of the elements that are not 0, one row for each, in row-major order, as int64.
  ///
  /// ```swift
  /// print(Tensor([[1, 0], [0, 2]]).nonzeroPlaces())
  /// // [[0, 0],
  /// //  [1, 1]] : [2, 2] int64
  /// ```
  public func nonzeroPlaces() -> Tensor {
    var places = truePlaces(.!(.!self), "nonzeroPlaces")
    var columns: [Tensor] = []
    for axis in (0..<rank).reversed() {
      let extent = Double(Swift.max(1, shape[axis])), quotient = places / extent
      columns.append(places - quotient * extent)
      places = quotient
    }
    return columns.isEmpty ? places.reshaped(to: [places.count, 0]) : stacked(columns.reversed(), axis: 1)
  }

  /// The different elements in ascending order, for each element of this tensor the place of its value there, and how
  /// often each value occurs.
  ///
  /// ```swift
  /// let (values, places, counts) = Tensor([3, 1, 3]).unique()
  /// print(values, places, counts)  // [1.0, 3.0] : [2] float32 [1, 0, 1] : [3] int64 [1, 2] : [2] int64
  /// ```
  public func unique() -> (values: Tensor, places: Tensor, counts: Tensor) {
    let flat = detached().reshaped(to: [count])
    let order = flat.argSort(), sorted = flat.gathering(order)
    let later = Swift.max(0, count - 1)
    let isNew =
      sorted.narrowed(axis: 0, from: count - later, count: later)
      .!= sorted.narrowed(axis: 0, from: 0, count: later)
    let starts = concatenated([Tensor.ones([count - later], dtype: .bool), isNew], axis: 0)
    let numbers = starts.cast(to: .int64).cumulativeSum(axis: 0) - 1
    let values = sorted.selecting(where: starts)
    return (
      values, Tensor.zeros([count], dtype: .int64).puttingFlat(numbers, at: order).reshaped(to: shape),
      Tensor.ones([count], dtype: .int64).addedUp(at: numbers, count: values.count)
    )
  }

  /// For each of some values the place in this sorted vector where it could be inserted without disturbing the order, as
  /// int64.
  ///
  /// NaN belongs at the end.
  ///
  /// ```swift
  /// let edges = Tensor([1, 3, 5])
  /// print(edges.searchSorted(Tensor([0, 3, 9])))  // [0, 1, 3] : [3] int64
  /// ```
  ///
  /// - Parameters:
  ///   - values: a tensor of any shape and of the same dtype.
  ///   - afterEqual: whether the place is after elements that equal the value, not before them.
  /// - Precondition: this is a vector, in ascending order; only that it is a vector is checked.
  public func searchSorted(_ values: Tensor, afterEqual: Bool = false) -> Tensor {
    guard rank == 1 else {
      return fail(.shapeMismatch, "searchSorted", "a tensor of shape \(shape); expected a vector")
    }
    guard values.dtype == dtype else { return mixed("searchSorted", self, values) }
    // Sorted together; the sort is stable, so whichever comes first among the operands comes first among equals. The
    // place of a value is then the number of elements of this vector before it.
    let wanted = values.detached().reshaped(to: [values.count]), own = detached()
    let order = concatenated(afterEqual ? [own, wanted] : [wanted, own], axis: 0).argSort()
    let isOwn = afterEqual ? order .< Double(count) : order .>= Double(values.count)
    let before = isOwn.cast(to: .int64).cumulativeSum(axis: 0)
    let places = Tensor.zeros([count + values.count], dtype: .int64).puttingFlat(before, at: order)
    return places.narrowed(axis: 0, from: afterEqual ? count : 0, count: values.count).reshaped(to: values.shape)
  }

  /// For each element the number of the interval it lies in, between sorted boundaries, as int64: 0 before the first.
  ///
  /// ```swift
  /// print(Tensor([0, 2, 9]).bucketed(by: Tensor([1, 3, 5])))  // [0, 1, 3] : [3] int64
  /// ```
  ///
  /// - Parameters:
  ///   - boundaries: a vector in ascending order.
  ///   - afterEqual: whether an element that equals a boundary belongs to the interval after it.
  public func bucketed(by boundaries: Tensor, afterEqual: Bool = false) -> Tensor {
    boundaries.searchSorted(self, afterEqual: afterEqual)
  }

  /// How often each of the numbers 0, 1, … occurs, as int64.
  ///
  /// ```swift
  /// print(Tensor([1, 3, 1], dtype: .int64).binCounts(minimum: 5))  // [0, 2, 0, 1, 0] : [5] int64
  /// ```
  ///
  /// - Parameter minimum: the least length of the result.
  /// - Precondition: this is an integer tensor without negative elements; else traps, or throws inside ``checked(_:)``.
  public func binCounts(minimum: Int = 0) -> Tensor {
    guard dtype.isInteger else { return unsupported("binCounts", dtype) }
    let places = cast(to: .int64).reshaped(to: [count])
    let least = count == 0 ? 0 : places.min().item(as: Int.self)
    guard least >= 0, minimum >= 0 else {
      return fail(.indexOutOfRange, "binCounts", "the number \(Swift.min(least, minimum)) is negative")
    }
    let length = Swift.max(minimum, count == 0 ? 0 : places.max().item(as: Int.self) + 1)
    return Tensor.ones([count], dtype: .int64).addedUp(at: places, count: length)
  }

  /// How many elements lie in each of several intervals of equal width, and the intervals' edges.
  ///
  /// An interval contains its lower edge, and the last one its upper edge too. What lies outside, and NaN, is not counted.
  ///
  /// ```swift
  /// let (counts, edges) = Tensor([0, 1, 1.5, 4]).histogram(bins: 2)
  /// print(counts, edges)  // [3, 1] : [2] int64 [0.0, 2.0, 4.0] : [3] float32
  /// ```
  ///
  /// - Parameters:
  ///   - bins: how many intervals there are.
  ///   - range: where they lie; by default from the smallest to the largest element, or half a unit around them if they
  ///     are all equal.
  /// - Precondition: `bins` is positive and the range is finite; else traps, or throws inside ``checked(_:)``.
  public func histogram(bins: Int, range: ClosedRange<Double>? = nil) -> (counts: Tensor, edges: Tensor) {
    guard dtype.isFloatingPoint else {
      let standIn = unsupported("histogram", dtype)
      return (standIn, standIn)
    }
    var (low, high) = (0.0, 1.0)
    if let range {
      (low, high) = (range.lowerBound, range.upperBound)
    } else if count > 0 {
      (low, high) = (min().item(), max().item())
    }
    guard bins > 0, low.isFinite, high.isFinite else {
      let standIn = fail(.invalidArgument, "histogram", "\(bins) bins from \(low) to \(high); expected finite numbers")
      return (standIn, standIn)
    }
    if low == high { (low, high) = (low - 0.5, high + 0.5) }
    let edges = Tensor.linspace(from: low, through: high, count: bins + 1, dtype: dtype)
    let flat = detached().reshaped(to: [count])
    let places = edges.searchSorted(flat, afterEqual: true) - 1
    let inside = select(where: flat .== edges[-1], then: Double(bins - 1), else: places)
    let counted = inside.selecting(where: (flat .>= edges[0]) .& (flat .<= edges[-1]))
    return (Tensor.ones([counted.count], dtype: .int64).addedUp(at: counted, count: bins), edges)
  }
}
