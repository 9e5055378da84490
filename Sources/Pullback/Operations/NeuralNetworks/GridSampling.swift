// Images read at places that a network chooses.

/// What ``gridSample(_:at:mode:padding:alignCorners:)`` reads outside an image.
public enum GridPadding: Sendable, Hashable {
  /// Zeros.
  case zeros
  /// The nearest element at the border.
  case border
  /// The image mirrored at its border.
  case reflection
}

/// Images or volumes read at given places, by interpolation between the neighbours.
///
/// Places run from -1 to 1 over each axis: from border to border, or, with aligned corners, from the centre of the first
/// element to that of the last.
///
/// VJP: each `dy` goes to the neighbours with their weights, and to the place by the slope there; of the mode `nearest` the
/// slope is 0.
///
/// ```swift
/// let x = Tensor([[[[1, 2], [3, 4]]]])
/// print(gridSample(x, at: Tensor([[[[0, 0]]]]), alignCorners: true).item())  // 2.5
/// ```
///
/// - Parameters:
///   - x: `[batch, channels, height, width]`, or `[batch, channels, depth, height, width]`.
///   - grid: `[batch, out…, 2]` or `[batch, out…, 3]`: for each result the place along the width, the height, and the depth.
///   - mode: `nearest`, `linear` or, of images, `bicubic`.
///   - padding: what lies outside.
///   - alignCorners: what -1 and 1 mean.
/// - Returns: `[batch, channels, out…]`.
/// - Precondition: the shapes fit, and the mode is one of these; else traps, or throws inside ``checked(_:)``.
public func gridSample(
  _ x: Tensor, at grid: Tensor, mode: InterpolationMode = .linear, padding: GridPadding = .zeros,
  alignCorners: Bool = false
) -> Tensor {
  let axes = x.rank - 2
  guard axes == 2 || axes == 3, grid.rank == x.rank, grid.shape[0] == x.shape[0], grid.shape[-1] == axes,
    !x.shape.array.suffix(axes).contains(0)
  else {
    return fail(
      .shapeMismatch, "gridSample",
      "x of shape \(x.shape) and grid of shape \(grid.shape); expected [batch, channels, height, width] and [batch, outHeight, outWidth, 2], or both with a depth"
    )
  }
  guard x.dtype == grid.dtype else { return mixed("gridSample", x, grid) }
  guard mode == .nearest || mode == .linear || (mode == .bicubic && axes == 2) else {
    return fail(
      .invalidArgument, "gridSample", "the mode \(mode) for \(axes) axes; expected nearest, linear or, for two, bicubic"
    )
  }
  let out = Array(grid.shape.array.dropFirst().dropLast()), extents = Array(x.shape.array.suffix(axes))
  let points = out.reduce(1, *)
  let places = grid.reshaped(to: [grid.shape[0], points, axes]).unstacked(axis: -1)
  let lines = (0..<axes).map { axis in
    GridLine(places[axes - 1 - axis], extent: extents[axis], mode, padding, alignCorners: alignCorners)
  }
  let image = x.reshaped(to: [x.shape[0], x.shape[1], extents.reduce(1, *)])
  return read(image, lines[...], at: Tensor.zeros([grid.shape[0], points], dtype: .int64), where: nil)
    .reshaped(to: Shape([x.shape[0], x.shape[1]] + out))
}

/// The elements of an image, interpolated along axes, of which those before have chosen a line and whether it is inside.
private func read(_ image: Tensor, _ lines: ArraySlice<GridLine>, at place: Tensor, where inside: Tensor?) -> Tensor {
  guard let line = lines.first else {
    let index = place.expanded(at: 1).broadcast(to: [image.shape[0], image.shape[1], place.shape[1]])
    let elements = image.gathered(along: 2, at: index)
    return inside.map { select(where: $0.expanded(at: 1), then: elements, else: 0) } ?? elements
  }
  let terms = line.neighbours.map { neighbour in
    let isInside = inside.map { known in neighbour.isInside.map { known .& $0 } ?? known } ?? neighbour.isInside
    let value = read(image, lines.dropFirst(), at: place * Double(line.extent) + neighbour.place, where: isInside)
    return neighbour.weight.map { value * $0.expanded(at: 1) } ?? value
  }
  return terms.dropFirst().reduce(terms[0]) { $0 + $1 }
}

/// What the results are made of along one axis.
private struct GridLine {
  struct Neighbour {
    /// Within the axis, as int64.
    let place: Tensor
    /// Whether it was there before it was moved into the axis; nil if always.
    let isInside: Tensor?
    /// 1 if nil.
    let weight: Tensor?
  }

