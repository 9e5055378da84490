import Kernels

// The same elements in another shape. Views: nothing is copied where strides can express the result.

extension Tensor {
  /// The same elements, in row-major order, in another shape; one extent may be -1 and is worked out.
  ///
  /// A view if the layout allows it, else a copy.
  ///
  /// VJP: `dx = dy` in the shape of `x`.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3, 4, 5, 6]).reshaped(to: [2, -1]).shape)  // [2, 3]
  /// ```
  ///
  /// - Precondition: the shape has as many elements as the tensor; else traps, or throws inside ``checked(_:)``.
  public func reshaped(to extents: [Int]) -> Tensor {
    guard extents.allSatisfy({ $0 >= -1 }), extents.count(where: { $0 == -1 }) <= 1 else {
      return fail(
        .invalidArgument, "reshape", "\(extents) is not a shape; one extent may be -1, and none other negative")
    }
    guard let shape = Shape.resolving(extents, count: count) else {
      return fail(
        .shapeMismatch, "reshape",
        "\(count) elements of shape \(self.shape) do not fill the shape \(extents); one extent may be -1")
    }
    return reshaped(to: shape)
  }

  /// The same elements, in row-major order, in another shape.
  ///
  /// ```swift
  /// let x = Tensor.arange(6), y = Tensor.zeros([2, 3])
  /// print(x.reshaped(to: y.shape))
  /// // [[0.0, 1.0, 2.0],
  /// //  [3.0, 4.0, 5.0]] : [2, 3] float32
  /// ```
  public func reshaped(to shape: Shape) -> Tensor {
    if shape == self.shape { return self }
    guard shape.countIfRepresentable == count else {
      return fail(
        .shapeMismatch, "reshape", "\(count) elements of shape \(self.shape) do not fill the shape \(shape)")
    }
    let result: Tensor =
      if let strides = elements.layout.strides(reshapedTo: shape) {
        viewed(shape, strides, for: "reshape")
      } else {
        copied(shape: shape, for: "reshape")
      }
    let original = self.shape
    return result.recorded(
      as: "reshape", wrt: self, { dy in dy.reshaped(to: original) }, differential: { dx in dx.reshaped(to: shape) })
  }

  /// The axes in another order: axis `i` of the result is axis `axes[i]` of this tensor. A view.
  ///
  /// VJP: `dx = dy` with the inverse permutation.
  ///
  /// ```swift
  /// print(Tensor.zeros([2, 3, 4]).permuted(axes: [2, 0, 1]).shape)  // [4, 2, 3]
  /// ```
  public func permuted(axes: [Int]) -> Tensor {
    guard axes.count == rank else {
      return fail(.invalidAxis, "permute", "\(axes) does not name each axis of shape \(shape) once")
    }
    var (result, strides) = (Shape(), Axes(repeating: 0))
    var inverse = [Int](repeating: -1, count: rank)
    for (position, axis) in axes.enumerated() {
      guard let axis = resolve(axis, in: shape, for: "permute") else { return .standIn }
      guard inverse[axis] == -1 else {
        return fail(.invalidAxis, "permute", "\(axes) does not name each axis of shape \(shape) once")
      }
      inverse[axis] = position
      strides[position] = elements.layout.strides[axis]
      result.append(shape.extents[axis])
    }
    return viewed(result, strides, for: "permute")
      .recorded(
        as: "permute", wrt: self, { dy in dy.permuted(axes: inverse) }, differential: { dx in dx.permuted(axes: axes) })
  }

  /// Two axes exchanged; by default the last two, as of a matrix. A view.
  ///
  /// VJP: `dx = dy` with the same axes exchanged.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).transposed())
  /// // [[1.0, 3.0],
  /// //  [2.0, 4.0]] : [2, 2] float32
  /// ```
  public func transposed(_ first: Int = -2, _ second: Int = -1) -> Tensor {
    guard let a = resolve(first, in: shape, for: "transpose"), let b = resolve(second, in: shape, for: "transpose")
    else { return .standIn }
    if a == b { return self }
    var strides = elements.layout.strides
    strides.swapAt(a, b)
    let result = shape.replacing(axis: a, with: shape.extents[b]).replacing(axis: b, with: shape.extents[a])
    return viewed(result, strides, for: "transpose")
      .recorded(
        as: "transpose", wrt: self, { dy in dy.transposed(a, b) }, differential: { dx in dx.transposed(a, b) })
  }

