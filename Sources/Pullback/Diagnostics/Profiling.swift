/// Runs `body` and measures what the calling thread records and replays in it.
///
/// The time of an operation is the time since the one before it, so that work on untracked tensors counts for the tracked
/// operation that follows.
///
/// ```swift
/// let x = Tensor([1, 2]).requiringGradient()
/// let (loss, profile) = withProfiling { named("loss") { (x * x).sum() } }
/// print(loss, profile.scopes.map(\.name), profile.scopes[0].calls)  // 5.0 ["loss"] 2
/// ```
///
/// - Returns: what `body` returns, and the measurements.
public func withProfiling<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> (result: Result, profile: Profile) {
  let profiler = Profiler()
  let result = try profiler.observe(body)
  return (result, profiler.profile)
}

extension Tape {
  /// Replays the tape from a cotangent of ones, retaining it, and measures each derivative.
  ///
  /// ```swift
  /// let x = Tensor([1, 2]).requiringGradient()
  /// print((x * x).sum().tape.profile().operations.map(\.replays))  // [1, 1]
  /// ```
  ///
  /// A tape of which a part is released cannot be replayed; that traps, or throws inside ``checked(_:)``.
  public func profile() -> Profile {
    withProfiling {
      _ = result.backward(Tensor.ones(result.shape, dtype: result.dtype), retainingTape: true)
    }.profile
  }
}

private final class Profiler: Observer {
  private(set) var profile = Profile()
  private let clock = ContinuousClock()
  private let beginning: ContinuousClock.Instant
  /// When the last operation ended.
  private var last: ContinuousClock.Instant
  /// When the replays of the entries being passed began, the innermost last.
  private var starts: [ContinuousClock.Instant] = []

  override init() {
    beginning = clock.now
    last = beginning
  }

  override func didRecord(_ entry: Entry, _ value: Elements) {
    super.didRecord(entry, value)
    if !entry.isLeaf { append(entry, isBackward: false, since: last, bytes: value.count * value.dtype.byteCount) }
    last = clock.now
  }

  override func willReplay(_ entry: Entry, _ cotangent: Tensor?) {
    super.willReplay(entry, cotangent)
    starts.append(clock.now)
    last = starts.last!
  }

  override func didReplay(_ entry: Entry, releasing bytes: Int) {
    super.didReplay(entry, releasing: bytes)
    append(entry, isBackward: true, since: starts.removeLast(), bytes: bytes)
    last = clock.now
  }

  private func append(_ entry: Entry, isBackward: Bool, since start: ContinuousClock.Instant, bytes: Int) {
    profile.append(
      Profile.Event(
        name: entry.operation, scope: entry.scope?.path, isBackward: isBackward,
        start: start - beginning, time: clock.now - start, bytes: bytes))
  }
}
