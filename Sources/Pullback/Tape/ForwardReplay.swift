/// A tape laid out to be walked from its inputs to its results, carrying changes: products of the Jacobian with vectors.
///
/// Note [Walking forward]. A replay multiplies by the transposed Jacobians of operations; this walk multiplies by the
/// Jacobians themselves. What carries the change of an operand on to the result is
/// - the operation's own differential, if it said one, as linear operations do (`Edge.jvp`);
/// - else its derivative as it is, if that is its own transpose, as that of an elementwise operation (`Entry.isSymmetric`);
/// - else the transpose of its derivative. A derivative is linear in the cotangent: recorded for any cotangent, here zeros,
///   and replayed from the change, it gives the change of the result. So every operation has a differential.
final class ForwardReplay {
  /// Entries that depend on an input, and on which a result depends, in recording order.
  private var steps: [Step] = []
  /// The places of inputs and results among them; nil for what no way leads from, or to.
  private let inputPlaces: [Int?]
  private let resultPlaces: [Int?]
  /// Whether the walk is itself recorded.
  private let recording: Bool

  private struct Step {
    let entry: Entry
    let saved: Saved
    var operands: [Operand]
    /// The derivative, transposed; made when it is first needed.
    var transpose: Transpose?
  }

  private struct Operand {
    /// Nil for one that depends on no input.
    let place: Int?
    let jvp: JVP?
    /// Whether nothing else needs its change afterwards.
    var isLastUse = false
  }

  /// What a walk has found out about an entry.
  private struct Changes {
    var first: Tensor?
    /// Of an entry with several results.
    var several: [Tensor?] = []
  }

  /// Lays out what lies between inputs and results. Nil, inside ``checked(_:)``, if something there has been replayed.
  init?(from inputs: [Entry], to results: [Entry], recording: Bool) {
    self.recording = recording
    guard let layout = Between(from: inputs, to: results) else { return nil }
    var places = [Int?](repeating: nil, count: layout.found.count)
    for index in layout.order {
      let found = layout.found[index]
      if index >= layout.inputCount {
        if found.operands.allSatisfy({ places[$0] == nil }) { continue }
        let jvps = ForwardReplay.differentials(of: found.entry, found.saved, recording: recording)
        let operands = Swift.zip(found.operands, jvps).map { Operand(place: places[$0], jvp: $1) }
        steps.append(Step(entry: found.entry, saved: found.saved, operands: operands))
      } else {
        steps.append(Step(entry: found.entry, saved: Saved(), operands: []))
      }
      places[index] = steps.count - 1
    }
    inputPlaces = layout.inputs.map { places[$0] }
    resultPlaces = layout.results.map { places[$0] }
    findLastUses()
  }

  private func findLastUses() {
    var isNeeded = [Bool](repeating: false, count: steps.count)
    for place in resultPlaces { if let place { isNeeded[place] = true } }
    for place in steps.indices.reversed() {
      for index in steps[place].operands.indices.reversed() {
        guard let operand = steps[place].operands[index].place else { continue }
        steps[place].operands[index].isLastUse = !isNeeded[operand]
        isNeeded[operand] = true
      }
    }
  }

  /// The change of each result for changes of the inputs, of their shapes and dtypes; nil for a result that depends on none.
  func callAsFunction(_ changes: [Tensor]) -> [Tensor?] {
    recording ? withRecording { walk(changes) } : withoutRecording { walk(changes) }
  }

  private func walk(_ changes: [Tensor]) -> [Tensor?] {
    var found = [Changes](repeating: Changes(), count: steps.count)
    for (place, change) in Swift.zip(inputPlaces, changes) { if let place { found[place].first = change } }
    for place in steps.indices where !steps[place].operands.isEmpty {
      if case .projection(let index) = steps[place].saved.further {
        found[place].first = found[steps[place].operands[0].place!].several[index]
      } else {
        carry(to: place, &found)
      }
      if hasFailed { return resultPlaces.map { _ in nil } }
    }
    return resultPlaces.map { $0.flatMap { found[$0].first } }
  }

  /// Finds the change of an entry from those of its operands.
  private func carry(to place: Int, _ found: inout [Changes]) {
    let shape = steps[place].entry.shape
    var change: Tensor?
    /// Of operands whose derivatives have to be transposed.
    var remaining: [Tensor?] = []
    for (position, operand) in steps[place].operands.enumerated() {
      guard let source = operand.place else { continue }
      guard let dx = operand.isLastUse ? found[source].first.take() : found[source].first else { continue }
      if let jvp = operand.jvp {
        let term = jvp(consume dx)
        Tensor.accumulate(term.shape == shape ? term : term.broadcast(to: shape), into: &change)
      } else {
        if remaining.isEmpty { remaining = steps[place].operands.map { _ in nil } }
        remaining[position] = consume dx
      }
    }
    if !remaining.isEmpty {
      if steps[place].transpose == nil { steps[place].transpose = withRecording { transpose(of: place) } }
      let several = steps[place].transpose!.changes(remaining, recording: recording)
      if let term = several[0] { Tensor.accumulate(term, into: &change) }
      if several.count > 1 { found[place].several = several }
    }
    found[place].first = change
  }

