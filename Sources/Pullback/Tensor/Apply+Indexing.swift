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
  guard let source = index.elements.contiguous(for: operation),
    let wrapped = Elements.allocate(index.shape, .int64, for: operation)
  else { return nil }
  let values = source.pointer.assumingMemoryBound(to: Int64.self)
  let bad = wrap_indices(values, Int64(extent), wrapped.pointer.assumingMemoryBound(to: Int64.self), source.count)
  if bad < source.count {
    let value = withExtendedLifetime(source) { values[bad] }
    fail(
      .indexOutOfRange, operation,
      "the index \(value) is outside an axis of extent \(extent); indices are \(-extent) ..< \(extent)")
    return nil
  }
  return wrapped
}

extension Elements {
  /// The address of the elements as indices.
  fileprivate var indices: UnsafeMutablePointer<Int64> { pointer.assumingMemoryBound(to: Int64.self) }
}

/// `y[…, i, …] = x[…, index[i], …]` along an axis; the index has rank 1 and is wrapped.
func takeRows(_ x: Tensor, _ index: Elements, axis: Int, _ operation: StaticString) -> Tensor {
  guard let source = x.elements.contiguous(for: operation),
    let y = Elements.allocate(x.shape.replacing(axis: axis, with: index.count), x.dtype, for: operation)
  else { return .standIn }
  let (outer, extent, inner) = x.shape.split(at: axis)
  take_rows(source.pointer, index.indices, y.pointer, outer, extent, index.count, inner, x.dtype.byteCount)
  return Tensor(y)
}

/// Zeros of an extent along an axis, with the rows of `x` added at the places of the index: the adjoint of `takeRows`.
func addRows(_ x: Tensor, _ index: Elements, axis: Int, extent: Int, _ operation: StaticString) -> Tensor {
  guard let source = x.elements.contiguous(for: operation),
    let y = Elements.filled(x.shape.replacing(axis: axis, with: extent), x.dtype, with: 0, for: operation)
  else { return .standIn }
  let (outer, _, inner) = y.shape.split(at: axis)
  add_rows(
    source.pointer, index.indices, y.pointer, outer, extent, index.count, inner, Int32(x.dtype.rawValue))
  return Tensor(y)
}

/// `y[i, j, k] = x[i, index[i, j, k], k]` along the middle axis; the index is wrapped and agrees with `x` elsewhere.
func takeAlong(_ x: Tensor, _ index: Elements, axis: Int, _ operation: StaticString) -> Tensor {
  guard let source = x.elements.contiguous(for: operation),
    let y = Elements.allocate(index.shape, x.dtype, for: operation)
  else { return .standIn }
  let (outer, extent, inner) = x.shape.split(at: axis)
  take_along(
    source.pointer, index.indices, y.pointer, outer, extent, index.shape[axis], inner, x.dtype.byteCount)
  return Tensor(y)
}

/// Zeros of an extent along an axis, with the elements of `x` added at the places of the index.
func addAlong(_ x: Tensor, _ index: Elements, axis: Int, extent: Int, _ operation: StaticString) -> Tensor {
  guard let source = x.elements.contiguous(for: operation),
    let y = Elements.filled(x.shape.replacing(axis: axis, with: extent), x.dtype, with: 0, for: operation)
  else { return .standIn }
  let (outer, _, inner) = y.shape.split(at: axis)
  add_along(
    source.pointer, index.indices, y.pointer, outer, extent, index.shape[axis], inner,
    Int32(x.dtype.rawValue))
  return Tensor(y)
}

/// The places, in row-major order, where a bool tensor is true.
func truePlaces(_ mask: Tensor, _ operation: StaticString) -> Tensor {
  guard let source = mask.elements.contiguous(for: operation),
    let places = Elements.allocate([source.count], .int64, for: operation)
  else { return .standIn }
  let count = nonzero_positions(source.pointer.assumingMemoryBound(to: UInt8.self), places.indices, source.count)
  return Tensor(places).viewed([count], Layout.rowMajorStrides([count]), for: operation)
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

/// A copy of the vector `x` with values at places; the last of several for one place wins.
func putFlat(_ x: Tensor, _ values: Tensor, at places: Tensor, _ operation: StaticString) -> Tensor {
  guard let y = x.elements.copied(for: operation), let source = values.elements.contiguous(for: operation),
    let index = wrappedIndices(places, extent: x.count, operation)
  else { return .standIn }
  put_flat(source.pointer, 1, index.indices, y.pointer, index.count, x.dtype.byteCount)
  return Tensor(y)
}
