import Foundation
import Testing

@testable import Pullback

/// A file with a header and a buffer.
private func file(_ header: String, _ buffer: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
  let text = Array(header.utf8)
  let count = length ?? UInt64(text.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + text + buffer
}

private func entry(_ dtype: String, _ shape: String, _ begin: Int, _ end: Int) -> String {
  "{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":[\(begin),\(end)]}"
}

/// The reader accepts what the format allows, to the bit, and refuses everything else with the name of the rule.
@Suite struct SafeTensorsTests {
  @Test func everyTypeAndShapeComesBack() throws {
    let tensors: [String: Tensor] = [
      "weights": Tensor([1.5, -2, .infinity, 0] as [Float], shape: [2, 2]),
      "wide": Tensor([1e300, .nan, -0.0] as [Double], shape: [3]),
      "counts": Tensor([1, -2, 3], dtype: .int64), "small": Tensor([7, -8], dtype: .int32),
      "mask": Tensor([[true], [false]]), "scalar": Tensor(3), "empty": Tensor.zeros([2, 0, 3]),
      "a \"name\" with\n\\ and é 😀": Tensor([1]), "": Tensor([2]), "view": Tensor([[1, 2], [3, 4]]).transposed(),
    ]
    let metadata = ["step": "7", "note": "tab\tand \u{1} and “quotes”"]
    let bytes = try SafeTensors(tensors, metadata: metadata).bytes()
    let copy = try SafeTensors(bytes: bytes)
    #expect(copy.metadata == metadata && copy.tensors.count == tensors.count)
    for (name, tensor) in tensors { try expectSameBits(try #require(copy[name]), tensor, name) }
    #expect(try copy.bytes() == bytes)
  }

  /// Every one of the 65,536 halves of both kinds, against its definition.
  @Test func halvesAreWidenedExactly() throws {
    let halves = (0..<1 << 16).map { UInt16($0) }
    let bytes = halves.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    for (type, exponentBits) in [("F16", 5), ("BF16", 8)] {
      let read = try SafeTensors(bytes: file("{\"x\":\(entry(type, "[256,256]", 0, 1 << 17))}", bytes))
      let x = try #require(read["x"])
      #expect(x.dtype == .float32 && x.shape == [256, 256])
      let fractionBits = 15 - exponentBits, bias = 1 << (exponentBits - 1) - 1
      for (half, value) in Swift.zip(halves, x.scalars(as: Float.self)) {
        let exponent = Int(half & 0x7FFF) >> fractionBits
        let fraction = Double(Int(half) & (1 << fractionBits - 1)) / Double(1 << fractionBits)
        var expected =
          exponent == 0
          ? fraction * pow(2, Double(1 - bias)) : (1 + fraction) * pow(2, Double(exponent - bias))
        if exponent == 1 << exponentBits - 1 { expected = fraction == 0 ? .infinity : .nan }
        if half & 0x8000 > 0 { expected = -expected }
        guard expected.isNaN ? value.isNaN : Double(value) == expected && (value.sign == .minus) == (half >= 0x8000)
        else {
          Issue.record("\(type) \(half): \(value), expected \(expected)")
          return
        }
      }
    }
    #expect(throws: SafeTensorsError.wrongByteCount(name: "x", expected: 4, found: 2)) {
      try SafeTensors(bytes: file("{\"x\":\(entry("BF16", "[2]", 0, 2))}", [0, 0]))
    }
  }

  @Test func filesAppearCompleteOrNotAtAll() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "safetensors-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.path + "/model.safetensors"
    try SafeTensors(["x": Tensor([1, 2])]).write(to: path)
    try SafeTensors(["x": Tensor([3])]).write(to: path)
    #expect(try SafeTensors(contentsOf: path)["x"] == Tensor([3]))
    #expect(throws: SafeTensorsError.invalidName("__metadata__")) {
      try SafeTensors(["__metadata__": Tensor([1])]).write(to: path)
    }
    #expect(throws: SafeTensorsError.self) { try SafeTensors().write(to: folder.path + "/missing/x.safetensors") }
    #expect(throws: SafeTensorsError.self) { try SafeTensors(contentsOf: folder.path + "/missing") }
    #expect(throws: SafeTensorsError.self) { try SafeTensors(contentsOf: folder.path) }
    #expect(try SafeTensors(contentsOf: path)["x"] == Tensor([3]))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.safetensors"])
  }

  @Test func validFilesAreRead() throws {
    let one: [UInt8] = [0, 0, 128, 63]
    let valid: [[UInt8]] = [
      file("{}"), file("{}    "), file("{\"__metadata__\":{}}"),
      file("{\"a\":\(entry("F32", "[]", 0, 4))}", one), file("{\"a\":\(entry("F32", "[1,1]", 0, 4))}", one),
      file("{ \"a\" : \(entry("F32", "[ 1 ]", 0, 4)) }", one), file("{\"a\":\(entry("F32", "[0,9]", 0, 0))}"),
      file("{\"b\":\(entry("F32", "[1]", 4, 8)),\"a\":\(entry("F32", "[1]", 0, 4))}", one + one),
      file("{\"\\u0061\":\(entry("F32", "[1]", 0, 4))}", one), file("{\"a\":\(entry("BOOL", "[2]", 0, 2))}", [0, 1]),
    ]
    for bytes in valid { _ = try SafeTensors(bytes: bytes) }
    #expect(try SafeTensors(bytes: valid[8])["a"] == Tensor([1]))
  }

  private enum Rule: String, Sendable {
    case truncatedHeader, headerTooLarge, invalidHeader, invalidEntry, unknownDType, sizeOverflow, wrongByteCount
    case notContiguous, wrongBufferSize, invalidBool

    init?(_ error: SafeTensorsError) {
      self.init(rawValue: String("\(Mirror(reflecting: error).children.first?.label ?? "")"))
    }
  }

  private static let four: [UInt8] = [1, 2, 3, 4]

  private static let malformed: [(rule: Rule, bytes: [UInt8])] =
    [
      (.truncatedHeader, []), (.truncatedHeader, [2, 0, 0]), (.truncatedHeader, file("{}", length: 3)),
      (.truncatedHeader, file("", length: 99_999_999)), (.headerTooLarge, file("{}", length: 100_000_001)),
      (.headerTooLarge, file("{}", length: .max)), (.headerTooLarge, file("{}", length: 1 << 63)),
    ] + headers.map { (.invalidHeader, file($0, four)) } + entries

  private static let headers: [String] = {
    let a = "\"a\":" + entry("F32", "[1]", 0, 4)
    return [
      "", " {}", "[]", "\u{FEFF}{}", "{\(a),}", "{,\(a)}", "{\(a)\(a)}", "{\(a),\(a)}", "{\(a)} x", "{\(a)}{}", "{\(a)",
      "{a:1}", "{'a':1}", "{\"a\":}", "{\"a\" 1}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":1.}", "{\"a\":.5}",
      "{\"a\":NaN}",
      "{\"a\":tru}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\u{1}\"}", "{\"a",
      "{\"a\":\(String(repeating: "[", count: 100_000))",
      "{\"a\":\(String(repeating: "[", count: 65))\(String(repeating: "]", count: 65))}",
      "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "{}\0", "{\(a)}//",
    ]
  }()

  private static let entries: [(rule: Rule, bytes: [UInt8])] = [
    (.invalidEntry, file("{\"a\":1}", four)), (.invalidEntry, file("{\"a\":null}", four)),
    (.invalidEntry, file("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", four)),
    (.invalidEntry, file("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", four)),
    (.invalidEntry, file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", four)),
    (.invalidEntry, file("{\"a\":{\"dtype\":5,\"shape\":[1],\"data_offsets\":[0,4]}}", four)),
    (.invalidEntry, file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", four)),
    (.invalidEntry, file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,4]}}", four)),
    (.invalidEntry, file("{\"a\":\(entry("F32", "[1]", 4, 0))}", four)),
    (.invalidEntry, file("{\"a\":\(entry("F32", "[-1]", 0, 4))}", four)),
    (.invalidEntry, file("{\"a\":\(entry("F32", "[1.0]", 0, 4))}", four)),
    (.invalidEntry, file("{\"a\":\(entry("F32", "[1e0]", 0, 4))}", four)),
    (.invalidEntry, file("{\"a\":\(entry("F32", "[\"1\"]", 0, 4))}", four)),
    (.invalidEntry, file("{\"a\":\(entry("F32", "[true]", 0, 4))}", four)),
    (.invalidEntry, file("{\"a\":\(entry("F32", "[18446744073709551617]", 0, 4))}", four)),
    (.invalidEntry, file("{\"a\":\(entry("F32", "[1,1,1,1,1,1,1,1,1]", 0, 4))}", four)),
    (.invalidEntry, file("{\"a\":\(entry("F32", "[1]", -4, 0))}", four)),
    (.invalidEntry, file("{\"__metadata__\":[]}")), (.invalidEntry, file("{\"__metadata__\":{\"a\":1}}")),
    (.unknownDType, file("{\"a\":\(entry("F8_E4M3", "[4]", 0, 4))}", four)),
    (.unknownDType, file("{\"a\":\(entry("f32", "[1]", 0, 4))}", four)),
    (.sizeOverflow, file("{\"a\":\(entry("F32", "[4611686018427387904,4]", 0, 0))}")),
    (.sizeOverflow, file("{\"a\":\(entry("F64", "[9223372036854775807]", 0, 0))}")),
    (.sizeOverflow, file("{\"a\":\(entry("F32", "[4294967296,4294967296,1]", 0, 4))}", four)),
    (.wrongByteCount, file("{\"a\":\(entry("F32", "[2]", 0, 4))}", four)),
    (.wrongByteCount, file("{\"a\":\(entry("F64", "[1]", 0, 4))}", four)),
    (.wrongByteCount, file("{\"a\":\(entry("F32", "[0]", 0, 4))}", four)),
    (.notContiguous, file("{\"a\":\(entry("BOOL", "[2]", 2, 4))}", four)),
    (.notContiguous, file("{\"a\":\(entry("BOOL", "[2]", 0, 2)),\"b\":\(entry("BOOL", "[2]", 1, 3))}", four)),
    (.notContiguous, file("{\"a\":\(entry("BOOL", "[1]", 0, 1)),\"b\":\(entry("BOOL", "[2]", 2, 4))}", four)),
    (.notContiguous, file("{\"a\":\(entry("BOOL", "[4]", 0, 4)),\"b\":\(entry("BOOL", "[4]", 0, 4))}", four)),
    (.wrongBufferSize, file("{\"a\":\(entry("F32", "[1]", 0, 4))}", four + [0])),
    (.wrongBufferSize, file("{\"a\":\(entry("F32", "[2]", 0, 8))}", four)), (.wrongBufferSize, file("{}", four)),
    (.wrongBufferSize, file("{\"a\":\(entry("F32", "[1000000000000]", 0, 4_000_000_000_000))}", four)),
    (.invalidBool, file("{\"a\":\(entry("BOOL", "[4]", 0, 4))}", four)),
  ]

  @Test func malformedFilesAreRefusedByRule() {
    for (rule, bytes) in SafeTensorsTests.malformed {
      do {
        _ = try SafeTensors(bytes: bytes)
        Issue.record("\(rule): accepted \(String(decoding: bytes.prefix(200), as: UTF8.self))")
      } catch {
        if Rule(error) != rule {
          Issue.record("\(rule): \(error) for \(String(decoding: bytes.prefix(200), as: UTF8.self))")
        }
        if error.description.isEmpty || error.description.count > 500 { Issue.record("\(rule): \(error)") }
      }
    }
    let notUTF8 = file("{\"", [0xFF, 0x22, 0x3A, 0x31, 0x7D], length: 7)
    #expect(throws: SafeTensorsError.invalidHeader(reason: "the string is not UTF-8", offset: 2)) {
      try SafeTensors(bytes: notUTF8)
    }
  }

  /// Bytes changed, cut and repeated at random: an error or tensors, never a crash.
  @Test func damagedFilesNeverCrash() throws {
    let good = try SafeTensors(
      ["w": Tensor([[1, 2], [3, 4]]), "m": Tensor([true, false]), "s": Tensor(2)], metadata: ["k": "v"]
    ).bytes()
    var noise = Noise(seed: 77)
    var accepted = 0
    for _ in 0..<20_000 {
      var bytes = good
      for _ in 0...noise.next(3) {
        switch noise.next(4) {
        case 0: bytes[noise.next(bytes.count)] = UInt8(noise.next(256))
        case 1: bytes[noise.next(bytes.count)] ^= 1 << UInt8(noise.next(8))
        case 2: bytes.removeSubrange(noise.next(bytes.count)..<bytes.count)
        default: bytes.insert(UInt8(noise.next(256)), at: noise.next(bytes.count))
        }
        if bytes.isEmpty { break }
      }
      if let file = try? SafeTensors(bytes: bytes) {
        accepted += 1
        for tensor in file.tensors.values { #expect(tensor.scalars(as: Double.self).count == tensor.count) }
      }
    }
    #expect(accepted < 15_000)
  }
}