  let extent: Int
  let neighbours: [Neighbour]

  init(_ places: Tensor, extent: Int, _ mode: InterpolationMode, _ padding: GridPadding, alignCorners: Bool) {
    self.extent = extent
    let last = Double(extent - 1)
    func moved(_ x: Tensor) -> Tensor { movedInside(x, extent, padding, alignCorners) }
    func neighbour(_ place: Tensor, _ weight: Tensor?) -> Neighbour {
      let isInside = padding == .zeros ? (place .>= 0) .& (place .<= last) : nil
      return Neighbour(place: place.clamped(to: 0...last).cast(to: .int64), isInside: isInside, weight: weight)
    }
    let x = gridPlaces(places, extent, alignCorners)
    switch mode {
    case .bicubic:
      // Here it is the neighbours that are moved, each on its own.
      let lower = floor(x.detached()), share = x - lower
      neighbours = (-1...2).map { offset in
        neighbour(moved(lower + Double(offset)), cubicWeights(share - Double(offset)))
      }
    case .linear:
      let inside = moved(x)
      let lower = floor(inside.detached()), share = inside - lower
      neighbours = [neighbour(lower, 1 - share), neighbour(lower + 1, share)]
    default:
      neighbours = [neighbour(rounded(moved(x).detached()), nil)]
    }
  }
}

/// The weights of cubic convolution with the parameter -0.75, for distances up to 2.
private func cubicWeights(_ distance: Tensor) -> Tensor {
  let a = -0.75, d = abs(distance)
  let near = ((a + 2) * d - (a + 3)) * d * d + 1
  let far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
  return select(where: d.detached() .<= 1, then: near, else: far)
}

/// Places in -1 ... 1 as places along an axis.
private func gridPlaces(_ place: Tensor, _ extent: Int, _ alignCorners: Bool) -> Tensor {
  alignCorners ? (place + 1) * (Double(extent - 1) / 2) : ((place + 1) * Double(extent) - 1) * 0.5
}

/// Places along an axis, moved inside as the padding says.
private func movedInside(_ x: Tensor, _ extent: Int, _ padding: GridPadding, _ alignCorners: Bool) -> Tensor {
  let last = Double(extent - 1)
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

/// The places of an image's or a volume's elements after affine maps: a grid for
/// ``gridSample(_:at:mode:padding:alignCorners:)``.
///
/// VJP: `dtheta` is the sum of the places' cotangents times the places.
///
/// ```swift
/// let identity = Tensor([[[1, 0, 0], [0, 1, 0]]])
/// print(affineGrid(identity, to: [1, 2], alignCorners: true).flattened())  // [-1.0, 0.0, 1.0, 0.0] : [4] float32
/// ```
///
/// - Parameters:
///   - theta: `[batch, 2, 3]`: what x and y of each result are made of, from x, y and 1; `[batch, 3, 4]` for volumes.
///   - size: height and width of the result, or depth, height and width.
///   - alignCorners: what -1 and 1 mean.
/// - Returns: `[batch, height, width, 2]` or `[batch, depth, height, width, 3]`.
/// - Precondition: the shapes fit; else traps, or throws inside ``checked(_:)``.
public func affineGrid(_ theta: Tensor, to size: [Int], alignCorners: Bool = false) -> Tensor {
  let axes = size.count
  guard axes == 2 || axes == 3, theta.rank == 3, theta.shape[1] == axes, theta.shape[2] == axes + 1,
    size.allSatisfy({ $0 > 0 })
  else {
    return fail(
      .shapeMismatch, "affineGrid",
      "theta of shape \(theta.shape) to \(size); expected [batch, 2, 3] and two extents above 0, or [batch, 3, 4] and three"
    )
  }
  func line(_ count: Int) -> Tensor {
    if alignCorners, count == 1 { return Tensor.zeros([1], dtype: theta.dtype) }
    let end = alignCorners ? 1 : 1 - 1 / Double(count)
    return Tensor.linspace(from: -end, through: end, count: count, dtype: theta.dtype)
  }
  let coordinates = size.indices.reversed().map { axis in
    line(size[axis]).reshaped(to: Shape(size.indices.map { $0 == axis ? size[axis] : 1 })).broadcast(to: Shape(size))
  }
  let places = stacked(coordinates + [Tensor.ones(Shape(size), dtype: theta.dtype)], axis: -1)
  return places.reshaped(to: [size.reduce(1, *), axes + 1]).matmul(theta.transposed())
    .reshaped(to: Shape([theta.shape[0]] + size + [axes]))
}
