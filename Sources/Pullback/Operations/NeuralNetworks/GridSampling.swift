// Images read at places that a network chooses.

/// What ``gridSample(_:at:nearest:padding:alignCorners:)`` reads outside an image.
public enum GridPadding: Sendable, Hashable {
  /// Zeros.
  case zeros
  /// The nearest element at the border.
  case border
  /// The image mirrored at its border.
  case reflection
}

/// Images read at given places, by straight lines between the four neighbours or from the nearest element.
///
/// Places run from -1 to 1 over each axis: from border to border, or, with aligned corners, from the centre of the first
/// element to that of the last.
///
/// VJP: each `dy` goes to the neighbours with their weights, and to the place by the slope there; between elements of the
/// mode `nearest` the slope is 0.
///
/// ```swift
/// let x = Tensor([[[[1, 2], [3, 4]]]])
/// print(gridSample(x, at: Tensor([[[[0, 0]]]]), alignCorners: true).item())  // 2.5
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, height, width]`.
///   - grid: `[batch, outHeight, outWidth, 2]`: for each result x (along the width) and y.
///   - nearest: whether the nearest element is read.
///   - padding: what lies outside.
///   - alignCorners: what -1 and 1 mean.
/// - Returns: `[batch, channels, outHeight, outWidth]`.
public func gridSample(
  _ x: Tensor, at grid: Tensor, nearest: Bool = false, padding: GridPadding = .zeros, alignCorners: Bool = false
) -> Tensor {
  guard x.rank == 4, grid.rank == 4, grid.shape[0] == x.shape[0], grid.shape[3] == 2, x.shape[2] > 0, x.shape[3] > 0
  else {
    return fail(
      .shapeMismatch, "gridSample",
      "x of shape \(x.shape) and grid of shape \(grid.shape); expected [batch, channels, height, width] and [batch, outHeight, outWidth, 2]"
    )
  }
  guard x.dtype == grid.dtype else { return mixed("gridSample", x, grid) }
  let (batch, channels, height, width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
  let points = grid.shape[1] * grid.shape[2]
  let places = grid.reshaped(to: [batch, points, 2]).unstacked(axis: -1)
  let column = gridPlaces(places[0], width, padding, alignCorners)
  let row = gridPlaces(places[1], height, padding, alignCorners)
  let image = x.reshaped(to: [batch, channels, height * width])

  /// The elements at whole places, 0 outside.
  func read(_ r: Tensor, _ c: Tensor) -> Tensor {
    let inside =
      (r .>= 0).cast(to: x.dtype) * (r .<= Double(height - 1)).cast(to: x.dtype)
      * (c .>= 0).cast(to: x.dtype) * (c .<= Double(width - 1)).cast(to: x.dtype)
    let place = r.clamped(to: 0...Double(height - 1)) * Double(width) + c.clamped(to: 0...Double(width - 1))
    let index = place.cast(to: .int64).expanded(at: 1).broadcast(to: [batch, channels, points])
    return select(where: inside.expanded(at: 1) .> 0, then: image.gathered(along: 2, at: index), else: 0)
  }
  let y: Tensor
  if nearest {
    y = read(rounded(row.detached()), rounded(column.detached()))
  } else {
    let (top, left) = (floor(row.detached()), floor(column.detached()))
    let (down, right) = ((row - top).expanded(at: 1), (column - left).expanded(at: 1))
    let upper = read(top, left) * (1 - right) + read(top, left + 1) * right
    let lower = read(top + 1, left) * (1 - right) + read(top + 1, left + 1) * right
    y = upper * (1 - down) + lower * down
  }
  return y.reshaped(to: [batch, channels, grid.shape[1], grid.shape[2]])
}

/// Places in -1 ... 1 as places along an axis, moved inside as the padding says.
private func gridPlaces(_ place: Tensor, _ extent: Int, _ padding: GridPadding, _ alignCorners: Bool) -> Tensor {
  let last = Double(extent - 1)
  let x = alignCorners ? (place + 1) * (last / 2) : ((place + 1) * Double(extent) - 1) * 0.5
  switch padding {
  case .zeros: return x
  case .border: return x.clamped(to: 0...last)
  case .reflection:
    let low = alignCorners ? 0 : -0.5, span = alignCorners ? last : Double(extent)
    if span == 0 { return x * 0 }
    // A triangle wave of period 2 · span.
    let distance = abs(x - low)
    let turns = floor(distance.detached() / span)
    let rest = distance - turns * span
    let isEven = (turns - floor(turns / 2) * 2) .== 0
    return (select(where: isEven, then: rest, else: span - rest) + low).clamped(to: 0...last)
  }
}

/// The places of an image's elements after affine maps: a grid for ``gridSample(_:at:nearest:padding:alignCorners:)``.
///
/// VJP: `dtheta` is the sum of the places' cotangents times the places.
///
/// ```swift
/// let identity = Tensor([[[1, 0, 0], [0, 1, 0]]])
/// print(affineGrid(identity, height: 1, width: 2, alignCorners: true).flattened())
/// // [-1.0, 0.0, 1.0, 0.0] : [4] float32
/// ```
///
/// - Parameters:
///   - theta: `[batch, 2, 3]`: what x and y of each result are made of, from x, y and 1.
///   - height: of the result.
///   - width: of the result.
///   - alignCorners: what -1 and 1 mean.
/// - Returns: `[batch, height, width, 2]`.
public func affineGrid(_ theta: Tensor, height: Int, width: Int, alignCorners: Bool = false) -> Tensor {
  guard theta.rank == 3, theta.shape[1] == 2, theta.shape[2] == 3, height > 0, width > 0 else {
    return fail(
      .shapeMismatch, "affineGrid", "theta of shape \(theta.shape); expected [batch, 2, 3] and a size above 0")
  }
  func line(_ count: Int) -> Tensor {
    if alignCorners, count == 1 { return Tensor.zeros([1], dtype: theta.dtype) }
    let end = alignCorners ? 1 : 1 - 1 / Double(count)
    return Tensor.linspace(from: -end, through: end, count: count, dtype: theta.dtype)
  }
  let x = line(width).broadcast(to: [height, width]), y = line(height).expanded(at: 1).broadcast(to: [height, width])
  let places = stacked([x, y, Tensor.ones([height, width], dtype: theta.dtype)], axis: -1)
  return places.reshaped(to: [height * width, 3]).matmul(theta.transposed())
    .reshaped(to: [theta.shape[0], height, width, 2])
}
