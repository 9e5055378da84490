import CKernels
import Kernels

/// The loss of each row of logits [rows, classes], `log Σ exp(x) - x[label]`, and the log-sum-exp it was computed with.
/// The labels are contiguous int64 and in range.
func crossEntropyRows(_ logits: Tensor, _ labels: Tensor) -> (losses: Tensor, logSumExp: Tensor) {
  let operation: StaticString = "softmaxCrossEntropy"
  if let hidden = HiddenAxis(logits, labels) {
    let (losses, logSumExp) = crossEntropyRows(hidden.folded(logits), hidden.folded(labels))
    return (hidden.unfolded(losses), hidden.unfolded(logSumExp))
  }
  let (rows, classes) = (logits.shape[0], logits.shape[1])
  guard let kernel = logits.dtype.kernels.pointee.rows.cross_entropy else {
    let standIn = unsupported(operation, logits.dtype)
    return (standIn, standIn)
  }
  guard let x = logits.elements.contiguous(for: operation),
    let labels = labels.elements.contiguous(for: operation),
    let losses = Elements.allocate([rows], x.dtype, for: operation),
    let sums = Elements.allocate([rows], x.dtype, for: operation)
  else { return (.standIn, .standIn) }
  let size = x.dtype.byteCount
  Parallel.run(count: rows, grain: rowGrain(classes)) { part in
    let first = part.lowerBound
    kernel(
      x.pointer + first * classes * size, labels.pointer.assumingMemoryBound(to: Int64.self) + first,
      losses.pointer + first * size, sums.pointer + first * size, part.count, classes)
  }
  return (Tensor(losses), Tensor(sums))
}

/// `scale[r] · (softmax(x[r]) - onehot(label[r]))`; a scale of one element serves all rows.
func crossEntropyGradientRows(_ logits: Tensor, _ labels: Tensor, _ logSumExp: Tensor, _ scale: Tensor) -> Tensor {
  let operation: StaticString = "softmaxCrossEntropyGradient"
  let (rows, classes) = (logits.shape[0], logits.shape[1])
  if let hidden = HiddenAxis([logits, labels, logSumExp, scale]) {
    // One scale for each row, also where an example has one for all of its rows.
    let scales = scale.detached().reshaped(to: [scale.count]).broadcast(to: [rows])
    return hidden.unfolded(
      crossEntropyGradientRows(
        hidden.folded(logits), hidden.folded(labels), hidden.folded(logSumExp), hidden.folded(scales)))
  }
  guard let kernel = logits.dtype.kernels.pointee.rows.cross_entropy_gradient else {
    return unsupported(operation, logits.dtype)
  }
  guard let x = logits.elements.contiguous(for: operation),
    let labels = labels.elements.contiguous(for: operation),
    let sums = logSumExp.elements.contiguous(for: operation),
    let scales = scale.elements.contiguous(for: operation),
    let dx = Elements.allocate(logits.shape, x.dtype, for: operation)
  else { return .standIn }
  let size = x.dtype.byteCount, step = scale.count == 1 ? 0 : 1
  Parallel.run(count: rows, grain: rowGrain(classes)) { part in
    let first = part.lowerBound
    kernel(
      x.pointer + first * classes * size, labels.pointer.assumingMemoryBound(to: Int64.self) + first,
      sums.pointer + first * size, scales.pointer + first * step * size, step,
      dx.pointer + first * classes * size, part.count, classes)
  }
  return Tensor(dx)
}
