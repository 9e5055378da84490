import Testing

@testable import Pullback

/// The strict reader of JSON.
@Suite struct JSONTests {
  private func parse(_ text: String) throws -> JSON { try JSON(parsing: text.utf8) }

  @Test func valuesAreRead() throws {
    #expect(
      try parse(" [1, -2, 0, 2.0, 1e2, true, false, null] ")
        == .array([
          .integer(1), .integer(-2), .integer(0), .number(2), .number(100), .bool(true), .bool(false), .null,
        ]))
    #expect(try parse("\"a\\n\\u00e9\\ud83d\\ude00\\/\"") == .string("a\né😀/"))
    #expect(try parse("{\"a\": {\"b\": [ ]}, \"c\": { }}")["a"]?["b"] == .array([]))
    #expect(try parse("9223372036854775807") == .integer(.max))
    #expect(try parse("9223372036854775808") == .number(9_223_372_036_854_775_808))
    #expect(
      try parse("{\"b\": 1, \"a\": 2}")
        == .object([.init(key: "b", value: .integer(1)), .init(key: "a", value: .integer(2))]))
  }

  @Test func failuresNameThePlace() {
    #expect(throws: JSON.Failure(reason: "the key \"a\" appears twice", offset: 8)) { try parse("{\"a\":1, \"a\":2}") }
    #expect(throws: JSON.Failure(reason: "there is text after the value", offset: 2)) { try parse("1 2") }
    #expect(throws: JSON.Failure(reason: "the text ends where a value is expected", offset: 1)) { try parse("[") }
    #expect(throws: JSON.Failure(reason: "no value begins like this", offset: 3)) { try parse("[1,]") }
    #expect(throws: JSON.Failure(reason: "nested deeper than 64 levels", offset: 64)) {
      try parse(String(repeating: "[", count: 1_000_000))
    }
  }

  /// A key written with an escape is the same key.
  @Test func escapedKeysCountAsEqual() {
    #expect(throws: JSON.Failure.self) { try parse("{\"a\":1,\"\\u0061\":2}") }
  }
}
