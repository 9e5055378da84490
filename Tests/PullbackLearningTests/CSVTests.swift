import Pullback
import Testing

@Suite struct CSVTests {
  @Test func readsNumbersOfAllForms() throws {
    let table = try CSVTable("1, -2.5 ,+3e2\r\n\"4\",.5,-inf\r\n", dtype: .float64)
    #expect(table.header.isEmpty)
    #expect(table.values == Tensor([[1, -2.5, 300], [4, 0.5, -.infinity]] as TensorLiteral, dtype: .float64))
  }

  @Test func readsHeadersSeparatorsAndTypes() throws {
    let table = try CSVTable("\u{FEFF}\"a;\"\"b\"\"\";c\n1;2", hasHeader: true, separator: ";", dtype: .int64)
    #expect(table.header == ["a;\"b\"", "c"])
    #expect(table.values == Tensor([[1, 2]] as TensorLiteral, dtype: .int64))
    #expect(try CSVTable("").values.shape == [0, 0])
    #expect(try CSVTable("x,y\n", hasHeader: true).values.shape == [0, 2])
  }

  struct Mistake: Sendable {
    let text: String
    let dtype: DType
    let message: String

    init(_ text: String, _ message: String, _ dtype: DType = .float32) {
      self.text = text
      self.dtype = dtype
      self.message = message
    }
  }

  @Test(arguments: [
    Mistake("1,2\n3", "CSV line 2, column 2: the line has 1 field, those before it 2"),
    Mistake("1,2\n3,4,5", "CSV line 2, column 3: the line has 3 fields, those before it 2"),
    Mistake("1,2\n3,four", "CSV line 2, column 2: \"four\" is not a number"),
    Mistake("1,\n", "CSV line 1, column 2: the field is empty"),
    Mistake("1,2\n\n3,4\n", "CSV line 2, column 1: the line is empty"),
    Mistake("\"1,2\n3,4", "CSV line 1, column 1: the quote is not closed"),
    Mistake("1,\"2\"3", "CSV line 1, column 2: text follows the closing quote"),
    Mistake("1e39", "CSV line 1, column 1: 1e39 is not a value of float32"),
    Mistake("1e309", "CSV line 1, column 1: 1e309 is not a value of float64", .float64),
    Mistake("1.5", "CSV line 1, column 1: 1.5 is not a value of int64", .int64),
    Mistake("9007199254740993", "CSV line 1, column 1: 9007199254740993 is not a value of int64", .int64),
    Mistake("3000000000", "CSV line 1, column 1: 3000000000 is not a value of int32", .int32),
    Mistake("2", "CSV line 1, column 1: 2 is not a value of bool", .bool),
  ])
  func saysWhatIsWrongAndWhere(_ mistake: Mistake) {
    let error = #expect(throws: CSVError.self) { try CSVTable(mistake.text, dtype: mistake.dtype) }
    #expect(error?.description == mistake.message)
  }
}
