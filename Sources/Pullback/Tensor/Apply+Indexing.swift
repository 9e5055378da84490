import CKernels
import Kernels

// Kernels that move elements by index. Indices are int64 tensors; negative ones count from the end, and one outside the
// range is a mistake of the caller.

/// The indices counted from the front, contiguous, or nil, inside ``checked(_:)``, if one is out of range.
func wrappedIndices(_ index: Tensor, extent: Int, _ operation: StaticString) -> Elements? {
  guard index.dtype.isInteger else {
    fail(.dtypeMismatch, operation, "the index is \(index.dtype); expected int64 or int32")
    return nil
  }
  let index = index.dtype == .int64 ? index : convert(index, to: .int64)
  if let hidden = HiddenAxis(index) {
    return wrappedIndices(hidden.spread(index), extent: extent, operation).map { hidden.hide(Tensor($0)).elements }
  }
  guard let source = index.elements.contiguous(for: operation),
    let wrapped = Elements.allocate(index.shape, .int64, for: operation)
  else { return nil }
  let (values, places, count) = (source.indices, wrapped.indices, source.count)
  let areValid = launch(
    keeping: source,
    succeeding: {
      let bad = wrap_indices(values, Int64(extent), places, count)
      return bad == count
        || failed(
          .indexOutOfRange, operation,
          "the index \(values[bad]) is outside an axis of extent \(extent); indices are \(-extent) ..< \(extent)")
    })
  return areValid ? wrapped : nil
}

extension Elements {
  /// The address of the elements as indices.
  fileprivate var indices: UnsafeMutablePointer<Int64> { pointer.assumingMemoryBound(to: Int64.self) }
}

/// `y[…, i, …] = x[…, index[i], …]` along an axis; the index has rank 1 and is wrapped.
func takeRows(_ x: Tensor, _ index: Elements, axis: Int, _ operation: StaticString) -> Tensor {
  if let hidden = HiddenAxis(x, Tensor(index)) {
    if !hidden.isHidden(in: Tensor(index)) {
      return hidden.hide(takeRows(hidden.spread(x), index, axis: axis + 1, operation))
    }
    if !hidden.isHidden(in: x), axis == 0 {
      return hidden.unfolded(takeRows(x, hidden.folded(Tensor(index)).elements, axis: 0, operation))
    }
    return hidden.forEach(x, Tensor(index)) { takeRows($0[0], $0[1].elements, axis: axis, operation) }
  }
  guard let source = x.elements.contiguous(for: operation),
    let y = Elements.allocate(x.shape.replacing(axis: axis, with: index.count), x.dtype, for: operation)
  else { return .standIn }
  let (outer, extent, inner) = x.shape.split(at: axis)
  let (from, places, to, count, size) = (source.pointer, index.indices, y.pointer, index.count, x.dtype.byteCount)
  launch(keeping: source, { take_rows(from, places, to, outer, extent, count, inner, size) })
  return Tensor(y)
}

/// Zeros of an extent along an axis, with the rows of `x` added at the places of the index: the adjoint of `takeRows`.
func addRows(_ x: Tensor, _ index: Elements, axis: Int, extent: Int, _ operation: StaticString) -> Tensor {
  if let hidden = HiddenAxis(x, Tensor(index)) {
    if !hidden.isHidden(in: Tensor(index)) {
      return hidden.hide(addRows(hidden.spread(x), index, axis: axis + 1, extent: extent, operation))
    }
    return hidden.forEach(x, Tensor(index)) { addRows($0[0], $0[1].elements, axis: axis, extent: extent, operation) }
  }
  guard let source = x.elements.contiguous(for: operation),
    let y = Elements.filled(x.shape.replacing(axis: axis, with: extent), x.dtype, with: 0, for: operation)
  else { return .standIn }
  let (outer, _, inner) = y.shape.split(at: axis)
  let (from, places, to, count) = (source.pointer, index.indices, y.pointer, index.count)
  let dtype = Int32(x.dtype.rawValue)
  launch(keeping: source, { add_rows(from, places, to, outer, extent, count, inner, dtype) })
  return Tensor(y)
}

/// `y[i, j, k] = x[i, index[i, j, k], k]` along the middle axis; the index is wrapped and agrees with `x` elsewhere.
func takeAlong(_ x: Tensor, _ index: Elements, axis: Int, _ operation: StaticString) -> Tensor {
  if let hidden = HiddenAxis(x, Tensor(index)) {
    let places = hidden.spread(Tensor(index)).contiguous().elements
    return hidden.hide(takeAlong(hidden.spread(x), places, axis: axis + 1, operation))
  }
  guard let source = x.elements.contiguous(for: operation),
    let y = Elements.allocate(index.shape, x.dtype, for: operation)
  else { return .standIn }
  let (outer, extent, inner) = x.shape.split(at: axis)
  let (from, places, to, count) = (source.pointer, index.indices, y.pointer, index.shape[axis])
  let size = x.dtype.byteCount
  launch(keeping: source, { take_along(from, places, to, outer, extent, count, inner, size) })
  return Tensor(y)
}

