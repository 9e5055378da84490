/// The operations that a tensor was computed by, in the order in which they were recorded.
///
/// A value made from the recorded graph, to be printed, drawn and walked.
///
/// ```swift
/// let a = Tensor([1, 2, 3]).requiringGradient()
/// let y = (a * 2).sum()
/// print(y.tape)
/// // %0 = leaf : [3] float32
/// // %1 = multiply %0 : [3] float32
/// // %2 = sum %1 : [] float32
/// ```
public struct Tape: Sendable {
  /// One recorded operation.
  ///
  /// ```swift
  /// let x = Tensor([1, 2]).requiringGradient()
  /// let line = (x * 3).tape.lines[1]
  /// print(line.operation, line.operands, line.shape, line.values)  // multiply [0] [2] [3.0, 6.0]
  /// ```
  public struct Line: Sendable {
    /// The operation's name; "leaf" for a tensor that requires a gradient.
    public let operation: String
    /// The lines that recorded the operands, as far as they are tracked.
    public let operands: [Int]
    /// The shape of the result.
    public let shape: Shape
    /// The element type of the result.
    public let dtype: DType
    /// The result's values, if there are only a few: four of float32, two of float64. Else empty.
    public let values: [Double]
    /// Whether a replay has released what the operation had saved.
    public let isReleased: Bool
    /// The named scopes that it was recorded in, as in `encoder/attention`; nil outside of any.
    public let scope: String?
  }

  /// The recorded operations, operands before results.
  public let lines: [Line]
  /// The entries that the lines show.
  let entries: [Entry]
  /// The result that the tape ends in.
  let result: Tensor

  init(of result: Tensor) {
    self.result = result
    entries = result.entry.map(Replay.entries(reachableFrom:)) ?? []
    var positions: [ObjectIdentifier: Int] = [:]
    for (position, entry) in entries.enumerated() { positions[ObjectIdentifier(entry)] = position }
    lines = entries.map { entry in
      Line(
        operation: entry.operation.description,
        operands: Replay.operands(of: entry).map { positions[ObjectIdentifier($0)]! }, shape: entry.shape,
        dtype: entry.dtype, values: entry.values.array, isReleased: entry.isReplayed, scope: entry.scope?.path)
    }
  }

  /// The number of recorded operations and leaves.
  public var count: Int { lines.count }
}

extension Tensor {
  /// The recorded operations that this tensor was computed by; empty if it is not tracked.
  ///
  /// ```swift
  /// let x = Tensor(3).requiringGradient()
  /// print((x * x + 1).tape)
  /// // %0 = leaf : [] float32
  /// // %1 = multiply %0 %0 : [] float32
  /// // %2 = add %1 : [] float32
  /// ```
  public var tape: Tape { Tape(of: self) }
}

extension Tape: CustomStringConvertible {
  /// A line for each operation: `%3 = multiply %1 %2 : [2, 3] float32`.
  public var description: String { lines.indices.map(description(ofLine:)).joined(separator: "\n") }

  func description(ofLine number: Int) -> String {
    let line = lines[number]
    let operands = line.operands.map { " %\($0)" }.joined()
    return "%\(number) = \(line.operation)\(operands) : \(line.shape) \(line.dtype)"
  }
}

extension Replay {
  /// The entries that an entry was computed from, and itself, in recording order.
  static func entries(reachableFrom root: Entry) -> [Entry] {
    var seen: Set<ObjectIdentifier> = [ObjectIdentifier(root)]
    var found = [root]
    var cursor = 0
    while cursor < found.count {
      for operand in operands(of: found[cursor]) where seen.insert(ObjectIdentifier(operand)).inserted {
        found.append(operand)
      }
      cursor += 1
    }
    return found.sorted { $0.sequenceNumber < $1.sequenceNumber }
  }

  /// The entries of an entry's tracked operands.
  static func operands(of entry: Entry) -> [Entry] {
    lock.withLock { _ in
      // A claimed entry belongs to its replay: Note [Claiming entries].
      if entry.isReplayed { return [] }
      return entry.operands
    }
  }
}
