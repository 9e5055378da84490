/// A table of numbers read from comma-separated values.
///
/// Reading is strict: every line has the same number of fields, every field is a number that the element type can hold,
/// and what is wrong is said with its line and column. Fields may be quoted, lines may end as on any system, and the last
/// may lack its end.
///
/// ```swift
/// let table = try CSVTable("x,y\n1,2\n3,4.5\n", hasHeader: true)
/// print(table.header, table.values)
/// // ["x", "y"] [[1.0, 2.0],
/// //  [3.0, 4.5]] : [2, 2] float32
///
/// do {
///   _ = try CSVTable("1,2\n3,four")
/// } catch {
///   print(error)  // CSV line 2, column 2: "four" is not a number
/// }
/// ```
public struct CSVTable: Sendable {
  /// The names of the columns; empty if the text has no header.
  public let header: [String]
  /// The numbers, of shape `[rows, columns]`.
  public let values: Tensor

  /// Reads text.
  ///
  /// - Parameters:
  ///   - text: the text of the table.
  ///   - hasHeader: whether the first line names the columns.
  ///   - separator: the byte between fields, a comma by default.
  ///   - dtype: the type of the elements. Numbers that it cannot hold are refused: 1.5 as int64, 10⁴⁰ as float32, 2 as
  ///     bool.
  public init(
    _ text: String, hasHeader: Bool = false, separator: Unicode.Scalar = ",", dtype: DType = .float32
  ) throws(CSVError) {
    try self.init(bytes: Array(text.utf8), hasHeader: hasHeader, separator: separator, dtype: dtype)
  }

  /// Reads the bytes of a text in UTF-8.
  public init(
    bytes: [UInt8], hasHeader: Bool = false, separator: Unicode.Scalar = ",", dtype: DType = .float32
  ) throws(CSVError) {
    guard separator.isASCII, separator != "\"", separator != "\n", separator != "\r" else {
      throw CSVError(line: 1, column: 1, reason: "the separator \(separator.debugDescription) is none")
    }
    var reader = CSVReader(bytes, separator: UInt8(ascii: separator))
    var header: [String] = []
    var numbers: [Double] = []
    var rows = 0
    var columns: Int?
    while let fields = try reader.nextLine() {
      if let columns, columns != fields.count {
        throw CSVError(
          line: reader.line, column: min(columns, fields.count) + 1,
          reason: "the line has \(fields.count) field\(fields.count == 1 ? "" : "s"), those before it \(columns)")
      }
      columns = fields.count
      if hasHeader, reader.line == 1 {
        header = fields.map { String(decoding: $0, as: UTF8.self) }
        continue
      }
      for (column, field) in fields.enumerated() {
        numbers.append(try CSVTable.number(field, dtype, line: reader.line, column: column + 1))
      }
      rows += 1
    }
    self.header = header
    values = Tensor(numbers, shape: [rows, columns ?? 0]).cast(to: dtype)
  }

  private static func number(
    _ field: ArraySlice<UInt8>, _ dtype: DType, line: Int, column: Int
  ) throws(CSVError) -> Double {
    let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    let begin = field.firstIndex { !isSpace($0) } ?? field.endIndex
    let end = field.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? begin
    let text = String(decoding: field[begin..<end], as: UTF8.self)
    guard let value = Double(text) else {
      throw CSVError(
        line: line, column: column, reason: text.isEmpty ? "the field is empty" : "\"\(text)\" is not a number")
    }
    guard dtype.holds(value, writtenAs: text) else {
      throw CSVError(line: line, column: column, reason: "\(text) is not a value of \(dtype)")
    }
    return value
  }
}

/// What is wrong with comma-separated values, and where.
public struct CSVError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line, counted from 1.
  public let line: Int
  /// The field in the line, counted from 1.
  public let column: Int
  /// What is wrong.
  public let reason: String

  /// The place and the reason.
  public var description: String { "CSV line \(line), column \(column): \(reason)" }
}

extension DType {
  /// Whether a number read from text is a value of this type, but for rounding.
  fileprivate func holds(_ value: Double, writtenAs text: String) -> Bool {
    switch self {
    // A number too large becomes infinite; infinity itself begins with an i, after a sign perhaps.
    case .float32: Float(value).isFinite || value.isNaN || text.contains { $0 == "i" || $0 == "I" }
    case .float64: value.isFinite || value.isNaN || text.contains { $0 == "i" || $0 == "I" }
    case .int32: Int32(exactly: value) != nil
    // Beyond 2⁵³ a Double may not be the number that was written.
    case .int64: Int64(exactly: value) != nil && value.magnitude < 0x1p53
    case .bool: value == 0 || value == 1
    }
  }
}

/// Splits text into lines and fields.
private struct CSVReader {
  private let bytes: [UInt8]
  private let separator: UInt8
  private var position = 0
  /// The number of the line last read.
  private(set) var line = 0

  init(_ bytes: [UInt8], separator: UInt8) {
    self.bytes = bytes
    self.separator = separator
    // A byte order mark says nothing here.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The fields of the next line, or nil at the end.
  mutating func nextLine() throws(CSVError) -> [ArraySlice<UInt8>]? {
    if position >= bytes.count { return nil }
    line += 1
    var fields: [ArraySlice<UInt8>] = []
    while true {
      fields.append(try field(number: fields.count + 1))
      if position < bytes.count, bytes[position] == separator {
        position += 1
        continue
      }
      skipLineEnd()
      if fields.count == 1, fields[0].isEmpty { throw CSVError(line: line, column: 1, reason: "the line is empty") }
      return fields
    }
  }

  private var isAtLineEnd: Bool {
    position >= bytes.count || bytes[position] == UInt8(ascii: "\n")
      || bytes[position] == UInt8(ascii: "\r") && position + 1 < bytes.count
        && bytes[position + 1] == UInt8(ascii: "\n")
  }

  private mutating func skipLineEnd() {
    if position < bytes.count, bytes[position] == UInt8(ascii: "\r") { position += 1 }
    if position < bytes.count { position += 1 }
  }

  private mutating func field(number: Int) throws(CSVError) -> ArraySlice<UInt8> {
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return try quotedField(number: number) }
    let start = position
    while !isAtLineEnd, bytes[position] != separator { position += 1 }
    return bytes[start..<position]
  }

  private mutating func quotedField(number: Int) throws(CSVError) -> ArraySlice<UInt8> {
    let quote = UInt8(ascii: "\"")
    var content: [UInt8] = []
    position += 1
    while position < bytes.count {
      if bytes[position] != quote {
        content.append(bytes[position])
      } else if position + 1 < bytes.count, bytes[position + 1] == quote {
        content.append(quote)
        position += 1
      } else {
        position += 1
        guard isAtLineEnd || bytes[position] == separator else {
          throw CSVError(line: line, column: number, reason: "text follows the closing quote")
        }
        return content[...]
      }
      position += 1
    }
    throw CSVError(line: line, column: number, reason: "the quote is not closed")
  }
}
