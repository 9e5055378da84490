import CKernels
import Kernels

/// The axes that a reduction folds, resolved against a shape.
struct ReductionAxes {
  /// Whether each axis is folded.
  private(set) var isReduced = InlineArray<8, Bool>(repeating: false)
  let shape: Shape

  /// All axes if `axes` is nil. Nil, inside ``checked(_:)``, if an axis does not exist or is named twice.
  init?(_ axes: [Int]?, of shape: Shape, for operation: StaticString) {
    self.shape = shape
    guard let axes else {
      isReduced = InlineArray(repeating: true)
      return
    }
    for axis in axes {
      guard let index = resolve(axis, in: shape, for: operation) else { return nil }
      if isReduced[index] {
        fail(.invalidAxis, operation, "the axes \(axes) name axis \(index) of shape \(shape) twice")
        return nil
      }
      isReduced[index] = true
    }
  }

  /// The same axes of a shape that has another one in front.
  init(_ axes: ReductionAxes, behind extent: Int) {
    shape = axes.shape.inserting(extent, at: 0)
    for axis in 0..<axes.shape.rank { isReduced[axis + 1] = axes.isReduced[axis] }
  }

  /// How many elements fold into one.
  var foldedCount: Int {
    var count = 1
    for axis in 0..<shape.rank where isReduced[axis] { count *= shape.extents[axis] }
    return count
  }

  /// The shape of the result.
  func result(keepDims: Bool) -> Shape {
    var result = Shape()
    for axis in 0..<shape.rank {
      if !isReduced[axis] { result.append(shape.extents[axis]) } else if keepDims { result.append(1) }
    }
    return result
  }
}

/// The axis counted from the front, or nil, inside ``checked(_:)``, if there is none.
@inline(__always)
func resolve(_ axis: Int, in shape: Shape, for operation: StaticString) -> Int? {
  if let index = shape.wrapped(axis) { return index }
  let valid = shape.rank == 0 ? "a scalar has no axes" : "axes are \(-shape.rank) ..< \(shape.rank)"
  fail(.invalidAxis, operation, "there is no axis \(axis) in shape \(shape); \(valid)")
  return nil
}

/// Folds `x` along axes.
func reduce(
  _ x: Tensor, _ axes: ReductionAxes, keepDims: Bool, _ operation: StaticString,
  _ kernel: (KernelTable) -> reduction_kernel?
) -> Tensor {
  guard let kernel = kernel(x.dtype.kernels) else { return unsupported(operation, x.dtype) }
  if let hidden = HiddenAxis(x) {
    let axes = ReductionAxes(axes, behind: hidden.extent)
    return hidden.hide(reduce(hidden.spread(x), axes, keepDims: keepDims, operation) { _ in kernel })
  }
  guard var source = x.elements.contiguous(for: operation) else { return .standIn }
  let result = axes.result(keepDims: keepDims)
  // One run of neighbouring axes after another, last first; extents of 1 belong to any run.
  var shape = x.shape
  var axis = shape.rank - 1
  while axis >= 0 {
    guard axes.isReduced[axis] else {
      axis -= 1
      continue
    }
    var first = axis
    while first > 0, axes.isReduced[first - 1] || shape.extents[first - 1] == 1 { first -= 1 }
    var (outer, middle, inner) = (1, 1, 1)
    for other in 0..<shape.rank {
      if other < first { outer *= shape.extents[other] }
      if other >= first, other <= axis { middle *= shape.extents[other] }
      if other > axis { inner *= shape.extents[other] }
    }
    for other in first...axis where axes.isReduced[other] { shape.set(other, 1) }
    if middle != 1 || outer * inner == 0 {
      var isLast = true
      for other in 0..<first where axes.isReduced[other] && shape.extents[other] != 1 { isLast = false }
      guard
        let folded = fold(
          source, isLast ? result : shape, outer: outer, middle: middle, inner: inner, operation, kernel)
      else { return .standIn }
      if isLast { return Tensor(folded) }
      source = folded
    }
    axis = first - 1
  }
  if source === x.elements { return Tensor(source).copied(shape: result, for: operation) }
  return Tensor(source).viewed(result, Layout.rowMajorStrides(result), for: operation)
}

