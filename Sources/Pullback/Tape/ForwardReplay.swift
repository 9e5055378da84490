/// A tape laid out to be walked from its inputs to its results, carrying changes: products of the Jacobian with vectors.
///
/// Note [Walking forward]. A replay multiplies by the transposed Jacobians of operations; this walk multiplies by the
/// Jacobians themselves. What carries the change of an operand on to the result is
/// - the operation's own differential, if it said one, as linear operations do (`Edge.jvp`);
/// - else its derivative as it is, if that is its own transpose, as that of an elementwise operation (`Entry.isSymmetric`);
/// - else the transpose of its derivative. A derivative is linear in the cotangent: recorded for any cotangent, here zeros,
///   and replayed from the change, it gives the change of the result. So every operation has a differential.
final class ForwardReplay {
  private let steps: ForwardSteps
  /// Whether the walk is itself recorded.
  private let recording: Bool
  /// Derivatives that were transposed, by the places of their steps; made when they are first needed.
  private var transposes: [Int: Transpose] = [:]

  /// What a walk has found out.
  private struct Changes {
    /// Of each step; nil where nothing changes.
    var all: [Tensor?]
    /// Of the steps with several results.
    var several: [Int: [Tensor?]] = [:]
  }

  /// Lays out what lies between inputs and results. Nil, inside ``checked(_:)``, if something there has been replayed.
  init?(from inputs: [Entry], to results: [Entry], recording: Bool) {
    guard let steps = ForwardSteps(from: inputs, to: results) else { return nil }
    self.steps = steps
    self.recording = recording
  }

  /// The change of each result for changes of the inputs, of their shapes and dtypes, nil where they do not change; nil for
  /// a result that does not.
  func callAsFunction(_ changes: [Tensor?]) -> [Tensor?] {
    recording ? withRecording { walk(changes) } : withoutRecording { walk(changes) }
  }

  private func walk(_ inputs: [Tensor?]) -> [Tensor?] {
    var changes = Changes(all: [Tensor?](repeating: nil, count: steps.all.count))
    for (place, change) in Swift.zip(steps.inputPlaces, inputs) { changes.all[place] = change }
    for place in steps.order {
      carry(to: place, &changes)
      if hasFailed { return steps.resultPlaces.map { _ in nil } }
    }
    return steps.resultPlaces.map { changes.all[$0] }
  }

  /// Finds the change of an entry from those of its operands.
  private func carry(to place: Int, _ changes: inout Changes) {
    if case .projection(let index) = steps.all[place].saved.further {
      changes.all[place] = changes.several[steps.operands[steps.all[place].operands.lowerBound].place]?[index]
      return
    }
    var sum: Tensor?
    /// Of operands whose derivatives have to be transposed.
    var remaining: [Tensor?] = []
    for (position, index) in steps.all[place].operands.enumerated() {
      let operand = steps.operands[index]
      guard let dx = operand.isLastUse ? changes.all[operand.place].take() : changes.all[operand.place] else {
        continue
      }
      if let term = term(of: place, position, dx) {
        Tensor.accumulate(term, into: &sum)
      } else {
        if remaining.isEmpty { remaining = steps.all[place].operands.map { _ in nil } }
        remaining[position] = dx
      }
    }
    if !remaining.isEmpty {
      let transpose = transposes[place] ?? withRecording { makeTranspose(of: place) }
      transposes[place] = transpose
      let several = transpose.changes(remaining, recording: recording)
      if let term = several[0] { Tensor.accumulate(term, into: &sum) }
      if several.count > 1 { changes.several[place] = several }
    }
    if Observer.isPresent, let sum { Observer.tellCarried(sum, to: steps.all[place].entry) }
    changes.all[place] = sum
  }

  /// What an operand's change contributes to that of the result; nil if the derivative has to be transposed for it.
  private func term(of place: Int, _ position: Int, _ dx: consuming Tensor) -> Tensor? {
    let entry = steps.all[place].entry
    func fitted(_ x: consuming Tensor) -> Tensor {
      entry.storedShape == x.shape ? consume x : x.broadcast(to: entry.shape)
    }
    if entry.isSymmetric {
      let y = steps.all[place].saved.result.map { Tensor($0, entry: recording ? entry : nil) }
      // The derivative expects what has the result's shape.
      return steps.all[place].saved.vjp(position)(fitted(consume dx), y)
    }
    guard case .multiple(let edges) = steps.all[place].saved.further, let jvp = edges[position].jvp else { return nil }
    return fitted(jvp(consume dx))
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

  private func makeTranspose(of place: Int) -> Transpose {
    let (entry, saved) = (steps.all[place].entry, steps.all[place].saved)
    let boundary = Entry.latestSequenceNumber
    var cotangents: [Tensor?] = [Tensor.zeros(entry.shape, dtype: entry.dtype).requiringGradient()]
    let terms: [Tensor?]
    if case .joint(let joint) = saved.further {
      if joint.resultCount > 1 { cotangents = cotangentsOfResults(of: place, joint.resultCount) }
      terms = joint.vjp(cotangents, joint.results.enumerated().map { results(of: entry, $0, $1, joint) })
    } else {
      let y = saved.result.map { Tensor($0, entry: recording ? entry : nil) }
      terms = entry.operands.indices.map { saved.vjp($0)(cotangents[0]!, y) }
    }
    let fitting = Swift.zip(terms, entry.operands).map { term, operand in
      term.map { $0.shape == operand.shape ? $0 : $0.sum(toShape: operand.shape) }
    }
    return Transpose(cotangents: cotangents, terms: fitting, boundary: boundary)
  }

  /// Leaves for those results that something was computed from.
  private func cotangentsOfResults(of source: Int, _ count: Int) -> [Tensor?] {
    var cotangents = [Tensor?](repeating: nil, count: count)
    for step in steps.all {
      if case .projection(let index) = step.saved.further, steps.operands[step.operands.lowerBound].place == source {
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
