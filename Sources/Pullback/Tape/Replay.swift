import CKernels
import Kernels
import Synchronization

/// One walk over a tape, from the last entry to the first.
///
/// Note [Claiming entries]. Several threads may replay graphs that share entries. Laying out happens under one lock; in
/// it, a replay that does not retain the tape marks every entry it reaches as replayed, takes its operands over, and from
/// then on is the only one that touches what it saved, since any other replay that reaches it fails. A replay that
/// retains the tape copies what it needs while it holds the lock.
struct Replay: ~Copyable {
  static let lock = Mutex<UInt64>(0)

  /// In the order of discovery, which gives each entry its place.
  private var steps = StepList()
  /// Places in the order of the replay; nil if that is the order of discovery.
  private var order: [Int32]?
  /// The places of the first and last of the leaves, whose gradients are complete when everything else has been passed.
  private var firstEnd = Step.nowhere
  private var lastEnd = Step.nowhere
  private var endCount = 0
  /// The number of the entry laid out last, and whether they fall so far.
  private var lastNumber = UInt64.max
  private var isDescending = true
  /// What few replays need.
  private var extras: Extras?
  private let recording: Bool
  private let retaining: Bool
  /// Whether a derivative failed, inside ``checked(_:)``, and what it returned must meet no other.
  private var isAborted = false
  /// The replay ends at entries up to this number, as if they were leaves.
  private let boundary: UInt64
  private let isObserved = Observer.isPresent

  private final class Extras {
    /// The places of the operands of entries that have a derivative of another form.
    var furtherPlaces: [[Int32]] = []
    /// What a replay that retains the tape copied.
    var retained: [Saved] = []
    /// The cotangents of entries with several results.
    var severalCotangents: [Int32: [Tensor?]] = [:]
    /// The places of intermediate values whose gradients are wanted.
    var keptPlaces: Set<Int32> = []
  }

  /// Lays out the entries that the roots were computed from. Nil, inside ``checked(_:)``, if one of them has been replayed.
  @inline(__always)
  init?(
    from roots: some Collection<Entry>, retaining: Bool, recording: Bool, keeping intermediates: [Tensor] = [],
    boundary: UInt64 = 0
  ) {
    self.boundary = boundary
    self.recording = recording
    self.retaining = retaining
    if retaining || !intermediates.isEmpty { extras = Extras() }
    var failure: String?
    Replay.lock.withLock { replayCount in
      replayCount += 1
      for root in roots { _ = discover(Unmanaged.passUnretained(root), replayCount, owned: false) }
      failure = layOut(mark: replayCount)
      for tensor in intermediates {
        if let entry = tensor.entry, entry.mark == replayCount { extras!.keptPlaces.insert(entry.slot) }
      }
    }
    if let failure {
      fail(
        .autogradMisuse, "backward",
        "the tape was replayed before, and what its \"\(failure)\" had saved is released; pass retainingTape: true to the first replay, or compute the result again (a value kept from an earlier step may need detached())"
      )
      return nil
    }
  }

  /// Gives a root its cotangent.
  mutating func start(_ cotangent: consuming Tensor, at root: Entry) {
    // Roots come first.
    var place = 0
    while steps[place].pointee.entry!.toOpaque() != Unmanaged.passUnretained(root).toOpaque() { place += 1 }
    accumulate(consume cotangent, Int32(truncatingIfNeeded: place))
  }

  /// Gives every reachable entry a place. Returns the operation of an entry that had been replayed, having undone all.
  private mutating func layOut(mark: UInt64) -> String? {
    var cursor = 0
    while cursor < steps.count {
      let reference = steps[cursor].pointee.entry!
      let failure = reference._withUnsafeGuaranteedRef { visit($0, cursor, mark) }
      if let failure { return failure }
      cursor += 1
    }
    if !isDescending {
      let numbers = (0..<steps.count).map { steps[$0].pointee.entry!._withUnsafeGuaranteedRef { $0.sequenceNumber } }
      order = numbers.indices.map(Int32.init).sorted { numbers[Int($0)] > numbers[Int($1)] }
    }
    return nil
  }

