/// A number for each spatial axis of an image, or one for all of them.
///
/// Written as a literal: `stride: 2` or `stride: [2, 1]`.
///
/// ```swift
/// let stride: PerAxis = 2, padding: PerAxis = [1, 0]
/// print(stride, padding)  // 2 [1, 0]
/// ```
public struct PerAxis: Sendable, Hashable {
  private let values: [Int]

  /// One number for all axes.
  public init(_ value: Int) { values = [value] }

  /// A number for each axis.
  public init(_ values: [Int]) { self.values = values }

  /// The numbers for a count of axes, or nil, inside ``checked(_:)``, if there are others or one is below `least`.
  func resolved(_ count: Int, least: Int, _ name: String, _ operation: StaticString) -> [Int]? {
    let result = values.count == 1 ? [Int](repeating: values[0], count: count) : values
    guard result.count == count, result.allSatisfy({ $0 >= least && $0 <= Int(Int32.max) }) else {
      fail(
        .invalidArgument, operation,
        "the \(name) is \(self); expected one number or \(count), at least \(least) each")
      return nil
    }
    return result
  }
}

extension PerAxis: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// One number for all axes, as in `stride: 2`.
  public init(integerLiteral value: Int) { self.init(value) }

  /// A number for each axis, as in `stride: [2, 1]`.
  public init(arrayLiteral values: Int...) { self.init(values) }

  /// The number, or the numbers in brackets.
  public var description: String { values.count == 1 ? values[0].description : values.description }
}
