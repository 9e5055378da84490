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
  let (from, scale, addend, to) = (source.pointer, weight?.pointer, bias?.pointer, y.pointer)
  let (means, inverses) = (mean.pointer, inverse.pointer)
  launch(
    keeping: (source, weight, bias),
    {
      Parallel.run(count: rows, grain: rowGrain(columns)) { part in
        let (offset, first) = (part.lowerBound * columns * size, part.lowerBound * size)
        kernel(
          from + offset, scale, addend, to + offset, means + first, inverses + first, part.count, columns, epsilon)
      }
    })
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
  let (change, from, scale, to) = (cotangent.pointer, source.pointer, weight?.pointer, dx.pointer)
  let (means, inverses, addends) = (mean.pointer, inverse.pointer, sums.pointer)
  launch(
    keeping: (cotangent, source, weight, mean, inverse, sums),
    {
      Parallel.run(chunks: pieces.count) { piece in
        let first = piece * pieces.size
        let offset = first * columns * size
        let sum = scale.map { _ in addends + piece * 2 * columns * size }
        kernel(
          change + offset, from + offset, scale, means + first * size, inverses + first * size, to + offset, sum,
          sum.map { $0 + columns * size }, min(pieces.size, rows - first), columns)
      }
    })
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
  let (from, scale, to, inverses) = (source.pointer, weight?.pointer, y.pointer, inverse.pointer)
  launch(
    keeping: (source, weight),
    { [dtype = Int32(x.dtype.rawValue)] in
      Parallel.run(count: rows, grain: rowGrain(columns)) { part in
        let offset = part.lowerBound * columns * size
        root_mean_square_norm(
          dtype, from + offset, scale, to + offset, inverses + part.lowerBound * size,
          part.count, columns, epsilon)
      }
    })
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
  let (change, from, scale, to) = (cotangent.pointer, source.pointer, weight?.pointer, dx.pointer)
  let (inverses, addends) = (inverse.pointer, sums.pointer)
  launch(
    keeping: (cotangent, source, weight, inverse, sums),
    { [dtype = Int32(x.dtype.rawValue)] in
      Parallel.run(chunks: pieces.count) { piece in
        let first = piece * pieces.size
        let offset = first * columns * size
        root_mean_square_norm_gradient(
          dtype, change + offset, from + offset, scale, inverses + first * size,
          to + offset, scale.map { _ in addends + piece * columns * size }, min(pieces.size, rows - first), columns)
      }
    })
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

/// The type and the extents of images [outer, channels, inner], as kernels take them.
private struct ImageSizes {
  let dtype: Int32
  let outer, channels, inner: Int

  init(_ x: Tensor) {
    dtype = Int32(x.dtype.rawValue)
    (outer, channels, inner) = (x.shape[0], x.shape[1], x.shape[2])
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
  let (from, means, variances, sizes) = (source.pointer, mean.pointer, variance.pointer, ImageSizes(x))
  launch(
    keeping: source,
    {
      channel_moments(
        sizes.dtype, from, means, variances, sizes.outer, sizes.channels, sizes.inner)
    })
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
  let (from, centres, scales, shifts) = (source.pointer, centre.pointer, scale.pointer, shift.pointer)
  let (to, sizes) = (y.pointer, ImageSizes(x))
  launch(
    keeping: (source, centre, scale, shift),
    {
      channel_affine(
        sizes.dtype, from, centres, scales, shifts, to, sizes.outer, sizes.channels,
        sizes.inner)
    })
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
  let (change, from, means) = (cotangent.pointer, source.pointer, mean.pointer)
  let (sums, products, sizes) = (sum.pointer, product.pointer, ImageSizes(x))
  launch(
    keeping: (cotangent, source, mean),
    {
      channel_gradient_sums(
        sizes.dtype, change, from, means, sums, products, sizes.outer, sizes.channels,
        sizes.inner)
    })
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
  let (change, from, means, to) = (cotangent.pointer, source.pointer, mean.pointer, dx.pointer)
  let (aPointer, bPointer, cPointer, sizes) = (a.pointer, b.pointer, c.pointer, ImageSizes(x))
  launch(
    keeping: (cotangent, source, mean, a, b, c),
    {
      channel_gradient(
        sizes.dtype, change, from, means, aPointer, bPointer, cPointer, to, sizes.outer, sizes.channels,
        sizes.inner)
    })
  return Tensor(dx)
}