  /// Gives the operands of an entry places, and claims it or copies what it saved.
  @inline(__always)
  private mutating func visit(_ entry: Entry, _ cursor: Int, _ mark: UInt64) -> String? {
    if entry.isLeaf || entry.sequenceNumber <= boundary {
      let place = Int32(truncatingIfNeeded: cursor)
      steps[cursor].pointee.isEnd = true
      if lastEnd == Step.nowhere { firstEnd = place } else { steps[Int(lastEnd)].pointee.first = place }
      lastEnd = place
      endCount += 1
      if retaining { extras!.retained.append(Saved()) }
      return nil
    }
    if entry.sequenceNumber > lastNumber { isDescending = false }
    lastNumber = entry.sequenceNumber
    // Observers look at operands while the entries are passed.
    let takesOver = !retaining && !isObserved
    if entry.isReplayed {
      if !retaining { giveBack(steps: cursor, tookOver: takesOver) }
      return entry.operation
    }
    if let operand = entry.first {
      if takesOver { entry.first = nil }
      let place = discover(operand, mark, owned: takesOver)
      steps[cursor].pointee.first = place
    }
    if let operand = entry.second {
      if takesOver { entry.second = nil }
      let place = discover(operand, mark, owned: takesOver)
      steps[cursor].pointee.second = place
    }
    if entry.saved.further != nil { discoverFurther(entry, cursor, mark) }
    if retaining { extras!.retained.append(entry.saved) } else { entry.isReplayed = true }
    return nil
  }

  /// The place of an entry, which gets the next one if it is new. If the reference is owned, it is taken over.
  @inline(__always)
  private mutating func discover(_ reference: Unmanaged<Entry>, _ mark: UInt64, owned: Bool) -> Int32 {
    let (isNew, slot) = reference._withUnsafeGuaranteedRef { entry -> (Bool, Int32) in
      if entry.mark == mark { return (false, entry.slot) }
      entry.mark = mark
      entry.slot = Int32(truncatingIfNeeded: steps.count)
      return (true, entry.slot)
    }
    if isNew {
      steps.append(Step(entry: owned ? reference : reference.retain()))
    } else if owned {
      reference.release()  // never the last: the step has one
    }
    return slot
  }

  @inline(never)
  private mutating func discoverFurther(_ entry: Entry, _ cursor: Int, _ mark: UInt64) {
    let operands = entry.saved.further!.operands
    if operands.isEmpty { return }
    if extras == nil { extras = Extras() }
    steps[cursor].pointee.second = Int32(truncatingIfNeeded: extras!.furtherPlaces.count)
    var places: [Int32] = []
    for operand in operands { places.append(discover(Unmanaged.passUnretained(operand), mark, owned: false)) }
    extras!.furtherPlaces.append(places)
  }

  /// Leaves entries that were claimed as they had been.
  @inline(never)
  private func giveBack(steps count: Int, tookOver: Bool) {
    for place in 0..<count where !steps[place].pointee.isEnd {
      let step = steps[place].pointee
      let entry = step.entry!.takeUnretainedValue()
      entry.isReplayed = false
      if !tookOver { continue }
      if step.first != Step.nowhere { entry.first = steps[Int(step.first)].pointee.entry!.retain() }
      let isFurther = entry.saved.further != nil
      if step.second != Step.nowhere, !isFurther { entry.second = steps[Int(step.second)].pointee.entry!.retain() }
    }
  }

  /// Walks down and returns the gradients of leaves and kept values.
  mutating func run() -> Gradients {
    if recording { return walk() }
    let state = thread_state_current()!
    state.pointee.recording_disabled += 1
    defer { state.pointee.recording_disabled -= 1 }
    return walk()
  }

