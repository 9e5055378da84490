import Kernels

// The same elements in another order, or repeated.

extension Tensor {
  /// The tensor with the order along axes turned round. A view.
  ///
  /// VJP: `dx = dy`, turned round again.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3]).reversed(axes: [0]))  // [3.0, 2.0, 1.0] : [3] float32
  /// ```
  public func reversed(axes: [Int]) -> Tensor {
    guard let turned = ReductionAxes(axes, of: shape, for: "reverse") else { return .standIn }
    guard
      let part = Part(
        (0..<rank).map { .range(start: nil, end: nil, step: turned.isReduced[$0] ? -1 : 1) }, of: shape, for: "reverse")
    else { return .standIn }
    let (strides, offset) = part.view(elements.layout.strides)
    return viewed(shape, strides, offset: offset, for: "reverse")
      .recorded(as: "reverse", symmetric: true, wrt: self, { dy in dy.reversed(axes: axes) })
  }

  /// The tensor with the elements moved along axes, those that leave at one end coming back at the other.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3]).rolled(by: [1], axes: [0]))  // [3.0, 1.0, 2.0] : [3] float32
  /// ```
  public func rolled(by shifts: [Int], axes: [Int]) -> Tensor {
    guard shifts.count == axes.count else {
      return fail(.invalidArgument, "roll", "\(shifts.count) shifts for \(axes.count) axes")
    }
    var y = self
    for (shift, axis) in Swift.zip(shifts, axes) {
      guard let axis = resolve(axis, in: shape, for: "roll") else { return .standIn }
      let extent = shape[axis]
      if extent == 0 { continue }
      let first = ((extent - shift % extent) % extent + extent) % extent
      if first == 0 { continue }
      y = concatenated(
        [
          y.narrowed(axis: axis, from: first, count: extent - first), y.narrowed(axis: axis, from: 0, count: first),
        ], axis: axis)
    }
    return y
  }

  /// The tensor rolled in row-major order.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3]).rolled(by: 1))  // [3.0, 1.0, 2.0] : [3] float32
  /// ```
  public func rolled(by shift: Int) -> Tensor {
    reshaped(to: [count]).rolled(by: [shift], axes: [0]).reshaped(to: shape)
  }

  /// The tensor repeated as a whole along its axes; missing axes are added in front.
  ///
  /// VJP: `dx` is the sum of the copies' cotangents.
  ///
  /// ```swift
  /// print(Tensor([1, 2]).tiled([2]))  // [1.0, 2.0, 1.0, 2.0] : [4] float32
  /// ```
  public func tiled(_ repetitions: [Int]) -> Tensor {
    guard repetitions.allSatisfy({ $0 >= 0 }) else {
      return fail(.invalidArgument, "tile", "the repetitions \(repetitions) have a negative one")
    }
    let missing = Swift.max(0, repetitions.count - rank)
    guard rank + missing <= Shape.maximumRank else {
      return fail(.invalidArgument, "tile", "the repetitions \(repetitions) give more than \(Shape.maximumRank) axes")
    }
    var y = reshaped(to: Shape([Int](repeating: 1, count: missing) + shape.array))
    let counts = [Int](repeating: 1, count: y.rank - repetitions.count) + repetitions
    for (axis, count) in counts.enumerated() where count != 1 {
      // As [before, 1, axis and after] the copies lie next to each other.
      let (outer, extent, inner) = y.shape.split(at: axis)
      let (extended, overflow) = extent.multipliedReportingOverflow(by: count)
      if overflow { return fail(.sizeOverflow, "tile", "\(count) times shape \(y.shape) has too many elements") }
      let target = y.shape.replacing(axis: axis, with: extended)
      y = y.reshaped(to: [outer, 1, extent * inner]).broadcast(to: [outer, count, extent * inner]).reshaped(to: target)
    }
    return y
  }

