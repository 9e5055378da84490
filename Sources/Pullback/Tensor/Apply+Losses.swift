import CKernels
import Kernels

// Kernels of losses.

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
  let (scores, label, size) = (x.pointer, labels.pointer.assumingMemoryBound(to: Int64.self), x.dtype.byteCount)
  let (loss, sum) = (losses.pointer, sums.pointer)
  launch(
    keeping: (x, labels),
    {
      Parallel.run(count: rows, grain: rowGrain(classes)) { part in
        let first = part.lowerBound
        kernel(
          scores + first * classes * size, label + first, loss + first * size, sum + first * size, part.count, classes)
      }
    })
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
  let (scores, label, target) = (x.pointer, labels.pointer.assumingMemoryBound(to: Int64.self), dx.pointer)
  let (sum, scale) = (sums.pointer, scales.pointer)
  launch(
    keeping: (x, labels, sums, scales),
    {
      Parallel.run(count: rows, grain: rowGrain(classes)) { part in
        let first = part.lowerBound
        kernel(
          scores + first * classes * size, label + first, sum + first * size, scale + first * step * size, step,
          target + first * classes * size, part.count, classes)
      }
    })
  return Tensor(dx)
}

/// `factor · Σ (a - b)²` for operands of the same shape and dtype.
func sumOfSquaredDifferences(_ a: Tensor, _ b: Tensor, scaledBy factor: Double) -> Tensor {
  let operation: StaticString = "meanSquaredError"
  guard a.isContiguous, b.isContiguous else {
    if HiddenAxis(a, b) != nil {
      return zip(a, b, operation) { $0.pointee.binary.squared_difference }.sum() * factor
    }
    guard let x = a.elements.contiguous(for: operation), let y = b.elements.contiguous(for: operation) else {
      return .standIn
    }
    return sumOfSquaredDifferences(Tensor(x), Tensor(y), scaledBy: factor)
  }
  guard let kernel = a.dtype.kernels.pointee.rows.squared_distance else { return unsupported(operation, a.dtype) }
  // Pieces for the threads, whose results are added in the end.
  let piece = 64 << 10
  let pieces = max(1, (a.count + piece - 1) / piece)
  guard let sums = Elements.allocate(pieces == 1 ? Shape() : [pieces], a.dtype, for: operation) else {
    return .standIn
  }
  let (x, y, to) = (a.elements.pointer, b.elements.pointer, sums.pointer)
  launch({ [count = a.count, size = a.dtype.byteCount] in
    Parallel.run(chunks: pieces) { chunk in
      let start = chunk * piece
      kernel(x + start * size, y + start * size, to + chunk * size, min(piece, count - start), factor)
    }
  })
  return pieces == 1 ? Tensor(sums) : Tensor(sums).sum()
}

/// `scale · factor · (a - b)` for operands of the same shape and dtype, and a scale of one element.
func zipDifference(_ a: Tensor, _ b: Tensor, scaledBy scale: Tensor, _ factor: Double) -> Tensor {
  let operation: StaticString = "meanSquaredErrorGradient"
  guard a.isContiguous, b.isContiguous, !scale.isMapped else {
    if HiddenAxis(a, b, scale) != nil {
      // A kernel's parameter is one number, and here the scale has one for each example.
      let difference = zip(a, b, operation) { $0.pointee.binary.subtract }
      let factors = zip(reusing: scale, factor, operation) { $0.pointee.binary.multiply }
      return zip(difference, factors, operation) { $0.pointee.binary.multiply }
    }
    guard let x = a.elements.contiguous(for: operation), let y = b.elements.contiguous(for: operation) else {
      return .standIn
    }
    return zipDifference(Tensor(x), Tensor(y), scaledBy: scale, factor)
  }
  guard let kernel = a.dtype.kernels.pointee.binary.scaled_difference else { return unsupported(operation, a.dtype) }
  guard let z = Elements.allocate(like: a.elements, for: operation) else { return .standIn }
  let (x, y, scale, to) = (a.elements.pointer, b.elements.pointer, scale.elements.pointer, z.pointer)
  launch({ [count = z.count, dtype = a.dtype] in
    let p = factor * (dtype == .float32 ? Double(scale.load(as: Float.self)) : scale.load(as: Double.self))
    Elementwise.binary(kernel, x, aStep: 1, y, bStep: 1, to, count: count, elementSize: dtype.byteCount, p: p)
  })
  return Tensor(z)
}

/// Whether all labels lie in `0 ..< classes`; reports the first that does not.
func labelsAreValid(_ labels: Tensor, _ classes: Int, _ operation: StaticString) -> Bool {
  let all = labels.allExamples
  guard let source = (all.dtype == .int64 ? all : convert(all, to: .int64)).elements.contiguous(for: operation)
  else { return false }
  let label = UnsafePointer(source.pointer.assumingMemoryBound(to: Int64.self))
  return launch(
    keeping: source,
    succeeding: { [count = source.count] in
      let wrong = find_outside(label, Int64(classes), count)
      return wrong == count
        || failed(
          .indexOutOfRange, operation,
          "the label \(label[wrong]) is none of \(classes) classes; labels are 0 ..< \(classes)")
    })
}
