import CKernels
import Kernels

/// The transform, not normalised, of the lines along the second last axis of complex numbers in pairs `[…, n, 2]`.
func transformLines(_ x: Tensor, inverse: Bool, _ operation: StaticString) -> Tensor {
  guard x.dtype.isFloatingPoint else { return unsupported(operation, x.dtype) }
  if let hidden = HiddenAxis(x) { return hidden.hide(transformLines(hidden.spread(x), inverse: inverse, operation)) }
  guard let source = x.elements.contiguous(for: operation),
    let y = Elements.allocate(x.shape, x.dtype, for: operation)
  else { return .standIn }
  let lines = x.shape.droppingLast(2).count(), n = x.shape[-2]
  let (from, to, dtype) = (source.pointer, y.pointer, Int32(x.dtype.rawValue))
  let succeeded = launch(
    keeping: source,
    succeeding: {
      fourier_transform(from, to, lines, n, inverse ? 1 : 0, dtype) != 0
        || failed(.outOfMemory, operation, "no memory to transform \(lines) lines of \(n) numbers")
    })
  return succeeded ? Tensor(y) : .standIn
}
