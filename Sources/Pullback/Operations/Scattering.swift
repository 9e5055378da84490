// Elements written or added at places that an index names. An index of the operand's rank says, for each element of the
// source, its place along one axis; the other places are the same.

extension Tensor {
  /// The tensor with the elements of a source in place of those that an index names.
  ///
  /// Of several sources for one place the last, in row-major order, wins.
  ///
  /// VJP: `dx` is `dy`, 0 at replaced places; `dsource` is `dy` at its place for the sources that won, 0 for the others.
  ///
  /// ```swift
  /// let x = Tensor([1, 2, 3])
  /// print(x.scattered(Tensor([9]), along: 0, at: Tensor([1], dtype: .int64)))  // [1.0, 9.0, 3.0] : [3] float32
  /// ```
  public func scattered(_ source: Tensor, along axis: Int, at index: Tensor) -> Tensor {
    guard let places = flatPlaces(along: axis, at: index, source, "scatter") else { return .standIn }
    return reshaped(to: [count]).puttingFlat(source.reshaped(to: [source.count]), at: places).reshaped(to: shape)
  }

  /// The tensor with the elements of a source added at the places that an index names; repeated places add up.
  ///
  /// VJP: `dx = dy`; `dsource` is `dy` at its places.
  ///
  /// ```swift
  /// let x = Tensor([1, 2]), index = Tensor([0, 0], dtype: .int64)
  /// print(x.scatterAdding(Tensor([10, 20]), along: 0, at: index))  // [31.0, 2.0] : [2] float32
  /// ```
  public func scatterAdding(_ source: Tensor, along axis: Int, at index: Tensor) -> Tensor {
    guard let places = flatPlaces(along: axis, at: index, source, "scatterAdd") else { return .standIn }
    return self + source.reshaped(to: [source.count]).addedUp(at: places, count: count).reshaped(to: shape)
  }

