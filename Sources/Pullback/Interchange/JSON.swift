/// A value of a JSON text.
///
/// The reader is stricter than Foundation's, for headers that nobody has checked: it refuses a key given twice, a byte
/// order mark, trailing commas, text after the value, and nesting deeper than ``maximumDepth``; and it tells whole numbers
/// from others by how they are written.
enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  /// Written as a whole number and within the range of an Int.
  case integer(Int)
  /// Any other number.
  case number(Double)
  case string(String)
  case array([JSON])
  /// In the order of the text; no key appears twice.
  case object([Member])

  struct Member: Sendable, Equatable {
    let key: String
    let value: JSON
  }

  static let maximumDepth = 64

  /// What is wrong with a text, and at which byte.
  struct Failure: Error, Hashable, Sendable {
    let reason: String
    let offset: Int
  }

  /// Reads a text that is one value in UTF-8.
  init(parsing text: some Sequence<UInt8>) throws(Failure) {
    var reader = JSONReader(bytes: Array(text))
    self = try reader.readText()
  }

  /// The value of a key, if this is an object that has it.
  subscript(key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }
}

/// Reads JSON from bytes, one after another, without looking back.
private struct JSONReader {
  let bytes: [UInt8]
  private var offset = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func readText() throws(JSON.Failure) -> JSON {
    skipSpace()
    let value = try readValue(depth: 0)
    skipSpace()
    guard offset == bytes.count else { throw failure("there is text after the value") }
    return value
  }

  private func failure(_ reason: String) -> JSON.Failure { JSON.Failure(reason: reason, offset: offset) }

  private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
  }

  /// Steps over a byte if it comes next.
  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(JSON.Failure) {
    guard accept(character) else { throw failure("expected '\(character)'") }
  }

  private mutating func readValue(depth: Int) throws(JSON.Failure) -> JSON {
    guard depth < JSON.maximumDepth else { throw failure("nested deeper than \(JSON.maximumDepth) levels") }
    guard let next else { throw failure("the text ends where a value is expected") }
    switch next {
    case UInt8(ascii: "{"): return try readObject(depth: depth)
    case UInt8(ascii: "["): return try readArray(depth: depth)
    case UInt8(ascii: "\""): return .string(try readString())
    case UInt8(ascii: "t"): return try readWord("true", as: .bool(true))
    case UInt8(ascii: "f"): return try readWord("false", as: .bool(false))
    case UInt8(ascii: "n"): return try readWord("null", as: .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
    default: throw failure("no value begins like this")
    }
  }

  private mutating func readWord(_ word: StaticString, as value: JSON) throws(JSON.Failure) -> JSON {
    let matches = word.withUTF8Buffer { bytes.dropFirst(offset).starts(with: $0) }
    guard matches else { throw failure("expected \(word)") }
    offset += word.utf8CodeUnitCount
    return value
  }

  private mutating func readObject(depth: Int) throws(JSON.Failure) -> JSON {
    try expect("{")
    skipSpace()
    if accept("}") { return .object([]) }
    var members: [JSON.Member] = []
    var keys: Set<String> = []
    repeat {
      skipSpace()
      let start = offset
      let key = try readString()
      guard keys.insert(key).inserted else {
        throw JSON.Failure(reason: "the key \"\(key)\" appears twice", offset: start)
      }
      skipSpace()
      try expect(":")
      skipSpace()
      members.append(JSON.Member(key: key, value: try readValue(depth: depth + 1)))
      skipSpace()
    } while accept(",")
    try expect("}")
    return .object(members)
  }

  private mutating func readArray(depth: Int) throws(JSON.Failure) -> JSON {
    try expect("[")
    skipSpace()
    if accept("]") { return .array([]) }
    var items: [JSON] = []
    repeat {
      skipSpace()
      items.append(try readValue(depth: depth + 1))
      skipSpace()
    } while accept(",")
    try expect("]")
    return .array(items)
  }
}

// MARK: - Numbers and strings

extension JSONReader {
  private mutating func skipDigits() throws(JSON.Failure) {
    let start = offset
    while let byte = next, (0x30...0x39).contains(byte) { offset += 1 }
    if offset == start { throw failure("expected a digit") }
  }

  private mutating func readNumber() throws(JSON.Failure) -> JSON {
    let start = offset
    var isWhole = true
    _ = accept("-")
    if accept("0") {
      if let byte = next, (0x30...0x39).contains(byte) { throw failure("a number does not begin with 0") }
    } else {
      try skipDigits()
    }
    if accept(".") {
      isWhole = false
      try skipDigits()
    }
    if accept("e") || accept("E") {
      isWhole = false
      if !accept("+") { _ = accept("-") }
      try skipDigits()
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    if isWhole, let value = Int(text) { return .integer(value) }
    guard let value = Double(text) else { throw failure("\(text) is not a number") }
    return .number(value)
  }

  private mutating func readString() throws(JSON.Failure) -> String {
    try expect("\"")
    let start = offset
    var units: [UInt8] = []
    while let byte = next {
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: units, as: UTF8.self) else {
          throw JSON.Failure(reason: "the string is not UTF-8", offset: start)
        }
        return string
      case UInt8(ascii: "\\"): units += Array(String(try readEscape()).utf8)
      case 0..<0x20: throw failure("a control character in a string")
      default: units.append(byte)
      }
    }
    throw failure("the text ends within a string")
  }

  /// The character that an escape stands for, its backslash having been read.
  private mutating func readEscape() throws(JSON.Failure) -> Unicode.Scalar {
    guard let byte = next else { throw failure("the text ends within a string") }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var code = try readFourHexDigits()
      if (0xD800..<0xDC00).contains(code) {
        try expect("\\")
        try expect("u")
        let low = try readFourHexDigits()
        guard (0xDC00..<0xE000).contains(low) else { throw failure("half of a surrogate pair") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("half of a surrogate pair") }
      return scalar
    default: throw failure("no such escape in a string")
    }
  }

  private mutating func readFourHexDigits() throws(JSON.Failure) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("expected four hexadecimal digits")
      }
      code = code << 4 + UInt32(digit)
      offset += 1
    }
    return code
  }
}
