import CKernels
import Kernels

/// One walk over a tape, from the last entry to the first.
///
/// Note [Claiming entries]. Several threads may replay graphs that share entries. Laying out happens under one lock; in
/// it, a replay that does not retain the tape marks every entry it reaches as replayed, takes its operands over, and from
/// then on is the only one that touches what it saved, since any other replay that reaches it fails. A replay that
/// retains the tape copies what it needs while it holds the lock.
struct Replay: ~Copyable {
  static let lock = ReplayLock()

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
  /// Whether nobody wants the gradients at the boundary: what leads nowhere else is left out.
  private let isPruned: Bool
  private let isObserved = Observer.isPresent

  private final class Extras {
    /// The places of the operands of all entries that have a derivative of another form, one entry's after another's.
    var furtherPlaces: [Int32] = []
    /// What a replay that retains the tape copied.
    var retained: [Saved] = []
    init() { retained.reserveCapacity(32) }
    /// The cotangents of entries with several results.
    var severalCotangents: [Int32: [Tensor?]] = [:]
    /// The places of intermediate values whose gradients are wanted.
    var keptPlaces: Set<Int32> = []
  }

  /// Lays out the entries that the roots were computed from. Nil, inside ``checked(_:)``, if one of them has been replayed.
  @inline(__always)
  init?(
    from roots: some Collection<Entry>, retaining: Bool, recording: Bool, keeping intermediates: [Tensor] = [],
    boundary: UInt64 = 0, pruned: Bool = false
  ) {
    self.boundary = boundary
    isPruned = pruned
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
      Replay.reportReplayed(failure, "backward")
      return nil
    }
  }

  /// Says that what an operation saved is gone.
  static func reportReplayed(_ saving: String, _ operation: StaticString) {
    fail(
      .autogradMisuse, operation,
      "the tape was replayed before, and what its \"\(saving)\" had saved is released; pass retainingTape: true to the first replay, or compute the result again (a value kept from an earlier step may need detached())"
    )
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
    if isPruned { prune() }
    return nil
  }

  /// Forgets the ways to operands from which no leaf after the boundary is reached.
  @inline(never)
  private mutating func prune() {
    func number(_ place: Int) -> UInt64 { steps[place].pointee.entry!._withUnsafeGuaranteedRef { $0.sequenceNumber } }
    var leads = (0..<steps.count).map { steps[$0].pointee.isEnd && number($0) > boundary }
    func kept(_ place: Int32) -> Int32 { place != Step.nowhere && leads[Int(place)] ? place : Step.nowhere }
    for position in (0..<steps.count).reversed() {
      let place = Int(order?[position] ?? Int32(truncatingIfNeeded: position))
      let step = steps[place]
      if step.pointee.isEnd { continue }
      let hasFurther = step.pointee.entry!._withUnsafeGuaranteedRef { ($0.saved.further?.operandCount ?? 0) > 0 }
      step.pointee.first = kept(step.pointee.first)
      if hasFurther {
        let count = step.pointee.entry!._withUnsafeGuaranteedRef { $0.saved.further!.operandCount }
        for index in Int(step.pointee.second)..<Int(step.pointee.second) + count {
          extras!.furtherPlaces[index] = kept(extras!.furtherPlaces[index])
          if extras!.furtherPlaces[index] != Step.nowhere { leads[place] = true }
        }
      } else {
        step.pointee.second = kept(step.pointee.second)
        leads[place] = step.pointee.second != Step.nowhere
      }
      if step.pointee.first != Step.nowhere { leads[place] = true }
    }
  }

  /// Gives the operands of an entry places, and claims it or copies what it saved.
  @inline(__always)
  private mutating func visit(_ entry: Entry, _ cursor: Int, _ mark: UInt64) -> String? {
    if entry.isLeaf || entry.sequenceNumber <= boundary {
      let place = Int32(truncatingIfNeeded: cursor)
      let step = steps[cursor]
      step.pointee.isEnd = true
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
    let further = entry.saved.further!
    if further.operandCount == 0 { return }
    if extras == nil { extras = Extras() }
    steps[cursor].pointee.second = Int32(truncatingIfNeeded: extras!.furtherPlaces.count)
    further.forEachOperand { operand in
      extras!.furtherPlaces.append(discover(Unmanaged.passUnretained(operand), mark, owned: false))
    }
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
      // Through a constant: ThreadSanitizer's compiler pass fails on changes behind the subscript of a type without copies.
      let step = steps[Int(place)]
      if step.pointee.isEnd { continue }
      let entry = step.pointee.entry.take()!.takeRetainedValue()
      let dy = step.pointee.cotangent.take()
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
    let before = Memory.bytesOfThread
    saved = nil
    observer?.didReplay(entry, releasing: before - Memory.bytesOfThread)
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
    if saved.second != nil, second != Step.nowhere {
      if first != Step.nowhere { accumulate(saved.first.take()!(copy dy, y), first) }
      accumulate(saved.second.take()!(consume dy, y), second)
    } else if first != Step.nowhere {
      accumulate(saved.first.take()!(consume dy, y), first)
    }
  }

  @inline(never)
  private mutating func pass(_ dy: consuming Tensor?, _ place: Int32, _ entry: Entry, _ further: Further) {
    switch further {
    case .multiple(let edges):
      guard let dy else { return }
      let first = Int(steps[Int(place)].pointee.second)
      for (index, edge) in edges.enumerated() {
        let operandPlace = extras!.furtherPlaces[first + index]
        if operandPlace != Step.nowhere { accumulate(edge.vjp(copy dy, nil), operandPlace) }
      }
    case .projection(let index):
      guard let dy else { return }
      if extras == nil { extras = Extras() }
      let source = steps[Int(place)].pointee.first
      if source == Step.nowhere { return }
      let count = Int(steps[Int(source)].pointee.entry!.takeUnretainedValue().resultCount)
      var dys = extras!.severalCotangents[source] ?? [Tensor?](repeating: nil, count: count)
      dys[index] = dys[index].map { $0 + dy } ?? dy
      extras!.severalCotangents[source] = dys
    case .joint(let joint):
      // Handed over, so that the derivative may write over them.
      guard let dys = extras!.severalCotangents.removeValue(forKey: place) ?? dy.take().map({ [$0] }) else { return }
      let first = Int(steps[Int(place)].pointee.second)
      let places = first..<first + joint.operands.count
      if isPruned, places.allSatisfy({ extras!.furtherPlaces[$0] == Step.nowhere }) { return }
      let several = joint.resultCount > 1
      let terms = joint.vjp(consume dys, joint.results.enumerated().map { result($1, several ? $0 : nil, of: entry) })
      for (term, index) in Swift.zip(terms, places) {
        let operandPlace = extras!.furtherPlaces[index]
        if let term, operandPlace != Step.nowhere { accumulate(term, operandPlace) }
      }
    }
  }

  /// One of the results of an entry with a joint derivative, with its history if the replay is recorded.
  private func result(_ elements: Elements, _ index: Int?, of entry: Entry) -> Tensor {
    guard recording else { return Tensor(elements) }
    return index.map { Tensor(elements).projected(from: entry, $0) } ?? Tensor(elements, entry: entry)
  }

  /// Adds a term to the cotangent of an operand; the first to arrive is moved in.
  @inline(never)
  private mutating func accumulate(_ term: consuming Tensor, _ place: Int32) {
    let step = steps[Int(place)]
    let fits = step.pointee.entry!._withUnsafeGuaranteedRef {
      $0.storedShape == term.elements.layout.shape && $0.dtype == term.dtype
    }
    if !fits || isObserved || term.isMapped {
      term = fitted(consume term, step.pointee.entry!.takeUnretainedValue())
      if isAborted { return }
    }
    Tensor.accumulate(consume term, into: &step.pointee.cotangent)
  }

  /// This is where broadcasting is undone: a term wider than its operand is summed to the operand's shape.
  @inline(never)
  private mutating func fitted(_ term: Tensor, _ operand: Entry) -> Tensor {
    var term = term
    if isObserved { Observer.tell(term, for: operand) }
    if term.isMapped { term = term.summedOverExamples(outsideOf: operand.sequenceNumber, keeping: Mapping.isActive) }
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

extension Tensor {
  /// `sum += term`, in place where nobody else sees its elements; the first term is moved in.
  @inline(__always)
  static func accumulate(_ term: consuming Tensor, into sum: inout Tensor?) {
    guard sum != nil else { return sum = consume term }
    if sum!.entry == nil, term.entry == nil, sum!.isContiguous, term.isContiguous,
      Elements.isUnique(&sum!.elements)
    {
      sum!.addInPlace(term)
    } else {
      sum = sum.take()! + term
    }
  }
}
