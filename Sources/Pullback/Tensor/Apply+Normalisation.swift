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
  if let axis = HiddenAxis(x, weight, bias) {
    if weight.map(axis.isHidden) != true, bias.map(axis.isHidden) != true {
      let (y, mean, inverse) = layerNormRows(axis.folded(x), weight, bias, epsilon)
      return (axis.unfolded(y), axis.unfolded(mean), axis.unfolded(inverse))
    }
    let results = axis.forEach([x] + [weight, bias].compactMap { $0 }) { operands in
      let bias = bias == nil ? nil : operands.last
      let (y, mean, inverse) = layerNormRows(operands[0], weight == nil ? nil : operands[1], bias, epsilon)
      return [y, mean, inverse]
    }
    return (results[0], results[1], results[2])
  }
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
  if let axis = HiddenAxis([dy, x, weight, mean, inverse]) {
    guard let weight else {
      let dx = layerNormGradientRows(
        axis.folded(dy), axis.folded(x), nil, axis.folded(mean), axis.folded(inverse)
      ).dx
      return (axis.unfolded(dx), nil, nil)
    }
    let results = axis.forEach([dy, x, weight, mean, inverse]) { operands in
      let (dx, dWeight, dBias) = layerNormGradientRows(operands[0], operands[1], operands[2], operands[3], operands[4])
      return [dx, dWeight ?? .standIn, dBias ?? .standIn]
    }
    return (results[0], results[1], results[2])
  }
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
  if let axis = HiddenAxis(x, weight) {
    guard let weight, axis.isHidden(in: weight) else {
      let (y, inverse) = rmsNormRows(axis.folded(x), weight, epsilon)
      return (axis.unfolded(y), axis.unfolded(inverse))
    }
    let results = axis.forEach([x, weight]) { operands in
      let (y, inverse) = rmsNormRows(operands[0], operands[1], epsilon)
      return [y, inverse]
    }
    return (results[0], results[1])
  }
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
  if let axis = HiddenAxis([dy, x, weight, inverse]) {
    guard let weight else {
      return (axis.unfolded(rmsNormGradientRows(axis.folded(dy), axis.folded(x), nil, axis.folded(inverse)).dx), nil)
    }
    let results = axis.forEach([dy, x, weight, inverse]) { operands in
      let (dx, dWeight) = rmsNormGradientRows(operands[0], operands[1], operands[2], operands[3])
      return [dx, dWeight ?? .standIn]
    }
    return (results[0], results[1])
  }
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

extension HiddenAxis {
  /// Images [outer, channels, inner] of all examples, whose channels are those of one example after another.
  fileprivate func channels(_ x: Tensor) -> Tensor {
    spread(x).permuted(axes: [1, 0, 2, 3]).reshaped(to: [x.shape[0], extent * x.shape[1], x.shape[2]])
  }

  /// The inverse, with the axis hidden.
  fileprivate func hideChannels(_ y: Tensor) -> Tensor {
    if y.rank != 3 { return .standIn }
    return hide(y.reshaped(to: [y.shape[0], extent, y.shape[1] / extent, y.shape[2]]).permuted(axes: [1, 0, 2, 3]))
  }
}

/// The mean and the biased variance of each channel of `x` [outer, channels, inner].
func channelMoments(_ x: Tensor) -> (mean: Tensor, variance: Tensor) {
  if let axis = HiddenAxis(x) {
    let (mean, variance) = channelMoments(axis.channels(x))
    return (axis.unfolded(mean), axis.unfolded(variance))
  }
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
  if let axis = HiddenAxis([x, centre, scale, shift]) {
    return axis.hideChannels(
      channelAffine(axis.channels(x), axis.folded(centre), axis.folded(scale), axis.folded(shift)))
  }
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
  if let axis = HiddenAxis(dy, x, mean) {
    let (sum, product) = channelGradientSums(axis.channels(dy), axis.channels(x), axis.folded(mean))
    return (axis.unfolded(sum), axis.unfolded(product))
  }
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
  if let axis = HiddenAxis([dy, x, mean, a, b, c]) {
    let vectors = [mean, a, b, c].map(axis.folded)
    return axis.hideChannels(
      channelGradient(axis.channels(dy), axis.channels(x), vectors[0], vectors[1], vectors[2], vectors[3]))
  }
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
