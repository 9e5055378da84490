import Kernels

/// A rectangular part of a shape: for each axis a first place, a count and a step, and which axes of the result are new or
/// gone. Applied to strides it is a view.
struct Part {
  /// Of the shape that the part is taken from.
  private var starts = Axes(repeating: 0)
  private var steps = Axes(repeating: 1)
  /// For each axis of the result, the axis it walks along, or -1 for a new one.
  private var sources = Axes(repeating: -1)
  private(set) var shape = Shape()

  /// Resolves indices other than tensors against a shape. Nil, inside ``checked(_:)``, if they do not fit it.
  init?(_ indices: [AxisIndex], of base: Shape, for operation: StaticString) {
    guard let indices = Part.complete(indices, base, operation) else { return nil }
    var axis = 0
    for index in indices {
      switch index {
      case .insertedAxis:
        guard append(1, source: -1, operation) else { return nil }
      case .place(let place):
        let extent = base.extents[axis]
        guard place >= -extent, place < extent else {
          fail(
            .indexOutOfRange, operation,
            "the index \(place) is outside axis \(axis) of shape \(base); indices are \(-extent) ..< \(extent)")
          return nil
        }
        starts[axis] = place < 0 ? place + extent : place
        axis += 1
      case .range(let start, let end, let step):
        guard let count = resolve(start, end, step, axis, base, operation),
          append(count, source: axis, operation)
        else { return nil }
        axis += 1
      case .remainingAxes, .tensor: break
      }
    }
  }

  /// The whole of a shape but for one axis.
  init(of base: Shape, axis: Int, from start: Int, count: Int) {
    for other in 0..<base.rank {
      shape.append(other == axis ? count : base.extents[other])
      sources[other] = other
    }
    starts[axis] = start
  }

  /// The same part of each of several tensors that lie along an axis in front.
  init(_ part: Part, behind extent: Int) {
    shape.append(extent)
    sources[0] = 0
    for axis in 0..<Shape.maximumRank - 1 {
      starts[axis + 1] = part.starts[axis]
      steps[axis + 1] = part.steps[axis]
    }
    for axis in 0..<part.shape.rank {
      sources[shape.rank] = part.sources[axis] < 0 ? -1 : part.sources[axis] + 1
      shape.append(part.shape.extents[axis])
    }
  }

  /// Adds an axis to the result.
  private mutating func append(_ count: Int, source: Int, _ operation: StaticString) -> Bool {
    guard shape.rank < Shape.maximumRank else {
      fail(.invalidArgument, operation, "the result has more than \(Shape.maximumRank) axes")
      return false
    }
    sources[shape.rank] = source
    shape.append(count)
    return true
  }

  /// Sets start and step of an axis and returns how many places the range has.
  private mutating func resolve(
    _ start: Int?, _ end: Int?, _ step: Int, _ axis: Int, _ base: Shape, _ operation: StaticString
  ) -> Int? {
    let extent = base.extents[axis]
    let first = start.map { $0 < 0 ? $0 &+ extent : $0 } ?? 0
    let past = end.map { $0 < 0 ? $0 &+ extent : $0 } ?? extent
    guard first >= 0, past <= extent, first <= past else {
      fail(
        .indexOutOfRange, operation,
        "the range \(start.map(String.init) ?? "")..<\(end.map(String.init) ?? "") is not within axis \(axis) of shape \(base)"
      )
      return nil
    }
    guard step != 0, step != .min else {
      fail(.invalidArgument, operation, "the step of the range for axis \(axis) of shape \(base) is \(step)")
      return nil
    }
    steps[axis] = step
    starts[axis] = step > 0 || past == first ? first : past - 1
    return (past - first + Swift.abs(step) - 1) / Swift.abs(step)
  }

  /// The indices with the ellipsis spelt out and trailing axes added.
  private static func complete(_ indices: [AxisIndex], _ base: Shape, _ operation: StaticString) -> [AxisIndex]? {
    var consumed = 0
    var ellipses = 0
    for index in indices {
      switch index {
      case .place, .range, .tensor: consumed += 1
      case .remainingAxes: ellipses += 1
      case .insertedAxis: break
      }
    }
    guard consumed <= base.rank, ellipses <= 1 else {
      fail(
        .invalidArgument, operation,
        ellipses > 1
          ? "more than one ellipsis; one stands for all axes that are left"
          : "\(consumed) indices for shape \(base), which has \(base.rank) axes")
      return nil
    }
    let rest = [AxisIndex](repeating: .all, count: base.rank - consumed)
    guard let place = indices.firstIndex(where: { if case .remainingAxes = $0 { true } else { false } }) else {
      return indices + rest
    }
    return indices[..<place] + rest + indices[(place + 1)...]
  }

  /// The part's strides and first element in memory that is laid out by `strides`.
  func view(_ strides: Axes) -> (strides: Axes, offset: Int) {
    var (result, offset) = (Axes(repeating: 0), 0)
    for axis in 0..<Shape.maximumRank { offset += starts[axis] &* strides[axis] }
    for axis in 0..<shape.rank where sources[axis] >= 0 {
      result[axis] = strides[sources[axis]] &* steps[sources[axis]]
    }
    return (result, shape.contains(0) ? 0 : offset)
  }
}
