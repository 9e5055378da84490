import Foundation
import Testing

@testable import Pullback

/// Archives of arrays: those that NumPy made (`Goldens/numpy/make.py`), our own, and damaged ones.
@Suite struct NPZTests {
  private static let folder = Goldens.folder + "/numpy/"

  @Test func arraysOfEveryTypeAreRead() throws {
    let arrays = try NPZ(contentsOf: NPZTests.folder + "stored.npz").tensors
    let types: [(names: [String], dtype: DType)] = [
      (["<f2", "<f4", ">f2", ">f4"], .float32), (["<f8", ">f8"], .float64),
      (["|i1", "<i2", ">i2", "<i4", ">i4", "|u1", "<u2", ">u2"], .int32), (["<i8", ">i8", "<u4", ">u4"], .int64),
    ]
    for (names, dtype) in types {
      for name in names {
        let least: Double = name.contains("u") ? 0 : -50
        let expected = Tensor.arange(6, from: least, by: 20, dtype: dtype).reshaped(to: [2, 3])
        try expectSameBits(try #require(arrays[name], "\(name)"), expected, name)
      }
    }
    #expect(arrays["bool"] == Tensor([[true, false, true], [false, false, true]]))
    #expect(arrays["fortran"] == Tensor.arange(24, dtype: .float64).reshaped(to: [2, 3, 4]))
    #expect(arrays["scalar"] == Tensor(2.5) && arrays["vector"] == Tensor.arange(5, dtype: .int64))
    #expect(arrays["empty"] == Tensor.zeros([2, 0, 3], dtype: .float64))
    #expect(arrays.count == types.reduce(5) { $0 + $1.names.count })
    #expect(try NPY(contentsOf: NPZTests.folder + "version2.npy").tensor == Tensor.arange(4))
  }

  @Test func deflatedArraysAreRead() throws {
    let arrays = try NPZ(contentsOf: NPZTests.folder + "deflated.npz")
    let squares = (0..<4000).map { ($0 % 97) * ($0 % 97) }
    #expect(arrays["squares"] == Tensor(squares, shape: [4000]))
    #expect(arrays["zeros"] == Tensor.zeros([5000]))
    #expect(arrays["few"] == Tensor([0, 1, 2], dtype: .int32))
    let noise = try #require(arrays["noise"])
    #expect(noise.count == 3000 && noise.sum().item(as: Int.self) == arrays["sum"]?.item(as: Int.self))
  }

  @Test func everythingComesBack() throws {
    let tensors: [String: Tensor] = [
      "w": Tensor([[1, 2], [3, 4]]), "counts": Tensor([1, -2, 3], dtype: .int64), "é 😀": Tensor([true]),
      "": Tensor(2), "empty": Tensor.zeros([0]), "a/b": Tensor([1, 2], dtype: .float64),
    ]
    let bytes = try NPZ(tensors).bytes()
    let copy = try NPZ(bytes: bytes)
    #expect(copy.tensors.count == tensors.count)
    for (name, tensor) in tensors { try expectSameBits(try #require(copy[name]), tensor, name) }
    #expect(try copy.bytes() == bytes)
    #expect(try NPZ(bytes: NPZ().bytes()).tensors.isEmpty)
    // A comment may follow the archive.
    var commented = bytes
    commented[commented.count - 2] = 3
    #expect(try NPZ(bytes: commented + Array("any".utf8)).tensors.count == tensors.count)
  }

  private static func reason(_ bytes: [UInt8]) -> String {
    do {
      _ = try NPZ(bytes: bytes)
      return "accepted"
    } catch { return error.description }
  }

  @Test func malformedArchivesAreRefusedByRule() throws {
    let good = try NPZ(["x": Tensor([1, 2])]).bytes()
    let end = good.count - 22, directory = Int(good[end + 16]) | Int(good[end + 17]) << 8
    func changed(_ place: Int, _ bytes: UInt8...) -> [UInt8] {
      var copy = good
      for (offset, byte) in bytes.enumerated() { copy[place + offset] = byte }
      return copy
    }
    let rows: [(bytes: [UInt8], reason: String)] = [
      ([], "end is missing"), (Array(good.dropLast()), "end is missing"), (good + [0], "end is missing"),
      (changed(end + 4, 1), "one of several parts"), (changed(end + 10, 9), "one of several parts"),
      (changed(end + 8, 2, 0, 2, 0), "entry of the directory"), (changed(end + 8, 0, 0, 0, 0), "another size"),
      (changed(end + 16, 255, 255, 255, 127), "does not lie before"), (changed(end + 16, 255, 255, 255, 255), "zip64"),
      (changed(directory, 0), "entry of the directory"), (changed(directory + 8, 1), "encrypted"),
      (changed(directory + 10, 12), "method 12"), (changed(directory + 16, 0), "checksum"),
      (changed(directory + 20, 1, 0), "as many bytes"),
      (changed(directory + 20, 255, 255, 0, 0, 255, 255, 0, 0), "reaches into"),
      (changed(directory + 28, 255), "cut or not UTF-8"), (changed(directory + 46, 0xFF), "cut or not UTF-8"),
      (changed(directory + 42, 1), "header is missing"), (changed(directory + 42, 255, 255, 0, 0), "not lie before"),
      (changed(directory + 50, 0x7A), "does not end in .npy"), (changed(directory + 10, 8), "malformed"),
    ]
    for (bytes, expected) in rows {
      let found = NPZTests.reason(bytes)
      #expect(found.contains(expected), "\(found); expected \(expected)")
    }
    // Two members of one name, and two of the same bytes.
    let two = try NPZ(["x": Tensor([1, 2]), "y": Tensor([1, 2])]).bytes()
    let names = two.indices.filter { two[$0] == UInt8(ascii: "y") && two[$0 + 1] == UInt8(ascii: ".") }
    var twice = two
    for place in names { twice[place] = UInt8(ascii: "x") }
    #expect(NPZTests.reason(twice).contains("same name"))
    var overlapping = two
    let second = names[1] - 4
    overlapping.replaceSubrange(second..<second + 4, with: [0, 0, 0, 0])
    #expect(NPZTests.reason(overlapping).contains("overlap"))
    // An array that is none is named with its own error.
    let wrong = good.firstIndex(of: 0x93)!
    #expect(!NPZTests.reason(changed(wrong, 0)).contains("accepted"))
  }

  /// Bytes changed, cut and repeated at random: an error or tensors, never a crash.
  @Test(arguments: ["stored.npz", "deflated.npz"]) func damagedArchivesNeverCrash(name: String) throws {
    let file = try Data(contentsOf: URL(filePath: NPZTests.folder + name))
    let good = Array(file)
    var noise = Noise(seed: 79)
    for count in stride(from: 0, to: good.count, by: 7) {
      #expect(throws: NPZError.self) { try NPZ(bytes: Array(good.prefix(count))) }
    }
    for _ in 0..<200 { _ = try? NPZ(bytes: noise.damaged(good)) }
  }

  /// Without the checksum before it, the decompressor itself sees what is damaged.
  @Test func damagedStreamsNeverCrash() throws {
    // "abcabcabc…" and a few bytes, deflated with codes of their own, with the fixed ones, and stored.
    let streams: [(bytes: [UInt8], count: Int)] = [
      ([0x4B, 0x4C, 0x4A, 0x4E, 0x84, 0x21, 0x00], 12), ([0x01, 0x02, 0x00, 0xFD, 0xFF, 0x68, 0x69], 2),
      (NPZTests.dynamic, 300),
    ]
    var noise = Noise(seed: 80)
    for (bytes, count) in streams {
      #expect(Inflate.inflated(bytes[...], byteCount: count)?.count == count)
      #expect(Inflate.inflated(bytes[...], byteCount: count + 1) == nil)
      #expect(Inflate.inflated(bytes[...], byteCount: count - 1) == nil)
      #expect(Inflate.inflated(bytes[...], byteCount: 1 << 40) == nil)
      for end in 0..<bytes.count { #expect(Inflate.inflated(bytes[..<end], byteCount: count) == nil) }
      for _ in 0..<3000 {
        let found = Inflate.inflated(noise.damaged(bytes)[...], byteCount: count)
        #expect(found == nil || found?.count == count)
      }
    }
  }

  private static let dynamic: [UInt8] = [
    0x25, 0x90, 0x89, 0x0D, 0xC0, 0x20, 0x0C, 0x03, 0x67, 0xF5, 0x93, 0x67, 0xFF, 0x09, 0xEA, 0x50, 0x09, 0x90,
    0x82, 0x9D, 0xF8, 0x00, 0x12, 0xB8, 0xA2, 0x05, 0x61, 0x87, 0x39, 0x51, 0xD4, 0x88, 0xF4, 0x00, 0xC6, 0x44,
    0x2C, 0xB8, 0x81, 0x8E, 0xD4, 0x98, 0x01, 0x55, 0xBB, 0xAC, 0x5E, 0xE6, 0x10, 0x17, 0x4B, 0x00, 0xD9, 0x66,
    0xFB, 0xE4, 0xA1, 0xA8, 0xAC, 0x08, 0xDE, 0xC5, 0x40, 0x2E, 0x54, 0x6E, 0x37, 0x69, 0x65, 0x78, 0x32, 0x2A,
    0x1D, 0x63, 0x82, 0x9D, 0xFC, 0x2B, 0x9A, 0xC9, 0x93, 0x52, 0x56, 0x5A, 0xD3, 0xF6, 0x3C, 0x77, 0x75, 0xB3,
    0x0F, 0x0B, 0x43, 0xF2, 0x20, 0xC9, 0xF0, 0x65, 0xC8, 0x41, 0x87, 0x8A, 0xAE, 0xC2, 0x3E, 0x93, 0x88, 0x4E,
    0x78, 0x18, 0xE4, 0xF0, 0x38, 0x56, 0x6F, 0x78, 0xF3, 0xA6, 0xA8, 0x8E, 0x27, 0x91, 0x3A, 0xC3, 0x0B, 0xBC,
    0x17, 0xA5, 0xE3, 0x07, 0x3C, 0x43, 0xE3, 0x59, 0x5E, 0xF5, 0x7E, 0x80, 0x11, 0x43, 0x64, 0xE4, 0x1B, 0x3E,
  ]
}