  /// The tensor with rows of a source, `scale` times, added at places of an axis; repeated places add up.
  ///
  /// ```swift
  /// let x = Tensor.zeros([2, 2])
  /// print(x.addingRows(Tensor([[1, 2], [3, 4]]), at: Tensor([1, 1], dtype: .int64), axis: 0))
  /// // [[0.0, 0.0],
  /// //  [4.0, 6.0]] : [2, 2] float32
  /// ```
  public func addingRows(_ source: Tensor, at index: Tensor, axis: Int, scale: Double = 1) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "addRows") else { return .standIn }
    guard index.rank == 1, source.shape == shape.replacing(axis: axis, with: index.count) else {
      return fail(
        .shapeMismatch, "addRows",
        "rows of shape \(source.shape) at \(index.count) places of axis \(axis) of shape \(shape)")
    }
    guard let places = wrappedIndices(index, extent: shape[axis], "addRows") else { return .standIn }
    return self + (scale == 1 ? source : source * scale).addingRows(at: places, axis: axis, extent: shape[axis])
  }

  /// The tensor with rows of a source in place of its own; of several for one place the last wins.
  ///
  /// ```swift
  /// let x = Tensor.zeros([3, 2])
  /// print(x.replacingRows(Tensor([[1, 2]]), at: Tensor([2], dtype: .int64), axis: 0))
  /// // [[0.0, 0.0],
  /// //  [0.0, 0.0],
  /// //  [1.0, 2.0]] : [3, 2] float32
  /// ```
  public func replacingRows(_ source: Tensor, at index: Tensor, axis: Int) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "replaceRows") else { return .standIn }
    guard index.rank == 1, source.shape == shape.replacing(axis: axis, with: index.count) else {
      return fail(
        .shapeMismatch, "replaceRows",
        "rows of shape \(source.shape) at \(index.count) places of axis \(axis) of shape \(shape)")
    }
    var extents = [Int](repeating: 1, count: rank)
    extents[axis] = index.count
    return scattered(source, along: axis, at: index.reshaped(to: Shape(extents)).broadcast(to: source.shape))
  }

  /// How ``scatterReducing(_:along:at:by:includingOwn:)`` combines what meets at one place.
  public enum ScatterReduction: Sendable, Hashable {
    /// By their sum.
    case sum
    /// By their product, exact with zeros.
    case product
    /// By their mean.
    case mean
    /// By the largest; equal ones share the gradient evenly.
    case max
    /// By the smallest; equal ones share the gradient evenly.
    case min

    /// What changes nothing when it is combined with other elements.
    fileprivate var neutral: Double {
      switch self {
      case .sum, .mean: 0
      case .product: 1
      case .max: -.infinity
      case .min: .infinity
      }
    }
  }

  /// The tensor with the elements of a source combined into the places that an index names, its own elements included.
  ///
  /// ```swift
  /// let x = Tensor([1, 2]), index = Tensor([0, 0], dtype: .int64)
  /// print(x.scatterReducing(Tensor([5, 3]), along: 0, at: index, by: .max))  // [5.0, 2.0] : [2] float32
  /// ```
  ///
  /// - Parameters:
  ///   - source: what is combined in.
  ///   - axis: the axis that the index counts along.
  ///   - index: for each element of the source its place along the axis.
  ///   - reduction: how elements are combined.
  ///   - includingOwn: whether this tensor's own element takes part at places that the index names; at others it stays.
  public func scatterReducing(
    _ source: Tensor, along axis: Int, at index: Tensor, by reduction: ScatterReduction, includingOwn: Bool = true
  ) -> Tensor {
    guard let places = flatPlaces(along: axis, at: index, source, "scatterReduce") else { return .standIn }
    let source = source.reshaped(to: [source.count])
    var own = reshaped(to: [count]),
      counts = Tensor.ones([source.count], dtype: dtype).addedUp(at: places, count: count)
    if includingOwn {
      counts = counts + 1
    } else {
      own = own.replacing(with: reduction.neutral, where: counts .!= 0)
      counts = select(where: counts .== 0, then: 1, else: counts)
    }
    switch reduction {
    case .sum: return (own + source.addedUp(at: places, count: count)).reshaped(to: shape)
    case .mean: return ((own + source.addedUp(at: places, count: count)) / counts).reshaped(to: shape)
    case .max, .min, .product:
      return own.foldedByPlace(source, places, reduction).reshaped(to: shape)
    }
  }

  /// Sorts the sources by place and folds each place's run together with its own element, padded to one length.
  private func foldedByPlace(_ source: Tensor, _ places: Tensor, _ reduction: ScatterReduction) -> Tensor {
    // For each source, the how-manieth of its place it is.
    let targets = places.scalars(as: Int.self)
    var seen = [Int](repeating: 0, count: count)
    let turns = targets.map { place in
      seen[place] += 1
      return seen[place]
    }
    let columns = (seen.max() ?? 0) + 1
    let cells = Tensor(Swift.zip(targets, turns).map { $0 * columns + $1 }, shape: [targets.count])
    let own = Tensor(Array(stride(from: 0, to: count * columns, by: columns)), shape: [count])
    let table = Tensor.full([count * columns], reduction.neutral, dtype: dtype)
      .puttingFlat(concatenated([self, source], axis: 0), at: concatenated([own, cells], axis: 0))
      .reshaped(to: [count, columns])
    return switch reduction {
    case .max: table.max(axis: 1)
    case .min: table.min(axis: 1)
    default: table.product(axis: 1)
    }
  }

  /// The place in row-major order, in this tensor, of each element of a source.
  private func flatPlaces(
    along axis: Int, at index: Tensor, _ source: Tensor, _ operation: StaticString
  ) -> Tensor? {
    guard let axis = resolve(axis, in: shape, for: operation) else { return nil }
    guard source.dtype == dtype else {
      _ = mixed(operation, self, source)
      return nil
    }
    guard index.rank == rank, source.shape == index.shape,
      (0..<rank).allSatisfy({ $0 == axis || index.shape[$0] <= shape[$0] })
    else {
      fail(
        .shapeMismatch, operation,
        "a source of shape \(source.shape) and an index of shape \(index.shape) for \(shape): source and index share a shape that apart from axis \(axis) is no larger"
      )
      return nil
    }
    guard let wrapped = wrappedIndices(index, extent: shape[axis], operation) else { return nil }
    let strides = Layout.rowMajorStrides(shape)
    var flat = Tensor(wrapped) * Double(strides[axis])
    for other in 0..<rank where other != axis {
      var extents = [Int](repeating: 1, count: rank)
      extents[other] = index.shape[other]
      flat =
        flat + Tensor.arange(index.shape[other], by: Double(strides[other]), dtype: .int64).reshaped(to: Shape(extents))
    }
    return flat.reshaped(to: [index.count])
  }

  /// Zeros with the elements of this vector added at places: the adjoint of gathering them.
  func addedUp(at places: Tensor, count: Int) -> Tensor {
    guard let index = wrappedIndices(places, extent: count, "scatterAdd") else { return .standIn }
    return addingRows(at: index, axis: 0, extent: count)
  }

  /// The elements with those of a vector, in order, where a mask of this shape is true.
  ///
  /// VJP: `dx` is `dy` where the mask is false; `dsource` is `dy` where it is true, in order.
  ///
  /// ```swift
  /// let x = Tensor([1, 2, 3])
  /// print(x.maskedScattering(Tensor([10, 20]), where: x .!= 2))  // [10.0, 2.0, 20.0] : [3] float32
  /// ```
  public func maskedScattering(_ source: Tensor, where mask: Tensor) -> Tensor {
    guard mask.dtype == .bool, mask.shape == shape else {
      return fail(
        .shapeMismatch, "maskedScatter", "a mask of \(mask.dtype) and shape \(mask.shape) for \(shape); expected bool")
    }
    let places = truePlaces(mask, "maskedScatter")
    guard source.count >= places.count else {
      return fail(
        .invalidArgument, "maskedScatter", "\(source.count) elements for \(places.count) places where the mask is true")
    }
    let values = source.reshaped(to: [source.count]).narrowed(axis: 0, from: 0, count: places.count)
    return reshaped(to: [count]).puttingFlat(values, at: places).reshaped(to: shape)
  }
}

/// One-hot rows: 1 at the place that each label names, 0 elsewhere, along a new last axis.
///
/// ```swift
/// print(oneHot(Tensor([1, 0], dtype: .int64), classes: 2))
/// // [[0, 1],
/// //  [1, 0]] : [2, 2] int64
/// ```
///
/// - Precondition: labels lie in `0 ..< classes`; else traps, or throws inside ``checked(_:)``.
public func oneHot(_ labels: Tensor, classes: Int, dtype: DType = .int64) -> Tensor {
  guard labels.dtype.isInteger else { return unsupported("oneHot", labels.dtype) }
  let index = labels.cast(to: .int64)
  guard labelsAreValid(index.reshaped(to: [index.count]), classes, "oneHot") else { return .standIn }
  return (index.expanded(at: -1) .== Tensor.arange(classes, dtype: .int64)).cast(to: dtype)
}