/// One call of a reduction kernel, split over the threads in a way that depends on the sizes only.
private func fold(
  _ x: Elements, _ shape: Shape, outer: Int, middle: Int, inner: Int, _ operation: StaticString,
  _ kernel: reduction_kernel
) -> Elements? {
  let size = x.dtype.byteCount
  guard let y = Elements.allocate(shape, x.dtype, for: operation) else { return nil }
  // Elements in a piece of work: enough to pay for a thread, few enough to share evenly. Every piece begins with a wait
  // for memory that has not been fetched ahead, so large tensors get larger ones.
  let piece = max(64 << 10, min(256 << 10, outer * middle * inner / 16))
  if outer >= 8 || middle * inner < 2 * piece {
    let grain = max(1, piece / max(1, middle * inner))
    let (source, target) = (x.pointer, y.pointer)
    launch({
      Parallel.run(count: outer, grain: grain) { part in
        kernel(
          source + part.lowerBound * middle * inner * size, target + part.lowerBound * inner * size, part.count,
          middle, inner)
      }
    })
    return y
  }
  // Few long folds: pieces of each, then the pieces' results.
  let rows = max(1, piece / inner)
  let pieces = (middle + rows - 1) / rows
  guard let partial = Elements.allocate([outer, pieces, inner], x.dtype, for: operation) else { return nil }
  let (source, sums, target) = (x.pointer, partial.pointer, y.pointer)
  launch(
    keeping: partial,
    {
      Parallel.run(chunks: outer * pieces) { chunk in
        let (fold, piece) = (chunk / pieces, chunk % pieces)
        let start = piece * rows
        kernel(
          source + (fold * middle + start) * inner * size, sums + chunk * inner * size, 1,
          min(rows, middle - start), inner)
      }
      kernel(sums, target, outer, pieces, inner)
    })
  return y
}

/// The position of the extreme element along an axis, as int64.
func argReduce(
  _ x: Tensor, axis: Int, keepDims: Bool, _ operation: StaticString,
  _ kernel: (KernelTable) -> arg_reduction_kernel?
) -> Tensor {
  guard let axis = resolve(axis, in: x.shape, for: operation) else { return .standIn }
  guard let kernel = kernel(x.dtype.kernels) else { return unsupported(operation, x.dtype) }
  guard x.shape[axis] > 0 else { return emptyReduction(operation, x.shape) }
  if let hidden = HiddenAxis(x) {
    return hidden.hide(argReduce(hidden.spread(x), axis: axis + 1, keepDims: keepDims, operation) { _ in kernel })
  }
  let kept = x.shape.replacing(axis: axis, with: 1)
  guard let source = x.elements.contiguous(for: operation),
    let y = Elements.allocate(keepDims ? kept : x.shape.removing(axis: axis), .int64, for: operation)
  else { return .standIn }
  let (outer, middle, inner) = x.shape.split(at: axis)
  let (from, to, size) = (source.pointer, y.pointer.assumingMemoryBound(to: Int64.self), x.dtype.byteCount)
  launch(
    keeping: source,
    {
      Parallel.run(count: outer, grain: max(1, (64 << 10) / max(1, middle * inner))) { part in
        kernel(
          from + part.lowerBound * middle * inner * size, to + part.lowerBound * inner, part.count, middle, inner)
      }
    })
  return Tensor(y)
}

@inline(never)
func emptyReduction(_ operation: StaticString, _ shape: Shape) -> Tensor {
  fail(.emptyReduction, operation, "there is no such element among none, in shape \(shape)")
}

extension Shape {
  /// The product of the extents before an axis, its own, and the product of those after it.
  func split(at axis: Int) -> (outer: Int, extent: Int, inner: Int) {
    var (outer, inner) = (1, 1)
    for other in 0..<axis { outer *= extents[other] }
    for other in axis + 1..<Swift.max(rank, axis + 1) { inner *= extents[other] }
    return (outer, extents[axis], inner)
  }
}

extension Tensor {
  /// A row-major copy under another shape of the same count.
  func copied(shape: Shape, for operation: StaticString) -> Tensor {
    guard let copy = elements.copied(for: operation) else { return .standIn }
    return Tensor(copy).viewed(shape, Layout.rowMajorStrides(shape), for: operation)
  }
}
