import Kernels
import Synchronization

/// One walk over a tape, from the last entry to the first.
///
/// Note [Claiming entries]. Several threads may replay graphs that share entries. Laying out happens under one lock; in
/// it, a replay that does not retain the tape marks every entry it reaches as replayed, and from then on is the only
/// one that touches what they saved, since any other replay that reaches them fails. A replay that retains the tape
/// copies what it needs while it holds the lock.
struct Replay {
  /// What is to be done at one entry.
  private struct Step {
    /// Held until the replay has passed it: the edges that own it may go earlier.
    var entry: Entry?
    let sequenceNumber: UInt64
    /// The places of its operands, in order; further ones than two are in `furtherOperands`.
    var operands: (Int32, Int32) = (-1, -1)
    var furtherOperands: Int32 = -1
    /// Whether the replay ends here: at a leaf, or at an entry that counts as one.
    var isEnd = false
  }

  static let lock = Mutex<UInt64>(0)

  /// In the order of discovery, which gives each entry its place.
  private var steps: [Step] = []
  /// Places in the order of the replay; nil if that is the order of discovery.
  private var order: [Int32]?
  /// The places of leaves, whose gradients are complete when everything else has been passed.
  private var ends: [Int32] = []
  private var furtherOperands: [[Int32]] = []
  /// What a replay that retains the tape copied.
  private var retained: [(derivative: Derivative, result: Elements?)] = []
  private var cotangents: [Tensor?]
  /// The cotangents of entries with several results.
  private var severalCotangents: [Int32: [Tensor?]] = [:]
  private var keptPlaces: Set<Int32> = []
  private let recording: Bool
  private let retaining: Bool
  /// Whether a derivative failed, inside ``checked(_:)``, and what it returned must meet no other.
  private var isAborted = false
  /// The replay ends at entries up to this number, as if they were leaves.
  private let boundary: UInt64
  private let isObserved = Observer.isPresent

  /// Lays out the entries that the seeds were computed from. Nil, inside ``checked(_:)``, if one of them has been replayed.
  init?(
    from seeds: [(entry: Entry, cotangent: Tensor)], retaining: Bool, recording: Bool, keeping intermediates: [Tensor],
    boundary: UInt64 = 0
  ) {
    self.boundary = boundary
    self.recording = recording
    self.retaining = retaining
    cotangents = []
    let failure = Replay.lock.withLock { replayCount -> String? in
      replayCount += 1
      return layOut(seeds, mark: replayCount)
    }
    if let failure {
      fail(
        .autogradMisuse, "backward",
        "the tape was replayed before, and what its \"\(failure)\" had saved is released; pass retainingTape: true to the first replay, or compute the result again (a value kept from an earlier step may need detached())"
      )
      return nil
    }
    cotangents = [Tensor?](repeating: nil, count: steps.count)
    for (entry, cotangent) in seeds { accumulate(cotangent, place(of: entry)!, entry) }
    for tensor in intermediates {
      if let entry = tensor.entry, let place = place(of: entry) { keptPlaces.insert(place) }
    }
  }

  /// Where an entry was laid out; quick for the roots, which come first.
  private func place(of entry: Entry) -> Int32? {
    steps.firstIndex { $0.entry === entry }.map(Int32.init)
  }

