import Kernels

/// An n-dimensional array of numbers that remembers how it was computed.
///
/// A tensor is a value: assigning it, passing it to another thread or keeping it costs nothing, and writing to one never
/// changes another. Its elements all have one ``dtype``; its ``shape`` has from 0 (a scalar) to 8 axes.
///
/// A tensor made with ``requiringGradient()``, and everything computed from it, is *tracked*: the operations are recorded,
/// and ``backward(_:retainingTape:recordingGradients:keeping:)`` replays them in reverse.
///
/// ```swift
/// let x = Tensor([[1, 2], [3, 4]])
/// let w = Tensor([0.5, -0.5]).requiringGradient()
/// let loss = (x * w).sum()
/// print(loss.item(), loss.backward()[w])  // -1.0 [4.0, 6.0] : [2] float32
/// ```
public struct Tensor: Sendable {
  /// What the tensor holds.
  var elements: Elements
  /// How it was computed, if it is tracked.
  var entry: Entry?

  @inline(__always)
  init(_ elements: Elements, entry: Entry? = nil) {
    self.elements = elements
    self.entry = entry
  }

  /// The extents of the axes.
  @inline(__always)
  public var shape: Shape { elements.layout.shape }

  /// The number of axes; 0 for a scalar.
  @inline(__always)
  public var rank: Int { elements.layout.shape.rank }

  /// The number of elements.
  @inline(__always)
  public var count: Int { elements.layout.count }

  /// The type of the elements.
  @inline(__always)
  public var dtype: DType { elements.dtype }

  /// Whether the elements lie in memory in row-major order without gaps; views often do not.
  public var isContiguous: Bool { elements.isContiguous }

  /// Steps in memory, in elements, from one index of each axis to the next: 0 where an axis is stretched, negative where
  /// it is reversed.
  ///
  /// ```swift
  /// let x = Tensor.zeros([2, 3])
  /// print(x.strides, x.transposed().strides)  // [3, 1] [1, 3]
  /// ```
  public var strides: [Int] { (0..<rank).map { elements.layout.strides[$0] } }

  /// What a failed operation answers inside ``checked(_:)``.
  static let standIn = constant(.nan, .float32)
  /// Where replays start as a rule.
  private static let one = (float32: constant(1, .float32), float64: constant(1, .float64))

  /// A scalar that is used everywhere, also where it is first used by a program that is being recorded.
  private static func constant(_ value: Double, _ dtype: DType) -> Tensor {
    Program.pausing { Tensor(scalar: value, dtype: dtype) }
  }

  /// A tensor of one element, which is 1.
  static func one(_ shape: Shape, _ dtype: DType) -> Tensor {
    guard shape.rank == 0, dtype.isFloatingPoint else { return ones(shape, dtype: dtype) }
    return dtype == .float32 ? one.float32 : one.float64
  }

  /// A scalar.
  init(scalar value: Double, dtype: DType) {
    // A few bytes can only be refused when nothing else works either.
    elements = Elements.allocate(Shape(), dtype, for: "Tensor")!
    elements.fill(with: value)
  }

  /// This tensor's elements seen through another layout, without a copy and without recording.
  @inline(__always)
  func viewed(_ shape: Shape, _ strides: Axes, offset: Int = 0, for operation: StaticString) -> Tensor {
    guard let layout = Layout(shape: shape, strides: strides) else {
      return fail(.sizeOverflow, operation, "\(shape) has more elements than an Int can count")
    }
    if isMapped { return viewedExamples(shape, strides, offset, operation) }
    return Tensor(Elements(viewing: elements, layout, offset: offset))
  }

  @inline(never)
  private func viewedExamples(_ shape: Shape, _ strides: Axes, _ offset: Int, _ operation: StaticString) -> Tensor {
    guard shape.rank < Shape.maximumRank else {
      return fail(
        .invalidArgument, operation,
        "the shape \(shape) has \(shape.rank) axes, and inside mapped(over:) the examples need another one; \(Shape.maximumRank) are possible"
      )
    }
    let all = stack
    var (whole, steps) = (Shape(), Axes(repeating: 0))
    whole.append(all.shape.extents[0])
    steps[0] = all.elements.layout.strides[0]
    for axis in 0..<shape.rank {
      steps[whole.rank] = strides[axis]
      whole.append(shape.extents[axis])
    }
    return HiddenAxis(self)!.hide(all.viewed(whole, steps, offset: offset, for: operation))
  }
}