  /// Axes moved to other places, the rest keeping their order. A view.
  ///
  /// ```swift
  /// print(Tensor.zeros([2, 3, 4]).movedAxes([0], to: [-1]).shape)  // [3, 4, 2]
  /// ```
  public func movedAxes(_ sources: [Int], to destinations: [Int]) -> Tensor {
    guard sources.count == destinations.count else {
      return fail(.invalidArgument, "movedAxes", "\(sources.count) axes for \(destinations.count) places")
    }
    var order = [Int?](repeating: nil, count: rank)
    var moved = Set<Int>()
    for (source, destination) in Swift.zip(sources, destinations) {
      guard let from = resolve(source, in: shape, for: "movedAxes"),
        let to = resolve(destination, in: shape, for: "movedAxes")
      else { return .standIn }
      guard order[to] == nil, moved.insert(from).inserted else {
        return fail(.invalidAxis, "movedAxes", "\(sources) to \(destinations) name an axis of shape \(shape) twice")
      }
      order[to] = from
    }
    var rest = (0..<rank).filter { !moved.contains($0) }.makeIterator()
    return permuted(axes: order.map { $0 ?? rest.next()! })
  }

  /// The tensor stretched to a shape that it broadcasts to. A view: nothing is copied.
  ///
  /// VJP: `dx` is `dy` summed to the shape of `x`.
  ///
  /// ```swift
  /// print(Tensor([1, 2]).broadcast(to: [2, 2]))
  /// // [[1.0, 2.0],
  /// //  [1.0, 2.0]] : [2, 2] float32
  /// ```
  public func broadcast(to target: Shape) -> Tensor {
    if target == shape { return self }
    guard shape.broadcast(with: target) == target else {
      return fail(.shapeMismatch, "broadcast", "shape \(shape) does not stretch to \(target)")
    }
    return viewed(target, elements.layout.strides(broadcastTo: target), for: "broadcast")
      .recorded(as: "broadcast", symmetric: true, wrt: self, { dy in dy })
  }

  /// The tensor summed to a shape that broadcasts to its own: the transpose of ``broadcast(to:)``.
  ///
  /// VJP: `dx` is `dy` broadcast to the shape of `x`.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).sum(toShape: [2]))  // [4.0, 6.0] : [2] float32
  /// ```
  public func sum(toShape target: Shape) -> Tensor {
    if target == shape { return self }
    guard target.broadcast(with: shape) == shape else {
      return fail(
        .shapeMismatch, "sum(toShape:)",
        "shape \(shape) is not one that \(target) stretches to, so it cannot be summed to it")
    }
    let offset = rank - target.rank
    let axes = (0..<rank).filter { $0 < offset || (target[$0 - offset] == 1 && shape[$0] != 1) }
    return sum(axes: axes, keepDims: true).reshaped(to: target)
  }

  /// The tensor without an axis of extent 1, or without all of them. A view.
  ///
  /// ```swift
  /// print(Tensor.zeros([1, 3, 1]).squeezed().shape, Tensor.zeros([1, 3, 1]).squeezed(axes: [0]).shape)  // [3] [3, 1]
  /// ```
  ///
  /// - Precondition: the axes have extent 1; else traps, or throws inside ``checked(_:)``.
  public func squeezed(axes: [Int]? = nil) -> Tensor {
    guard let axes else { return reshaped(to: Shape(shape.filter { $0 != 1 })) }
    guard let folded = ReductionAxes(axes, of: shape, for: "squeeze") else { return .standIn }
    for axis in 0..<rank where folded.isReduced[axis] && shape.extents[axis] != 1 {
      return fail(
        .invalidArgument, "squeeze", "axis \(axis) of shape \(shape) has extent \(shape.extents[axis]), not 1")
    }
    return reshaped(to: folded.result(keepDims: false))
  }

  /// The tensor without an axis of extent 1. A view.
  ///
  /// ```swift
  /// print(Tensor.zeros([1, 3, 1]).squeezed(axis: -1).shape)  // [1, 3]
  /// ```
  public func squeezed(axis: Int) -> Tensor { squeezed(axes: [axis]) }

  /// The tensor with a new axis of extent 1 at a place; -1 puts it last. A view.
  ///
  /// ```swift
  /// print(Tensor([1, 2, 3]).expanded(at: -1).shape)  // [3, 1]
  /// ```
  public func expanded(at axis: Int) -> Tensor {
    let place = axis < 0 ? axis + rank + 1 : axis
    guard (0...rank).contains(place) else {
      return fail(
        .invalidAxis, "expand",
        "there is no place \(axis) for a new axis in shape \(shape); places are \(-rank - 1) ... \(rank)")
    }
    guard rank < Shape.maximumRank else {
      return fail(.invalidArgument, "expand", "shape \(shape) has \(Shape.maximumRank) axes already")
    }
    return reshaped(to: shape.inserting(1, at: place))
  }