/// Zeros of an extent along an axis, with the elements of `x` added at the places of the index.
func addAlong(_ x: Tensor, _ index: Elements, axis: Int, extent: Int, _ operation: StaticString) -> Tensor {
  if let hidden = HiddenAxis(x, Tensor(index)) {
    let places = hidden.spread(Tensor(index)).contiguous().elements
    return hidden.hide(addAlong(hidden.spread(x), places, axis: axis + 1, extent: extent, operation))
  }
  guard let source = x.elements.contiguous(for: operation),
    let y = Elements.filled(x.shape.replacing(axis: axis, with: extent), x.dtype, with: 0, for: operation)
  else { return .standIn }
  let (outer, _, inner) = y.shape.split(at: axis)
  let (from, places, to, count) = (source.pointer, index.indices, y.pointer, index.shape[axis])
  let dtype = Int32(x.dtype.rawValue)
  launch(keeping: source, { add_along(from, places, to, outer, extent, count, inner, dtype) })
  return Tensor(y)
}

/// The places, in row-major order, where a bool tensor is true.
func truePlaces(_ mask: Tensor, _ operation: StaticString) -> Tensor {
  guard mask.elements.mayBeRead(by: operation) else { return .standIn }
  return Program.pausing {
    guard let source = mask.elements.contiguous(for: operation),
      let places = Elements.allocate([source.count], .int64, for: operation)
    else { return .standIn }
    let count = withExtendedLifetime(source) {
      nonzero_positions(source.pointer.assumingMemoryBound(to: UInt8.self), places.indices, source.count)
    }
    return Tensor(places).viewed([count], Layout.rowMajorStrides([count]), for: operation)
  }
}

extension Elements {
  /// Copies `source`, which stretches to it, over a part of these elements, which nobody else sees.
  func overwrite(_ part: Part, with source: Tensor) {
    let (strides, offset) = part.view(layout.strides)
    // As large as the part, whose count was representable.
    guard let layout = Layout(shape: part.shape, strides: strides) else { return }
    Elements(viewing: self, layout, offset: offset).write(source.detached().broadcast(to: part.shape).elements)
  }
}

/// A shape filled with a value, with `x`, which stretches to a part of it, over that part.
func place(_ x: Tensor, in part: Part, of whole: Shape, filling value: Double = 0, _ operation: StaticString) -> Tensor
{
  if let hidden = HiddenAxis(x) {
    let part = Part(part, behind: hidden.extent), whole = whole.inserting(hidden.extent, at: 0)
    return hidden.hide(
      place(hidden.aligned(x, rank: part.shape.rank - 1), in: part, of: whole, filling: value, operation))
  }
  guard let y = Elements.filled(whole, x.dtype, with: value, for: operation) else { return .standIn }
  y.overwrite(part, with: x)
  return Tensor(y)
}

/// Zeros with `x` at the places that strides and an offset give in their memory.
func place(_ x: Tensor, on strides: Axes, offset: Int, of whole: Shape, _ operation: StaticString) -> Tensor {
  if let hidden = HiddenAxis(x) {
    return hidden.forEach(x) { place($0[0], on: strides, offset: offset, of: whole, operation) }
  }
  guard let y = Elements.filled(whole, x.dtype, with: 0, for: operation),
    let layout = Layout(shape: x.shape, strides: strides)
  else { return .standIn }
  Elements(viewing: y, layout, offset: offset).write(x.elements)
  return Tensor(y)
}

/// A copy of `x` with `value`, which stretches to a part of it, over that part.
func replace(_ part: Part, of x: Tensor, with value: Tensor, _ operation: StaticString) -> Tensor {
  if let hidden = HiddenAxis(x, value) {
    let part = Part(part, behind: hidden.extent)
    let value = hidden.aligned(value, rank: part.shape.rank - 1)
    return hidden.hide(replace(part, of: hidden.spread(x), with: value, operation))
  }
  guard let copy = x.elements.copied(for: operation) else { return .standIn }
  copy.overwrite(part, with: value)
  return Tensor(copy)
}

/// Tensors that agree but for one axis, one after the other along that axis, where their extents add up to `extent`.
func join(_ tensors: [Tensor], axis: Int, extent: Int, _ operation: StaticString) -> Tensor {
  if tensors.contains(where: \.isMapped), let hidden = HiddenAxis(tensors) {
    return hidden.hide(join(tensors.map(hidden.spread), axis: axis + 1, extent: extent, operation))
  }
  let shape = tensors[0].shape.replacing(axis: axis, with: extent)
  guard let y = Elements.allocate(shape, tensors[0].dtype, for: operation) else { return .standIn }
  var start = 0
  for tensor in tensors {
    y.overwrite(Part(of: shape, axis: axis, from: start, count: tensor.shape[axis]), with: tensor)
    start += tensor.shape[axis]
  }
  return Tensor(y)
}

/// A copy of the vector `x` with values at places; the last of several for one place wins.
func putFlat(_ x: Tensor, _ values: Tensor, at places: Tensor, _ operation: StaticString) -> Tensor {
  if let hidden = HiddenAxis(x, values, places) {
    return hidden.forEach(x, values, places) { putFlat($0[0], $0[1], at: $0[2], operation) }
  }
  guard let y = x.elements.copied(for: operation), let source = values.elements.contiguous(for: operation),
    let index = wrappedIndices(places, extent: x.count, operation)
  else { return .standIn }
  let (from, indices, to, count, size) = (source.pointer, index.indices, y.pointer, index.count, x.dtype.byteCount)
  launch(keeping: (source, index), { put_flat(from, 1, indices, to, count, size) })
  return Tensor(y)
}
