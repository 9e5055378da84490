import CKernels
import Kernels

/// The lock under which tapes are laid out, with the number of replays so far.
struct ReplayLock {
  @inline(__always)
  func withLock<Result>(_ body: (inout UInt64) throws -> Result) rethrows -> Result {
    let count = replay_lock()!
    defer { replay_unlock() }
    return try body(&count.pointee)
  }
}

/// What is to be done at one entry.
struct Step {
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
struct StepList: ~Copyable {
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
