package import CKernels

/// One element loop applied over whole operands.
///
/// Results are contiguous. Operands are contiguous or walk the innermost loop by steps of 0 or 1; whatever else there
/// is has been copied into such a form before.
package enum Elementwise {
  /// Below this many elements a loop stays on the calling thread.
  // Waking a worker pays from about 2 µs of work a lane; the cheapest loops take 0.1 ns an element in cache.
  @inlinable package static var grain: Int { 32 << 10 }

  @inlinable @inline(__always)
  package static func unary(
    _ kernel: unary_kernel, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, count: Int, elementSize: Int,
    p: Double = 0, q: Double = 0
  ) {
    Parallel.run(count: count, grain: grain) { part in
      let offset = part.lowerBound * elementSize
      kernel(x + offset, y + offset, part.count, p, q)
    }
  }

  /// Both operands contiguous, or one value each (step 0).
  @inlinable @inline(__always)
  package static func binary(
    _ kernel: binary_kernel, _ a: UnsafeRawPointer, aStep: Int, _ b: UnsafeRawPointer, bStep: Int,
    _ y: UnsafeMutableRawPointer, count: Int, elementSize: Int, p: Double = 0, q: Double = 0
  ) {
    Parallel.run(count: count, grain: grain) { part in
      let offset = part.lowerBound * elementSize
      kernel(a + offset * aStep, aStep, 0, b + offset * bStep, bStep, 0, y + offset, part.count, 1, p, q)
    }
  }

  /// Operands that repeat over some axes; operands 1 and 2 of the nest are a and b.
  package static func binary(
    _ kernel: binary_kernel, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
    _ nest: LoopNest, elementSize: Int, p: Double = 0, q: Double = 0
  ) {
    runs(nest) { offsets, length, rows in
      kernel(
        a + offsets[1] * elementSize, nest.rowStride(1), nest.rowAdvance(1),
        b + offsets[2] * elementSize, nest.rowStride(2), nest.rowAdvance(2),
        y + offsets[0] * elementSize, length, rows, p, q)
    }
  }

  package static func comparison(
    _ kernel: comparison_kernel, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
    _ nest: LoopNest, elementSize: Int
  ) {
    rows(nest) { offsets, length in
      kernel(
        a + offsets[1] * elementSize, nest.rowStride(1), b + offsets[2] * elementSize, nest.rowStride(2),
        (y + offsets[0]).assumingMemoryBound(to: UInt8.self), length)
    }
  }

  /// Operand 1 of the nest is the condition, in bytes.
  package static func select(
    _ kernel: select_kernel, _ condition: UnsafeRawPointer, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
    _ y: UnsafeMutableRawPointer, _ nest: LoopNest, elementSize: Int
  ) {
    rows(nest) { offsets, length in
      kernel(
        (condition + offsets[1]).assumingMemoryBound(to: UInt8.self), nest.rowStride(1),
        a + offsets[2] * elementSize, nest.rowStride(2), b + offsets[3] * elementSize, nest.rowStride(3),
        y + offsets[0] * elementSize, length)
    }
  }

  /// Calls `body` for pieces of rows, over the threads.
  @inline(__always)
  private static func rows(_ nest: LoopNest, _ body: (InlineArray<4, Int>, Int) -> Void) {
    runs(nest) { start, length, rows in
      var offsets = start
      for _ in 0..<rows {
        body(offsets, length)
        for operand in 0..<4 { offsets[operand] &+= nest.rowAdvance(operand) }
      }
    }
  }

  /// Calls `body` for runs of rows that lie evenly apart, with their length and count, over the threads.
  @inline(__always)
  private static func runs(_ nest: LoopNest, _ body: (InlineArray<4, Int>, Int, Int) -> Void) {
    let length = nest.rowLength, count = nest.rowCount
    if length == 0 { return }
    if count == 1 {
      Parallel.run(count: length, grain: grain) { part in
        var offsets = InlineArray<4, Int>(repeating: 0)
        for operand in 0..<nest.operandCount { offsets[operand] = part.lowerBound * nest.rowStride(operand) }
        body(offsets, part.count, 1)
      }
    } else {
      Parallel.run(count: count, grain: max(1, grain / length)) { part in
        nest.forEachRun(in: part) { body($0, length, $1) }
      }
    }
  }
}
