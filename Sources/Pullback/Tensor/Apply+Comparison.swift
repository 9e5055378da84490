import CKernels
import Kernels

// Kernels between element types: comparisons, choices, conversions.

/// `y = kernel(a, b)` as bools, with broadcasting.
func compare(
  _ a: Tensor, _ b: Tensor, _ operation: StaticString, _ kernel: (KernelTable) -> comparison_kernel?
) -> Tensor {
  guard a.dtype == b.dtype else { return mixed(operation, a, b) }
  guard let kernel = kernel(a.dtype.kernels) else { return unsupported(operation, a.dtype) }
  if let axis = HiddenAxis(a, b), let shape = a.shape.broadcast(with: b.shape) {
    return axis.hide(
      compare(axis.aligned(a, rank: shape.rank), axis.aligned(b, rank: shape.rank), operation) { _ in kernel })
  }
  guard let nest = BroadcastLoops(operation, .bool, [a, b]) else { return .standIn }
  let (x, y, z, size) = (nest.operands[0].pointer, nest.operands[1].pointer, nest.result.pointer, a.dtype.byteCount)
  launch(
    keeping: nest, { [loops = nest.loops] in Elementwise.comparison(kernel, x, y, z, loops, elementSize: size) })
  return Tensor(nest.result)
}

/// A property of each element, as bools.
func test(_ x: Tensor, _ operation: StaticString, _ kernel: (KernelTable) -> predicate_kernel?) -> Tensor {
  guard let kernel = kernel(x.dtype.kernels) else { return unsupported(operation, x.dtype) }
  if let axis = HiddenAxis(x) { return axis.hide(test(axis.spread(x), operation) { _ in kernel }) }
  guard let source = x.elements.contiguous(for: operation),
    let y = Elements.allocate(x.shape, .bool, for: operation)
  else { return .standIn }
  let (from, to, count, size) = (source.pointer, y.pointer, y.count, x.dtype.byteCount)
  launch(
    keeping: source,
    {
      Parallel.run(count: count, grain: Elementwise.grain) { part in
        kernel(
          from + part.lowerBound * size, (to + part.lowerBound).assumingMemoryBound(to: UInt8.self), part.count)
      }
    })
  return Tensor(y)
}

/// `condition ? a : b`, with broadcasting.
func choose(_ condition: Tensor, _ a: Tensor, _ b: Tensor, _ operation: StaticString) -> Tensor {
  guard condition.dtype == .bool else {
    return fail(
      .dtypeMismatch, operation, "the condition is \(condition.dtype); expected bool, as comparisons give it")
  }
  guard a.dtype == b.dtype else { return mixed(operation, a, b) }
  if let axis = HiddenAxis(condition, a, b),
    let rank = a.shape.broadcast(with: b.shape)?.broadcast(with: condition.shape)?.rank
  {
    let all = [condition, a, b].map { axis.aligned($0, rank: rank) }
    return axis.hide(choose(all[0], all[1], all[2], operation))
  }
  guard let nest = BroadcastLoops(operation, a.dtype, [condition, a, b]) else { return .standIn }
  let (x, y, z) = (nest.operands[0].pointer, nest.operands[1].pointer, nest.operands[2].pointer)
  let (result, kernel, size) = (nest.result.pointer, a.dtype.kernels.pointee.select!, a.dtype.byteCount)
  launch(
    keeping: nest,
    { [loops = nest.loops] in Elementwise.select(kernel, x, y, z, result, loops, elementSize: size) })
  return Tensor(nest.result)
}

/// `x` converted to another element type.
func convert(_ x: Tensor, to dtype: DType) -> Tensor {
  if let axis = HiddenAxis(x) { return axis.hide(convert(axis.spread(x), to: dtype)) }
  guard let source = x.elements.contiguous(for: "cast"),
    let y = Elements.allocate(x.shape, dtype, for: "cast")
  else { return .standIn }
  let (from, to, count, sourceType) = (source.pointer, y.pointer, y.count, x.dtype)
  launch(
    keeping: source,
    {
      Parallel.run(count: count, grain: Elementwise.grain) { part in
        convert_elements(
          from + part.lowerBound * sourceType.byteCount, Int32(sourceType.rawValue),
          to + part.lowerBound * dtype.byteCount, Int32(dtype.rawValue), part.count)
      }
    })
  return Tensor(y)
}
