import Foundation
import Testing

@testable import Pullback

/// A file with a header, of version 1 or 2, and elements.
private func file(_ header: String, _ elements: [UInt8] = [], version: UInt8 = 1, length: Int? = nil) -> [UInt8] {
  let count = length ?? header.utf8.count
  let lengths = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
  return [0x93] + Array("NUMPY".utf8) + [version, 0] + lengths + Array(header.utf8) + elements
}

private func header(_ type: String, _ shape: String, _ order: String = "False") -> String {
  "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }"
}

/// The reader accepts what the format allows, to the bit, and refuses everything else with the name of the rule.
@Suite struct NPYTests {
  @Test func everyTypeAndShapeComesBack() throws {
    let tensors: [Tensor] = [
      Tensor([1.5, -2, .infinity, 0] as [Float], shape: [2, 2]), Tensor([1e300, .nan, -0.0] as [Double], shape: [3]),
      Tensor([1, -2, .max], shape: [3]), Tensor([7, -8], dtype: .int32), Tensor([[true], [false]]), Tensor(3),
      Tensor.zeros([2, 0, 3]), Tensor([[1, 2], [3, 4]]).transposed(), Tensor.zeros([1, 1, 1, 1, 1, 1, 1, 1]),
    ]
    for tensor in tensors {
      let bytes = try NPY(tensor).bytes()
      #expect((bytes.count - tensor.count * tensor.dtype.byteCount) % 64 == 0)
      try expectSameBits(try NPY(bytes: bytes).tensor, tensor, "\(tensor.shape)")
    }
  }

  @Test func validFilesAreRead() throws {
    let one: [UInt8] = [0, 0, 128, 63]
    let valid: [[UInt8]] = [
      file(header("<f4", "(1,)"), one), file(header("<f4", "(1, 1)"), one), file(header("<f4", "()"), one),
      file(header("<f4", "(1,1,)") + "   \n", one, version: 2), file(header("<f4", "( 1 , )"), one, version: 3),
      file("{\"shape\":(1,),\"fortran_order\":False,\"descr\":\"=f4\"}", one),
      file(header(">f4", "(1,)"), one.reversed()), file(header("<f4", "(1, 1)", "True"), one),
      file(header("<i8", "(0, 9)")), file(header("|b1", "(2,)"), [0, 1]),
    ]
    for bytes in valid { _ = try NPY(bytes: bytes) }
    #expect(try NPY(bytes: valid[6]).tensor == Tensor([1]))
  }

  private enum Rule: String, Sendable {
    case notNPY, unknownVersion, truncatedHeader, headerTooLarge, invalidHeader, unknownDType, sizeOverflow
    case wrongByteCount, invalidBool

    init?(_ error: NPYError) {
      let name = Mirror(reflecting: error).children.first?.label ?? "\(error)".components(separatedBy: ":")[0]
      self.init(rawValue: error == .notNPY ? "notNPY" : error == .sizeOverflow ? "sizeOverflow" : name)
    }
  }

  private static let four: [UInt8] = [1, 2, 3, 4]

  private static let malformed: [(rule: Rule, bytes: [UInt8])] =
    [
      (.truncatedHeader, []), (.truncatedHeader, [0x93, 0x4E]), (.notNPY, [0x93, 0x4F]), (.notNPY, Array("PK".utf8)),
      (.notNPY, [UInt8](repeating: 0, count: 200)), (.unknownVersion, file("", version: 4)),
      (.unknownVersion, file("", version: 0)), (.truncatedHeader, file("{}", length: 3)),
      (.headerTooLarge, file("{}", version: 2, length: 65_536)),
      (.headerTooLarge, file("{}", version: 3, length: 1 << 31)),
    ] + headers.map { (.invalidHeader, file($0, four)) }
    + ["<f3", "<f16", "<c8", "|O", "<U3", "<V4", "f4", "|f4", "<u8", "", "<f", "<M8[s]", "|b2"].map {
      (.unknownDType, file(header($0, "(1,)"), four))
    } + [
      (.sizeOverflow, file(header("<f4", "(4611686018427387904, 4)"))),
      (.sizeOverflow, file(header("<f4", "(4294967296, 4294967296, 1)"))),
      (.sizeOverflow, file(header("|u1", "(2305843009213693952,)"))),
      (.sizeOverflow, file(header("<f4", "(18446744073709551617,)"), four)),
      (.wrongByteCount, file(header("<f4", "(2,)"), four)), (.wrongByteCount, file(header("<f4", "(0,)"), four)),
      (.wrongByteCount, file(header("<f8", "(1,)"), four)), (.wrongByteCount, file(header("<f4", "(1,)"), four + [0])),
      (.wrongByteCount, file(header("<f4", "(1000000000000,)"), four)),
      (.invalidBool, file(header("|b1", "(4,)"), four)),
    ]

