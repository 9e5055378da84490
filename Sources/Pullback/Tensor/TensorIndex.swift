/// What a subscript of a tensor takes for each axis.
///
/// | index | selects |
/// |---|---|
/// | `2`, `-1` | one place; the axis disappears. Negative places count from the end |
/// | `1..<3`, `1...2`, `1...`, `..<3`, `...2`, `..<(-1)` | a range |
/// | `(0..<9).by(2)`, `(0...).by(-1)` | every second place; the range backwards |
/// | `.all` | the whole axis |
/// | `.ellipsis` | as many whole axes as are left |
/// | `.newAxis` | a new axis of extent 1 |
/// | an integer tensor | the places it names, in its shape |
/// | a bool tensor | the places where it is true |
///
/// Axes beyond the last index are taken whole.
///
/// ```swift
/// let x = Tensor.arange(6).reshaped(to: [2, 3])
/// print(x[1], x[-1, 0])  // [3.0, 4.0, 5.0] : [3] float32 3.0
/// print(x[.all, 1...].shape, x[.ellipsis, .newAxis].shape, x[0, (0...).by(-1)])
/// // [2, 2] [2, 3, 1] [2.0, 1.0, 0.0] : [3] float32
/// ```
public protocol TensorIndex: Sendable {
  /// The index as one of the kinds that exist.
  var axisIndex: AxisIndex { get }
}

/// One index of a subscript.
public enum AxisIndex: TensorIndex {
  /// One place.
  case place(Int)
  /// The places from `start` (the first, if nil) up to `end` (the extent, if nil), walked by a step; a negative step walks
  /// them backwards.
  case range(start: Int?, end: Int?, step: Int)
  /// As many whole axes as are left.
  case remainingAxes
  /// A new axis of extent 1.
  case insertedAxis
  /// The places that an integer tensor names, or where a bool tensor is true.
  case tensor(Tensor)

  /// Itself.
  public var axisIndex: AxisIndex { self }

  /// The same range walked by another step; a negative step walks it backwards.
  public func by(_ step: Int) -> AxisIndex {
    if case .range(let start, let end, _) = self { .range(start: start, end: end, step: step) } else { self }
  }
}

extension TensorIndex where Self == AxisIndex {
  /// As many whole axes as are left.
  public static var ellipsis: AxisIndex { .remainingAxes }
  /// A new axis of extent 1.
  public static var newAxis: AxisIndex { .insertedAxis }
  /// The whole axis.
  public static var all: AxisIndex { .range(start: nil, end: nil, step: 1) }
}

extension TensorIndex {
  /// The range walked by a step; a negative step walks it backwards.
  ///
  /// ```swift
  /// let x = Tensor([0, 1, 2, 3, 4])
  /// print(x[(1...).by(2)], x[(..<3).by(-1)])  // [1.0, 3.0] : [2] float32 [2.0, 1.0, 0.0] : [3] float32
  /// ```
  public func by(_ step: Int) -> AxisIndex { axisIndex.by(step) }
}

extension Int: TensorIndex {
  /// One place.
  public var axisIndex: AxisIndex { .place(self) }
}
extension Range<Int>: TensorIndex {
  /// The places from the lower bound up to the upper.
  public var axisIndex: AxisIndex { .range(start: lowerBound, end: upperBound, step: 1) }
}
extension ClosedRange<Int>: TensorIndex {
  /// The places from the lower bound through the upper.
  public var axisIndex: AxisIndex { PartialRangeThrough(upperBound).axisIndex.from(lowerBound) }
}
extension PartialRangeFrom<Int>: TensorIndex {
  /// The places from the lower bound on.
  public var axisIndex: AxisIndex { .range(start: lowerBound, end: nil, step: 1) }
}
extension PartialRangeUpTo<Int>: TensorIndex {
  /// The places before the upper bound.
  public var axisIndex: AxisIndex { .range(start: nil, end: upperBound, step: 1) }
}
extension PartialRangeThrough<Int>: TensorIndex {
  /// The places through the upper bound.
  public var axisIndex: AxisIndex {
    // Through -1 is through the last, which is the whole axis.
    .range(start: nil, end: upperBound == -1 ? nil : upperBound + 1, step: 1)
  }
}
extension Tensor: TensorIndex {
  /// The places that an integer tensor names, or where a bool tensor is true.
  public var axisIndex: AxisIndex { .tensor(self) }
}

extension AxisIndex {
  fileprivate func from(_ start: Int) -> AxisIndex {
    if case .range(_, let end, let step) = self { .range(start: start, end: end, step: step) } else { self }
  }
}
