import Kernels

/// The extents of a tensor's axes, outermost first.
///
/// A shape is a collection of integers and can be written as an array literal. It holds its extents inline, so making,
/// comparing and copying one allocates nothing. Negative axes count from the end.
///
/// ```swift
/// let shape: Shape = [2, 3]
/// print(shape, shape.rank, shape.count(), shape[-1])  // [2, 3] 2 6 3
/// ```
public struct Shape: Sendable {
  /// The largest number of axes a tensor can have.
  public static let maximumRank = 8

  /// The extents; places beyond the rank hold 1, so that comparison needs no loop over a variable length.
  private(set) var extents = Axes(repeating: 1)

  /// The number of axes.
  public private(set) var rank = 0

  /// The shape of a scalar: no axes, one element.
  @inline(__always)
  public init() {}

  /// A shape with the given extents.
  ///
  /// A negative extent or more than ``maximumRank`` of them is a mistake; it traps, or is thrown inside
  /// ``checked(_:)``.
  ///
  /// ```swift
  /// print(Shape([2, 3]), Shape((1...3).map { $0 * 10 }))  // [2, 3] [10, 20, 30]
  /// ```
  public init(_ extents: some Collection<Int>) {
    guard extents.count <= Shape.maximumRank else {
      fail(.invalidArgument, "Shape", "\(extents.count) axes; at most \(Shape.maximumRank) are possible")
      return
    }
    for extent in extents {
      if extent < 0 {
        fail(.invalidArgument, "Shape", "the extent \(extent) of axis \(rank) is negative")
        return
      }
      append(extent)
    }
  }

  /// The shape of a matrix, without a write to a place that is known only later: what then copies the shape as a whole need
  /// not wait for such writes.
  @inline(__always)
  init(rows: Int, columns: Int) {
    extents = [rows, columns, 1, 1, 1, 1, 1, 1]
    rank = 2
  }

  /// The extents as an array.
  public var array: [Int] { (0..<rank).map { extents[$0] } }

  /// The product of the extents: how many elements a tensor of this shape has.
  ///
  /// A product beyond `Int.max` is a mistake; it traps, or is thrown inside ``checked(_:)``.
  ///
  /// ```swift
  /// let shape: Shape = [2, 3, 4]
  /// print(shape.count())  // 24
  /// ```
  public func count() -> Int {
    guard let count = countIfRepresentable else {
      fail(.sizeOverflow, "Shape", "\(self) has more elements than an Int can count")
      return 0
    }
    return count
  }

  /// The product of the extents, or nil if it overflows.
  @inline(__always)
  var countIfRepresentable: Int? {
    var count = 1
    var overflow = false
    for axis in 0..<rank {
      let (product, overflows) = count.multipliedReportingOverflow(by: extents[axis])
      count = product
      overflow = overflow || overflows
    }
    if overflow { return contains(0) ? 0 : nil }
    return count
  }

  /// Adds an axis at the end.
  @inline(__always)
  mutating func append(_ extent: Int) {
    extents[rank] = extent
    rank += 1
  }

  /// Writes an extent without the checks of the subscript.
  @inline(__always)
  mutating func set(_ axis: Int, _ extent: Int) { extents[axis] = extent }

  /// The axis as an index from the front, or nil if there is none.
  @inline(__always)
  func wrapped(_ axis: Int) -> Int? {
    guard axis >= -rank, axis < rank else { return nil }
    return axis < 0 ? axis + rank : axis
  }
}

extension Shape: RandomAccessCollection {
  /// Always 0.
  public var startIndex: Int { 0 }

  /// The rank.
  public var endIndex: Int { rank }

  /// The extent of an axis; negative axes count from the end.
  ///
  /// An axis outside `-rank ..< rank` is a mistake; it traps, or is thrown inside ``checked(_:)``.
  ///
  /// ```swift
  /// var shape: Shape = [2, 3, 4]
  /// shape[-1] = 5
  /// print(shape)  // [2, 3, 5]
  /// ```
  @inline(__always)
  public subscript(axis: Int) -> Int {
    get {
      guard let index = wrapped(axis) else { return axisFailure(axis) }
      return extents[index]
    }
    set {
      guard let index = wrapped(axis) else {
        _ = axisFailure(axis)
        return
      }
      extents[index] = newValue
    }
  }

  @inline(never)
  private func axisFailure(_ axis: Int) -> Int {
    fail(.invalidAxis, "Shape", "there is no axis \(axis) in \(self); axes are \(-rank) ..< \(rank)")
    return 1
  }
}

extension Shape: ExpressibleByArrayLiteral {
  /// A shape written as an array literal, as in `[2, 3]`.
  public init(arrayLiteral extents: Int...) { self.init(extents) }
}

extension Shape: Hashable {
  /// Whether rank and extents are equal.
  @inline(__always)
  public static func == (a: Shape, b: Shape) -> Bool {
    guard a.rank == b.rank else { return false }
    var difference = 0
    for axis in 0..<Shape.maximumRank { difference |= a.extents[axis] ^ b.extents[axis] }
    return difference == 0
  }

  /// Hashes the extents.
  public func hash(into hasher: inout Hasher) { hasher.combine(array) }
}

extension Shape: Codable {
  /// Reads a shape from an array of integers; refuses negative extents and too many axes.
  public init(from decoder: any Decoder) throws {
    let extents = try [Int](from: decoder)
    guard extents.count <= Shape.maximumRank, extents.allSatisfy({ $0 >= 0 }) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "\(extents) is not the shape of a tensor"))
    }
    self.init(extents)
  }

  /// Writes the shape as an array of integers.
  public func encode(to encoder: any Encoder) throws { try array.encode(to: encoder) }
}

extension Shape: CustomStringConvertible {
  /// The extents in brackets, as in `[2, 3]`.
  public var description: String { array.description }
}

extension Shape {
  /// The shape that two shapes broadcast to, or nil: axes are aligned at the end, and an extent of 1 stretches.
  @inline(__always)
  func broadcast(with other: Shape) -> Shape? {
    if self == other { return self }
    let (long, short) = rank >= other.rank ? (self, other) : (other, self)
    var result = long
    let offset = long.rank - short.rank
    for axis in 0..<short.rank {
      let (l, s) = (long.extents[offset + axis], short.extents[axis])
      if l == s || s == 1 { continue }
      guard l == 1 else { return nil }
      result.extents[offset + axis] = s
    }
    return result
  }

  /// This shape without an axis.
  func removing(axis: Int) -> Shape {
    var result = Shape()
    for other in 0..<rank where other != axis { result.append(extents[other]) }
    return result
  }

  /// This shape with a new axis before position `axis`.
  func inserting(_ extent: Int, at axis: Int) -> Shape {
    var result = Shape()
    for other in 0...rank {
      if other == axis { result.append(extent) }
      if other < rank { result.append(extents[other]) }
    }
    return result
  }

  /// This shape with another extent at `axis`.
  func replacing(axis: Int, with extent: Int) -> Shape {
    var result = self
    result.extents[axis] = extent
    return result
  }
}
