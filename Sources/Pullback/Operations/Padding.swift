// Padding.

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
        .invalidArgument, "pad", "the widths \(widths) for shape \(shape); expected a pair of no negative numbers for each axis")
    }
    var padded = Shape()
    for (axis, width) in widths.enumerated() {
      let (sum, overflow) = shape.extents[axis].addingReportingOverflow(width.before)
      let (extent, overflowToo) = sum.addingReportingOverflow(width.after)
      if overflow || overflowToo { return fail(.sizeOverflow, "pad", "the widths \(widths) overflow for shape \(shape)") }
      padded.append(extent)
    }
    guard
      let part = Part(
        widths.enumerated().map { .range(start: $1.before, end: $1.before + shape[$0], step: 1) }, of: padded, for: "pad")
    else { return .standIn }
    guard let result = Elements.filled(padded, dtype, with: value, for: "pad") else { return .standIn }
    result.overwrite(part, with: self)
    return Tensor(result).recorded(as: "pad", wrt: self, { dy in dy.sliced(part) })
  }
}
