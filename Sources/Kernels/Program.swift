import CKernels

/// The kernel calls of a function, noted while it runs once, to be made again without it.
///
/// A call is noted with the addresses that it reads and writes, so memory must mean the same at every run: what is
/// allocated while a program is recorded comes from memory of its own, which is handed out to it only, in the order of the
/// recording. A block that dies while the function runs serves the calls after it, and at each run again.
///
/// What calls read from outside is retained. The program belongs to the thread that records it; it is run by one thread at
/// a time.
// Note [Programs]. Everything that touches memory of a program while it is recorded must be a call that was noted, or the
// next run would find stale values. Four things see to that. Addresses of elements are read from one property, which
// retains for the program what is not its own. Swift code that reads elements asks `owns` before, and refuses; what it
// writes, it writes to constants, while the recording pauses. When the recording is over, `finish` overwrites the memory
// that is free, so that a call that was not noted shows at once. And blocks that are still in use then, other than those of
// the outputs, are held by somebody who does not know that the next run will write to them: that is a mistake.
package final class Program {
  /// A call that was noted.
  private final class Call {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  /// Retained by hand, so that running one counts no reference.
  private var calls: [Unmanaged<Call>] = []
  /// The blocks allocated during the recording that are in use, and those that wait to be used again, by their size.
  private var used: [UnsafeMutableRawPointer: Int] = [:]
  private var free: [Int: [UnsafeMutableRawPointer]] = [:]
  /// Where values from outside are put before a run.
  private var inputs: Set<UnsafeMutableRawPointer> = []
  /// What calls read that was not made during the recording.
  private var retained: [ObjectIdentifier: AnyObject] = [:]
  /// Whether a call of this run has failed.
  private var isStopped = false

  package init() {}

  deinit {
    for call in calls { call.release() }
    for (size, blocks) in free { for block in blocks { Memory.release(block, size) } }
  }

  /// How many blocks that were allocated during the recording are in use.
  package var usedBlockCount: Int { used.count }

  // MARK: Recording

  /// The program that is being recorded on this thread, which is asked for where `thread_state` says that there is one.
  @inline(never)
  package static var current: Program {
    Unmanaged<Program>.fromOpaque(thread_state_current()!.pointee.program!).takeUnretainedValue()
  }

  /// Runs `body`, and notes the kernel calls that this thread makes.
  package func record<Result>(_ body: () throws -> Result) rethrows -> Result {
    // The address is in use during this call only, which keeps the program alive.
    try withExtendedLifetime(self) {
      try Program.withCurrent(Unmanaged.passUnretained(self).toOpaque(), body)
    }
  }

  /// Runs `body` without noting anything: what it allocates and writes is a constant to the program.
  package static func pausing<Result>(_ body: () throws -> Result) rethrows -> Result {
    try withCurrent(nil, body)
  }

  private static func withCurrent<Result>(
    _ program: UnsafeMutableRawPointer?, _ body: () throws -> Result
  ) rethrows -> Result {
    let state = thread_state_current()!
    let outer = state.pointee.program
    state.pointee.program = program
    defer { state.pointee.program = outer }
    return try body()
  }

  /// Adds a call.
  @inline(never)
  package func note(_ call: @escaping () -> Void) { calls.append(.passRetained(Call(call))) }

  /// Adds a call that can fail.
  @inline(never)
  package func note(_ call: @escaping () -> Bool) {
    calls.append(.passRetained(Call { [unowned(unsafe) self] in if !call() { isStopped = true } }))
  }

  /// Says that a block holds other values at each run.
  package func noteInput(_ block: UnsafeMutableRawPointer) { inputs.insert(block) }

  /// Whether a block holds other values at each run.
  package func owns(_ block: UnsafeMutableRawPointer) -> Bool { used[block] != nil || inputs.contains(block) }

  /// Keeps the owner of a block that calls read, unless the block is the program's.
  @inline(never)
  package func retain(_ owner: AnyObject, of block: UnsafeMutableRawPointer) {
    if !owns(block) { retained[ObjectIdentifier(owner)] = owner }
  }

  /// A block that belongs to the program as long as it is recorded.
  @inline(never)
  package func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    guard let block = free[byteCount]?.popLast() ?? Memory.allocate(byteCount) else { return nil }
    used[block] = byteCount
    return block
  }

  /// Takes a block back; returns false if it is none of the program's.
  @inline(never)
  package func release(_ block: UnsafeMutableRawPointer) -> Bool {
    guard let byteCount = used.removeValue(forKey: block) else { return false }
    free[byteCount, default: []].append(block)
    return true
  }

  /// Ends the recording: blocks still in use belong to their holders from now on.
  package func finish() {
    used = [:]
    for (byteCount, blocks) in free {
      for block in blocks { block.initializeMemory(as: UInt8.self, repeating: 0xFF, count: byteCount) }
    }
  }

  // MARK: Running

  /// Makes all calls in order. Returns false if one of them stopped the program.
  @inline(__always)
  package func run() -> Bool {
    isStopped = false
    return calls.withUnsafeBufferPointer { calls in
      for call in calls {
        call._withUnsafeGuaranteedRef { $0.body() }
        if isStopped { return false }
      }
      return true
    }
  }
}