  private mutating func walk() -> Gradients {
    var gradients = Gradients()
    gradients.reserveCapacity(endCount)
    for position in 0..<steps.count {
      if isAborted { break }
      let place = order?[position] ?? Int32(truncatingIfNeeded: position)
      if steps[Int(place)].pointee.isEnd { continue }
      let entry = steps[Int(place)].pointee.entry.take()!.takeRetainedValue()
      let dy = steps[Int(place)].pointee.cotangent.take()
      if let extras, extras.keptPlaces.contains(place), let dy { gradients.append(entry.sequenceNumber, dy) }
      if isObserved { passObserved(dy, place, entry) } else { pass(consume dy, place, entry) }
    }
    while firstEnd != Step.nowhere {
      let end = steps[Int(firstEnd)]
      if let gradient = end.pointee.cotangent.take() {
        gradients.append(end.pointee.entry!._withUnsafeGuaranteedRef { $0.sequenceNumber }, gradient)
      }
      firstEnd = end.pointee.first
    }
    gradients.sort()
    return gradients
  }

  /// Passes an entry and tells the observer, also how much memory goes with what the entry saved.
  @inline(never)
  private mutating func passObserved(_ dy: Tensor?, _ place: Int32, _ entry: Entry) {
    let observer = Observer.current
    var saved: Saved? = retaining ? extras!.retained[Int(place)] : entry.saved
    observer?.willReplay(entry, dy)
    pass(dy, place, entry)
    withExtendedLifetime(saved) {}
    let before = Memory.statistics.live_bytes
    saved = nil
    let after = Memory.statistics.live_bytes
    observer?.didReplay(entry, releasing: Int(before - min(after, before)))
    if !retaining { entry.releaseOperands() }
  }

  /// Hands the cotangent of an entry on to its operands, and releases what the entry saved unless it is retained.
  // Everything is moved and nothing copied: what the entry saved goes when this call ends, and a cotangent with one
  // reference may be written over (Note [Reusing operands]).
  @inline(__always)
  private mutating func pass(_ dy: consuming Tensor?, _ place: Int32, _ entry: Entry) {
    var saved = Saved()
    if retaining { swap(&saved, &extras!.retained[Int(place)]) } else { swap(&saved, &entry.saved) }
    if let further = saved.further.take() { return pass(dy.take(), place, entry, further) }
    guard let dy = dy.take() else { return }
    let (first, second) = (steps[Int(place)].pointee.first, steps[Int(place)].pointee.second)
    let y = saved.result.take().map { Tensor($0, entry: recording ? entry : nil) }
    if saved.second != nil {
      accumulate(cotangent(saved.first.take()!, copy dy, y), first)
      accumulate(cotangent(saved.second.take()!, consume dy, y), second)
    } else {
      accumulate(cotangent(saved.first.take()!, consume dy, y), first)
    }
  }

  @inline(never)
  private mutating func pass(_ dy: consuming Tensor?, _ place: Int32, _ entry: Entry, _ further: Further) {
    switch further {
    case .multiple(let edges):
      guard let dy else { return }
      let places = extras!.furtherPlaces[Int(steps[Int(place)].pointee.second)]
      for (edge, operandPlace) in Swift.zip(edges, places) {
        accumulate(cotangent(edge.vjp, copy dy, nil), operandPlace)
      }
    case .projection(let index):
      guard let dy else { return }
      if extras == nil { extras = Extras() }
      let source = steps[Int(place)].pointee.first
      let count = Int(steps[Int(source)].pointee.entry!.takeUnretainedValue().resultCount)
      var dys = extras!.severalCotangents[source] ?? [Tensor?](repeating: nil, count: count)
      dys[index] = dys[index].map { $0 + dy } ?? dy
      extras!.severalCotangents[source] = dys
    case .joint(let joint):
      // Handed over, so that the derivative may write over them.
      guard let dys = extras!.severalCotangents.removeValue(forKey: place) ?? dy.take().map({ [$0] }) else { return }
      let several = joint.resultCount > 1
      let terms = joint.vjp(consume dys, joint.results.enumerated().map { result($1, several ? $0 : nil, of: entry) })
      let places = extras!.furtherPlaces[Int(steps[Int(place)].pointee.second)]
      for (index, term) in terms.enumerated() {
        if let term { accumulate(term, places[index]) }
      }
    }
  }

