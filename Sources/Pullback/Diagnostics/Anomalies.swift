/// Runs `body` and stops at the first operation that computes a NaN or an infinity, forward or backward.
///
/// The report names the operation and the line of your source that called it, its named scopes and where they were opened,
/// the shapes, the range of the values, and the operations that led there. It is a trap, or inside ``checked(_:)`` an
/// error of the kind ``TensorError/Kind/nonFiniteValue``.
///
/// Recorded operations, leaves, replays and differentials of the calling thread are checked; what is computed from
/// untracked tensors alone is not. Each check reads the result once more, and remembers the calls that led there, which
/// takes a few tenths of a millisecond. Lines are found on Linux, in programs with debugging information, as Swift packages
/// are built in both configurations.
///
/// ```swift
/// let x = Tensor([4, 0, 9]).requiringGradient()
/// do {
///   try checked {
///     detectingAnomalies {
///       let loss = named("loss") { sqrt(x).sum() }
///       _ = loss.backward()
///     }
///   }
/// } catch let error as TensorError {
///   print(error.kind, error.operation)  // nonFiniteValue sqrt
/// }
/// ```
///
/// - Parameters:
///   - infinities: whether infinities count as anomalies; masks made of -∞ may want them not to.
///   - body: what is watched.
/// - Returns: what `body` returns.
public func detectingAnomalies<Result, Failure: Error>(
  infinities: Bool = true, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  try AnomalyDetector(infinities: infinities).observe(body)
}

private final class AnomalyDetector: Observer {
  /// How many of the operations that led to an anomaly are listed.
  private static let listedCount = 8

  private let infinities: Bool
  private var recordedCount = 0
  /// Where entries were recorded, by their numbers.
  private var callSites: [UInt64: CallSite] = [:]
  /// The entries that replays are passing, the innermost last.
  private var replayed: [(entry: Entry, cotangent: Tensor?)] = []
  private var hasReported = false

  init(infinities: Bool) { self.infinities = infinities }

  override func didRecord(_ entry: Entry, _ value: Elements) {
    super.didRecord(entry, value)
    if !entry.isLeaf { recordedCount += 1 }
    if hasReported { return }
    callSites[entry.sequenceNumber] = CallSite()
    let value = Tensor(value)
    guard isAnomalous(value) else { return }
    let number = entry.isLeaf ? "a leaf" : "operation \(recordedCount) of the scope"
    report(
      entry, "\(number), has a result with \(counts(value))\(place(of: entry)); \(ranges(value))")
  }

  override func willReplay(_ entry: Entry, _ cotangent: Tensor?) {
    super.willReplay(entry, cotangent)
    replayed.append((entry, cotangent))
  }

  override func didCompute(_ term: Tensor, for operand: Entry) {
    super.didCompute(term, for: operand)
    guard !hasReported, isAnomalous(term) else { return }
    guard let (entry, cotangent) = replayed.last else {
      let sentence = "backward starts from a cotangent with \(counts(term)); \(ranges(term))"
      return report(operand, sentence)
    }
    let given = cotangent.map { ". It was given one of \($0.shape) with \(ranges($0))" } ?? ""
    report(
      entry,
      "backward, the cotangent that it passes to its operand \"\(operand.operation)\" of \(operand.shape) has "
        + "\(counts(term))\(place(of: entry)); \(ranges(term))\(given)")
  }

  override func didCarry(_ change: Tensor, to entry: Entry) {
    super.didCarry(change, to: entry)
    guard !hasReported, isAnomalous(change) else { return }
    report(entry, "the differential of its result has \(counts(change))\(place(of: entry)); \(ranges(change))")
  }

  override func didReplay(_ entry: Entry, releasing bytes: Int) {
    super.didReplay(entry, releasing: bytes)
    replayed.removeLast()
  }

  private func isAnomalous(_ x: Tensor) -> Bool {
    guard x.dtype.isFloatingPoint else { return false }
    let x = x.allExamples
    return unobserved { infinities ? !x.isFinite().all().item(as: Bool.self) : x.isNaN().any().item(as: Bool.self) }
  }

  private func report(_ entry: Entry, _ sentence: String) {
    hasReported = true
    fail(.nonFiniteValue, entry.operation, sentence + ". It was computed by:\n" + history(of: entry))
  }

  /// As in `2 NaN and 1 infinity among 6 values`.
  private func counts(_ x: Tensor) -> String {
    let x = x.allExamples
    return unobserved {
      let nans = x.isNaN().cast(to: .int64).sum().item(as: Int.self)
      let finite = x.isFinite().cast(to: .int64).sum().item(as: Int.self)
      let infinities = x.count - finite - nans
      let parts = [
        nans > 0 ? "\(nans) NaN" : nil,
        infinities > 0 ? "\(infinities) \(infinities == 1 ? "infinity" : "infinities")" : nil,
      ]
      return parts.compactMap { $0 }.joined(separator: " and ")
        + " among \(x.count) values of shape \(x.shape) \(x.dtype)"
    }
  }

  /// As in `finite values from -1.0 to 2.0`.
  private func ranges(_ x: Tensor) -> String {
    let x = x.allExamples
    return unobserved {
      let isFinite = x.isFinite()
      guard isFinite.any().item(as: Bool.self) else { return "none is finite" }
      let infinity = Tensor.full(x.shape, .infinity, dtype: x.dtype)
      let least = select(where: isFinite, then: x, else: infinity).min().item(as: Double.self)
      let greatest = select(where: isFinite, then: x, else: -infinity).max().item(as: Double.self)
      return "finite values from \(Caption.number(least)) to \(Caption.number(greatest))"
    }
  }

  /// As in `, at Model.swift:31, in encoder/attention (Model.swift:12)`.
  private func place(of entry: Entry) -> String {
    (callSites[entry.sequenceNumber]?.place.map { ", at \($0)" } ?? "")
      + (entry.scope.map { ", in \($0.path) (\($0.fileID):\($0.line))" } ?? "")
  }

  /// The last operations that an entry was computed by, and itself, as lines like those of a printed tape.
  private func history(of entry: Entry) -> String {
    var found: [(entry: Entry, operands: [Entry])] = []
    Replay.lock.withLock { _ in
      found.append((entry, entry.operands))
      var waiting = entry.operands
      while found.count < AnomalyDetector.listedCount {
        guard let next = waiting.max(by: { $0.sequenceNumber < $1.sequenceNumber }) else { break }
        waiting.removeAll { $0 === next }
        // What another replay has claimed belongs to that: Note [Claiming entries].
        let operands = next.isReplayed && !entry.isReplayed ? [] : next.operands
        found.append((next, operands))
        waiting += operands
      }
    }
    found.reverse()
    return found.enumerated().map { number, line in
      let operands = line.operands.map { operand in
        found.firstIndex { $0.entry === operand }.map { " %\($0)" } ?? " …"
      }
      let (entry, values) = (line.entry, line.entry.values.array)
      return "  %\(number) = \(entry.operation)\(operands.joined()) : \(entry.shape) \(entry.dtype)"
        + (values.isEmpty ? "" : " = " + Caption.values(values, entry.shape))
        + (entry.scope.map { " in \($0.path)" } ?? "")
    }.joined(separator: "\n")
  }
}
