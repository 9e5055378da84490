/// Extents or strides of up to eight axes.
package typealias Axes = InlineArray<8, Int>

/// Nested loops over a result and its operands, with as few and as long loops as their strides allow.
///
/// Axes of extent 1 are dropped, and neighbours over which every operand walks evenly are merged, so that most calls
/// become one row. Operand 0 is usually the result.
package struct LoopNest {
  /// Loops, outermost first; at least one.
  package private(set) var depth = 0
  package private(set) var extents = Axes(repeating: 1)
  package private(set) var strides: InlineArray<4, Axes>
  package let operandCount: Int

  /// - Parameters:
  ///   - operands: the strides of each operand over the `rank` axes, 0 where it repeats.
  package init(rank: Int, extents: Axes, operands: InlineArray<4, Axes>, operandCount: Int) {
    self.operandCount = operandCount
    strides = InlineArray(repeating: Axes(repeating: 0))
    for axis in 0..<rank where extents[axis] != 1 {
      if depth > 0, continues(axis, operands) {
        self.extents[depth - 1] *= extents[axis]
      } else {
        self.extents[depth] = extents[axis]
        depth += 1
      }
      for operand in 0..<operandCount { strides[operand][depth - 1] = operands[operand][axis] }
    }
    if depth == 0 { depth = 1 }

    func continues(_ axis: Int, _ operands: InlineArray<4, Axes>) -> Bool {
      for operand in 0..<operandCount
      where strides[operand][depth - 1] != operands[operand][axis] * extents[axis] { return false }
      return true
    }
  }

  /// The length of the innermost loop.
  package var rowLength: Int { extents[depth - 1] }

  /// The step of an operand in the innermost loop.
  package func rowStride(_ operand: Int) -> Int { strides[operand][depth - 1] }

  /// How many times the innermost loop runs.
  package var rowCount: Int {
    var count = 1
    for axis in 0..<depth - 1 { count *= extents[axis] }
    return count
  }

  /// Calls `body` with the operands' element offsets at the start of each row in `rows`.
  @inline(__always)
  package func forEachRow(in rows: Range<Int>, _ body: (InlineArray<4, Int>) -> Void) {
    forEachRun(in: rows) { start, count in
      var offsets = start
      for _ in 0..<count {
        body(offsets)
        for operand in 0..<4 { offsets[operand] &+= rowAdvance(operand) }
      }
    }
  }

  /// How far an operand's rows lie apart in the second innermost loop.
  @inline(__always)
  package func rowAdvance(_ operand: Int) -> Int { depth > 1 ? strides[operand][depth - 2] : 0 }

  /// Calls `body` for each run of rows of the second innermost loop, with the operands' element offsets at its first row
  /// and the count of its rows.
  @inline(__always)
  package func forEachRun(in rows: Range<Int>, _ body: (InlineArray<4, Int>, Int) -> Void) {
    if rows.isEmpty { return }
    var offsets = InlineArray<4, Int>(repeating: 0)
    if depth <= 2 {
      for operand in 0..<4 { offsets[operand] = rows.lowerBound &* rowAdvance(operand) }
      body(offsets, rows.count)
      return
    }
    var index = Axes(repeating: 0)
    var rest = rows.lowerBound
    for axis in stride(from: depth - 2, through: 0, by: -1) {
      index[axis] = rest % extents[axis]
      rest /= extents[axis]
      for operand in 0..<operandCount { offsets[operand] += index[axis] * strides[operand][axis] }
    }
    var left = rows.count
    while true {
      let innermost = depth - 2
      let count = min(left, extents[innermost] - index[innermost])
      body(offsets, count)
      left -= count
      if left == 0 { return }
      for operand in 0..<operandCount { offsets[operand] -= index[innermost] * strides[operand][innermost] }
      index[innermost] = 0
      var axis = innermost - 1
      while axis >= 0 {
        index[axis] += 1
        for operand in 0..<operandCount { offsets[operand] += strides[operand][axis] }
        if index[axis] < extents[axis] { break }
        index[axis] = 0
        for operand in 0..<operandCount { offsets[operand] -= extents[axis] * strides[operand][axis] }
        axis -= 1
      }
    }
  }
}
