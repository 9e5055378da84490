import CKernels

/// What watches a thread record and replay operations, as ``detectingAnomalies(infinities:_:)`` and
/// ``withProfiling(_:)`` do. Observers nest; all of them see everything.
class Observer {
  private var outer: Observer?

  /// Whether the calling thread is observed. This is all that recording and replaying look at as a rule; the rest is out
  /// of their way.
  @inline(__always)
  static var isPresent: Bool { thread_state_current()!.pointee.observer != nil }

  /// The innermost observer of the calling thread.
  static var current: Observer? {
    thread_state_current()!.pointee.observer.map { Unmanaged.fromOpaque($0).takeUnretainedValue() }
  }

  /// Runs `body` while this observes the calling thread.
  func observe<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    outer = Observer.current
    defer { outer = nil }
    return try Observer.exchanged(self, body)
  }

  /// Runs `body`, a part of an observer's own work, unobserved.
  func unobserved<Result>(_ body: () -> Result) -> Result {
    Observer.exchanged(nil) { withoutRecording(body) }
  }

  private static func exchanged<Result, Failure: Error>(
    _ observer: Observer?, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let state = thread_state_current()!
    let previous = state.pointee.observer
    // The pointer is in use only during this call, whose parameter keeps the object alive.
    state.pointee.observer = observer.map { Unmanaged.passUnretained($0).toOpaque() }
    defer { withExtendedLifetime(observer) { state.pointee.observer = previous } }
    return try body()
  }

  @inline(never)
  static func tell(_ entry: Entry, _ value: Elements) { current?.didRecord(entry, value) }
  @inline(never)
  static func tell(_ term: Tensor, for operand: Entry) { current?.didCompute(term, for: operand) }
  @inline(never)
  static func tellCarried(_ change: Tensor, to entry: Entry) { current?.didCarry(change, to: entry) }

  // What the engine tells.

  /// An operation, or a leaf, was recorded with this result.
  func didRecord(_ entry: Entry, _ value: Elements) { outer?.didRecord(entry, value) }
  /// A replay is about to pass an entry on to its operands.
  func willReplay(_ entry: Entry, _ cotangent: Tensor?) {
    outer?.willReplay(entry, cotangent)
  }
  /// It has computed a term of the cotangent of an operand.
  func didCompute(_ term: Tensor, for operand: Entry) { outer?.didCompute(term, for: operand) }
  /// A walk forward has found the change of the result of an entry.
  func didCarry(_ change: Tensor, to entry: Entry) { outer?.didCarry(change, to: entry) }
  /// A replay has passed the entry, and so many bytes were released with what the entry had saved.
  func didReplay(_ entry: Entry, releasing bytes: Int) { outer?.didReplay(entry, releasing: bytes) }
}