  private static let headers: [String] = [
    "", "[]", "{}", "{'descr': '<f4'}", header("<f4", "(1)"), header("<f4", "1"), header("<f4", "[1]"),
    header("<f4", "(-1,)"), header("<f4", "(1.0,)"), header("<f4", "(1, 2"), header("<f4", "(,)"),
    header("<f4", "(True,)"), header("<f4", "(1,1,1,1,1,1,1,1,1)"), header("<f4", "(1,)", "false"),
    header("<f4", "(1,)", "0"), header("<f4", "(1,)") + "x", header("<f4\\x41", "(1,)"), header("é", "(1,)"),
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)", "{'descr': '<f4' 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
    "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
    "{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,)}", "{'descr", "{,'descr': '<f4'}",
    String(repeating: "{", count: 60_000),
  ]

  @Test func malformedFilesAreRefusedByRule() {
    for (rule, bytes) in NPYTests.malformed {
      do {
        _ = try NPY(bytes: bytes)
        Issue.record("\(rule): accepted \(String(decoding: bytes.prefix(200), as: UTF8.self))")
      } catch {
        if Rule(error) != rule {
          Issue.record("\(rule): \(error) for \(String(decoding: bytes.prefix(200), as: UTF8.self))")
        }
        if error.description.isEmpty || error.description.count > 500 { Issue.record("\(rule): \(error)") }
      }
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let good = try NPY(Tensor([[1, 2], [3, 4]])).bytes()
    for count in 0..<good.count { #expect(throws: NPYError.self) { try NPY(bytes: Array(good.prefix(count))) } }
  }

  /// Bytes changed, cut and repeated at random: an error or a tensor, never a crash.
  @Test func damagedFilesNeverCrash() throws {
    let good = try NPY(Tensor([[1, 2], [3, 4]])).bytes()
    var noise = Noise(seed: 78)
    for _ in 0..<10_000 {
      let bytes = noise.damaged(good)
      if let file = try? NPY(bytes: bytes) { #expect(file.tensor.scalars(as: Double.self).count == file.tensor.count) }
    }
  }

  @Test func filesAppearCompleteOrNotAtAll() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "npy-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = ["x.npy", "x.npz", "x.idx"].map { folder.path + "/" + $0 }
    func write(_ x: Tensor, _ paths: [String]) throws {
      try NPY(x).write(to: paths[0])
      try NPZ(["x": x]).write(to: paths[1])
      try IDX(x).write(to: paths[2])
    }
    try write(Tensor([1, 2]), paths)
    try write(Tensor([3]), paths)
    // Nothing is written when saving fails: not over what was there, and not beside it.
    let missing = folder.path + "/missing/x"
    #expect(throws: NPYError.self) { try NPY(Tensor(1)).write(to: missing) }
    #expect(throws: NPZError.self) { try NPZ(["x": Tensor(1)]).write(to: missing) }
    #expect(throws: IDXError.self) { try IDX(Tensor(1)).write(to: missing) }
    #expect(throws: IDXError.valueOutOfRange(300)) { try IDX(Tensor([300]), as: .uint8).write(to: paths[2]) }
    #expect(throws: NPYError.self) { try NPY(Tensor(1)).write(to: folder.path) }
    for path in [missing, folder.path] {
      #expect(throws: NPYError.self) { try NPY(contentsOf: path) }
      #expect(throws: NPZError.self) { try NPZ(contentsOf: path) }
      #expect(throws: IDXError.self) { try IDX(contentsOf: path) }
    }
    #expect(try NPY(contentsOf: paths[0]).tensor == Tensor([3]))
    #expect(try NPZ(contentsOf: paths[1])["x"] == Tensor([3]))
    #expect(try IDX(contentsOf: paths[2]).tensor == Tensor([3]))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["x.idx", "x.npy", "x.npz"])
  }
}

extension Noise {
  /// Bytes changed, cut and repeated.
  mutating func damaged(_ good: [UInt8]) -> [UInt8] {
    var bytes = good
    for _ in 0...next(3) where !bytes.isEmpty {
      switch next(4) {
      case 0: bytes[next(bytes.count)] = UInt8(next(256))
      case 1: bytes[next(bytes.count)] ^= 1 << UInt8(next(8))
      case 2: bytes.removeSubrange(next(bytes.count)..<bytes.count)
      default: bytes.insert(UInt8(next(256)), at: next(bytes.count))
      }
    }
    return bytes
  }
}
