// Putting tensors together and taking them apart along an axis.

/// The tensors one after another along an axis.
///
/// VJP: each tensor gets its part of `dy`.
///
/// ```swift
/// print(concatenated([Tensor([1, 2]), Tensor([3])], axis: 0))  // [1.0, 2.0, 3.0] : [3] float32
/// ```
///
/// - Precondition: there is at least one tensor, and all agree in dtype and in every other axis; else traps, or throws
///   inside ``checked(_:)``.
public func concatenated(_ tensors: [Tensor], axis: Int) -> Tensor {
  guard let first = tensors.first else {
    return fail(.invalidArgument, "concatenate", "there are no tensors; at least one is needed")
  }
  guard let axis = resolve(axis, in: first.shape, for: "concatenate") else { return .standIn }
  var starts: [Int] = []
  var extent = 0
  for tensor in tensors {
    if tensor.dtype != first.dtype { return mixed("concatenate", first, tensor) }
    guard tensor.rank == first.rank,
      tensor.shape.replacing(axis: axis, with: 1) == first.shape.replacing(axis: axis, with: 1)
    else {
      return fail(
        .shapeMismatch, "concatenate",
        "shapes \(tensors.map(\.shape)) along axis \(axis): every other axis must agree")
    }
    starts.append(extent)
    extent += tensor.shape[axis]
  }
  let extents = tensors.map { $0.shape[axis] }
  return join(tensors, axis: axis, extent: extent, "concatenate").recorded(as: "concatenate", wrt: tensors) {
    position, dy in
    dy.narrowed(axis: axis, from: starts[position], count: extents[position])
  }
}

/// The tensors, all of one shape, one after another along a new axis.
///
/// ```swift
/// print(stacked([Tensor([1, 2]), Tensor([3, 4])], axis: 1))
/// // [[1.0, 3.0],
/// //  [2.0, 4.0]] : [2, 2] float32
/// ```
public func stacked(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
  guard let first = tensors.first else {
    return fail(.invalidArgument, "stack", "there are no tensors; at least one is needed")
  }
  guard tensors.allSatisfy({ $0.shape == first.shape }) else {
    return fail(.shapeMismatch, "stack", "shapes \(tensors.map(\.shape)) differ; stacked tensors share one shape")
  }
  let place = axis < 0 ? axis + first.rank + 1 : axis
  return concatenated(tensors.map { $0.expanded(at: place) }, axis: place)
}

extension Tensor {
  /// Parts of the given extents along an axis.
  ///
  /// VJP: `dx` is the parts' cotangents put together, zeros for a part that was not used.
  ///
  /// ```swift
  /// let parts = Tensor([1, 2, 3]).split(sizes: [1, 2], axis: 0)
  /// print(parts[1])  // [2.0, 3.0] : [2] float32
  /// ```
  ///
  /// - Precondition: the extents add up to that of the axis; else traps, or throws inside ``checked(_:)``.
  public func split(sizes: [Int], axis: Int) -> [Tensor] {
    guard let axis = resolve(axis, in: shape, for: "split") else { return sizes.map { _ in .standIn } }
    guard sizes.allSatisfy({ $0 >= 0 }), sizes.reduce(0, +) == shape[axis] else {
      fail(
        .invalidArgument, "split",
        "the parts \(sizes) do not add up to the extent \(shape[axis]) of axis \(axis) in shape \(shape)")
      return sizes.map { _ in .standIn }
    }
    var start = 0
    let parts = sizes.map { size in
      defer { start += size }
      return detached().narrowed(axis: axis, from: start, count: size)
    }
    let (shape, dtype) = (shape, dtype)
    return parts.recorded(as: "split", wrt: [self]) { dys in
      let terms = Swift.zip(dys, sizes).map { dy, size in
        dy ?? Tensor.zeros(shape.replacing(axis: axis, with: size), dtype: dtype)
      }
      return [concatenated(terms, axis: axis)]
    }
  }

  /// Parts of equal extent along an axis.
  ///
  /// ```swift
  /// print(Tensor.arange(6).split(count: 2, axis: 0).map(\.count))  // [3, 3]
  /// ```
  ///
  /// - Precondition: the extent is a multiple of the count; else traps, or throws inside ``checked(_:)``.
  public func split(count: Int, axis: Int) -> [Tensor] {
    guard let axis = resolve(axis, in: shape, for: "split") else {
      return [Tensor](repeating: .standIn, count: Swift.max(0, count))
    }
    guard count > 0, shape[axis] % count == 0 else {
      fail(
        .invalidArgument, "split",
        "the extent \(shape[axis]) of axis \(axis) in shape \(shape) does not divide into \(count) equal parts")
      return [Tensor](repeating: .standIn, count: Swift.max(0, count))
    }
    return split(sizes: [Int](repeating: shape[axis] / count, count: count), axis: axis)
  }

  /// At most so many parts along an axis, all of the same extent but the last, which may be smaller.
  ///
  /// ```swift
  /// print(Tensor.arange(7).chunked(3, axis: 0).map(\.count))  // [3, 3, 1]
  /// ```
  ///
  /// - Precondition: the count is positive; else traps, or throws inside ``checked(_:)``.
  public func chunked(_ count: Int, axis: Int) -> [Tensor] {
    guard let axis = resolve(axis, in: shape, for: "chunk") else { return [.standIn] }
    guard count > 0 else { return [fail(.invalidArgument, "chunk", "\(count) parts; expected at least 1")] }
    let extent = shape[axis], size = Swift.max(1, (extent + count - 1) / count)
    let sizes = extent == 0 ? [0] : stride(from: 0, to: extent, by: size).map { Swift.min(size, extent - $0) }
    return split(sizes: sizes, axis: axis)
  }

  /// The slices along an axis, without it.
  ///
  /// ```swift
  /// for row in Tensor([[1, 2], [3, 4]]).unstacked() { print(row) }
  /// // [1.0, 2.0] : [2] float32
  /// // [3.0, 4.0] : [2] float32
  /// ```
  public func unstacked(axis: Int = 0) -> [Tensor] {
    guard let axis = resolve(axis, in: shape, for: "unstack") else { return [] }
    return split(sizes: [Int](repeating: 1, count: shape[axis]), axis: axis).map { $0.squeezed(axis: axis) }
  }
}