  /// One of the results of an entry with a joint derivative, with its history if the replay is recorded.
  private func result(_ elements: Elements, _ index: Int?, of entry: Entry) -> Tensor {
    guard recording else { return Tensor(elements) }
    return index.map { Tensor(elements).projected(from: entry, $0) } ?? Tensor(elements, entry: entry)
  }

  @inline(__always)
  private func cotangent(_ vjp: consuming VJP, _ dy: consuming Tensor, _ y: Tensor?) -> Tensor {
    switch consume vjp {
    case .ofCotangent(let vjp): vjp(consume dy)
    case .ofCotangentAndResult(let vjp): vjp(consume dy, y!)
    }
  }

  /// Adds a term to the cotangent of an operand; the first to arrive is moved in.
  @inline(never)
  private mutating func accumulate(_ term: consuming Tensor, _ place: Int32) {
    let step = steps[Int(place)]
    let fits = step.pointee.entry!._withUnsafeGuaranteedRef {
      $0.storedShape == term.elements.layout.shape && $0.dtype == term.dtype
    }
    if !fits || isObserved {
      term = fitted(consume term, step.pointee.entry!.takeUnretainedValue())
      if isAborted { return }
    }
    if step.pointee.cotangent == nil {
      step.pointee.cotangent = consume term
    } else {
      step.pointee.cotangent!.add(term)
    }
  }

  /// This is where broadcasting is undone: a term wider than its operand is summed to the operand's shape.
  @inline(never)
  private mutating func fitted(_ term: Tensor, _ operand: Entry) -> Tensor {
    var term = term
    if isObserved { Observer.tell(term, for: operand) }
    if !(operand.storedShape == term.shape) {
      term = term.sum(toShape: operand.shape)
      if hasFailed { isAborted = true }
    }
    if term.dtype != operand.dtype, !isAborted {
      term = fail(
        .dtypeMismatch, "backward",
        "a derivative returned a cotangent of \(term.dtype) for the operand \"\(operand.operation)\" of \(operand.dtype)"
      )
    }
    return term
  }
}

/// What is to be done at one entry.
private struct Step {
  static let nowhere: Int32 = -1
  private static let end: Int32 = -2

  /// Owned until the replay has passed it.
  var entry: Unmanaged<Entry>?
  var cotangent: Tensor?
  /// The places of the first two operands; for an end, of the end found after it.
  var first = Step.nowhere
  /// Of an entry with a derivative of another form, where its operands' places are.
  var second = Step.nowhere

  /// Whether the replay ends here: at a leaf, or at an entry that counts as one.
  var isEnd: Bool {
    get { second == Step.end }
    set { second = newValue ? Step.end : Step.nowhere }
  }
}

/// An array of steps without the checks of one, from the pool of memory.
private struct StepList: ~Copyable {
  private(set) var count = 0
  private var capacity = 16
  private var base = StepList.allocate(16)

  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Step> {
    guard let block = Memory.allocate(capacity * MemoryLayout<Step>.stride) else {
      fatalError("no memory to lay out a tape of \(capacity) operations")
    }
    return block.bindMemory(to: Step.self, capacity: capacity)
  }

  @inline(__always)
  subscript(place: Int) -> UnsafeMutablePointer<Step> { base + place }

  @inline(__always)
  mutating func append(_ step: Step) {
    if count == capacity { grow() }
    (base + count).initialize(to: step)
    count += 1
  }

  @inline(never)
  private mutating func grow() {
    let larger = StepList.allocate(2 * capacity)
    larger.moveInitialize(from: base, count: count)
    Memory.release(base, capacity * MemoryLayout<Step>.stride)
    base = larger
    capacity *= 2
  }

  deinit {
    for place in 0..<count { base[place].entry?.release() }
    base.deinitialize(count: count)
    Memory.release(base, capacity * MemoryLayout<Step>.stride)
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
