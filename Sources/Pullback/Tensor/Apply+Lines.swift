import CKernels
import Kernels

// Kernels that work on the lines of a tensor along an axis.

/// The places, along an axis, of the elements in order; stable, NaN last.
func sortingPlaces(_ x: Tensor, axis: Int, descending: Bool, _ operation: StaticString) -> Tensor {
  guard x.dtype != .bool else { return unsupported(operation, .bool) }
  if let hidden = HiddenAxis(x) {
    return hidden.hide(sortingPlaces(hidden.spread(x), axis: axis + 1, descending: descending, operation))
  }
  guard let source = x.elements.contiguous(for: operation),
    let places = Elements.allocate(x.shape, .int64, for: operation)
  else { return .standIn }
  let (outer, extent, inner) = x.shape.split(at: axis)
  let (from, to) = (source.pointer, places.pointer.assumingMemoryBound(to: Int64.self))
  let sorted = launch(
    keeping: source,
    succeeding: { [dtype = Int32(x.dtype.rawValue)] in
      argsort_along(from, to, outer, extent, inner, descending ? 1 : 0, dtype) != 0
        || failed(.outOfMemory, operation, "no memory to sort \(outer * inner) lines of \(extent) elements")
    })
  return sorted ? Tensor(places) : .standIn
}

/// A running fold that keeps the shape.
enum Scan { case sum, product, logSumExp }

func scan(_ x: Tensor, axis: Int, _ kind: Scan, _ operation: StaticString) -> Tensor {
  guard x.dtype != .bool, kind != .logSumExp || x.dtype.isFloatingPoint else { return unsupported(operation, x.dtype) }
  if let hidden = HiddenAxis(x) { return hidden.hide(scan(hidden.spread(x), axis: axis + 1, kind, operation)) }
  guard let source = x.elements.contiguous(for: operation),
    let y = Elements.allocate(x.shape, x.dtype, for: operation)
  else { return .standIn }
  let (outer, extent, inner) = x.shape.split(at: axis)
  let dtype = Int32(x.dtype.rawValue)
  let (from, to) = (source.pointer, y.pointer)
  launch(
    keeping: source,
    {
      switch kind {
      case .sum: cumulative_sum(from, to, outer, extent, inner, dtype)
      case .product: cumulative_product(from, to, outer, extent, inner, dtype)
      case .logSumExp: cumulative_log_sum_exp(from, to, outer, extent, inner, dtype)
      }
    })
  return Tensor(y)
}

/// The running extreme along an axis, and where it was taken from.
func runningExtreme(
  _ x: Tensor, axis: Int, minimum: Bool, _ operation: StaticString
) -> (values: Tensor, places: Tensor) {
  guard x.dtype != .bool else {
    let standIn = unsupported(operation, x.dtype)
    return (standIn, standIn)
  }
  if let hidden = HiddenAxis(x) {
    let (values, places) = runningExtreme(hidden.spread(x), axis: axis + 1, minimum: minimum, operation)
    return (hidden.hide(values), hidden.hide(places))
  }
  guard let source = x.elements.contiguous(for: operation),
    let y = Elements.allocate(x.shape, x.dtype, for: operation),
    let places = Elements.allocate(x.shape, .int64, for: operation)
  else { return (.standIn, .standIn) }
  let (outer, extent, inner) = x.shape.split(at: axis)
  let (from, to, origins) = (source.pointer, y.pointer, places.pointer.assumingMemoryBound(to: Int64.self))
  launch(
    keeping: source,
    { [dtype = Int32(x.dtype.rawValue)] in
      cumulative_extreme(from, to, origins, outer, extent, inner, minimum ? 1 : 0, dtype)
    })
  return (Tensor(y), Tensor(places))
}
