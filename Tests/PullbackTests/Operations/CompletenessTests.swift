import Testing

@testable import Pullback

/// Every operation that the sources record has a row in a table.
@Suite struct CompletenessTests {
  @Test func everyRecordedOperationHasACase() throws {
    let names = try CompletenessTests.recordedNames()
    #expect(names.count > 50)
    let missing = names.subtracting(CompletenessTests.namesOnTapes(of: OperationCase.all)).sorted()
    #expect(missing.isEmpty, "add a case for \(missing)")
  }

  @Test func aMissingCaseIsNoticed() throws {
    let rows = OperationCase.all.filter { $0.name != "erfInverse" }
    let missing = try CompletenessTests.recordedNames().subtracting(CompletenessTests.namesOnTapes(of: rows))
    #expect(missing.contains("erfInverse"))
  }

  /// The names in `.recorded(as: "…"` in the sources of the operations.
  private static func recordedNames() throws -> Set<String> {
    var names: Set<String> = []
    for text in try PublicFunctions.sources() {
      for match in text.matches(of: /\.recorded\(\s*as: "([^"]+)"/) { names.insert(String(match.1)) }
    }
    return names
  }

  /// The operations on the tapes of values, of gradients, and of gradients of gradients.
  private static func namesOnTapes(of rows: [OperationCase]) -> Set<String> {
    var names: Set<String> = []
    for row in rows {
      let leaves = row.operands().map { $0.requiringGradient() }
      let y = row.function(leaves)
      guard y.isTracked else { continue }
      names.formUnion(y.tape.lines.map(\.operation))
      var (results, inputs) = ([y], leaves)
      for _ in 0..<2 {
        // Cotangents are inputs as well, so that derivatives that are linear show theirs.
        let seeds = results.map { Tensor.ones($0.shape, dtype: $0.dtype).requiringGradient() }
        inputs += seeds
        results = Swift.zip(results, seeds).flatMap { result, seed -> [Tensor] in
          let gradients = result.backward(seed, recordingGradients: true)
          return inputs.map { gradients[$0] }.filter(\.isTracked)
        }
        for result in results { names.formUnion(result.tape.lines.map(\.operation)) }
      }
    }
    return names
  }
}
