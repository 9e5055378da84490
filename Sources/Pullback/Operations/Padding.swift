// Padding.

/// What ``Tensor/padded(_:mode:)`` puts around a tensor.
public enum PaddingMode: Sendable, Hashable {
  /// The tensor mirrored at its outermost elements, which are not repeated: `c b | a b c | b a`.
  case reflect
  /// The outermost elements: `a a | a b c | c c`.
  case replicate
  /// The tensor again and again: `b c | a b c | a b`.
  case circular
}

extension Tensor {
  /// The tensor with a constant around it.
  ///
  /// VJP: `dx` is the part of `dy` where the tensor lies.
  ///
  /// ```swift
  /// print(Tensor([1, 2]).padded([(before: 1, after: 2)]))  // [0.0, 1.0, 2.0, 0.0, 0.0] : [5] float32
  /// ```
  ///
  /// - Parameters:
  ///   - widths: how many places are added before and after, for each axis.
  ///   - value: what stands there.
  /// - Precondition: there is a pair for each axis, and none is negative; else traps, or throws inside ``checked(_:)``.
  public func padded(_ widths: [(before: Int, after: Int)], with value: Double = 0) -> Tensor {
    guard widths.count == rank, widths.allSatisfy({ $0.before >= 0 && $0.after >= 0 }) else {
      return fail(
        .invalidArgument, "pad",
        "the widths \(widths) for shape \(shape); expected a pair of no negative numbers for each axis")
    }
    var padded = Shape()
    for (axis, width) in widths.enumerated() {
      let (sum, overflow) = shape.extents[axis].addingReportingOverflow(width.before)
      let (extent, overflowToo) = sum.addingReportingOverflow(width.after)
      if overflow || overflowToo {
        return fail(.sizeOverflow, "pad", "the widths \(widths) overflow for shape \(shape)")
      }
      padded.append(extent)
    }
    guard
      let part = Part(
        widths.enumerated().map { .range(start: $1.before, end: $1.before + shape[$0], step: 1) }, of: padded,
        for: "pad")
    else { return .standIn }
    return place(self, in: part, of: padded, filling: value, "pad").recorded(
      as: "pad", wrt: self, { dy in dy.sliced(part) })
  }

  /// The tensor with its own elements around it.
  ///
  /// VJP: `dx` is `dy` added up where the elements came from.
  ///
  /// ```swift
  /// let x = Tensor([1, 2, 3])
  /// print(x.padded([(before: 2, after: 1)], mode: .reflect))  // [3.0, 2.0, 1.0, 2.0, 3.0, 2.0] : [6] float32
  /// print(x.padded([(before: 1, after: 1)], mode: .circular))  // [3.0, 1.0, 2.0, 3.0, 1.0] : [5] float32
  /// ```
  ///
  /// - Parameters:
  ///   - widths: how many places are added before and after, for each axis.
  ///   - mode: what stands there.
  /// - Precondition: there is a pair for each axis, none is negative, and no axis that is padded is empty; else traps, or
  ///   throws inside ``checked(_:)``.
  public func padded(_ widths: [(before: Int, after: Int)], mode: PaddingMode) -> Tensor {
    guard widths.count == rank, widths.allSatisfy({ $0.before >= 0 && $0.after >= 0 }) else {
      return fail(
        .invalidArgument, "pad",
        "the widths \(widths) for shape \(shape); expected a pair of no negative numbers for each axis")
    }
    var y = self
    for (axis, width) in widths.enumerated() where width.before + width.after > 0 {
      let extent = shape[axis]
      guard extent > 0 else {
        return fail(.invalidArgument, "pad", "axis \(axis) of shape \(shape) is empty; there is nothing to repeat")
      }
      let places = (-width.before..<extent + width.after).map { mode.source(of: $0, extent) }
      y = y.gathering(Tensor(places, shape: [places.count]), axis: axis)
    }
    return y
  }
}

extension PaddingMode {
  /// The place of an axis that a place within or around it repeats.
  fileprivate func source(of place: Int, _ extent: Int) -> Int {
    func wrapped(_ period: Int) -> Int { ((place % period) + period) % period }
    switch self {
    case .replicate: return Swift.min(Swift.max(place, 0), extent - 1)
    case .circular: return wrapped(extent)
    case .reflect:
      if extent == 1 { return 0 }
      let inPeriod = wrapped(2 * (extent - 1))
      return inPeriod < extent ? inPeriod : 2 * (extent - 1) - inPeriod
    }
  }
}
