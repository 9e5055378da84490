// Images in other sizes.

/// How ``upsampled(_:to:mode:alignCorners:antialiased:)`` finds values between the elements.
public enum InterpolationMode: Sendable, Hashable {
  /// The element whose place the beginning of the new one falls into.
  case nearest
  /// The element whose place the middle of the new one falls into.
  case nearestExact
  /// Straight lines between neighbours, axis by axis.
  case linear
  /// Cubic curves through four neighbours, axis by axis (with -0.75 as the parameter, or -0.5 if antialiased).
  case bicubic
  /// The mean of the elements that the new one covers.
  case area
}

/// A tensor in another size along its last axes, by interpolation.
///
/// Without aligned corners, place `o` of the result lies at `(o + ½) · in / out - ½` of the operand; with them, the first and
/// last elements stay where they are. VJP: each `dy` is spread over the elements it was made of, with their weights.
///
/// ```swift
/// let x = Tensor([[[0, 2]]])
/// print(upsampled(x, to: [4], mode: .linear).flattened())  // [0.0, 0.5, 1.5, 2.0] : [4] float32
/// print(upsampled(x, to: [3], mode: .linear, alignCorners: true).flattened())  // [0.0, 1.0, 2.0] : [3] float32
/// ```
///
/// - Parameters:
///   - x: `[…, input…]`.
///   - size: the extents that the last axes are to have; at most three for the mode `area`.
///   - mode: where the values come from.
///   - alignCorners: for the modes `linear` and `bicubic`.
///   - antialiased: whether, where the result is smaller, the modes `linear` and `bicubic` take in as many more neighbours, so
///     that no detail is skipped.
/// - Precondition: `x` has these axes and none of them is empty; else traps, or throws inside ``checked(_:)``.
public func upsampled(
  _ x: Tensor, to size: [Int], mode: InterpolationMode = .nearest, alignCorners: Bool = false,
  antialiased: Bool = false
) -> Tensor {
  let first = x.rank - size.count
  guard first >= 0, !size.isEmpty, size.allSatisfy({ $0 > 0 }), x.dtype.isFloatingPoint,
    !x.shape.array.suffix(size.count).contains(0)
  else {
    return fail(
      .shapeMismatch, "upsample",
      "x of \(x.dtype) and shape \(x.shape) to \(size); expected sizes above 0 for its last axes")
  }
  if mode == .area {
    guard (1...3).contains(size.count),
      let windows = Windows(adaptive: x, axes: size.count, PerAxis(size), "upsample")
    else { return fail(.invalidArgument, "upsample", "the mode area for \(size.count) axes; expected one to three") }
    return means(x, windows, "upsample")
  }
  var y = x
  for (axis, extent) in size.enumerated() where extent != x.shape[first + axis] {
    let sources = LineSources(input: x.shape[first + axis], output: extent, alignCorners: alignCorners)
    let line = antialiased ? sources.filtered(mode) : sources.interpolated(mode)
    y = line.apply(to: y, axis: first + axis)
  }
  return y
}

/// Where the places of a new axis lie in the old one.
private struct LineSources {
  let input: Int
  let output: Int
  let alignCorners: Bool

  func interpolated(_ mode: InterpolationMode) -> LineInterpolation {
    let places = 0..<output
    switch mode {
    case .nearest, .area:
      return LineInterpolation(nearest: places.map { limited($0 * input / output) })
    case .nearestExact:
      return LineInterpolation(nearest: places.map { limited((2 * $0 + 1) * input / (2 * output)) })
    case .linear:
      let sources = places.map { Swift.max(0, source($0)) }
      let lower = sources.map { limited(Int($0)) }
      let share = Swift.zip(sources, lower).map { Swift.min(1, $0 - Double($1)) }
      return LineInterpolation(
        neighbours: [(lower, share.map { 1 - $0 }), (lower.map { limited($0 + 1) }, share)])
    case .bicubic:
      let sources = places.map(source)
      let lower = sources.map { Int($0.rounded(.down)) }
      return LineInterpolation(
        neighbours: (-1...2).map { neighbour in
          let weights = Swift.zip(sources, lower).map { cubicWeight($0 - Double($1 + neighbour)) }
          return (lower.map { limited($0 + neighbour) }, weights)
        })
    }
  }

  /// With a filter that is stretched as much as the axis shrinks. Weights that fall outside go to the others.
  func filtered(_ mode: InterpolationMode) -> LineInterpolation {
    guard mode == .linear || mode == .bicubic else { return interpolated(mode) }
    let stretch = Swift.max(1, scale), reach = (mode == .linear ? 1.0 : 2.0) * stretch
    let rows = (0..<output).map { place -> [(place: Int, weight: Double)] in
      let centre = (Double(place) + 0.5) * scale
      let range = Swift.max(0, Int(centre - reach + 0.5))..<Swift.min(input, Int(centre + reach + 0.5))
      let weights = range.map { element in
        let distance = (Double(element) - centre + 0.5) / stretch
        return mode == .linear ? Swift.max(0, 1 - Swift.abs(distance)) : cubicWeight(distance, -0.5)
      }
      let sum = weights.reduce(0, +)
      return Swift.zip(range, weights).map { ($0, $1 / sum) }
    }
    let count = rows.map(\.count).max() ?? 0
    return LineInterpolation(
      neighbours: (0..<count).map { neighbour in
        let column = rows.map { neighbour < $0.count ? $0[neighbour] : (place: $0[0].place, weight: 0) }
        return (column.map(\.place), column.map(\.weight))
      })
  }

  private var scale: Double {
    if alignCorners { return output == 1 ? 0 : Double(input - 1) / Double(output - 1) }
    return Double(input) / Double(output)
  }

  private func source(_ place: Int) -> Double {
    alignCorners ? Double(place) * scale : (Double(place) + 0.5) * scale - 0.5
  }

  private func limited(_ place: Int) -> Int { Swift.min(Swift.max(place, 0), input - 1) }
}

/// What each place of an interpolated axis is made of.
private struct LineInterpolation {
  /// For each neighbour, the place it is read from and its weight, for all places of the result.
  let neighbours: [(places: [Int], weights: [Double])]

  init(neighbours: [(places: [Int], weights: [Double])]) { self.neighbours = neighbours }

  init(nearest places: [Int]) { neighbours = [(places, places.map { _ in 1 })] }

  func apply(to x: Tensor, axis: Int) -> Tensor {
    var sum: Tensor?
    for (places, weights) in neighbours {
      var term = x.gathering(Tensor(places, shape: [places.count]), axis: axis)
      if neighbours.count > 1 {
        let column = Shape([weights.count] + [Int](repeating: 1, count: x.rank - 1 - axis))
        term = term * Tensor(weights, shape: column).cast(to: x.dtype)
      }
      sum = sum.map { $0 + term } ?? term
    }
    return sum ?? x
  }
}

/// The weight of an element at a distance, of cubic convolution with a parameter.
func cubicWeight(_ distance: Double, _ a: Double = -0.75) -> Double {
  let d = Swift.abs(distance)
  if d <= 1 { return ((a + 2) * d - (a + 3)) * d * d + 1 }
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0
}
