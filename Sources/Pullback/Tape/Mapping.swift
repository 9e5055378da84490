import CKernels

/// A call of `mapped(over:)` while it runs: Note [Mapped axes].
final class Mapping {
  /// Greater than the numbers of entries that were recorded before, less than those of entries recorded within.
  let level = Entry.takeSequenceNumber()
  private let outer: Mapping?

  private init(outer: Mapping?) { self.outer = outer }

  /// Calls `body` within a mapping of its own.
  static func run<Result>(_ body: (Mapping) throws -> Result) rethrows -> Result {
    let state = thread_state_current()!
    let previous = state.pointee.mapping
    let mapping = Mapping(outer: current)
    // The pointer is in use only during this call, which keeps the mapping alive.
    state.pointee.mapping = Unmanaged.passUnretained(mapping).toOpaque()
    defer { withExtendedLifetime(mapping) { state.pointee.mapping = previous } }
    return try body(mapping)
  }

  /// The innermost one on the calling thread.
  private static var current: Mapping? {
    thread_state_current()!.pointee.mapping.map { Unmanaged.fromOpaque($0).takeUnretainedValue() }
  }

  /// Whether a level is that of a mapping that is running on the calling thread. A replay within it leaves cotangents
  /// mapped, as per-example gradients; one outside of it sums them where they leave what was recorded within.
  static func isActive(_ level: UInt64) -> Bool {
    var mapping = current
    while let next = mapping {
      if next.level == level { return true }
      mapping = next.outer
    }
    return false
  }
}
