import CKernels
import Kernels

// Kernels that normalise the rows of a contiguous matrix, or the channels of images.

/// A piece of the rows whose contribution to a parameter's gradient is summed on its own, so that the sum does not depend
/// on the number of threads.
private func rowPieces(_ rows: Int) -> (count: Int, size: Int) {
  let size = max(32, (rows + 63) / 64)
  return ((rows + size - 1) / size, size)
}

/// Layer normalisation of the rows of `x` [rows, columns], with the mean and the inverse deviation of each.
func layerNormRows(
  _ x: Tensor, _ weight: Tensor?, _ bias: Tensor?, _ epsilon: Double
) -> (y: Tensor, mean: Tensor, inverse: Tensor) {
  let operation: StaticString = "layerNorm"
  let (rows, columns, size) = (x.shape[0], x.shape[1], x.dtype.byteCount)
  guard let kernel = x.dtype.kernels.pointee.rows.layer_norm, let source = x.elements.contiguous(for: operation),
    let y = Elements.allocate(x.shape, x.dtype, for: operation),
    let mean = Elements.allocate([rows], x.dtype, for: operation),
    let inverse = Elements.allocate([rows], x.dtype, for: operation)
  else { return (.standIn, .standIn, .standIn) }
  let weight = weight?.elements.contiguous(for: operation), bias = bias?.elements.contiguous(for: operation)
  Parallel.run(count: rows, grain: rowGrain(columns)) { part in
    let (offset, first) = (part.lowerBound * columns * size, part.lowerBound * size)
    kernel(
      source.pointer + offset, weight?.pointer, bias?.pointer, y.pointer + offset, mean.pointer + first,
      inverse.pointer + first, part.count, columns, epsilon)
  }
  return (Tensor(y), Tensor(mean), Tensor(inverse))
}

/// The gradients of `layerNormRows` with respect to x and, if there is a weight, to weight and bias. That of x is written
/// over `dy` where nobody else sees it.
func layerNormGradientRows(
  _ dy: consuming Tensor, _ x: Tensor, _ weight: Tensor?, _ mean: Tensor, _ inverse: Tensor
) -> (dx: Tensor, dWeight: Tensor?, dBias: Tensor?) {
  let operation: StaticString = "layerNormGradient"
  let (rows, columns, size) = (x.shape[0], x.shape[1], x.dtype.byteCount)
  let pieces = rowPieces(rows)
  let reused = dy.isContiguous && Elements.isUnique(&dy.elements) ? dy.elements : nil
  guard let kernel = x.dtype.kernels.pointee.rows.layer_norm_gradient,
    let source = x.elements.contiguous(for: operation),
    let cotangent = dy.elements.contiguous(for: operation),
    let mean = mean.elements.contiguous(for: operation), let inverse = inverse.elements.contiguous(for: operation),
    let dx = reused ?? Elements.allocate(x.shape, x.dtype, for: operation),
    let sums = Elements.filled([pieces.count, weight == nil ? 0 : 2, columns], x.dtype, with: 0, for: operation)
  else { return (.standIn, nil, nil) }
  let weight = weight?.elements.contiguous(for: operation)
  Parallel.run(chunks: pieces.count) { piece in
    let first = piece * pieces.size
    let offset = first * columns * size
    let sum = weight.map { _ in sums.pointer + piece * 2 * columns * size }
    kernel(
      cotangent.pointer + offset, source.pointer + offset, weight?.pointer, mean.pointer + first * size,
      inverse.pointer + first * size, dx.pointer + offset, sum, sum.map { $0 + columns * size },
      min(pieces.size, rows - first), columns)
  }
  guard weight != nil else { return (Tensor(dx), nil, nil) }
  let total = Tensor(sums).sum(axis: 0)
  return (Tensor(dx), total[0], total[1])
}

/// Root-mean-square normalisation of rows, with what each row was multiplied by.
func rmsNormRows(_ x: Tensor, _ weight: Tensor?, _ epsilon: Double) -> (y: Tensor, inverse: Tensor) {
  let operation: StaticString = "rmsNorm"
  let (rows, columns, size) = (x.shape[0], x.shape[1], x.dtype.byteCount)
  guard let source = x.elements.contiguous(for: operation), let y = Elements.allocate(x.shape, x.dtype, for: operation),
    let inverse = Elements.allocate([rows], x.dtype, for: operation)
  else { return (.standIn, .standIn) }
  let weight = weight?.elements.contiguous(for: operation)
  Parallel.run(count: rows, grain: rowGrain(columns)) { part in
    let offset = part.lowerBound * columns * size
    root_mean_square_norm(
      InstructionSets.currentName, Int32(x.dtype.rawValue), source.pointer + offset, weight?.pointer,
      y.pointer + offset,
      inverse.pointer + part.lowerBound * size, part.count, columns, epsilon)
  }
  return (Tensor(y), Tensor(inverse))
}

