/// The zeros before and after each spatial axis of a convolution's operand.
///
/// Written as a literal where both sides have the same: `padding: 1` or `padding: [2, 0]`.
///
/// ```swift
/// let x = Tensor.ones([1, 1, 5]), w = Tensor.ones([1, 1, 4])
/// print(conv1D(x, weight: w, padding: .same).shape)  // [1, 1, 5]
/// print(conv1D(x, weight: w, padding: .sides(before: 3, after: 0)).flattened())
/// // [1.0, 2.0, 3.0, 4.0, 4.0] : [5] float32
/// ```
public struct ConvolutionPadding: Sendable, Hashable {
  private enum Kind: Sendable, Hashable {
    case sides(before: PerAxis, after: PerAxis)
    case same
  }

  private let kind: Kind

  /// As many zeros before each axis as after it.
  public init(_ both: PerAxis) { kind = .sides(before: both, after: both) }

  private init(kind: Kind) { self.kind = kind }

  /// As many zeros as give the result the extents of the operand, divided by the stride and rounded up; evenly on both sides,
  /// with an odd one after the axis.
  public static let same = ConvolutionPadding(kind: .same)

  /// Zeros before each axis and after it.
  ///
  /// ```swift
  /// print(ConvolutionPadding.sides(before: [2, 0], after: 0))  // [2, 0] and 0
  /// ```
  public static func sides(before: PerAxis, after: PerAxis) -> ConvolutionPadding {
    ConvolutionPadding(kind: .sides(before: before, after: after))
  }

  /// The zeros of each axis, or nil, inside ``checked(_:)``, if there are numbers for other axes or negative ones.
  func resolved(
    _ input: [Int], stride: [Int], reach: [Int], _ operation: StaticString
  ) -> [(before: Int, after: Int)]? {
    switch kind {
    case .sides(let before, let after):
      guard let before = before.resolved(input.count, least: 0, "padding", operation),
        let after = after.resolved(input.count, least: 0, "padding", operation)
      else { return nil }
      return Swift.zip(before, after).map { ($0, $1) }
    case .same:
      return input.indices.map { axis in
        let output = (input[axis] + stride[axis] - 1) / stride[axis]
        let total = Swift.max(0, (output - 1) * stride[axis] + reach[axis] - input[axis])
        return (total / 2, total - total / 2)
      }
    }
  }
}

extension ConvolutionPadding: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// As many zeros before and after all axes, as in `padding: 1`.
  public init(integerLiteral value: Int) { self.init(PerAxis(value)) }

  /// A number for each axis, as in `padding: [1, 0]`.
  public init(arrayLiteral values: Int...) { self.init(PerAxis(values)) }

  /// `same`, one description for both sides, or two.
  public var description: String {
    switch kind {
    case .same: "same"
    case .sides(let before, let after): before == after ? before.description : "\(before) and \(after)"
    }
  }
}
