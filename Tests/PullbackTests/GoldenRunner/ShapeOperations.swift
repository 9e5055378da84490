import Pullback

let shapeOperations: [String: GoldenOperation] = [
  "broadcast_to": one { $0[0].broadcast(to: Shape($0.ints("shape"))) },
  "concat": one { concatenated($0.arguments, axis: $0.int("axis")) },
  "flatten": one { $0[0].flattened(from: $0.int("start"), through: $0.int("end", default: -1)) },
  "flip": one { $0[0].reversed(axes: $0.ints("axes")) },
  "moveaxis": one { $0[0].movedAxes($0.ints("source"), to: $0.ints("destination")) },
  "pad": one { call in
    let widths = call.attributes.list("pads").map { (before: $0.ints[0], after: $0.ints[1]) }
    switch call.string("mode") {
    case "constant": return call[0].padded(widths, with: call.double("value"))
    case "reflect": return call[0].padded(widths, mode: .reflect)
    case "edge": return call[0].padded(widths, mode: .replicate)
    case "wrap": return call[0].padded(widths, mode: .circular)
    default: throw NotOffered("pad \(call.string("mode"))")
    }
  },
  "permute": one { $0[0].permuted(axes: $0.ints("axes")) },
  "repeat": one { call in
    let x = call.optionalInt("axis") == nil ? call[0].reshaped(to: [-1]) : call[0]
    guard let counts = call.attribute("repeats") else { throw GoldenFailure("repeats are missing") }
    let list = counts.items
    return list.isEmpty
      ? x.repeated(counts.int, axis: call.int("axis")) : x.repeated(list.map(\.int), axis: call.int("axis"))
  },
  "reshape": one { $0[0].reshaped(to: $0.ints("shape")) },
  "roll": one { call in
    guard let axes = call.optionalInts("axes") else {
      return call[0].rolled(by: call.attribute("shifts")?.items.first?.int ?? call.int("shifts"))
    }
    return call[0].rolled(by: call.ints("shifts"), axes: axes)
  },
  "slice": one { sliced($0[0], $0.attributes.list("ranges")) },
  "split": { $0[0].split(sizes: $0.ints("sizes"), axis: $0.int("axis")) },
  "squeeze": one { call in
    guard let axes = call.optionalInts("axes") else { return call[0].squeezed() }
    guard call.flag("lenient") else { return call[0].squeezed(axes: axes) }
    return call[0].squeezed(axes: axes.filter { call[0].shape[$0] == 1 })
  },
  "stack": one { stacked($0.arguments, axis: $0.int("axis")) },
  "tile": one { $0[0].tiled($0.ints("reps")) },
  "transpose": one { $0[0].transposed($0.int("a"), $0.int("b")) },
  "unbind": { $0[0].unstacked(axis: $0.int("axis")) },
  "unsqueeze": one { $0[0].expanded(at: $0.int("axis")) },
  "view_chain": one { call in
    let y = try viewed(call[0], by: call.attributes.list("steps"))
    return call.optionalInts("axes").map { y.sum(axes: $0) } ?? y
  },
  "zeros": one { Tensor.zeros(Shape($0.ints("shape")), dtype: $0.dtype) },
]
