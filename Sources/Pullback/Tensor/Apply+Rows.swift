import CKernels
import Kernels

// Kernels that work on the rows of a contiguous matrix.

/// How many rows make a piece of work for a thread.
func rowGrain(_ columns: Int) -> Int { max(1, Elementwise.grain / 4 / max(1, columns)) }

/// `kernel` along the last axis; the result has the operand's shape, or lacks the axis if the kernel folds it.
func mapRows(
  _ x: Tensor, _ operation: StaticString, folding: Bool = false, _ kernel: (KernelTable) -> row_kernel?
) -> Tensor {
  guard let kernel = kernel(x.dtype.kernels) else { return unsupported(operation, x.dtype) }
  if let hidden = HiddenAxis(x) {
    return hidden.hide(mapRows(hidden.spread(x), operation, folding: folding) { _ in kernel })
  }
  guard let source = x.elements.contiguous(for: operation),
    let y = Elements.allocate(folding ? x.shape.droppingLast(1) : x.shape, x.dtype, for: operation)
  else { return .standIn }
  let columns = x.shape[-1], size = x.dtype.byteCount
  let rows = x.shape.droppingLast(1).count()
  let (from, to) = (source.pointer, y.pointer)
  launch(
    keeping: source,
    {
      Parallel.run(count: rows, grain: rowGrain(columns)) { part in
        kernel(
          from + part.lowerBound * columns * size, to + part.lowerBound * (folding ? 1 : columns) * size, part.count,
          columns)
      }
    })
  return Tensor(y)
}

/// `kernel(dy, y)` along the last axis.
func zipRows(
  _ dy: Tensor, _ y: Tensor, _ operation: StaticString, _ kernel: (KernelTable) -> row_gradient_kernel?
) -> Tensor {
  guard dy.dtype == y.dtype else { return mixed(operation, dy, y) }
  guard let kernel = kernel(y.dtype.kernels) else { return unsupported(operation, y.dtype) }
  if let hidden = HiddenAxis(dy, y) {
    return hidden.hide(zipRows(hidden.spread(dy), hidden.spread(y), operation) { _ in kernel })
  }
  guard let dySource = dy.elements.contiguous(for: operation), let ySource = y.elements.contiguous(for: operation),
    let dx = Elements.allocate(y.shape, y.dtype, for: operation)
  else { return .standIn }
  let columns = y.shape[-1], size = y.dtype.byteCount
  let (from, result, to, rows) = (dySource.pointer, ySource.pointer, dx.pointer, y.shape.droppingLast(1).count())
  launch(
    keeping: (dySource, ySource),
    {
      Parallel.run(count: rows, grain: rowGrain(columns)) { part in
        let offset = part.lowerBound * columns * size
        kernel(from + offset, result + offset, to + offset, part.count, columns)
      }
    })
  return Tensor(dx)
}
