// Elements picked by index tensors.

extension Tensor {
  /// The rows of an axis that an index of any shape names; its shape takes the axis's place.
  ///
  /// Negative indices count from the end.
  ///
  /// VJP: `dx` is `dy` added up at the places of the index.
  ///
  /// ```swift
  /// let x = Tensor([10, 20, 30]).requiringGradient()
  /// let y = x.gathering(Tensor([0, 0, -1], dtype: .int64), axis: 0)
  /// print(y, y.sum().backward()[x])  // [10.0, 10.0, 30.0] : [3] float32 [2.0, 0.0, 1.0] : [3] float32
  /// ```
  ///
  /// - Precondition: the index is an integer tensor with values in the axis; else traps, or throws inside ``checked(_:)``.
  public func gathering(_ index: Tensor, axis: Int = 0) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "gather"),
      let places = wrappedIndices(index.reshaped(to: [index.count]), extent: shape[axis], "gather")
    else { return .standIn }
    let rows = gatheringRows(places, axis: axis)
    if index.rank == 1 { return rows }
    let before = shape.array[..<axis], after = shape.array[(axis + 1)...]
    guard before.count + index.rank + after.count <= Shape.maximumRank else {
      return fail(.invalidArgument, "gather", "an index of shape \(index.shape) into \(shape) gives too many axes")
    }
    return rows.reshaped(to: Shape(before + index.shape.array + after))
  }

  private func gatheringRows(_ places: Elements, axis: Int) -> Tensor {
    let extent = shape[axis]
    return takeRows(self, places, axis: axis, "gather")
      .recorded(
        as: "gather",
        wrt: self, { dy in dy.addingRows(at: places, axis: axis, extent: extent) },
        differential: { dx in dx.gatheringRows(places, axis: axis) })
  }

  /// Zeros with these rows added at places of an axis: the adjoint of gathering them.
  func addingRows(at places: Elements, axis: Int, extent: Int) -> Tensor {
    addRows(self, places, axis: axis, extent: extent, "addRows")
      .recorded(
        as: "addRows",
        wrt: self, { dy in dy.gatheringRows(places, axis: axis) },
        differential: { dx in dx.addingRows(at: places, axis: axis, extent: extent) })
  }

  /// For each place of the index, the element whose place along an axis the index gives, the other places being the same.
  ///
  /// `y[i, j] = x[index[i, j], j]` for axis 0. VJP: `dx` is `dy` added up at the places.
  ///
  /// ```swift
  /// let x = Tensor([[1, 2], [3, 4]])
  /// print(x.gathered(along: 1, at: Tensor([[1], [0]], dtype: .int64)))
  /// // [[2.0],
  /// //  [3.0]] : [2, 1] float32
  /// ```
  ///
  /// - Precondition: the index is an integer tensor of the same rank, no larger along the other axes, with values in the
  ///   axis; else traps, or throws inside ``checked(_:)``.
  public func gathered(along axis: Int, at index: Tensor) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "gather(along:)") else { return .standIn }
    guard index.rank == rank, (0..<rank).allSatisfy({ $0 == axis || index.shape[$0] <= shape[$0] }) else {
      return fail(
        .shapeMismatch, "gather(along:)",
        "an index of shape \(index.shape) for \(shape): apart from axis \(axis) it may be no larger")
    }
    var x = self
    for other in 0..<rank where other != axis && index.shape[other] < shape[other] {
      x = x.narrowed(axis: other, from: 0, count: index.shape[other])
    }
    guard let places = wrappedIndices(index, extent: shape[axis], "gather(along:)") else { return .standIn }
    return x.takingAlong(places, axis: axis)
  }

  private func takingAlong(_ places: Elements, axis: Int) -> Tensor {
    let extent = shape[axis]
    return takeAlong(self, places, axis: axis, "gather(along:)")
      .recorded(
        as: "takeAlong",
        wrt: self, { dy in dy.addingAlong(places, axis: axis, extent: extent) },
        differential: { dx in dx.takingAlong(places, axis: axis) })
  }

  private func addingAlong(_ places: Elements, axis: Int, extent: Int) -> Tensor {
    addAlong(self, places, axis: axis, extent: extent, "addAlong")
      .recorded(
        as: "addAlong",
        wrt: self, { dy in dy.takingAlong(places, axis: axis) },
        differential: { dx in dx.addingAlong(places, axis: axis, extent: extent) })
  }

  /// The elements where a mask of this shape is true, as a vector in row-major order.
  ///
  /// ```swift
  /// let x = Tensor([1, -2, 3])
  /// print(x.selecting(where: x .> 0))  // [1.0, 3.0] : [2] float32
  /// ```
  public func selecting(where mask: Tensor) -> Tensor {
    guard mask.dtype == .bool, let common = shape.broadcast(with: mask.shape) else {
      return fail(
        .shapeMismatch, "select",
        "a mask of \(mask.dtype) and shape \(mask.shape) for \(shape); expected bool and a shape that broadcasts")
    }
    let places = truePlaces(mask.broadcast(to: common), "select")
    return broadcast(to: common).reshaped(to: [common.count()]).gathering(places)
  }
}

// MARK: - Subscripts with index tensors