  /// For each operand the differential that an entry has without transposing anything.
  private static func differentials(of entry: Entry, _ saved: Saved, recording: Bool) -> [JVP?] {
    if !entry.isSymmetric {
      guard case .multiple(let edges) = saved.further else { return entry.operands.map { _ in nil } }
      return edges.map(\.jvp)
    }
    let shape = entry.shape
    let y = saved.result.map { Tensor($0, entry: recording ? entry : nil) }
    return saved.vjps.map { vjp in
      // The derivative expects what has the result's shape.
      { dx in vjp(dx.shape == shape ? dx : dx.broadcast(to: shape), y) }
    }
  }
}

// MARK: - Transposing a derivative

extension ForwardReplay {
  /// The derivative of an entry as a recorded function of cotangents, which are leaves.
  private struct Transpose {
    /// For each result of the entry; nil for one that nobody uses.
    let cotangents: [Tensor?]
    /// For each operand.
    let terms: [Tensor?]
    /// Less than the numbers of the leaves.
    let boundary: UInt64

    /// The changes of the results from those of the operands.
    func changes(_ changes: [Tensor?], recording: Bool) -> [Tensor?] {
      var seeds: [(entry: Entry, change: Tensor)] = []
      for (term, change) in Swift.zip(terms, changes) {
        guard let change, let entry = term?.entry, entry.sequenceNumber > boundary else { continue }
        seeds.append((entry, change))
      }
      guard
        var replay = Replay(
          from: seeds.map(\.entry), retaining: true, recording: recording, boundary: boundary, pruned: true)
      else { return cotangents.map { _ in nil } }
      for (entry, change) in seeds { replay.start(change, at: entry) }
      let gradients = replay.run()
      return cotangents.map { $0.flatMap(gradients.gradient) }
    }
  }

  private func transpose(of place: Int) -> Transpose {
    let (entry, saved) = (steps[place].entry, steps[place].saved)
    let boundary = Entry.latestSequenceNumber
    var cotangents: [Tensor?] = [Tensor.zeros(entry.shape, dtype: entry.dtype).requiringGradient()]
    let terms: [Tensor?]
    if case .joint(let joint) = saved.further {
      if joint.resultCount > 1 { cotangents = cotangentsOfResults(of: place, joint.resultCount) }
      terms = joint.vjp(cotangents, joint.results.enumerated().map { results(of: entry, $0, $1, joint) })
    } else {
      let y = saved.result.map { Tensor($0, entry: recording ? entry : nil) }
      terms = saved.vjps.map { $0(cotangents[0]!, y) }
    }
    let fitting = Swift.zip(terms, entry.operands).map { term, operand in
      term.map { $0.shape == operand.shape ? $0 : $0.sum(toShape: operand.shape) }
    }
    return Transpose(cotangents: cotangents, terms: fitting, boundary: boundary)
  }

  /// Leaves for those results that something was computed from.
  private func cotangentsOfResults(of source: Int, _ count: Int) -> [Tensor?] {
    var cotangents = [Tensor?](repeating: nil, count: count)
    for step in steps {
      if case .projection(let index) = step.saved.further, step.operands[0].place == source {
        cotangents[index] = Tensor.zeros(step.entry.shape, dtype: step.entry.dtype).requiringGradient()
      }
    }
    return cotangents
  }

  private func results(of entry: Entry, _ index: Int, _ elements: Elements, _ joint: Joint) -> Tensor {
    guard recording else { return Tensor(elements) }
    return joint.resultCount > 1 ? Tensor(elements).projected(from: entry, index) : Tensor(elements, entry: entry)
  }
}

// MARK: - Laying out

/// What lies between inputs and results, with what the entries saved.
private struct Between {
  struct Found {
    let entry: Entry
    var saved = Saved()
    /// Where the operands are found.
    var operands: [Int] = []
  }

  /// The inputs first, then in the order of discovery.
  private(set) var found: [Found] = []
  private(set) var inputCount = 0
  private(set) var inputs: [Int] = []
  private(set) var results: [Int] = []

  /// Nil, inside ``checked(_:)``, if something has been replayed.
  init?(from inputs: [Entry], to results: [Entry]) {
    let first = inputs.map(\.sequenceNumber).min() ?? .max
    let failure: String? = Replay.lock.withLock { mark in
      mark += 1
      self.inputs = inputs.map { place($0, mark) }
      inputCount = found.count
      self.results = results.map { place($0, mark) }
      var cursor = inputCount
      while cursor < found.count {
        let entry = found[cursor].entry
        // What is older than all inputs depends on none.
        if !entry.isLeaf, entry.sequenceNumber > first {
          if entry.isReplayed { return entry.operation }
          found[cursor].saved = entry.saved
          found[cursor].operands = entry.operands.map { place($0, mark) }
        }
        cursor += 1
      }
      return nil
    }
    if let failure {
      Replay.reportReplayed(failure, "differential")
      return nil
    }
  }

  private mutating func place(_ entry: Entry, _ mark: UInt64) -> Int {
    if entry.mark != mark {
      entry.mark = mark
      entry.slot = Int32(truncatingIfNeeded: found.count)
      found.append(Found(entry: entry))
    }
    return Int(entry.slot)
  }

  /// Recording order.
  var order: [Int] { found.indices.sorted { found[$0].entry.sequenceNumber < found[$1].entry.sequenceNumber } }
}