/// The gradients of `rmsNormRows` with respect to x and, if there is one, the weight.
func rmsNormGradientRows(
  _ dy: Tensor, _ x: Tensor, _ weight: Tensor?, _ inverse: Tensor
) -> (dx: Tensor, dWeight: Tensor?) {
  let operation: StaticString = "rmsNormGradient"
  let (rows, columns, size) = (x.shape[0], x.shape[1], x.dtype.byteCount)
  let pieces = rowPieces(rows)
  guard let source = x.elements.contiguous(for: operation), let cotangent = dy.elements.contiguous(for: operation),
    let inverse = inverse.elements.contiguous(for: operation),
    let dx = Elements.allocate(x.shape, x.dtype, for: operation),
    let sums = Elements.filled([pieces.count, weight == nil ? 0 : columns], x.dtype, with: 0, for: operation)
  else { return (.standIn, nil) }
  let weight = weight?.elements.contiguous(for: operation)
  Parallel.run(chunks: pieces.count) { piece in
    let first = piece * pieces.size
    let offset = first * columns * size
    root_mean_square_norm_gradient(
      InstructionSets.currentName, Int32(x.dtype.rawValue), cotangent.pointer + offset, source.pointer + offset,
      weight?.pointer, inverse.pointer + first * size, dx.pointer + offset,
      weight.map { _ in sums.pointer + piece * columns * size }, min(pieces.size, rows - first), columns)
  }
  return (Tensor(dx), weight == nil ? nil : Tensor(sums).sum(axis: 0))
}

/// The mean and the biased variance of each channel of `x` [outer, channels, inner].
func channelMoments(_ x: Tensor) -> (mean: Tensor, variance: Tensor) {
  let operation: StaticString = "batchNorm"
  guard let source = x.elements.contiguous(for: operation),
    let mean = Elements.allocate([x.shape[1]], x.dtype, for: operation),
    let variance = Elements.allocate([x.shape[1]], x.dtype, for: operation)
  else { return (.standIn, .standIn) }
  channel_moments(
    InstructionSets.currentName, Int32(x.dtype.rawValue), source.pointer, mean.pointer, variance.pointer, x.shape[0],
    x.shape[1], x.shape[2])
  return (Tensor(mean), Tensor(variance))
}

/// `(x - centre) · scale + shift` with one of each for each channel of `x` [outer, channels, inner].
func channelAffine(_ x: Tensor, _ centre: Tensor, _ scale: Tensor, _ shift: Tensor) -> Tensor {
  let operation: StaticString = "batchNorm"
  guard let source = x.elements.contiguous(for: operation), let centre = centre.elements.contiguous(for: operation),
    let scale = scale.elements.contiguous(for: operation), let shift = shift.elements.contiguous(for: operation),
    let y = Elements.allocate(x.shape, x.dtype, for: operation)
  else { return .standIn }
  channel_affine(
    InstructionSets.currentName, Int32(x.dtype.rawValue), source.pointer, centre.pointer, scale.pointer, shift.pointer,
    y.pointer, x.shape[0], x.shape[1], x.shape[2])
  return Tensor(y)
}

/// Of each channel, `Σ dy` and `Σ dy · (x - mean)`.
func channelGradientSums(_ dy: Tensor, _ x: Tensor, _ mean: Tensor) -> (sum: Tensor, product: Tensor) {
  let operation: StaticString = "batchNormGradient"
  guard let cotangent = dy.elements.contiguous(for: operation), let source = x.elements.contiguous(for: operation),
    let mean = mean.elements.contiguous(for: operation),
    let sum = Elements.allocate([x.shape[1]], x.dtype, for: operation),
    let product = Elements.allocate([x.shape[1]], x.dtype, for: operation)
  else { return (.standIn, .standIn) }
  channel_gradient_sums(
    InstructionSets.currentName, Int32(x.dtype.rawValue), cotangent.pointer, source.pointer, mean.pointer, sum.pointer,
    product.pointer, x.shape[0], x.shape[1], x.shape[2])
  return (Tensor(sum), Tensor(product))
}

/// `a · dy + b · (x - mean) + c` with one of each for each channel.
func channelGradient(_ dy: Tensor, _ x: Tensor, _ mean: Tensor, _ a: Tensor, _ b: Tensor, _ c: Tensor) -> Tensor {
  let operation: StaticString = "batchNormGradient"
  guard let cotangent = dy.elements.contiguous(for: operation), let source = x.elements.contiguous(for: operation),
    let mean = mean.elements.contiguous(for: operation), let a = a.elements.contiguous(for: operation),
    let b = b.elements.contiguous(for: operation), let c = c.elements.contiguous(for: operation),
    let dx = Elements.allocate(x.shape, x.dtype, for: operation)
  else { return .standIn }
  channel_gradient(
    InstructionSets.currentName, Int32(x.dtype.rawValue), cotangent.pointer, source.pointer, mean.pointer, a.pointer,
    b.pointer, c.pointer, dx.pointer, x.shape[0], x.shape[1], x.shape[2])
  return Tensor(dx)
}