extension Tensor {
  /// The flat places, in the shape of the result, of the elements that indices with tensors among them pick.
  ///
  /// NumPy's rules: index tensors broadcast together; a bool tensor stands for the places where it is true; the axes they
  /// make take the place of the first if the tensors stand together, else they come first.
  func places(of indices: [AxisIndex]) -> Tensor? {
    // The same subscript applied to a tensor of flat places; only its own indices are involved.
    let flat = Tensor.arange(count, dtype: .int64).reshaped(to: shape)
    guard let expanded = expandingMasks(indices) else { return nil }
    var ranges = expanded
    var positions: [Int] = []
    var tensors: [Tensor] = []
    for (position, index) in expanded.enumerated() {
      guard case .tensor(let tensor) = index else { continue }
      positions.append(position)
      tensors.append(tensor)
      ranges[position] = .all
    }
    guard let part = Part(ranges, of: shape, for: "index") else { return nil }
    var x = flat.sliced(part)
    guard let axes = resultAxes(of: positions, in: expanded) else { return nil }
    var common = tensors[0].shape
    for tensor in tensors.dropFirst() {
      guard let next = common.broadcast(with: tensor.shape) else {
        fail(ShapeMismatch("index", [common, tensor.shape]).error)
        return nil
      }
      common = next
    }
    // Fold the indexed axes, brought to the front, into one, and gather along it.
    let extents = axes.map { x.shape[$0] }
    x = x.movedAxes(axes, to: Array(axes.indices))
    let rest = Array(x.shape.array[axes.count...])
    x = x.reshaped(to: [extents.reduce(1, *)] + rest)
    var row = Tensor.zeros(common, dtype: .int64)
    for (tensor, extent) in Swift.zip(tensors, extents) {
      guard let wrapped = wrappedIndices(tensor, extent: extent, "index") else { return nil }
      row = row * Double(extent) + Tensor(wrapped).broadcast(to: common)
    }
    guard common.rank + rest.count <= Shape.maximumRank else {
      fail(.invalidArgument, "index", "the result has more than \(Shape.maximumRank) axes")
      return nil
    }
    let picked = x.gathering(row, axis: 0)
    let adjacent = axes == Array(axes[0]..<axes[0] + axes.count)
    if !adjacent || axes[0] == 0 { return picked }
    return picked.movedAxes(Array(0..<common.rank), to: Array(axes[0]..<axes[0] + common.rank))
  }

  /// The axes of the sliced tensor that the index tensors stand at.
  private func resultAxes(of positions: [Int], in indices: [AxisIndex]) -> [Int]? {
    var axis = 0
    var axes: [Int] = []
    for (position, index) in indices.enumerated() {
      switch index {
      case .place: continue
      case .remainingAxes:
        let consumed = indices.reduce(0) { count, index in
          switch index {
          case .place, .range, .tensor: count + 1
          case .remainingAxes, .insertedAxis: count
          }
        }
        axis += rank - consumed
        continue
      case .range, .insertedAxis, .tensor: break
      }
      if positions.contains(position) { axes.append(axis) }
      axis += 1
    }
    return axes
  }

  /// Bool tensors replaced by the places where they are true, an index for each of their axes.
  private func expandingMasks(_ indices: [AxisIndex]) -> [AxisIndex]? {
    var result: [AxisIndex] = []
    for index in indices {
      guard case .tensor(let mask) = index, mask.dtype == .bool else {
        result.append(index)
        continue
      }
      guard mask.rank > 0 else {
        fail(.shapeMismatch, "index", "a mask needs at least one axis")
        return nil
      }
      // The axes that the mask covers are those that follow what was indexed before it.
      let start = result.reduce(0) { count, index in if case .insertedAxis = index { count } else { count + 1 } }
      let hasEllipsis = result.contains { if case .remainingAxes = $0 { true } else { false } }
      let first = hasEllipsis ? rank - mask.rank : start
      guard first >= 0, first + mask.rank <= rank, Array(shape.array[first..<first + mask.rank]) == mask.shape.array
      else {
        fail(.shapeMismatch, "index", "a mask of shape \(mask.shape) does not cover axes of shape \(shape)")
        return nil
      }
      var places = truePlaces(mask, "index")
      var perAxis: [AxisIndex] = []
      for axis in (0..<mask.rank).reversed() {
        let extent = Double(Swift.max(1, mask.shape[axis]))
        let quotient = places / extent
        perAxis.insert(.tensor(places - quotient * extent), at: 0)
        places = quotient
      }
      result += perAxis
    }
    return result
  }

  func gathered(by indices: [AxisIndex]) -> Tensor {
    guard let places = places(of: indices) else { return .standIn }
    return reshaped(to: [count]).gathering(places)
  }

  func replacingGathered(by indices: [AxisIndex], with value: Tensor) -> Tensor {
    guard let places = places(of: indices) else { return self }
    guard value.shape.broadcast(with: places.shape) == places.shape else {
      fail(
        .shapeMismatch, "index assignment",
        "a value of shape \(value.shape) does not stretch to the picked elements, of shape \(places.shape)")
      return self
    }
    let flat = reshaped(to: [count])
    return flat.puttingFlat(
      value.broadcast(to: places.shape).reshaped(to: [places.count]), at: places.reshaped(to: [places.count])
    )
    .reshaped(to: shape)
  }

  /// This vector with values at places; of several values for one place the last wins, and only it gets the gradient.
  func puttingFlat(_ values: Tensor, at places: Tensor) -> Tensor {
    let length = count
    // Which value each place holds in the end, or -1.
    let owner = putFlat(
      Tensor.full([length], -1, dtype: .int64), Tensor.arange(values.count, dtype: .int64), at: places,
      "index assignment")
    return putFlat(detached(), values.detached(), at: places, "index assignment")
      .recorded(
        as: "put",
        wrt: self, { dy in select(where: owner .>= 0, then: 0, else: dy) },
        wrt: values,
        { dy in
          let won = owner.gathering(places) .== Tensor.arange(places.count, dtype: .int64)
          return select(where: won, then: dy.gathering(places), else: 0)
        })
  }
}
