import Kernels

// Note [Mapped axes]. Inside `mapped(over:)` a function of one example is given tensors that hold all examples and show
// one: their shape is that of an example, and the axis along which the examples lie is hidden. So operations, and the
// derivatives that they record, run unchanged. What sees the axis are the primitives, the functions of Apply*.swift:
// given a mapped operand, they work on its *stack*, the tensor with the axis in front (a rule), or on one example after
// another (`HiddenAxis.forEach`), and hide the axis of the result.
//
// A mapped tensor's elements are a view of its stack, never contiguous, so that no quick way takes it for an ordinary one,
// and every way to its values that is not a rule ends in `Elements.contiguous(for:)`, which refuses it.
//
// The axis belongs to one call of `mapped(over:)`, its *level*: a number from the sequence of entries. Entries recorded
// before the call have a smaller one, and what is recorded within it a greater one. Where calls nest, the stack of the
// inner level may itself be mapped at the outer one; the greatest level is always the outermost wrapping.

extension Elements {
  /// The elements of a stack, with its first axis hidden.
  static func hiding(_ stack: Elements, level: UInt64) -> Elements {
    var (shape, strides) = (Shape(), Axes(repeating: 0))
    for axis in 1..<stack.shape.rank {
      strides[axis - 1] = stack.layout.strides[axis]
      shape.append(stack.shape.extents[axis])
    }
    return Elements(ofExamples: stack, Layout(ofExample: shape, strides: strides), level: level)
  }
}

extension Tensor {
  /// Whether the tensor holds a value for each of several examples.
  @inline(__always)
  var isMapped: Bool { elements.level != 0 }

  /// The tensor with the innermost hidden axis in front, untracked.
  var stack: Tensor { Tensor(elements.stack) }

  /// The tensor with all hidden axes in front, untracked: for decisions that are taken for all examples together.
  var allExamples: Tensor {
    var result = detached()
    while result.isMapped { result = result.stack }
    return result
  }
}

/// The axis that operands of a primitive hide; of several, that of the greatest level.
struct HiddenAxis {
  let level: UInt64
  /// How many examples there are.
  let extent: Int

  /// Nil if no operand is mapped.
  @inline(__always)
  init?(_ a: Tensor, _ b: Tensor? = nil, _ c: Tensor? = nil) {
    if !a.isMapped, b?.isMapped != true, c?.isMapped != true { return nil }
    self.init([a, b, c])
  }

  @inline(never)
  init?(_ operands: [Tensor?]) {
    guard let outermost = operands.compactMap({ $0 }).max(by: { $0.elements.level < $1.elements.level }),
      outermost.isMapped
    else { return nil }
    level = outermost.elements.level
    extent = outermost.elements.stack.shape[0]
  }

  /// Whether an operand hides this axis.
  func isHidden(in x: Tensor) -> Bool { x.elements.level == level }

  /// All examples of an operand along a first axis, without a copy; one that is the same for all is stretched.
  func spread(_ x: Tensor) -> Tensor { aligned(x, rank: x.rank, stretched: true) }

  /// An operand that is to broadcast with others, with the hidden axis in front of `rank` others. One that is the same for
  /// all examples stays as it is.
  func aligned(_ x: Tensor, rank: Int) -> Tensor {
    isHidden(in: x) ? aligned(x, rank: rank, stretched: false) : x.detached()
  }

  private func aligned(_ x: Tensor, rank: Int, stretched: Bool) -> Tensor {
    let hidden = isHidden(in: x)
    if hidden, rank == x.rank { return x.stack }
    var (shape, strides) = (Shape(), Axes(repeating: 0))
    shape.append(extent)
    strides[0] = hidden ? x.stack.elements.layout.strides[0] : 0
    for _ in x.rank..<rank { shape.append(1) }
    for axis in 0..<x.rank {
      strides[shape.rank] = x.elements.layout.strides[axis]
      shape.append(x.shape.extents[axis])
    }
    return (hidden ? x.stack : x).viewed(shape, strides, for: "mapped")
  }

  /// All examples of an operand, with the hidden axis folded into its first one.
  func folded(_ x: Tensor) -> Tensor {
    let all = spread(x)
    return all.reshaped(to: Shape([extent * x.shape[0]] + x.shape.array.dropFirst()))
  }

