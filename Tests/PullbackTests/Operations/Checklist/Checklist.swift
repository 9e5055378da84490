/// A section of the list of operations that are expected of a framework of this kind, and what proves each of them here.
///
/// An operation that is added belongs into a row, or into `withoutDerivative`.
struct Checklist: Sendable {
  let title: String
  let numbers: ClosedRange<Int>
  let rows: [Row]

  init(_ title: String, _ numbers: ClosedRange<Int>, _ rows: [Row]) {
    self.title = title
    self.numbers = numbers
    self.rows = rows
  }

  /// One or several expected operations, by their usual names.
  struct Row: Sendable, CustomStringConvertible {
    let numbers: ClosedRange<Int>
    let title: String
    /// The cases that prove it, by name or by operation.
    let cases: [String]
    /// The functions that have no derivative.
    let functions: [String]
    /// What is left out, and why.
    let lacking: String?

    static func row(
      _ numbers: ClosedRange<Int>, _ title: String, _ cases: String..., functions: [String] = [],
      lacking: String? = nil
    ) -> Row { Row(numbers: numbers, title: title, cases: cases, functions: functions, lacking: lacking) }

    static func row(
      _ number: Int, _ title: String, _ cases: String..., functions: [String] = [], lacking: String? = nil
    ) -> Row { Row(numbers: number...number, title: title, cases: cases, functions: functions, lacking: lacking) }

    var description: String {
      "\(numbers.count == 1 ? "\(numbers.lowerBound)" : "\(numbers.lowerBound)-\(numbers.upperBound)") \(title)"
    }
  }
}
