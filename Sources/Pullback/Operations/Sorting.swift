// Order along an axis.

extension Tensor {
  /// The elements in order along an axis, and the places they came from, as int64.
  ///
  /// Stable: equal elements keep their order. NaN comes last in both directions.
  ///
  /// VJP: `dx` is `dy`, each element back at its place.
  ///
  /// ```swift
  /// let (values, places) = Tensor([3, 1, 2]).sorted()
  /// print(values, places)  // [1.0, 2.0, 3.0] : [3] float32 [1, 2, 0] : [3] int64
  /// ```
  public func sorted(axis: Int = -1, descending: Bool = false) -> (values: Tensor, places: Tensor) {
    if rank == 0 { return (self, Tensor.zeros(Shape(), dtype: .int64)) }
    guard let axis = resolve(axis, in: shape, for: "sort") else { return (.standIn, .standIn) }
    let places = sortingPlaces(self, axis: axis, descending: descending, "sort")
    return (gathered(along: axis, at: places), places)
  }

  /// The places, along an axis, that put the elements in order, as int64.
  ///
  /// ```swift
  /// print(Tensor([3, 1, 2]).argSort())  // [1, 2, 0] : [3] int64
  /// ```
  public func argSort(axis: Int = -1, descending: Bool = false) -> Tensor {
    detached().sorted(axis: axis, descending: descending).places
  }

  /// The `count` largest elements along an axis, largest first, or the smallest, smallest first, and their places.
  ///
  /// Of equal elements the first counts. VJP: `dx` is `dy`, each element back at its place.
  ///
  /// ```swift
  /// print(Tensor([3, 1, 2]).topK(2).values)  // [3.0, 2.0] : [2] float32
  /// ```
  ///
  /// - Precondition: the axis has that many elements; else traps, or throws inside ``checked(_:)``.
  public func topK(_ count: Int, axis: Int = -1, largest: Bool = true) -> (values: Tensor, places: Tensor) {
    guard let axis = resolve(axis, in: shape, for: "topK") else { return (.standIn, .standIn) }
    guard count >= 0, count <= shape[axis] else {
      let standIn = fail(
        .invalidArgument, "topK", "\(count) elements of axis \(axis) of shape \(shape), which has \(shape[axis])")
      return (standIn, standIn)
    }
    let places = sortingPlaces(self, axis: axis, descending: largest, "topK")
      .narrowed(axis: axis, from: 0, count: count).contiguous()
    return (gathered(along: axis, at: places), places)
  }

  /// The largest element along an axis and its place, the first of equals, which alone gets the gradient.
  ///
  /// ```swift
  /// let x = Tensor([3, 1, 3]).requiringGradient()
  /// print(x.maxWithPlace(axis: 0).values.backward()[x])  // [1.0, 0.0, 0.0] : [3] float32
  /// ```
  public func maxWithPlace(axis: Int, keepDims: Bool = false) -> (values: Tensor, places: Tensor) {
    valueAt(argMax(axis: axis, keepDims: true), axis, keepDims)
  }

  /// The smallest element along an axis and its place, the first of equals, which alone gets the gradient.
  ///
  /// ```swift
  /// let (values, places) = Tensor([[3, 1], [2, 4]]).minWithPlace(axis: 1)
  /// print(values, places)  // [1.0, 2.0] : [2] float32 [1, 0] : [2] int64
  /// ```
  public func minWithPlace(axis: Int, keepDims: Bool = false) -> (values: Tensor, places: Tensor) {
    valueAt(argMin(axis: axis, keepDims: true), axis, keepDims)
  }

  /// The element at a rank among the sorted ones along an axis, counted from 0, and its place.
  ///
  /// ```swift
  /// print(Tensor([3, 1, 2]).smallest(at: 1).values)  // 2.0
  /// ```
  public func smallest(at position: Int, axis: Int = -1, keepDims: Bool = false) -> (values: Tensor, places: Tensor) {
    guard let axis = resolve(axis, in: shape, for: "smallest") else { return (.standIn, .standIn) }
    guard (0..<shape[axis]).contains(position) else {
      let standIn = fail(
        .indexOutOfRange, "smallest", "position \(position) of axis \(axis) of shape \(shape), which has \(shape[axis])"
      )
      return (standIn, standIn)
    }
    let places = sortingPlaces(self, axis: axis, descending: false, "smallest")
      .narrowed(axis: axis, from: position, count: 1).contiguous()
    return valueAt(places, axis, keepDims)
  }

  func valueAt(_ places: Tensor, _ axis: Int, _ keepDims: Bool) -> (values: Tensor, places: Tensor) {
    let values = gathered(along: axis, at: places)
    return keepDims ? (values, places) : (values.squeezed(axis: axis), places.squeezed(axis: axis))
  }
}