  /// The inverse: the folded axis parted again, and its front hidden.
  func unfolded(_ y: Tensor) -> Tensor {
    guard y.rank > 0, extent > 0 else { return .standIn }
    return hide(y.reshaped(to: Shape([extent, y.shape[0] / extent] + y.shape.array.dropFirst())))
  }

  /// A result, whose first axis holds the examples, with that axis hidden.
  func hide(_ y: Tensor) -> Tensor {
    // Another extent only after a failure, inside `checked`.
    guard y.rank > 0, y.shape[0] == extent else { return .standIn }
    return Tensor(Elements.hiding(y.elements, level: level))
  }

  /// Runs a primitive that has no rule for mapped operands on one example after another.
  func forEach(_ operands: [Tensor], _ body: ([Tensor]) -> [Tensor]) -> [Tensor] {
    var results: [[Tensor]] = []
    for place in 0..<extent {
      results.append(body(operands.map { example(place, of: $0) }))
    }
    return (results.first ?? []).indices.map { index in hide(stacked(results.map { $0[index] })) }
  }

  /// The same for one result.
  func forEach(_ operands: Tensor..., body: ([Tensor]) -> Tensor) -> Tensor {
    forEach(operands) { [body($0)] }[0]
  }

  private func example(_ place: Int, of x: Tensor) -> Tensor {
    guard isHidden(in: x) else { return x.detached() }
    return x.stack.viewed(
      x.shape, x.elements.layout.strides, offset: place * x.stack.elements.layout.strides[0], for: "mapped")
  }
}

// MARK: - Showing and hiding, recorded

extension Tensor {
  /// This tensor, which holds the examples along an axis, as one example at a level.
  func hidden(axis: Int, level: UInt64) -> Tensor {
    if isMapped, elements.level > level {
      // A level above that of the axis stays outermost.
      let outer = HiddenAxis(self)!
      return outer.hide(stack.hidden(axis: axis + 1, level: level)).recordedHidden(self, axis, level)
    }
    let front = axis == 0 ? detached() : detached().movedAxes([axis], to: [0])
    return Tensor(Elements.hiding(front.elements, level: level)).recordedHidden(self, axis, level)
  }

  private func recordedHidden(_ x: Tensor, _ axis: Int, _ level: UInt64) -> Tensor {
    let extent = x.shape[axis]
    return recorded(
      as: "map",
      wrt: x, { dy in dy.shown(axis: axis, level: level, extent: extent) },
      differential: { dx in dx.hidden(axis: axis, level: level) })
  }

  /// This example at a level as a tensor that holds all examples along an axis.
  func shown(axis: Int, level: UInt64, extent: Int) -> Tensor {
    showingExamples(axis: axis, level: level, extent: extent)
      .recorded(
        as: "unmap",
        wrt: self, { dy in dy.hidden(axis: axis, level: level) },
        differential: { dx in dx.shown(axis: axis, level: level, extent: extent) })
  }

  private func showingExamples(axis: Int, level: UInt64, extent: Int) -> Tensor {
    if isMapped, elements.level > level {
      return HiddenAxis(self)!.hide(stack.showingExamples(axis: axis + 1, level: level, extent: extent))
    }
    let front =
      elements.level == level
      ? stack : detached().broadcast(to: Shape([extent] + shape.array))
    return axis == 0 ? front : front.movedAxes([0], to: [axis])
  }

  /// What a function of a batch gives for this tensor, with the innermost hidden axis as a batch axis in front.
  func asBatch(_ body: (Tensor) -> Tensor) -> Tensor {
    let (level, extent) = (elements.level, elements.stack.shape[0])
    return body(shown(axis: 0, level: level, extent: extent)).hidden(axis: 0, level: level)
  }

  /// This cotangent, summed over the examples of every level but those in `kept`, for an entry of a sequence number: the
  /// entry was recorded outside of those levels, where its value is the same for all examples.
  func summedOverExamples(outsideOf number: UInt64, keeping kept: (UInt64) -> Bool) -> Tensor {
    guard isMapped, elements.level > number else { return self }
    let (level, extent) = (elements.level, elements.stack.shape[0])
    let inner = shown(axis: 0, level: level, extent: extent)
    if kept(level) {
      // Only levels within this one may be left to sum over.
      guard inner.isMapped, inner.elements.level > number else { return self }
      return inner.summedOverExamples(outsideOf: number, keeping: kept).hidden(axis: 0, level: level)
    }
    return inner.sum(axis: 0).summedOverExamples(outsideOf: number, keeping: kept)
  }
}
