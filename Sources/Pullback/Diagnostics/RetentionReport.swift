/// Runs `body`, and tells which of the operations and leaves that it recorded are still alive afterwards, where they were
/// recorded and what keeps them: for finding what a step of training leaves behind.
///
/// ```swift
/// var losses: [Tensor] = []
/// let w = Tensor([1, 2]).requiringGradient()
/// let (_, report) = withRetentionReport {
///   let loss = (w * w).sum()
///   _ = loss.backward()
///   losses.append(loss)  // keeps the tape; loss.item() or loss.detached() would not
/// }
/// print(report.entries.map(\.operation), report.entries.map(\.isReplayed))  // ["sum"] [true]
/// ```
///
/// What `body` returns is alive, with everything that it was computed from. Recording is observed on the calling thread
/// only, and costs some tenths of a millisecond an operation, since the calls that led there are remembered.
///
/// - Returns: what `body` returns, and what is alive of its recordings.
public func withRetentionReport<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> (result: Result, report: RetentionReport) {
  let witness = RecordingWitness()
  let result = try witness.observe(body)
  return (result, witness.report())
}

/// What is alive of a stretch of recording; see ``withRetentionReport(_:)``.
public struct RetentionReport: Sendable {
  /// A recorded operation, or a leaf, that is alive.
  public struct Entry: Sendable {
    /// The operation's name; "leaf" for a tensor that requires a gradient.
    public let operation: String
    /// The shape of the result.
    public let shape: Shape
    /// The element type of the result.
    public let dtype: DType
    /// The named scopes that it was recorded in, as in `encoder/attention`; nil outside of any.
    public let scope: String?
    /// The line of the source that called the operation, as in `Model.swift:12`, where the program can tell.
    public let place: String?
    /// Whether a replay has passed it, so that it holds its operands and what it saved no longer.
    public let isReplayed: Bool
    /// Which of the living entries hold it as an operand. If there is none, a tensor of the program does: a variable, an
    /// element of an array, or what a derivative or a closure has captured.
    public let holders: [Int]
  }

  /// In the order in which they were recorded.
  public let entries: [Entry]
}

extension RetentionReport: CustomStringConvertible {
  /// A line for each entry: `%1 sum : [] float32 at Train.swift:9, held by a tensor`.
  public var description: String {
    entries.enumerated().map { number, entry in
      let holders = entry.holders.map { "%\($0)" }.joined(separator: ", ")
      let scope = entry.scope.map { " in \($0)" } ?? ""
      let place = entry.place.map { " at \($0)" } ?? ""
      return "%\(number) \(entry.operation) : \(entry.shape) \(entry.dtype)\(scope)\(place), held by "
        + (holders.isEmpty ? "a tensor" : holders)
    }.joined(separator: "\n")
  }
}

/// Remembers what is recorded without keeping it alive.
private final class RecordingWitness: Observer {
  private struct Sighting {
    weak var entry: Entry?
    let callSite: CallSite
  }

  private var sightings: [Sighting] = []

  override func didRecord(_ entry: Entry, _ value: Elements) {
    super.didRecord(entry, value)
    sightings.append(Sighting(entry: entry, callSite: CallSite()))
  }

  func report() -> RetentionReport {
    let living = sightings.compactMap { sighting in sighting.entry.map { (entry: $0, callSite: sighting.callSite) } }
    var holders: [ObjectIdentifier: [Int]] = [:]
    for (number, (entry, _)) in living.enumerated() {
      for operand in Replay.operands(of: entry) { holders[ObjectIdentifier(operand), default: []].append(number) }
    }
    return RetentionReport(
      entries: living.map { entry, callSite in
        RetentionReport.Entry(
          operation: entry.operation, shape: entry.shape, dtype: entry.dtype, scope: entry.scope?.path,
          place: callSite.place, isReplayed: entry.isReplayed, holders: holders[ObjectIdentifier(entry)] ?? [])
      })
  }
}
