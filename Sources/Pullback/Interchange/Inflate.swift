/// Undoes DEFLATE (RFC 1951), the compression of zip archives.
struct Inflate: ~Copyable {
  private let input: ArraySlice<UInt8>
  private var position: Int
  private var bits: UInt32 = 0
  private var bitCount = 0
  private var output: [UInt8] = []
  private let byteCount: Int

  /// What compressed bytes stand for, or nil unless they are well formed and stand for as many as announced.
  static func inflated(_ bytes: ArraySlice<UInt8>, byteCount: Int) -> [UInt8]? {
    // A bit holds at most half a copy of 258 bytes, so that nothing can claim memory that it does not fill.
    guard byteCount / 1032 <= bytes.count else { return nil }
    var inflate = Inflate(bytes, byteCount)
    guard inflate.run(), inflate.output.count == byteCount, inflate.position == bytes.endIndex else { return nil }
    return inflate.output
  }

  private init(_ input: ArraySlice<UInt8>, _ byteCount: Int) {
    self.input = input
    self.byteCount = byteCount
    position = input.startIndex
    output.reserveCapacity(byteCount)
  }

  private mutating func run() -> Bool {
    while true {
      guard let isLast = take(1), let kind = take(2) else { return false }
      let isSound =
        switch kind {
        case 0: copyStored()
        case 1: copyCoded(Code.fixedLiterals, Code.fixedDistances)
        case 2: copyWithOwnCodes()
        default: false
        }
      guard isSound else { return false }
      if isLast == 1 { return true }
    }
  }

  /// The next bits, the first the lowest.
  private mutating func take(_ count: Int) -> Int? {
    while bitCount < count {
      guard position < input.endIndex else { return nil }
      bits |= UInt32(input[position]) << UInt32(bitCount)
      position += 1
      bitCount += 8
    }
    let value = Int(bits & (1 << UInt32(count) - 1))
    bits >>= UInt32(count)
    bitCount -= count
    return value
  }

  private mutating func symbol(_ code: Code) -> Int? {
    // At the end there may be fewer bits than the longest code has.
    while bitCount < code.longest, position < input.endIndex {
      bits |= UInt32(input[position]) << UInt32(bitCount)
      position += 1
      bitCount += 8
    }
    let found = code.table[Int(bits) & (1 << code.longest - 1)]
    let length = Int(found & 15)
    guard length > 0, length <= bitCount else { return nil }
    bits >>= UInt32(length)
    bitCount -= length
    return Int(found >> 4)
  }

  private mutating func copyStored() -> Bool {
    // Whole bytes that were fetched ahead are given back.
    position -= bitCount / 8
    (bits, bitCount) = (0, 0)
    guard input.endIndex - position >= 4 else { return false }
    let count = Int(input[position]) | Int(input[position + 1]) << 8
    let check = Int(input[position + 2]) | Int(input[position + 3]) << 8
    position += 4
    guard count ^ check == 0xFFFF, input.endIndex - position >= count, output.count + count <= byteCount else {
      return false
    }
    output += input[position..<position + count]
    position += count
    return true
  }

  private mutating func copyWithOwnCodes() -> Bool {
    guard let literals = take(5), let distances = take(5), let lengths = take(4) else { return false }
    let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    var codeLengths = [UInt8](repeating: 0, count: 19)
    for place in 0..<lengths + 4 {
      guard let length = take(3) else { return false }
      codeLengths[order[place]] = UInt8(length)
    }
    guard literals <= 29, distances <= 29, let code = Code(codeLengths) else { return false }
    let count = literals + 257 + distances + 1
    var all: [UInt8] = []
    while all.count < count {
      guard let symbol = symbol(code) else { return false }
      switch symbol {
      case 16:
        guard let last = all.last, let extra = take(2) else { return false }
        all += repeatElement(last, count: 3 + extra)
      case 17:
        guard let extra = take(3) else { return false }
        all += repeatElement(0, count: 3 + extra)
      case 18:
        guard let extra = take(7) else { return false }
        all += repeatElement(0, count: 11 + extra)
      default: all.append(UInt8(symbol))
      }
    }
    guard all.count == count, all[256] > 0, let literalCode = Code(Array(all[..<(literals + 257)])),
      let distanceCode = Code(Array(all[(literals + 257)...]))
    else { return false }
    return copyCoded(literalCode, distanceCode)
  }

  private mutating func copyCoded(_ literals: Code, _ distances: Code) -> Bool {
    while let symbol = symbol(literals) {
      if symbol < 256 {
        guard output.count < byteCount else { return false }
        output.append(UInt8(symbol))
        continue
      }
      if symbol == 256 {
        // What was fetched beyond the end belongs to what follows.
        position -= bitCount / 8
        bitCount %= 8
        bits &= 1 << UInt32(bitCount) - 1
        return true
      }
      guard symbol < 286, let extra = take(Int(Code.lengthBits[symbol - 257])),
        let place = self.symbol(distances), place < 30, let farther = take(Int(Code.distanceBits[place]))
      else { return false }
      let length = Int(Code.lengths[symbol - 257]) + extra, distance = Int(Code.distances[place]) + farther
      guard distance <= output.count, output.count + length <= byteCount else { return false }
      // The copy may reach into itself.
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
    return false
  }
}

/// A Huffman code: for the next bits, the symbol that they begin with and its length.
private struct Code {
  let table: [UInt16]
  let longest: Int

  /// The canonical code of given lengths; nil if they are those of none.
  init?(_ lengths: [UInt8]) {
    longest = Int(lengths.max() ?? 0)
    guard longest > 0 else {
      // A code without symbols is sound as long as nothing uses it.
      table = [0]
      return
    }
    var counts = [Int](repeating: 0, count: 16)
    for length in lengths where length > 0 { counts[Int(length)] += 1 }
    var next = [Int](repeating: 0, count: 16)
    var code = 0
    for length in 1...15 {
      code = (code + counts[length - 1]) << 1
      next[length] = code
      guard code + counts[length] <= 1 << length else { return nil }
    }
    // Only a code of one symbol may leave sequences without a meaning.
    let isComplete = next[longest] + counts[longest] == 1 << longest
    guard isComplete || counts.reduce(0, +) == 1 && longest == 1 else { return nil }
    var table = [UInt16](repeating: 0, count: 1 << longest)
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let length = Int(length)
      // Codes come with their highest bit first, numbers with their lowest.
      var reversed = 0
      for bit in 0..<length where next[length] >> bit & 1 == 1 { reversed |= 1 << (length - 1 - bit) }
      next[length] += 1
      for place in stride(from: reversed, to: table.count, by: 1 << length) {
        table[place] = UInt16(symbol << 4 | length)
      }
    }
    self.table = table
  }

  static let fixedLiterals = Code((0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })!
  static let fixedDistances = Code([UInt8](repeating: 5, count: 32))!

  static let lengths: [UInt16] = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
  ]
  static let lengthBits: [UInt8] = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  static let distances: [UInt16] = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
    8193, 12289, 16385, 24577,
  ]
  static let distanceBits: [UInt8] = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
  ]
}
