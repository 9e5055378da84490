/// The header of a `.safetensors` file, checked against the size of what follows it.
struct SafeTensorsHeader {
  /// Where a tensor lies and what it is.
  struct Entry {
    let name: String
    let elements: StoredElements
    let shape: Shape
    let range: Range<Int>

    var byteCount: Int { range.count }
  }

  /// What the bytes of a tensor stand for: elements of a type there is, or of half precision, which are widened.
  enum StoredElements {
    case own(DType)
    case float16
    case bfloat16

    fileprivate var byteCount: Int {
      switch self {
      case .own(let dtype): dtype.byteCount
      case .float16, .bfloat16: 2
      }
    }
  }

  /// In the order of their bytes, which they fill without gaps.
  let entries: [Entry]
  let metadata: [String: String]

  /// Reads and checks a header, leaving the source at the first tensor.
  init(reading source: some ByteSource) throws(SafeTensorsError) {
    let size = source.byteCount
    guard size >= 8 else { throw .truncatedHeader(byteCount: size) }
    func next(_ count: Int) throws(SafeTensorsError) -> [UInt8] {
      try SafeTensorsError.passing { () throws(FileError) in try source.read(count: count) }
    }
    let length = try next(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(SafeTensors.headerLimit) else { throw .headerTooLarge(byteCount: length) }
    guard Int(length) <= size - 8 else { throw .truncatedHeader(byteCount: size) }

    let text = try next(Int(length))
    guard text.first == UInt8(ascii: "{") else {
      throw .invalidHeader(reason: "the header does not begin with a brace", offset: 0)
    }
    let json: JSON
    do { json = try JSON(parsing: text) } catch {
      throw .invalidHeader(reason: error.reason, offset: error.offset)
    }
    guard case .object(let members) = json else { throw .invalidHeader(reason: "not an object", offset: 0) }

    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    for member in members {
      if member.key == "__metadata__" {
        metadata = try Self.metadata(member.value)
      } else {
        entries.append(try Entry(member))
      }
    }
    entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    try Self.checkTiling(entries, bufferSize: size - 8 - Int(length))
    self.entries = entries
    self.metadata = metadata
  }

  private static func metadata(_ value: JSON) throws(SafeTensorsError) -> [String: String] {
    guard case .object(let members) = value else {
      throw .invalidEntry(name: "__metadata__", reason: "expected an object of strings")
    }
    var metadata: [String: String] = [:]
    for member in members {
      guard case .string(let text) = member.value else {
        throw .invalidEntry(name: "__metadata__", reason: "the value of \"\(member.key)\" is not a string")
      }
      metadata[member.key] = text
    }
    return metadata
  }

  /// The tensors must follow each other without overlap or gap, from the first byte to the last.
  private static func checkTiling(_ entries: [Entry], bufferSize: Int) throws(SafeTensorsError) {
    var end = 0
    for entry in entries {
      guard entry.range.lowerBound == end else {
        throw .notContiguous(name: entry.name, expected: end, found: entry.range.lowerBound)
      }
      end = entry.range.upperBound
    }
    guard end == bufferSize else { throw .wrongBufferSize(expected: end, found: bufferSize) }
  }
}

extension SafeTensorsHeader.Entry {
  /// Reads one member of the header.
  fileprivate init(_ member: JSON.Member) throws(SafeTensorsError) {
    let name = member.key
    guard case .object = member.value else { throw .invalidEntry(name: name, reason: "expected an object") }
    guard case .string(let typeName)? = member.value["dtype"] else {
      throw .invalidEntry(name: name, reason: "\"dtype\" is missing or not a string")
    }
    guard let elements = SafeTensorsHeader.StoredElements(typeName) else {
      throw .unknownDType(name: name, dtype: typeName)
    }
    let extents = try Self.integers("shape", of: member)
    let offsets = try Self.integers("data_offsets", of: member)
    guard extents.count <= Shape.maximumRank else {
      throw .invalidEntry(name: name, reason: "\(extents.count) axes; at most \(Shape.maximumRank) are possible")
    }
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw .invalidEntry(name: name, reason: "\"data_offsets\" is not a beginning and an end")
    }
    let shape = Shape(extents)
    guard let count = shape.countIfRepresentable else { throw .sizeOverflow(name: name) }
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: elements.byteCount)
    if overflow { throw .sizeOverflow(name: name) }
    guard byteCount == offsets[1] - offsets[0] else {
      throw .wrongByteCount(name: name, expected: byteCount, found: offsets[1] - offsets[0])
    }
    self.init(name: name, elements: elements, shape: shape, range: offsets[0]..<offsets[1])
  }

  /// A list of whole numbers that are not negative.
  private static func integers(_ key: String, of member: JSON.Member) throws(SafeTensorsError) -> [Int] {
    guard case .array(let items)? = member.value[key] else {
      throw .invalidEntry(name: member.key, reason: "\"\(key)\" is missing or not a list")
    }
    var numbers: [Int] = []
    for item in items {
      guard case .integer(let number) = item, number >= 0 else {
        throw .invalidEntry(name: member.key, reason: "\"\(key)\" holds something else than whole numbers from 0")
      }
      numbers.append(number)
    }
    return numbers
  }
}

// MARK: - Writing

extension SafeTensorsHeader {
  /// The header for tensors that are written one after another, filled up with spaces to a multiple of 8 bytes.
  static func text(_ tensors: [(key: String, value: Tensor)], metadata: [String: String]) -> String {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for (name, tensor) in tensors {
      let end = offset + tensor.count * tensor.dtype.byteCount
      let extents = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(name)):{\"dtype\":\"\(tensor.dtype.safeTensorsName)\",\"shape\":[\(extents)],\"data_offsets\":[\(offset),\(end)]}"
      )
      offset = end
    }
    let text = "{\(members.joined(separator: ","))}"
    return text + String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
  }

  private static func quoted(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension DType {
  fileprivate var safeTensorsName: String {
    switch self {
    case .float32: "F32"
    case .float64: "F64"
    case .int32: "I32"
    case .int64: "I64"
    case .bool: "BOOL"
    }
  }

}

extension SafeTensorsHeader.StoredElements {
  /// The elements of a type that a header names, if it is known.
  fileprivate init?(_ name: String) {
    switch name {
    case "F16": self = .float16
    case "BF16": self = .bfloat16
    default:
      guard let dtype = DType.allCases.first(where: { $0.safeTensorsName == name }) else { return nil }
      self = .own(dtype)
    }
  }
}
