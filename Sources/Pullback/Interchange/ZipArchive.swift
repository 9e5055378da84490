/// The members of a zip archive, as far as `.npz` files need them.
struct ZipArchive {
  struct Member {
    let name: String
    fileprivate let isDeflated: Bool
    fileprivate let checksum: UInt32
    fileprivate let byteCount: Int
    /// Where its bytes lie, stored or deflated.
    fileprivate let range: Range<Int>
  }

  let members: [Member]
  private let bytes: [UInt8]

  /// Finds the members and checks that none overlaps another.
  init(_ bytes: [UInt8]) throws(NPZError) {
    var end = ZipReader(bytes)
    guard end.seekEnd() else { throw .notArchive(reason: "the record of the directory's end is missing") }
    let disks = (end.number(2), end.number(2)), counts = (end.number(2), end.number(2))
    let size = end.number(4), start = end.number(4)
    guard disks == (0, 0), counts.0 == counts.1 else { throw .notArchive(reason: "it is one of several parts") }
    guard size != 0xFFFF_FFFF, start != 0xFFFF_FFFF, counts.0 != 0xFFFF else {
      throw .notArchive(reason: "archives beyond 4 GB (zip64) are not supported")
    }
    guard start + size <= end.signaturePosition else {
      throw .notArchive(reason: "the directory does not lie before its end")
    }
    var directory = ZipReader(bytes, start..<start + size)
    var members: [Member] = []
    for _ in 0..<counts.0 { members.append(try Member(&directory, in: bytes, before: start)) }
    guard directory.isAtEnd else { throw .notArchive(reason: "the directory has another size than announced") }
    if Set(members.map(\.name)).count < members.count { throw .notArchive(reason: "two members have the same name") }
    var last = 0
    for range in members.map(\.range).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      guard range.lowerBound >= last else { throw .notArchive(reason: "two members overlap") }
      last = range.upperBound
    }
    self.members = members
    self.bytes = bytes
  }

  /// The bytes of a member, as they were before they were put into the archive.
  func contents(of member: Member) throws(NPZError) -> [UInt8] {
    let stored = bytes[member.range]
    let contents: [UInt8]
    if member.isDeflated {
      guard let inflated = Inflate.inflated(stored, byteCount: member.byteCount) else {
        throw .damaged(name: member.name, reason: "its compressed bytes are malformed")
      }
      contents = inflated
    } else {
      contents = Array(stored)
    }
    guard crc32(contents) == member.checksum else {
      throw .damaged(name: member.name, reason: "its checksum is another than its bytes'")
    }
    return contents
  }
}

extension ZipArchive.Member {
  /// Reads an entry of the directory, and from the member's own header where its bytes begin.
  fileprivate init(_ directory: inout ZipReader, in bytes: [UInt8], before end: Int) throws(NPZError) {
    guard directory.has(46), directory.number(4) == 0x0201_4B50 else {
      throw .notArchive(reason: "an entry of the directory is malformed")
    }
    directory.skip(4)
    let flags = directory.number(2), method = directory.number(2)
    directory.skip(4)
    checksum = UInt32(directory.number(4))
    let storedCount = directory.number(4)
    byteCount = directory.number(4)
    let nameCount = directory.number(2), extraCount = directory.number(2), commentCount = directory.number(2)
    directory.skip(8)
    let start = directory.number(4)
    guard directory.has(nameCount + extraCount + commentCount),
      let name = String(validating: directory.next(nameCount), as: UTF8.self)
    else { throw .notArchive(reason: "the name of a member is cut or not UTF-8") }
    directory.skip(extraCount + commentCount)
    self.name = name
    guard flags & 1 == 0 else { throw .damaged(name: name, reason: "it is encrypted") }
    guard method == 0 || method == 8 else {
      throw .damaged(name: name, reason: "its compression, method \(method), is neither none nor DEFLATE")
    }
    guard storedCount != 0xFFFF_FFFF, byteCount != 0xFFFF_FFFF, start != 0xFFFF_FFFF else {
      throw .damaged(name: name, reason: "members beyond 4 GB (zip64) are not supported")
    }
    isDeflated = method == 8
    guard isDeflated || storedCount == byteCount else {
      throw .damaged(name: name, reason: "it is stored, but not with as many bytes as it has")
    }
    guard start <= end else { throw .damaged(name: name, reason: "it does not lie before the directory") }
    var header = ZipReader(bytes, start..<end)
    guard header.has(30), header.number(4) == 0x0403_4B50 else {
      throw .damaged(name: name, reason: "its own header is missing")
    }
    header.skip(22)
    let skipped = header.number(2) + header.number(2)
    guard header.has(skipped + storedCount) else {
      throw .damaged(name: name, reason: "it reaches into the directory")
    }
    header.skip(skipped)
    range = header.position..<header.position + storedCount
  }
}

