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
  // A recorded program holds an entry for every operation, and a long one is bound by the memory it walks through: every
  // property here is as small as it can be.

  /// Where the name lies: a literal's characters, which end with a zero.
  private let name: UnsafePointer<UInt8>
  let sequenceNumber: UInt64
  let storedShape: StoredShape
  let dtype: DType
  let isLeaf: Bool
  private let storedResultCount: Int32
  /// How cotangents pass on to the operands.
  var derivative: Derivative
  /// The result's elements, if a derivative wants them. Without the entry, so that no reference cycle exists.
  var result: Elements?
  /// The result's values if it has only a few, for pictures and reports.
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

  /// The number of the latest entry of all.
  static var latestSequenceNumber: UInt64 { lastSequenceNumber.load(ordering: .relaxed) }

  /// How many entries are alive.
  static var liveCount: Int {
    let released = released.load(ordering: .sequentiallyConsistent)
    return Int(lastSequenceNumber.load(ordering: .sequentiallyConsistent) - released)
  }

  @inline(__always)
  init(_ operation: StaticString, of value: Elements, _ derivative: Derivative, result: Elements? = nil) {
    name = operation.utf8Start
    storedShape = StoredShape(value.shape)
    dtype = value.dtype
    values = SmallValues(value)
    scope = Scope.current
    isLeaf = if case .leaf = derivative { true } else { false }
    storedResultCount = if case .joint(let joint) = derivative { Int32(joint.resultCount) } else { 1 }
    self.derivative = derivative
    self.result = result
    sequenceNumber = Entry.lastSequenceNumber.wrappingAdd(1, ordering: .relaxed).newValue
    if Observer.isPresent { Observer.tell(self, value) }
  }

  /// One of the results of an entry that has several.
  init(projectionOf entry: Entry, _ value: Elements, _ index: Int) {
    name = entry.name
    storedShape = StoredShape(value.shape)
    dtype = value.dtype
    values = SmallValues(value)
    scope = entry.scope
    isLeaf = false
    storedResultCount = 1
    derivative = .projection(entry, index: index)
    sequenceNumber = Entry.lastSequenceNumber.wrappingAdd(1, ordering: .relaxed).newValue
    if Observer.isPresent { Observer.tell(self, value) }
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

  /// The name of the operation, or "leaf".
  var operation: String { String(cString: name) }

  var shape: Shape { storedShape.shape }

  /// How many results share this entry's derivative.
  var resultCount: Int { Int(storedResultCount) }

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
  case joint(Joint)
  /// To one result of an entry that has several.
  case projection(Entry, index: Int)
}

extension Derivative {
  /// The entries that cotangents pass on to.
  var operands: [Entry] {
    switch self {
    case .leaf, .released: []
    case .unary(let edge): [edge.operand]
    case .binary(let a, let b): [a.operand, b.operand]
    case .multiple(let edges): edges.map(\.operand)
    case .joint(let joint): joint.operands
    case .projection(let source, _): [source]
    }
  }
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

/// The derivative of an operation whose operands' cotangents are computed together.
final class Joint {
  let operands: [Entry]
  let vjp: (_ dys: consuming [Tensor?], _ ys: [Tensor]) -> [Tensor?]
  /// The results' elements, if the derivative wants them.
  let results: [Elements]
  let resultCount: Int

  init(
    _ operands: [Entry], results: [Elements], resultCount: Int,
    vjp: @escaping (_ dys: consuming [Tensor?], _ ys: [Tensor]) -> [Tensor?]
  ) {
    self.operands = operands
    self.results = results
    self.resultCount = resultCount
    self.vjp = vjp
  }
}

/// A shape in half the room: up to four extents of 32 bits inline, others in an object.
struct StoredShape {
  private final class Large {
    let shape: Shape
    init(_ shape: Shape) { self.shape = shape }
  }

  private var extents = InlineArray<4, UInt32>(repeating: 1)
  private let large: Large?
  private let rank: UInt8

  @inline(__always)
  init(_ shape: Shape) {
    rank = UInt8(truncatingIfNeeded: shape.rank)
    var isSmall = shape.rank <= 4
    for axis in 0..<4 {
      extents[axis] = UInt32(truncatingIfNeeded: shape.extents[axis])
      isSmall = isSmall && shape.extents[axis] >> 32 == 0
    }
    large = isSmall ? nil : Large(shape)
  }

  var shape: Shape {
    if let large { return large.shape }
    var shape = Shape()
    for axis in 0..<Int(rank) { shape.append(Int(extents[axis])) }
    return shape
  }

  @inline(__always)
  static func == (stored: StoredShape, shape: Shape) -> Bool {
    if let large = stored.large { return large.shape == shape }
    guard Int(stored.rank) == shape.rank else { return false }
    var difference = 0
    for axis in 0..<4 { difference |= Int(stored.extents[axis]) ^ shape.extents[axis] }
    return difference == 0
  }
}

/// The values of a tensor of a few elements, small enough to be kept for every entry: four of float32, two of float64.
struct SmallValues {
  private var bits: (UInt64, UInt64) = (0, 0)
  private let dtype: DType
  private let storedCount: UInt8

  @inline(__always)
  init(_ elements: Elements) {
    dtype = elements.dtype
    let bytes = elements.count &* dtype.byteCount
    guard elements.count <= 4, bytes <= 16, elements.isContiguous, dtype.isFloatingPoint else {
      storedCount = 0
      return
    }
    storedCount = UInt8(truncatingIfNeeded: elements.count)
    withUnsafeMutableBytes(of: &bits) { $0.baseAddress!.copyMemory(from: elements.pointer, byteCount: bytes) }
  }

  /// Empty if the tensor had more elements than are kept.
  var array: [Double] {
    withUnsafeBytes(of: bits) { bytes in
      (0..<Int(storedCount)).map { index in
        dtype == .float32
          ? Double(bytes.load(fromByteOffset: index * 4, as: Float.self))
          : bytes.load(fromByteOffset: index * 8, as: Double.self)
      }
    }
  }
}