  /// Gives every reachable entry a place. Returns the operation of an entry that had been replayed, having undone all.
  private mutating func layOut(_ seeds: [(entry: Entry, cotangent: Tensor)], mark: UInt64) -> String? {
    // Room for a small graph, so that its arrays do not grow in steps.
    steps.reserveCapacity(16)
    ends.reserveCapacity(8)
    var descending = true
    for (root, _) in seeds { _ = discover(root, mark) }
    var cursor = 0
    var last = UInt64.max
    while cursor < steps.count {
      let entry = steps[cursor].entry!
      if entry.isLeaf || entry.sequenceNumber <= boundary {
        steps[cursor].isEnd = true
        ends.append(Int32(truncatingIfNeeded: cursor))
        if retaining { retained.append((.leaf, nil)) }
        cursor += 1
        continue
      }
      if entry.sequenceNumber > last { descending = false }
      last = entry.sequenceNumber
      if entry.isReplayed {
        if !retaining {
          for step in steps[..<cursor] where !step.isEnd { step.entry!.isReplayed = false }
        }
        return entry.operation
      }
      switch entry.derivative {
      case .leaf, .released: break
      case .unary(let edge):
        steps[cursor].operands.0 = discover(edge.operand, mark)
      case .binary(let a, let b):
        steps[cursor].operands.0 = discover(a.operand, mark)
        steps[cursor].operands.1 = discover(b.operand, mark)
      case .projection(let source, _):
        steps[cursor].operands.0 = discover(source, mark)
      case .multiple(let edges):
        furtherOperands.append(edges.map { discover($0.operand, mark) })
        steps[cursor].furtherOperands = Int32(furtherOperands.count - 1)
      case .joint(let joint):
        furtherOperands.append(joint.operands.map { discover($0, mark) })
        steps[cursor].furtherOperands = Int32(furtherOperands.count - 1)
      }
      if retaining {
        retained.append((entry.derivative, entry.result))
      } else {
        entry.isReplayed = true
      }
      cursor += 1
    }
    if !descending {
      order = steps.indices.map(Int32.init).sorted { steps[Int($0)].sequenceNumber > steps[Int($1)].sequenceNumber }
    }
    return nil
  }

  /// The place of an entry, which gets the next one if it is new.
  @inline(__always)
  private mutating func discover(_ entry: Entry, _ mark: UInt64) -> Int32 {
    if entry.mark != mark {
      entry.mark = mark
      entry.slot = Int32(steps.count)
      steps.append(Step(entry: entry, sequenceNumber: entry.sequenceNumber))
    }
    return entry.slot
  }

  /// Walks down and returns the gradients of leaves and kept values.
  mutating func run() -> Gradients {
    var gradients = Gradients()
    gradients.reserveCapacity(8)
    for position in steps.indices {
      let place = order?[position] ?? Int32(truncatingIfNeeded: position)
      if isAborted { break }
      if steps[Int(place)].isEnd { continue }
      let entry = steps[Int(place)].entry.take()!
      let dy = cotangents[Int(place)].take()
      if let dy, !keptPlaces.isEmpty, keptPlaces.contains(place) { gradients.append(entry, dy) }
      if isObserved { passObserved(dy, place, entry) } else { pass(consume dy, place, entry) }
    }
    for place in ends {
      if let gradient = cotangents[Int(place)].take() { gradients.append(steps[Int(place)].entry!, gradient) }
    }
    gradients.sort()
    return gradients
  }

  /// Passes an entry and tells the observer, also how much memory goes with what the entry saved.
  @inline(never)
  private mutating func passObserved(_ dy: Tensor?, _ place: Int32, _ entry: Entry) {
    let observer = Observer.current
    var saved: (derivative: Derivative, result: Elements?)? =
      retaining ? retained[Int(place)] : (entry.derivative, entry.result)
    observer?.willReplay(entry, saved!.derivative, dy)
    pass(dy, place, entry)
    withExtendedLifetime(saved) {}
    let before = Memory.statistics.live_bytes
    saved = nil
    let after = Memory.statistics.live_bytes
    observer?.didReplay(entry, releasing: Int(before - min(after, before)))
  }

