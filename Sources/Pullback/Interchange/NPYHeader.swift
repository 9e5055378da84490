/// The header of a `.npy` file, checked against the size of what follows it.
struct NPYHeader {
  let format: ElementFormat
  let shape: Shape
  let isFortranOrder: Bool

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Reads and checks a header, leaving the source at the first element.
  init(reading source: some ByteSource) throws(NPYError) {
    let size = source.byteCount
    func next(_ count: Int, _ begin: Int) throws(NPYError) -> [UInt8] {
      guard count <= size - begin else { throw .truncatedHeader(byteCount: size) }
      return try NPYError.passing { () throws(FileError) in try source.read(count: count) }
    }
    let start = try next(Swift.min(8, size), 0)
    guard start.starts(with: Self.magic.prefix(size)) else { throw .notNPY }
    guard start.count == 8 else { throw .truncatedHeader(byteCount: size) }
    let (major, minor) = (start[6], start[7])
    guard (1...3).contains(major), minor == 0 else { throw .unknownVersion(major: major, minor: minor) }
    let lengthWidth = major == 1 ? 2 : 4
    let length = try next(lengthWidth, 8).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= NPY.headerLimit else { throw .headerTooLarge(byteCount: length) }
    let begin = 8 + lengthWidth
    var literal = NPYLiteral(text: try next(length, begin), offset: begin)
    let (type, isFortranOrder, shape) = try literal.header()

    guard let format = ElementFormat(numPyName: type), format.dtype != nil else { throw .unknownDType(type) }
    guard let byteCount = format.byteCount(shape) else { throw .sizeOverflow }
    let found = size - begin - length
    guard found == byteCount else { throw .wrongByteCount(expected: byteCount, found: found) }
    self.format = format
    self.shape = shape
    self.isFortranOrder = isFortranOrder
  }

  /// The header for a tensor, filled up with spaces to a multiple of 64 bytes.
  static func bytes(_ shape: Shape, _ dtype: DType) -> [UInt8] {
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.rank == 1 ? "," : "")
    let text = "{'descr': '\(ElementFormat(dtype).numPyName)', 'fortran_order': False, 'shape': (\(extents)), }"
    let length = (10 + text.utf8.count + 1 + 63) / 64 * 64 - 10
    let spaces = String(repeating: " ", count: length - text.utf8.count - 1)
    return magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array((text + spaces + "\n").utf8)
  }
}

extension ElementFormat {
  /// The form that NumPy names as in `<f4`, if it is one of numbers or bools.
  fileprivate init?(numPyName: String) {
    let name = Array(numPyName)
    guard name.count == 3, let width = name[2].wholeNumberValue, "<>|=".contains(name[0]) else { return nil }
    let kinds: [Character: Kind] = ["b": .bool, "i": .signed, "u": .unsigned, "f": .float]
    guard let kind = kinds[name[1]] else { return nil }
    // Only single bytes have no order.
    guard name[0] != "|" || width == 1 else { return nil }
    self.init(kind: kind, width: width, isBigEndian: name[0] == ">" && width > 1)
  }

  fileprivate var numPyName: String {
    switch kind {
    case .bool: "|b1"
    case .signed: "<i\(width)"
    case .unsigned: "<u\(width)"
    case .float: "<f\(width)"
    }
  }
}

/// Reads the dictionary that a header is: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
private struct NPYLiteral {
  let text: [UInt8]
  /// Where the text begins in the file.
  let offset: Int
  private var position = 0

  init(text: [UInt8], offset: Int) {
    self.text = text
    self.offset = offset
  }

  mutating func header() throws(NPYError) -> (type: String, isFortranOrder: Bool, shape: Shape) {
    var type: String?
    var isFortranOrder: Bool?
    var shape: Shape?
    try expect("{")
    while !accept("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr" where type == nil: type = try string()
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try bool()
      case "shape" where shape == nil: shape = try extents()
      default: throw wrong("the key '\(key)' is unknown or there twice")
      }
      if !accept(",") {
        try expect("}")
        break
      }
    }
    guard next == nil else { throw wrong("something follows the closing brace") }
    guard let type, let isFortranOrder, let shape else {
      throw wrong("one of the keys 'descr', 'fortran_order', 'shape' is missing")
    }
    return (type, isFortranOrder, shape)
  }

  private func wrong(_ reason: String) -> NPYError { .invalidHeader(reason: reason, offset: offset + position) }

  /// The byte that comes next after spaces.
  private var next: UInt8? {
    mutating get {
      while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
      return position < text.count ? text[position] : nil
    }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(NPYError) {
    if !accept(character) { throw wrong("expected \(character)") }
  }

  private mutating func string() throws(NPYError) -> String {
    guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw wrong("expected a string")
    }
    let rest = text[(position + 1)...]
    guard let end = rest.firstIndex(of: quote) else { throw wrong("the string is not closed") }
    guard rest[..<end].allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
      throw wrong("the string holds something else than plain characters")
    }
    position = end + 1
    return String(decoding: rest[..<end], as: UTF8.self)
  }

  private mutating func word() -> String {
    _ = next
    let word = text[position...].prefix { $0 >= 0x41 && $0 <= 0x5A || $0 >= 0x61 && $0 <= 0x7A }
    position = word.endIndex
    return String(decoding: word, as: UTF8.self)
  }

  private mutating func bool() throws(NPYError) -> Bool {
    switch word() {
    case "True": return true
    case "False": return false
    default: throw wrong("expected True or False")
    }
  }

  /// A tuple of whole numbers from 0.
  private mutating func extents() throws(NPYError) -> Shape {
    var extents: [Int] = []
    try expect("(")
    while !accept(")") {
      _ = next
      let digits = text[position...].prefix { $0 >= 0x30 && $0 <= 0x39 }
      guard !digits.isEmpty else { throw wrong("expected a whole number from 0") }
      guard let extent = Int(String(decoding: digits, as: UTF8.self)) else { throw .sizeOverflow }
      position = digits.endIndex
      guard extents.count < Shape.maximumRank else {
        throw wrong("the array has more than \(Shape.maximumRank) axes")
      }
      extents.append(extent)
      // Python writes a tuple of one with a comma.
      if !accept(",") {
        guard extents.count != 1 else { throw wrong("expected a comma") }
        try expect(")")
        break
      }
    }
    return Shape(extents)
  }
}
