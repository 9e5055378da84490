@testable import Pullback

// The steps that make a view of a leaf.

func viewed(_ x: Tensor, by steps: [JSON]) throws -> Tensor {
  try steps.reduce(x) { try viewed($0, $1.items) }
}

private func viewed(_ x: Tensor, _ step: [JSON]) throws -> Tensor {
  switch step[0].string {
  case "permute": x.permuted(axes: step[1].ints)
  case "transpose": x.transposed(step[1].int, step[2].int)
  case "slice": sliced(x, step[1].items)
  case "flip": x.reversed(axes: step[1].ints)
  case "broadcast_to": x.broadcast(to: Shape(step[1].ints))
  case "unsqueeze": x.expanded(at: step[1].int)
  case "squeeze": x.squeezed(axis: step[1].int)
  case "reshape": x.reshaped(to: step[1].ints)
  case "diagonal": x.diagonal(offset: step[1].int, axes: (step[2].int, step[3].int))
  default: throw NotOffered("the view \(step[0].string)")
  }
}

/// For each axis all (null), a place, or `[start, stop, step]` with Python's meaning.
func sliced(_ x: Tensor, _ ranges: [JSON]) -> Tensor {
  let indices = ranges.enumerated().map { axis, range -> AxisIndex in
    switch range {
    case .null: .all
    case .integer(let place): .place(place)
    default: pythonSlice(range.items, extent: x.shape[axis])
    }
  }
  return switch indices.count {
  case 0: x
  case 1: x[indices[0]]
  case 2: x[indices[0], indices[1]]
  case 3: x[indices[0], indices[1], indices[2]]
  case 4: x[indices[0], indices[1], indices[2], indices[3]]
  default: x[indices[0], indices[1], indices[2], indices[3], indices[4]]
  }
}

/// Python's `start:stop:step`, whose ends are limited to the axis and whose negative steps begin at the start.
private func pythonSlice(_ items: [JSON], extent: Int) -> AxisIndex {
  let step = items.count > 2 ? items[2].optionalInt ?? 1 : 1
  func place(_ item: JSON, limits: ClosedRange<Int>) -> Int? {
    item.optionalInt.map { Swift.min(Swift.max($0 < 0 ? $0 + extent : $0, limits.lowerBound), limits.upperBound) }
  }
  if step > 0 {
    let start = place(items[0], limits: 0...extent) ?? 0, stop = place(items[1], limits: 0...extent) ?? extent
    return .range(start: start, end: Swift.max(start, stop), step: step)
  }
  let start = place(items[0], limits: -1...(extent - 1)) ?? extent - 1
  let stop = place(items[1], limits: -1...(extent - 1)) ?? -1
  return .range(start: stop + 1, end: Swift.max(stop, start) + 1, step: step)
}