  /// Hands the cotangent of an entry on to its operands, and releases what the entry saved unless it is retained.
  @inline(__always)
  private mutating func pass(_ dy: consuming Tensor?, _ place: Int32, _ entry: Entry) {
    // Taken out, not copied: what the entry saved goes when this call ends.
    var derivative = Derivative.released
    var result: Elements?
    if retaining {
      (derivative, result) = retained[Int(place)]
    } else {
      swap(&derivative, &entry.derivative)
      result = entry.result.take()
    }
    switch derivative {
    case .leaf, .released: break
    case .unary(let edge):
      guard let dy = dy.take() else { return }
      accumulate(cotangent(edge, dy, result, entry), steps[Int(place)].operands.0, edge.operand)
    case .binary(let a, let b):
      guard let dy = dy.take() else { return }
      accumulate(cotangent(a, copy dy, result, entry), steps[Int(place)].operands.0, a.operand)
      accumulate(cotangent(b, dy, result, entry), steps[Int(place)].operands.1, b.operand)
    case .multiple(let edges):
      guard let dy else { return }
      let places = furtherOperands[Int(steps[Int(place)].furtherOperands)]
      for (edge, operandPlace) in Swift.zip(edges, places) {
        accumulate(cotangent(edge, dy, result, entry), operandPlace, edge.operand)
      }
    case .projection(let source, let index):
      guard let dy else { return }
      let sourcePlace = steps[Int(place)].operands.0
      var dys = severalCotangents[sourcePlace] ?? [Tensor?](repeating: nil, count: source.resultCount)
      dys[index] = dys[index].map { $0 + dy } ?? dy
      severalCotangents[sourcePlace] = dys
    case .joint(let joint):
      // Handed over, so that the derivative may write over them.
      guard let dys = severalCotangents.removeValue(forKey: place) ?? dy.take().map({ [$0] }) else { return }
      let several = joint.resultCount > 1
      let terms = joint.vjp(consume dys, joint.results.enumerated().map { saved($1, several ? $0 : nil, of: entry) })
      let places = furtherOperands[Int(steps[Int(place)].furtherOperands)]
      for (index, term) in terms.enumerated() {
        if let term { accumulate(term, places[index], joint.operands[index], from: entry) }
      }
    }
  }

  /// One of the results of an entry with a joint derivative, with its history if the replay is recorded.
  private func saved(_ elements: Elements, _ index: Int?, of entry: Entry) -> Tensor {
    guard recording else { return Tensor(elements) }
    return index.map { Tensor(elements).projected(from: entry, $0) } ?? Tensor(elements, entry: entry)
  }

  @inline(__always)
  private func cotangent(_ edge: Edge, _ dy: consuming Tensor, _ result: Elements?, _ entry: Entry) -> Tensor {
    switch edge.vjp {
    case .ofCotangent(let vjp): vjp(consume dy)
    case .ofCotangentAndResult(let vjp): vjp(consume dy, Tensor(result!, entry: recording ? entry : nil))
    }
  }

  /// Adds a term to the cotangent of an operand; the first to arrive is moved in.
  ///
  /// This is where broadcasting is undone: a term wider than its operand is summed to the operand's shape.
  @inline(__always)
  private mutating func accumulate(_ term: Tensor, _ place: Int32, _ operand: Entry, from entry: Entry? = nil) {
    var term = term
    if isObserved { Observer.tell(term, for: operand) }
    if !(operand.storedShape == term.shape) {
      term = term.sum(toShape: operand.shape)
      if hasFailed {
        isAborted = true
        return
      }
    }
    if term.dtype != operand.dtype { term = wrongType(term, operand) }
    guard var sum = cotangents[Int(place)].take() else {
      cotangents[Int(place)] = term
      return
    }
    sum.add(term)
    cotangents[Int(place)] = sum
  }

  @inline(never)
  private func wrongType(_ term: Tensor, _ operand: Entry) -> Tensor {
    fail(
      .dtypeMismatch, "backward",
      "a derivative returned a cotangent of \(term.dtype) for the operand \"\(operand.operation)\" of \(operand.dtype)")
  }
}

extension Tensor {
  /// `self += term`, in place where nobody else sees these elements.
  @inline(__always)
  fileprivate mutating func add(_ term: Tensor) {
    if entry == nil, term.entry == nil, isContiguous, term.isContiguous, Elements.isUnique(&elements) {
      addInPlace(term)
    } else {
      self = self + term
    }
  }
}
