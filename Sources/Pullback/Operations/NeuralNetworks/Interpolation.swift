// Images in other sizes.

/// How ``upsampled(_:to:mode:alignCorners:)`` finds values between the elements.
public enum InterpolationMode: Sendable, Hashable {
  /// The element whose place the new one falls into.
  case nearest
  /// Straight lines between neighbours, axis by axis.
  case linear
  /// Cubic curves through four neighbours, axis by axis (with -0.75 as the parameter).
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
/// - Precondition: `x` has these axes and none of them is empty; else traps, or throws inside ``checked(_:)``.
public func upsampled(
  _ x: Tensor, to size: [Int], mode: InterpolationMode = .nearest, alignCorners: Bool = false
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
  for (axis, extent) in size.enumerated() {
    let line = LineInterpolation(from: x.shape[first + axis], to: extent, mode, alignCorners: alignCorners)
    y = line.apply(to: y, axis: first + axis)
  }
  return y
}

/// What each place of an interpolated axis is made of.
private struct LineInterpolation {
  /// For each neighbour, the place it is read from and its weight, for all places of the result.
  private var neighbours: [(places: [Int], weights: [Double])] = []
  private let isUnchanged: Bool

  init(from input: Int, to output: Int, _ mode: InterpolationMode, alignCorners: Bool) {
    isUnchanged = input == output
    func source(_ place: Int) -> Double {
      if alignCorners { return output == 1 ? 0 : Double(place) * Double(input - 1) / Double(output - 1) }
      return (Double(place) + 0.5) * Double(input) / Double(output) - 0.5
    }
    func limited(_ place: Int) -> Int { Swift.min(Swift.max(place, 0), input - 1) }
    switch mode {
    case .nearest, .area:
      neighbours = [((0..<output).map { limited($0 * input / output) }, [Double](repeating: 1, count: output))]
    case .linear:
      let sources = (0..<output).map { Swift.max(0, source($0)) }
      let lower = sources.map { limited(Int($0)) }
      let share = Swift.zip(sources, lower).map { Swift.min(1, $0 - Double($1)) }
      neighbours = [(lower, share.map { 1 - $0 }), (lower.map { limited($0 + 1) }, share)]
    case .bicubic:
      let sources = (0..<output).map(source)
      let lower = sources.map { Int($0.rounded(.down)) }
      for neighbour in -1...2 {
        let weights = Swift.zip(sources, lower).map { cubicWeight($0 - Double($1 + neighbour)) }
        neighbours.append((lower.map { limited($0 + neighbour) }, weights))
      }
    }
  }

  func apply(to x: Tensor, axis: Int) -> Tensor {
    if isUnchanged { return x }
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

/// The weight of an element at a distance, of cubic convolution with the parameter -0.75.
func cubicWeight(_ distance: Double) -> Double {
  let a = -0.75, d = Swift.abs(distance)
  if d <= 1 { return ((a + 2) * d - (a + 3)) * d * d + 1 }
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0
}
