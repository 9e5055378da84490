import Kernels

/// How the elements of a tensor lie in memory: shape and strides, in elements.
struct Layout: Sendable {
  let shape: Shape
  let strides: Axes
  /// How many elements the shape has.
  let count: Int
  /// Whether the elements follow each other in row-major order without gaps.
  let isContiguous: Bool

  /// The row-major layout of a shape whose count is known.
  @inline(__always)
  init(rowMajor shape: Shape, count: Int) {
    self.shape = shape
    self.count = count
    isContiguous = true
    strides = Layout.rowMajorStrides(shape)
  }

  /// The row-major layout of a matrix whose count is known.
  @inline(__always)
  init(rows: Int, columns: Int, count: Int) {
    shape = Shape(rows: rows, columns: columns)
    strides = [columns, 1, 0, 0, 0, 0, 0, 0]
    self.count = count
    isContiguous = true
  }

  /// A layout with strides of any kind, or nil if the shape has more elements than an Int can count.
  init?(shape: Shape, strides: Axes) {
    guard let count = shape.countIfRepresentable else { return nil }
    self.shape = shape
    self.strides = strides
    self.count = count
    var contiguous = true
    var expected = 1
    for axis in stride(from: shape.rank - 1, through: 0, by: -1) where shape.extents[axis] != 1 {
      if strides[axis] != expected { contiguous = false }
      expected *= shape.extents[axis]
    }
    isContiguous = contiguous || count == 0
  }

  /// The layout of one example among several, which is never taken for a contiguous one: Note [Mapped axes].
  init(ofExample shape: Shape, strides: Axes) {
    self.shape = shape
    self.strides = strides
    count = shape.count()
    isContiguous = false
  }

  @inline(__always)
  static func rowMajorStrides(_ shape: Shape) -> Axes {
    var strides = Axes(repeating: 0)
    var step = 1
    for axis in stride(from: shape.rank - 1, through: 0, by: -1) {
      strides[axis] = step
      step &*= shape.extents[axis]
    }
    return strides
  }

  /// The strides with which these elements appear in a shape they broadcast to: 0 where they repeat.
  @inline(__always)
  func strides(broadcastTo target: Shape) -> Axes {
    var result = Axes(repeating: 0)
    let offset = target.rank - shape.rank
    for axis in 0..<shape.rank where shape.extents[axis] == target.extents[offset + axis] {
      result[offset + axis] = shape.extents[axis] == 1 ? 0 : strides[axis]
    }
    return result
  }
}
