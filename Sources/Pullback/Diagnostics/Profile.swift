/// Where time and memory go: what was recorded and replayed, by operation and named scope.
///
/// ```swift
/// let x = Tensor([1, 2]).requiringGradient()
/// let (_, profile) = withProfiling { (x * x).sum().backward() }
/// print(profile.operations.map(\.name).sorted())  // ["multiply", "sum"]
/// print(profile.operations.map(\.calls))  // [1, 1]
/// ```
///
/// Printed, it is a table; ``chromeTrace`` shows it over time.
public struct Profile: Sendable {
  /// What one operation, or all operations of a scope, took.
  public struct Row: Sendable {
    /// The name of the operation, or the path of the scope.
    public let name: String
    /// How often something was recorded.
    public internal(set) var calls = 0
    /// The time of recording it, and what was computed since the operation before on that thread.
    public internal(set) var forwardTime = Duration.zero
    /// How often a replay passed it.
    public internal(set) var replays = 0
    /// The time of its derivatives.
    public internal(set) var backwardTime = Duration.zero
    /// The bytes of the results.
    public internal(set) var resultBytes = 0
    /// The bytes that replays released with what it had saved.
    public internal(set) var savedBytes = 0

    /// Forward and backward.
    public var totalTime: Duration { forwardTime + backwardTime }
  }

  /// One stretch of time.
  struct Event: Sendable {
    let name: String
    let scope: String?
    let isBackward: Bool
    let start: Duration
    let time: Duration
    let bytes: Int

    var end: Duration { start + time }
  }

  /// In the order of their ends.
  private(set) var events: [Event] = []

  mutating func append(_ event: Event) { events.append(event) }

  /// A row for each operation, the most expensive first.
  public var operations: [Row] { rows { [$0.name] } }

  /// A row for each named scope, with all that is within, the most expensive first.
  public var scopes: [Row] {
    rows { event in
      guard let scope = event.scope else { return [] }
      let names = scope.split(separator: "/", omittingEmptySubsequences: false)
      return names.indices.map { names[...$0].joined(separator: "/") }
    }
  }

  private func rows(_ names: (Event) -> [String]) -> [Row] {
    var rows: [String: Row] = [:]
    for event in events {
      for name in names(event) {
        var row = rows[name] ?? Row(name: name)
        if event.isBackward {
          row.replays += 1
          row.backwardTime += event.time
          row.savedBytes += event.bytes
        } else {
          row.calls += 1
          row.forwardTime += event.time
          row.resultBytes += event.bytes
        }
        rows[name] = row
      }
    }
    return rows.values.sorted { ($1.totalTime, $0.name) < ($0.totalTime, $1.name) }
  }
}

extension Profile: CustomStringConvertible {
  /// A table of the operations, and one of the scopes if there are any.
  public var description: String {
    let tables = [Profile.table("operation", operations), scopes.isEmpty ? nil : Profile.table("scope", scopes)]
    return tables.compactMap { $0 }.joined(separator: "\n\n")
  }

  private static func table(_ title: String, _ rows: [Row]) -> String {
    let head = [title, "calls", "forward", "replays", "backward", "results", "saved"]
    let cells =
      [head]
      + rows.map { row in
        [
          row.name, "\(row.calls)", row.forwardTime.short, "\(row.replays)", row.backwardTime.short,
          row.resultBytes.shortByteCount, row.savedBytes.shortByteCount,
        ]
      }
    let widths = head.indices.map { column in cells.map { $0[column].count }.max()! }
    return cells.map { line in
      let parts = line.indices.map { column -> String in
        let blank = String(repeating: " ", count: widths[column] - line[column].count)
        return column == 0 ? line[column] + blank : blank + line[column]
      }
      return parts.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

extension Duration {
  /// Whole nanoseconds.
  var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }

  /// As in `12.5 µs`.
  fileprivate var short: String {
    let time = Double(nanoseconds) / 1000
    if time >= 1e6 { return "\(Caption.number(time / 1e6, digits: 4)) s" }
    return time >= 1e3 ? "\(Caption.number(time / 1e3, digits: 4)) ms" : "\(Caption.number(time, digits: 4)) µs"
  }
}

extension Int {
  /// As in `1.5 KB`, with 1 KB = 1,000 bytes.
  var shortByteCount: String {
    var (value, units) = (Double(self), ["B", "KB", "MB", "GB", "TB"][...])
    while value >= 1000, units.count > 1 { (value, units) = (value / 1000, units.dropFirst()) }
    return "\(Caption.number(value, digits: 4)) \(units.first!)"
  }
}
