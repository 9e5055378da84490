/// What a picture of a tape shows: operations and leaves, what flows between them, and the scopes they stand in.
struct Diagram {
  struct Node {
    let isLeaf: Bool
    /// The sign in the circle, or the name of the leaf; empty for a leaf without a name.
    let title: String
    /// Where the values of the operands come from.
    let operands: [Source]
    /// More than one if an operation has several results.
    var results: [Result]
    let scope: Scope?
    /// The line of the printed tape.
    let summary: String
  }

  /// A value: which result of which node.
  struct Source: Hashable {
    let node: Int
    let result: Int
  }

  /// What stands above and below the arrow that carries a value.
  struct Result {
    var name: String?
    let value: String
    let gradient: String?
    /// Whether a shape stands for values too many to show.
    let isAbbreviated: Bool
  }

  /// In recording order.
  private(set) var nodes: [Node] = []
  /// The last value; nil for an empty tape.
  private(set) var end: Source?
  private(set) var endName: String?

  init(_ tape: Tape, names: [String: Tensor] = [:], showsGradients: Bool = true) {
    let gradients = showsGradients ? tape.allGradients() : nil
    let namesByEntry = Diagram.namesByEntry(names)
    var sources: [Source] = []
    for (number, (line, entry)) in Swift.zip(tape.lines, tape.entries).enumerated() {
      let gradient = gradients?.gradient(of: Tensor(Tensor.standIn.elements, entry: entry))
      let name = namesByEntry[ObjectIdentifier(entry)]
      let result = Result(
        name: entry.isLeaf || number == tape.count - 1 ? nil : name,
        value: line.values.isEmpty ? Caption.shape(line.shape) : Caption.values(line.values, line.shape),
        gradient: gradient.map(Caption.contents(of:)), isAbbreviated: line.values.isEmpty)
      if entry.isProjection, let joint = line.operands.first.map({ sources[$0].node }) {
        // Results of one operation leave one node.
        sources.append(Source(node: joint, result: nodes[joint].results.count))
        nodes[joint].results.append(result)
      } else {
        sources.append(Source(node: nodes.count, result: 0))
        nodes.append(
          Node(
            isLeaf: entry.isLeaf, title: entry.isLeaf ? name ?? "" : Caption.sign(of: line.operation),
            operands: line.operands.map { sources[$0] }, results: entry.resultCount > 1 ? [] : [result],
            scope: entry.scope, summary: tape.description(ofLine: number)))
      }
    }
    end = sources.last
    endName = tape.entries.last.flatMap { $0.isLeaf ? nil : namesByEntry[ObjectIdentifier($0)] }
  }

  /// The first of the names in alphabetical order, if a tensor has several.
  private static func namesByEntry(_ names: [String: Tensor]) -> [ObjectIdentifier: String] {
    var found: [ObjectIdentifier: String] = [:]
    for (name, tensor) in names.sorted(by: { $0.key > $1.key }) {
      if let entry = tensor.entry { found[ObjectIdentifier(entry)] = name }
    }
    return found
  }
}

extension Entry {
  /// Whether this is one of several results of the entry before it.
  fileprivate var isProjection: Bool {
    Replay.lock.withLock { _ in
      // A claimed entry belongs to its replay: Note [Claiming entries].
      if !isReplayed, case .projection = saved.further { true } else { false }
    }
  }
}

extension Tape {
  /// The gradients of a result of one element with respect to everything on the tape, which stays as it is; nil if
  /// there are none to be had: the result has more elements, or a part of the tape is released.
  func allGradients() -> Gradients? {
    guard result.isTracked, result.count == 1, !lines.contains(where: \.isReleased) else { return nil }
    let everything = entries.map { Tensor(Tensor.standIn.elements, entry: $0) }
    return try? checked { result.backward(retainingTape: true, keeping: everything) }
  }
}