/// Reads little-endian numbers from a part of some bytes.
private struct ZipReader {
  private let bytes: [UInt8]
  private let end: Int
  private(set) var position: Int
  private(set) var signaturePosition = 0

  init(_ bytes: [UInt8], _ range: Range<Int>? = nil) {
    self.bytes = bytes
    position = range?.lowerBound ?? 0
    end = range?.upperBound ?? bytes.count
  }

  var isAtEnd: Bool { position == end }

  func has(_ count: Int) -> Bool { count <= end - position }

  /// Goes behind the signature of the end of the directory, which a comment may follow.
  mutating func seekEnd() -> Bool {
    guard end >= 22 else { return false }
    for place in stride(from: end - 22, through: Swift.max(0, end - 22 - 0xFFFF), by: -1)
    where bytes[place..<place + 4].elementsEqual([0x50, 0x4B, 5, 6]) {
      guard place + 22 + Int(bytes[place + 20]) + Int(bytes[place + 21]) << 8 == end else { continue }
      signaturePosition = place
      position = place + 4
      return true
    }
    return false
  }

  /// The number in the bytes that come next, of which there must be enough.
  mutating func number(_ count: Int) -> Int {
    defer { position += count }
    return bytes[position..<position + count].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  mutating func next(_ count: Int) -> ArraySlice<UInt8> {
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func skip(_ count: Int) { position += count }
}

// MARK: - Writing

/// Writes members into a zip archive, uncompressed. Equal members give equal bytes: no times are kept.
struct ZipWriter {
  private var directory: [UInt8] = []
  private var position = 0
  private var count = 0

  mutating func add(
    _ name: String, _ contents: [UInt8], _ append: (UnsafeRawBufferPointer) -> Void
  ) throws(NPZError) {
    let name8 = Array(name.utf8)
    let start = position
    guard name8.count < 0xFFFF, contents.count < 0xFFFF_FFFF - start - 0xFFFF - 30, count < 0xFFFE else {
      throw .tooLarge
    }
    // The version that is needed, the flag of names in UTF-8, no compression, the first day of 1980, checksum and sizes.
    var common = little(20, 2) + little(0x0800, 2) + little(0, 2) + little(0, 2) + little(0x21, 2)
    common += little(Int(crc32(contents)), 4) + little(contents.count, 4) + little(contents.count, 4)
    common += little(name8.count, 2) + little(0, 2)
    write(little(0x0403_4B50, 4) + common + name8, append)
    write(contents, append)
    directory += little(0x0201_4B50, 4) + little(20, 2) + common + little(0, 2) + little(0, 2) + little(0, 2)
    directory += little(0, 4) + little(start, 4) + name8
    count += 1
  }

  mutating func finish(_ append: (UnsafeRawBufferPointer) -> Void) throws(NPZError) {
    let start = position
    guard start + directory.count < 0xFFFF_FFFF else { throw .tooLarge }
    let size = directory.count
    write(directory, append)
    var end = little(0x0605_4B50, 4) + little(0, 4) + little(count, 2) + little(count, 2)
    end += little(size, 4) + little(start, 4) + little(0, 2)
    write(end, append)
  }

  private mutating func write(_ bytes: [UInt8], _ append: (UnsafeRawBufferPointer) -> Void) {
    bytes.withUnsafeBytes(append)
    position += bytes.count
  }

  private func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}

/// The checksum of zip archives.
private func crc32(_ bytes: [UInt8]) -> UInt32 {
  bytes.withUnsafeBytes { bytes in
    var checksum = UInt32.max
    for byte in bytes { checksum = checksum >> 8 ^ checksumTable[Int(UInt8(truncatingIfNeeded: checksum) ^ byte)] }
    return ~checksum
  }
}

private let checksumTable: [UInt32] = (0..<256).map { byte in
  (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
}
