import CKernels

/// Rearranging elements without computing on them.
package enum Copy {
  /// Below this many bytes a copy stays on the calling thread.
  private static let grain = 256 << 10

  /// Copies bytes.
  package static func contiguous(_ x: UnsafeRawPointer, to y: UnsafeMutableRawPointer, byteCount: Int) {
    Parallel.run(count: byteCount, grain: grain) { part in
      copy_strided(x + part.lowerBound, 1, y + part.lowerBound, 1, part.count, 1)
    }
  }

  /// Writes the elements of `x`, seen through `xStrides`, to `y`, seen through `yStrides`.
  package static func strided(
    _ x: UnsafeRawPointer, _ xStrides: Axes, to y: UnsafeMutableRawPointer, _ yStrides: Axes,
    rank: Int, extents: Axes, elementSize: Int
  ) {
    var operands = InlineArray<4, Axes>(repeating: Axes(repeating: 0))
    operands[0] = yStrides
    operands[1] = xStrides
    let nest = LoopNest(rank: rank, extents: extents, operands: operands, operandCount: 2)
    for axis in 0..<rank where extents[axis] == 0 { return }
    let length = nest.rowLength, rows = nest.rowCount
    if nest.depth >= 2, nest.rowStride(0) == 1, nest.strides[1][nest.depth - 2] == 1 {
      transposed(nest, x, y, elementSize: elementSize)
      return
    }
    if rows == 1 {
      Parallel.run(count: length, grain: grain / elementSize) { part in
        copy_strided(
          x + part.lowerBound * nest.rowStride(1) * elementSize, nest.rowStride(1),
          y + part.lowerBound * nest.rowStride(0) * elementSize, nest.rowStride(0), part.count, elementSize)
      }
      return
    }
    Parallel.run(count: rows, grain: max(1, grain / (elementSize * length))) { part in
      nest.forEachRow(in: part) { offsets in
        copy_strided(
          x + offsets[1] * elementSize, nest.rowStride(1), y + offsets[0] * elementSize, nest.rowStride(0),
          length, elementSize)
      }
    }
  }

  /// The two innermost loops walk across each other: transpose them in blocks.
  private static func transposed(
    _ nest: LoopNest, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, elementSize: Int
  ) {
    // As [columns, rows] of x with unit stride over its columns.
    let columns = nest.extents[nest.depth - 2], rows = nest.rowLength
    let planes = nest.rowCount / columns
    Parallel.run(count: planes, grain: max(1, grain / (elementSize * columns * rows))) { part in
      for plane in part {
        nest.forEachRow(in: plane * columns..<plane * columns + 1) { offsets in
          copy_transposed(
            x + offsets[1] * elementSize, nest.rowStride(1), y + offsets[0] * elementSize,
            nest.strides[0][nest.depth - 2], rows, columns, elementSize)
        }
      }
    }
  }
}
