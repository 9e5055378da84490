import CKernels
import Synchronization

/// One recorded operation, or a leaf: a tensor that asked for its gradient.
///
/// An entry owns the entries of its operands, never the tensor it recorded, so a graph lives exactly as long as
/// something that was computed with it. Entries are numbered in the order of their creation; operands come before
/// results, so the numbers are an order in which the graph can be replayed.
// @unchecked: constants, but for `derivative`, `result` and `isReplayed`, which are read and written under
// `Replay.lock`, or by the one replay that has claimed the entry under it (Note [Claiming entries]); and `mark` and
// `slot`, which are used under the lock only.
final class Entry: @unchecked Sendable {
  /// The name of the operation, or "leaf".
  let operation: StaticString
  let sequenceNumber: UInt64
  let shape: Shape
  let dtype: DType
  /// How many results share this entry's derivative; more than 1 only under `joint`.
  let resultCount: Int
  /// How cotangents pass on to the operands.
  var derivative: Derivative
  /// The result's elements, if a derivative wants them. Without the entry, so that no reference cycle exists.
  var result: Elements?
  /// The same for a derivative that is `joint`.
  var results: [Elements]
  /// The result's values if it has at most four, for pictures and reports.
  let values: SmallValues
  /// The innermost named scope at the time.
  let scope: Scope?
  /// Whether a replay that does not retain the tape has passed on, or is passing on, what this entry saved.
  var isReplayed = false

  /// The number of the last replay that reached this entry, and the place that it gave it.
  var mark: UInt64 = 0
  var slot: Int32 = 0

  private static let lastSequenceNumber = Atomic<UInt64>(0)
  private static let released = Atomic<UInt64>(0)

  /// How many entries are alive.
  static var liveCount: Int {
    let released = released.load(ordering: .sequentiallyConsistent)
    return Int(lastSequenceNumber.load(ordering: .sequentiallyConsistent) - released)
  }

  init(
    _ operation: StaticString, of value: Elements, _ derivative: Derivative, result: Elements? = nil,
    results: [Elements] = [], resultCount: Int = 1
  ) {
    self.operation = operation
    shape = value.shape
    dtype = value.dtype
    values = SmallValues(value)
    scope = Scope.current
    self.derivative = derivative
    self.result = result
    self.results = results
    self.resultCount = resultCount
    sequenceNumber = Entry.lastSequenceNumber.wrappingAdd(1, ordering: .relaxed).newValue
  }

  // Note [Release in a loop]. Releasing an entry releases its operands' entries and the tensors that its derivative
  // saved, whose entries may go with them: recursion as deep as the graph, which overflows the stack at some ten
  // thousand entries. So the first entry to go on a thread opens a queue, every entry that goes meanwhile only puts
  // what it owns there, and the first one empties the queue in a loop.
  deinit {
    Entry.released.wrappingAdd(1, ordering: .relaxed)
    switch derivative {
    case .leaf, .released: return
    default: break
    }
    let state = thread_state_current()!
    if let queue = state.pointee.release_queue {
      Unmanaged<ReleaseQueue>.fromOpaque(queue).takeUnretainedValue().pending.append(derivative)
      return
    }
    let queue = ReleaseQueue()
    state.pointee.release_queue = Unmanaged.passUnretained(queue).toOpaque()
    queue.pending.append(derivative)
    derivative = .released
    while let next = queue.pending.popLast() { _ = consume next }
    state.pointee.release_queue = nil
  }

  var isLeaf: Bool { if case .leaf = derivative { true } else { false } }
}

/// What entries leave behind while a graph is being released.
private final class ReleaseQueue {
  var pending: [Derivative] = []
}

/// How an entry's cotangent passes on to its operands.
enum Derivative {
  /// Nowhere: the gradient is wanted here.
  case leaf
  /// Nowhere any more: a replay has passed.
  case released
  /// To one operand.
  case unary(Edge)
  /// To two operands.
  case binary(Edge, Edge)
  /// To any number of operands.
  case multiple([Edge])
  /// To operands that are computed together, from the cotangents of one or several results.
  case joint([Entry], ([Tensor?], [Tensor]) -> [Tensor?])
  /// To one result of an entry that has several.
  case projection(Entry, index: Int)
}

/// The way to one operand that needs a gradient.
struct Edge {
  let operand: Entry
  let vjp: VJP
}

/// A vector-Jacobian product: the cotangent of an operand, from that of the result, which is handed over: its memory may
/// become the operand's (Note [Reusing operands]).
enum VJP {
  case ofCotangent((_ dy: consuming Tensor) -> Tensor)
  case ofCotangentAndResult((_ dy: consuming Tensor, _ y: Tensor) -> Tensor)
}

/// The values of a tensor of at most four elements; small enough to be kept for every entry.
struct SmallValues {
  private var storage = InlineArray<4, Double>(repeating: 0)
  let count: Int

  @inline(__always)
  init(_ elements: Elements) {
    guard elements.count <= 4, elements.isContiguous else {
      count = 0
      return
    }
    count = elements.count
    for index in 0..<count {
      storage[index] =
        elements.dtype == .float32
        ? Double(elements.pointer.load(fromByteOffset: index * 4, as: Float.self))
        : elements.pointer.load(fromByteOffset: index * 8, as: Double.self)
    }
  }

  /// Empty if the tensor had more elements than are kept.
  var array: [Double] { (0..<count).map { storage[$0] } }
}
