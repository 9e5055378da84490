/// Numbers or bools in brackets, nested to any depth, as written in a program: `[[1, 2], [3, 4]]`.
///
/// You never name this type: it is what ``Tensor/init(_:dtype:)-(TensorLiteral,_)`` takes.
public struct TensorLiteral: Sendable, ExpressibleByArrayLiteral {
  /// What stands between the brackets.
  public enum Element: Sendable {
    /// A number.
    case number(Double)
    /// A truth value.
    case bool(Bool)
    /// A row, matrix and so on.
    case list([Element])
  }

  fileprivate let root: Element

  /// A list of numbers, truth values or lists.
  public init(arrayLiteral elements: Element...) { root = .list(elements) }
}

extension TensorLiteral.Element: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral
{
  /// A number with a decimal point.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  /// `true` or `false`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A list of literals.
  public init(arrayLiteral elements: TensorLiteral.Element...) { self = .list(elements) }

  /// Not a number.
  public static var nan: Self { .number(.nan) }
  /// Infinity.
  public static var infinity: Self { .number(.infinity) }
  /// The negative, as of `-.infinity`.
  public static prefix func - (x: Self) -> Self {
    if case .number(let value) = x { .number(-value) } else { x }
  }

  /// The extents, following the first element of each list; nil if the lists are ragged or nested too deep.
  fileprivate func shape() -> Shape? {
    guard case .list(let items) = self else { return Shape() }
    let inner = items.first.map { $0.shape() } ?? Shape()
    guard let inner, inner.rank < Shape.maximumRank else { return nil }
    for item in items where item.shape() != inner { return nil }
    return inner.inserting(items.count, at: 0)
  }

  fileprivate func appendNumbers(to numbers: inout [Double]) {
    switch self {
    case .number(let value): numbers.append(value)
    case .bool(let value): numbers.append(value ? 1 : 0)
    case .list(let items): for item in items { item.appendNumbers(to: &numbers) }
    }
  }

  fileprivate var isBool: Bool {
    switch self {
    case .bool: true
    case .number: false
    case .list(let items): items.first?.isBool ?? false
    }
  }
}

extension Tensor {
  /// A tensor written as a literal, nested to the wanted rank.
  ///
  /// Numbers make a float32 tensor and truth values a bool tensor, unless `dtype` says otherwise.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).shape, Tensor([true, false]).dtype)  // [2, 2] bool
  /// print(Tensor([1, 2], dtype: .int64))  // [1, 2] : [2] int64
  /// ```
  ///
  /// - Precondition: all rows of a level have the same length; else traps, or throws inside ``checked(_:)``.
  public init(_ literal: TensorLiteral, dtype: DType? = nil) {
    guard let shape = literal.root.shape() else {
      self = fail(
        .shapeMismatch, "Tensor", "the rows of the literal differ in length; every row of a level needs the same")
      return
    }
    var numbers: [Double] = []
    numbers.reserveCapacity(shape.count())
    literal.root.appendNumbers(to: &numbers)
    let dtype = dtype ?? (literal.root.isBool ? .bool : .float32)
    self = convert(Tensor(numbers, shape: shape), to: dtype)
  }
}