  /// Each element repeated along an axis.
  ///
  /// ```swift
  /// print(Tensor([1, 2]).repeated(2, axis: 0))  // [1.0, 1.0, 2.0, 2.0] : [4] float32
  /// ```
  public func repeated(_ repetitions: Int, axis: Int) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "repeat") else { return .standIn }
    guard repetitions >= 0 else { return fail(.invalidArgument, "repeat", "\(repetitions) repetitions") }
    let (outer, extent, inner) = shape.split(at: axis)
    let (extended, overflow) = extent.multipliedReportingOverflow(by: repetitions)
    if overflow { return fail(.sizeOverflow, "repeat", "\(repetitions) times shape \(shape) has too many elements") }
    return reshaped(to: [outer * extent, 1, inner]).broadcast(to: [outer * extent, repetitions, inner])
      .reshaped(to: shape.replacing(axis: axis, with: extended))
  }

  /// Each element repeated as often as a list says for its place along an axis; a list of one number says it for all.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3]).repeated([2, 0, 1], axis: 0))  // [1.0, 1.0, 3.0] : [3] float32
  /// ```
  public func repeated(_ repetitions: [Int], axis: Int) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "repeat") else { return .standIn }
    if repetitions.count == 1 { return repeated(repetitions[0], axis: axis) }
    guard repetitions.count == shape[axis], repetitions.allSatisfy({ $0 >= 0 }) else {
      return fail(
        .invalidArgument, "repeat",
        "repetitions \(repetitions) for axis \(axis) of shape \(shape); expected one, or one for each place")
    }
    let places = repetitions.enumerated().flatMap { [Int](repeating: $0, count: $1) }
    return gathering(Tensor(places, shape: [places.count]), axis: axis)
  }

  /// The tensor turned by quarter turns in the plane of two axes, from the first towards the second.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).quarterTurned())
  /// // [[2.0, 4.0],
  /// //  [1.0, 3.0]] : [2, 2] float32
  /// ```
  public func quarterTurned(_ turns: Int = 1, axes: (Int, Int) = (0, 1)) -> Tensor {
    switch (turns % 4 + 4) % 4 {
    case 1: reversed(axes: [axes.1]).transposed(axes.0, axes.1)
    case 2: reversed(axes: [axes.0, axes.1])
    case 3: transposed(axes.0, axes.1).reversed(axes: [axes.1])
    default: self
    }
  }
}

/// Which axis of a grid each vector of ``gridCoordinates(_:ordering:)`` runs along.
public enum GridOrdering: Sendable, Hashable {
  /// The first along the first, as the indices of matrices do.
  case matrix
  /// The first along the second and the second along the first, as coordinates x and y of pictures do.
  case cartesian
}

/// Coordinates of a grid: each vector stretched over the axes of all.
///
/// VJP: the sum over the other axes.
///
/// ```swift
/// let grid = gridCoordinates([Tensor([1, 2]), Tensor([3, 4, 5])])
/// print(grid[0].shape, grid[1][1])  // [2, 3] [3.0, 4.0, 5.0] : [3] float32
/// ```
public func gridCoordinates(_ vectors: [Tensor], ordering: GridOrdering = .matrix) -> [Tensor] {
  guard vectors.allSatisfy({ $0.rank <= 1 }), vectors.count <= Shape.maximumRank else {
    fail(.shapeMismatch, "gridCoordinates", "tensors of shapes \(vectors.map(\.shape)); expected vectors")
    return vectors
  }
  if ordering == .cartesian, vectors.count > 1 {
    let grid = gridCoordinates([vectors[1], vectors[0]] + vectors[2...])
    return [grid[1], grid[0]] + grid[2...]
  }
  let shape = Shape(vectors.map(\.count))
  return vectors.enumerated().map { axis, vector in
    var extents = [Int](repeating: 1, count: vectors.count)
    extents[axis] = vector.count
    return vector.reshaped(to: Shape(extents)).broadcast(to: shape)
  }
}
