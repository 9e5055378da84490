import Testing

@testable import Pullback

/// IDX files: every element type, every rule.
@Suite struct IDXTests {
  @Test func everyTypeIsReadAndWritten() throws {
    let rows: [(bytes: [UInt8], expected: Tensor)] = [
      ([0, 0, 0x08, 1, 0, 0, 0, 3, 0, 127, 255], Tensor([0, 127, 255], dtype: .int32)),
      ([0, 0, 0x09, 1, 0, 0, 0, 2, 255, 128], Tensor([-1, -128], dtype: .int32)),
      ([0, 0, 0x0B, 1, 0, 0, 0, 2, 1, 2, 255, 254], Tensor([258, -2], dtype: .int32)),
      ([0, 0, 0x0C, 2, 0, 0, 0, 1, 0, 0, 0, 1, 128, 0, 0, 1], Tensor([[-2_147_483_647]], dtype: .int32)),
      ([0, 0, 0x0D, 0, 0x3F, 0x80, 0, 0], Tensor(1)),
      ([0, 0, 0x0E, 1, 0, 0, 0, 1, 0xC0, 0, 0, 0, 0, 0, 0, 0], Tensor([-2], dtype: .float64)),
      (
        [0, 0, 0x08, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4],
        Tensor([[[[1, 2], [3, 4]]]], dtype: .int32)
      ),
      ([0, 0, 0x08, 3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 9], Tensor.zeros([2, 0, 9], dtype: .int32)),
    ]
    for (bytes, expected) in rows {
      let file = try IDX(bytes: bytes)
      try expectSameBits(file.tensor, expected, "\(bytes)")
      #expect(try file.bytes() == bytes)
      for count in 0..<bytes.count { #expect(throws: IDXError.self) { try IDX(bytes: Array(bytes.prefix(count))) } }
    }
    #expect(try IDX(Tensor([true, false]), as: .uint8).bytes().suffix(2) == [1, 0])
    #expect(try IDX(Tensor([[1, 2], [3, 4]]).transposed()).bytes() == IDX(Tensor([[1, 3], [2, 4]])).bytes())
  }

  @Test func malformedFilesAreRefusedByRule() {
    let rows: [(bytes: [UInt8], error: IDXError)] = [
      ([], .truncatedHeader(byteCount: 0)), ([0, 0, 8, 1, 0, 0], .truncatedHeader(byteCount: 6)),
      ([1, 0, 8, 0, 7], .notIDX), ([0x1F, 0x8B, 8, 0], .notIDX), ([0, 0, 10, 0, 7], .unknownElementType(10)),
      ([0, 0, 8, 9] + [UInt8](repeating: 0, count: 36), .tooManyAxes(9)),
      ([0, 0, 8, 3] + [UInt8](repeating: 255, count: 12), .sizeOverflow),
      ([0, 0, 8, 1, 255, 255, 255, 255], .wrongByteCount(expected: 4_294_967_295, found: 0)),
      ([0, 0, 8, 1, 0, 0, 0, 1, 5, 6], .wrongByteCount(expected: 1, found: 2)),
    ]
    for (bytes, expected) in rows {
      #expect(throws: expected) { try IDX(bytes: bytes) }
      #expect(!expected.description.isEmpty)
    }
  }

  @Test func whatTheFormatLacksIsRefused() {
    #expect(throws: IDXError.unsupportedDType(.int64)) { try IDX(Tensor([1], dtype: .int64)).bytes() }
    #expect(throws: IDXError.unsupportedDType(.bool)) { try IDX(Tensor([true])).bytes() }
    #expect(throws: IDXError.valueOutOfRange(-1)) { try IDX(Tensor([-1]), as: .uint8).bytes() }
    #expect(throws: IDXError.valueOutOfRange(0.5)) { try IDX(Tensor([0.5]), as: .int32).bytes() }
  }

  @Test func damagedFilesNeverCrash() throws {
    let good = try IDX(Tensor([[1, 2], [3, 4]]), as: .int16).bytes()
    var noise = Noise(seed: 81)
    for _ in 0..<10_000 { _ = try? IDX(bytes: noise.damaged(good)) }
  }
}