  /// The axes from `start` through `end` merged into one.
  ///
  /// ```swift
  /// print(Tensor.zeros([2, 3, 4]).flattened(from: 1).shape)  // [2, 12]
  /// ```
  public func flattened(from start: Int = 0, through end: Int = -1) -> Tensor {
    if rank == 0 { return reshaped(to: [1]) }
    guard let start = resolve(start, in: shape, for: "flatten"), let end = resolve(end, in: shape, for: "flatten")
    else { return .standIn }
    guard start <= end else {
      return fail(.invalidAxis, "flatten", "axis \(start) comes after axis \(end) in shape \(shape)")
    }
    var result = Shape()
    for axis in 0..<start { result.append(shape.extents[axis]) }
    result.append((start...end).reduce(1) { $0 * shape.extents[$1] })
    for axis in end + 1..<Swift.max(rank, end + 1) { result.append(shape.extents[axis]) }
    return reshaped(to: result)
  }

  /// An axis split into several; one extent may be -1 and is worked out.
  ///
  /// VJP: `dx = dy` with the axes merged.
  ///
  /// ```swift
  /// print(Tensor.zeros([2, 12]).unflattened(axis: 1, to: [3, -1]).shape)  // [2, 3, 4]
  /// ```
  ///
  /// - Precondition: the extents fill the axis; else traps, or throws inside ``checked(_:)``.
  public func unflattened(axis: Int, to extents: [Int]) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "unflatten") else { return .standIn }
    guard let parts = Shape.resolving(extents, count: shape[axis]), rank - 1 + parts.rank <= Shape.maximumRank else {
      return fail(
        .shapeMismatch, "unflatten", "axis \(axis) of shape \(shape) does not split into \(extents); one may be -1")
    }
    return reshaped(to: Shape(shape.array[..<axis] + parts.array + shape.array[(axis + 1)...]))
  }

  /// The elements in row-major order, as a view where the layout allows it.
  ///
  /// VJP: `dx = dy`.
  ///
  /// ```swift
  /// let x = Tensor([[1, 2], [3, 4]]).transposed()
  /// print(x.isContiguous, x.contiguous().isContiguous)  // false true
  /// ```
  public func contiguous() -> Tensor {
    if isContiguous { return self }
    return copied(shape: shape, for: "contiguous").recorded(as: "contiguous", symmetric: true, wrt: self, { dy in dy })
  }

  /// The tensor converted to another element type.
  ///
  /// Floating-point numbers become integers by dropping the fraction, saturating at the ends of the range; anything but
  /// 0 becomes true.
  ///
  /// VJP: `dx = dy`, converted back; between floating-point types only, other conversions stop gradients.
  ///
  /// ```swift
  /// print(Tensor([1.7, -1.7]).cast(to: .int64))  // [1, -1] : [2] int64
  /// ```
  public func cast(to dtype: DType) -> Tensor {
    if dtype == self.dtype { return self }
    let result = convert(self, to: dtype)
    guard dtype.isFloatingPoint, self.dtype.isFloatingPoint else { return result }
    let original = self.dtype
    return result.recorded(
      as: "cast", wrt: self, { dy in dy.cast(to: original) }, differential: { dx in dx.cast(to: dtype) })
  }
}

extension Shape {
  /// Extents of which one may be -1, for a count of elements; nil if they do not fit it.
  static func resolving(_ extents: [Int], count: Int) -> Shape? {
    guard extents.count <= maximumRank else { return nil }
    var known = 1
    var unknown: Int?
    for (axis, extent) in extents.enumerated() {
      if extent == -1 {
        guard unknown == nil else { return nil }
        unknown = axis
      } else {
        let (product, overflow) = known.multipliedReportingOverflow(by: extent)
        guard extent >= 0, !overflow else { return nil }
        known = product
      }
    }
    var extents = extents
    if let unknown {
      guard known > 0, count % known == 0 else { return nil }
      extents[unknown] = count / known
    } else if known != count {
      return nil
    }
    return Shape(extents)
  }
}

extension Layout {
  /// Strides that show the same elements in the same order in another shape, or nil if there are none.
  func strides(reshapedTo target: Shape) -> Axes? {
    if isContiguous { return Layout.rowMajorStrides(target) }
    var result = Axes(repeating: 0)
    var (own, other) = (0, 0)
    // Runs of axes with equal products on both sides; within a run of ours the axes must continue each other.
    while own < shape.rank || other < target.rank {
      let start = Swift.min(own, shape.rank), otherStart = Swift.min(other, target.rank)
      var product = own < shape.rank ? shape.extents[own] : 1
      var otherProduct = other < target.rank ? target.extents[other] : 1
      own += 1
      other += 1
      while product != otherProduct {
        if product < otherProduct {
          product *= shape.extents[own]
          own += 1
        } else {
          otherProduct *= target.extents[other]
          other += 1
        }
      }
      let axes = (start..<Swift.min(own, shape.rank)).filter { shape.extents[$0] != 1 }
      for (axis, next) in Swift.zip(axes, axes.dropFirst())
      where strides[axis] != strides[next] * shape.extents[next] { return nil }
      var step = axes.last.map { strides[$0] } ?? 0
      for axis in (otherStart..<Swift.min(other, target.rank)).reversed() {
        result[axis] = step
        step *= target.extents[axis]
      }
    }
    return result
  }
}
