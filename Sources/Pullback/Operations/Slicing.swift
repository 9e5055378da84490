// Parts of a tensor, read and written by subscript.

extension Tensor {
  /// A part of the tensor, or the tensor with that part replaced.
  ///
  /// Reading gives a view where the indices are places and ranges, and gathers elements where they are tensors; see
  /// ``TensorIndex``. Writing replaces the part by a tensor that broadcasts to it. Tensors are values: other copies keep
  /// theirs; memory that nobody else sees is written in place.
  ///
  /// VJP of reading: `dx` is zero outside the part and `dy` in it; places named several times add up. VJP of writing: `dx`
  /// is `dy` outside the part and zero in it; the new value gets the part of `dy`.
  ///
  /// ```swift
  /// var x = Tensor([[1, 2, 3], [4, 5, 6]])
  /// print(x[0], x[0..., 1..<3].shape, x[.ellipsis, -1])
  /// // [1.0, 2.0, 3.0] : [3] float32 [2, 2] [3.0, 6.0] : [2] float32
  /// x[1, 0] = Tensor(0)
  /// print(x[1])  // [0.0, 5.0, 6.0] : [3] float32
  /// ```
  ///
  /// - Precondition: indices lie in the axes, and a new value broadcasts to the part and has the same dtype; else traps, or
  ///   throws inside ``checked(_:)``, and changes nothing.
  public subscript(indices: any TensorIndex...) -> Tensor {
    get { part(indices.map(\.axisIndex)) }
    set { self = replacing(indices.map(\.axisIndex), with: newValue) }
  }

  /// The tensor with values added at the elements that a subscript with the same indices picks; elements that are picked
  /// several times get the sum.
  ///
  /// VJP: `dx = dy`; `dvalue` is the part of `dy` that the subscript picks.
  ///
  /// ```swift
  /// let x = Tensor([1, 2, 3])
  /// print(x.adding(Tensor(10), at: Tensor([0, 0, -1], dtype: .int64)))  // [21.0, 2.0, 13.0] : [3] float32
  /// ```
  ///
  /// - Precondition: as for writing by subscript.
  public func adding(_ value: Tensor, at indices: any TensorIndex...) -> Tensor {
    let indices = indices.map(\.axisIndex)
    guard value.dtype == dtype else { return mixed("adding", self, value) }
    if indices.contains(where: \.isTensor) { return addingGathered(value, at: indices) }
    guard let part = Part(indices, of: shape, for: "adding") else { return .standIn }
    guard value.shape.broadcast(with: part.shape) == part.shape else { return unfit(value, part.shape) }
    return self + value.broadcast(to: part.shape).placed(in: part, of: shape)
  }

  private func addingGathered(_ value: Tensor, at indices: [AxisIndex]) -> Tensor {
    guard let places = places(of: indices) else { return .standIn }
    guard value.shape.broadcast(with: places.shape) == places.shape else { return unfit(value, places.shape) }
    let values = value.broadcast(to: places.shape).reshaped(to: [places.count])
    return self + values.addedUp(at: places.reshaped(to: [places.count]), count: count).reshaped(to: shape)
  }

  private func unfit(_ value: Tensor, _ picked: Shape) -> Tensor {
    fail(
      .shapeMismatch, "adding",
      "a value of shape \(value.shape) does not stretch to the picked elements, of shape \(picked)")
  }

  private func part(_ indices: [AxisIndex]) -> Tensor {
    if indices.contains(where: \.isTensor) { return gathered(by: indices) }
    guard let part = Part(indices, of: shape, for: "slice") else { return .standIn }
    return sliced(part)
  }

  /// `count` places along an axis, from `start` on. A view.
  func narrowed(axis: Int, from start: Int, count: Int) -> Tensor {
    sliced(Part(of: shape, axis: axis, from: start, count: count))
  }

  /// A part. A view.
  func sliced(_ part: Part) -> Tensor {
    let (strides, offset) = part.view(elements.layout.strides)
    let whole = shape
    return viewed(part.shape, strides, offset: offset, for: "slice")
      .recorded(
        as: "slice", wrt: self, { dy in dy.placed(in: part, of: whole) }, differential: { dx in dx.sliced(part) })
  }

  /// Zeros of a shape with this tensor in a part of them: the adjoint of taking the part.
  private func placed(in part: Part, of whole: Shape) -> Tensor {
    place(self, in: part, of: whole, "slice").recorded(
      as: "place", wrt: self, { dy in dy.sliced(part) }, differential: { dx in dx.placed(in: part, of: whole) })
  }

  private mutating func replacing(_ indices: [AxisIndex], with value: Tensor) -> Tensor {
    guard value.dtype == dtype else { return mixedAssignment(value) }
    if indices.contains(where: \.isTensor) { return replacingGathered(by: indices, with: value) }
    guard let part = Part(indices, of: shape, for: "slice assignment") else { return self }
    return replacing(part, with: value)
  }

  /// This tensor with a part replaced.
  mutating func replacing(_ part: Part, with value: Tensor) -> Tensor {
    guard value.shape.broadcast(with: part.shape) == part.shape else {
      fail(
        .shapeMismatch, "slice assignment",
        "a value of shape \(value.shape) does not stretch to the part, of shape \(part.shape)")
      return self
    }
    if entry == nil, value.entry == nil, isContiguous, !value.isMapped, Elements.isUnique(&elements) {
      // `value` may be a view of this memory only if it holds a reference, and then the memory is not unique.
      elements.overwrite(part, with: value)
      return self
    }
    let valueShape = value.shape
    return replace(part, of: self, with: value, "slice assignment").recorded(
      as: "replaceSlice",
      wrt: self,
      { dy in
        var dx = dy
        return dx.replacing(part, with: Tensor(0, dtype: dy.dtype))
      },
      wrt: value, { dy in dy.sliced(part).sum(toShape: valueShape) })
  }

  private func mixedAssignment(_ value: Tensor) -> Tensor {
    _ = mixed("slice assignment", self, value)
    return self
  }
}

extension AxisIndex {
  var isTensor: Bool { if case .tensor = self { true } else { false } }
}
