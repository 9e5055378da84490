import CKernels
import Synchronization

/// One recorded operation, or a leaf: a tensor that asked for its gradient.
///
/// An entry owns the entries of its operands, never the tensor it recorded, so a graph lives exactly as long as
/// something that was computed with it. Entries are numbered in the order of their creation; operands come before
/// results, so the numbers are an order in which the graph can be replayed.
// @unchecked: constants but for `renew`, which needs the only reference; and for `first`, `second`, `saved` and `isReplayed`, which are read and written under
// `Replay.lock`, or by the one replay that has claimed the entry under it (Note [Claiming entries]); and `mark` and
// `slot`, which are used under the lock only.
final class Entry: @unchecked Sendable {
  // A recorded program holds an entry for every operation, and a long one is bound by the memory it walks through: every
  // property here is as small as it can be.
  //
  // @exclusivity(unchecked): every access is over before anything else can begin, since none calls out.

  /// Where the name lies: a literal's characters, which end with a zero.
  private let name: UnsafePointer<UInt8>
  private(set) var sequenceNumber: UInt64
  /// The number of the last replay that reached this entry, and the place that it gave it.
  @exclusivity(unchecked) var mark: UInt64 = 0
  @exclusivity(unchecked) var slot: Int32 = 0
  /// How many results share this entry's derivative.
  let resultCount: Int32
  let dtype: DType
  let isLeaf: Bool
  /// Whether each derivative is its own transpose, so that it carries changes forward as it carries cotangents back.
  let isSymmetric: Bool
  /// Whether a replay that does not retain the tape has passed on, or is passing on, what this entry saved.
  @exclusivity(unchecked) var isReplayed = false
  let storedShape: StoredShape
  /// The entries of the first two tracked operands. Owned by hand: a replay takes them over without counting.
  @exclusivity(unchecked) var first: Unmanaged<Entry>?
  @exclusivity(unchecked) var second: Unmanaged<Entry>?
  /// What derivatives need.
  @exclusivity(unchecked) var saved: Saved
  /// The result's values if it has only a few, for pictures and reports.
  private(set) var values: SmallValues
  /// The innermost named scope at the time.
  private(set) var scope: Scope?

  private static let lastSequenceNumber = Atomic<UInt64>(0)

  /// The number of the latest entry of all.
  static var latestSequenceNumber: UInt64 { lastSequenceNumber.load(ordering: .relaxed) }

  /// A number between those of earlier and of later entries, which no entry has.
  static func takeSequenceNumber() -> UInt64 {
    memory_count_released_object()
    return lastSequenceNumber.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
  }

  /// How many entries are alive.
  static var liveCount: Int {
    let released = Int(memory_released_objects())
    return Int(lastSequenceNumber.load(ordering: .sequentiallyConsistent)) - released
  }

  /// An operation on one or two operands, of which at least one is tracked; those that are have a derivative.
  init(
    _ operation: StaticString, of value: Elements, symmetric: Bool = false, _ a: consuming Entry?,
    _ aVJP: consuming VJP?, _ b: consuming Entry? = nil, _ bVJP: consuming VJP? = nil, result: consuming Elements? = nil
  ) {
    name = operation.utf8Start
    isLeaf = false
    isSymmetric = symmetric
    resultCount = 1
    dtype = value.dtype
    storedShape = StoredShape(value.shape)
    values = SmallValues(value)
    scope = Scope.current
    if let a {
      first = .passRetained(a)
      second = b.map { .passRetained($0) }
      saved = Saved(first: aVJP, second: bVJP, result: result)
    } else {
      first = .passRetained(b!)
      saved = Saved(first: bVJP, result: result)
    }
    sequenceNumber = Entry.lastSequenceNumber.wrappingAdd(1, ordering: .relaxed).newValue
    if Observer.isPresent { Observer.tell(self, value) }
  }

  /// A leaf, or an operation with another derivative than one for each of two operands.
  private init(
    named name: UnsafePointer<UInt8>, _ value: Elements, _ further: Further?, symmetric: Bool = false,
    source: Entry? = nil
  ) {
    self.name = name
    isLeaf = further == nil
    isSymmetric = symmetric
    resultCount = if case .joint(let joint) = further { Int32(joint.resultCount) } else { 1 }
    dtype = value.dtype
    storedShape = StoredShape(value.shape)
    values = SmallValues(value)
    scope = Scope.current
    first = source.map { .passRetained($0) }
    saved = Saved(further: further)
    sequenceNumber = Entry.lastSequenceNumber.wrappingAdd(1, ordering: .relaxed).newValue
    if Observer.isPresent { Observer.tell(self, value) }
  }

  /// An operation with another derivative than one for each of two operands.
  convenience init(_ operation: StaticString, of value: Elements, _ further: Further, symmetric: Bool = false) {
    self.init(named: operation.utf8Start, value, further, symmetric: symmetric)
  }

  /// One of the results of an entry that has several.
  convenience init(projectionOf entry: Entry, _ value: Elements, _ index: Int) {
    self.init(named: entry.name, value, .projection(index: index), source: entry)
  }

  /// A tensor that asked for its gradient.
  convenience init(leaf value: Elements) {
    let name: StaticString = "leaf"
    self.init(named: name.utf8Start, value, nil)
  }

  /// Makes this leaf, to which nobody else refers, one that was made just now, of a value of the same shape and dtype.
  func renew(_ value: Elements) {
    values = SmallValues(value)
    scope = Scope.current
    // As if another had been released.
    memory_count_released_object()
    sequenceNumber = Entry.lastSequenceNumber.wrappingAdd(1, ordering: .relaxed).newValue
    if Observer.isPresent { Observer.tell(self, value) }
  }

  // Note [Release in a loop]. Releasing an entry releases its operands' entries and the tensors that its derivative
  // saved, whose entries may go with them: recursion as deep as the graph, which overflows the stack at some ten
  // thousand entries. So the first entry to go on a thread opens a queue, every entry that goes meanwhile only puts
  // what it owns there, and the first one empties the queue in a loop.
  deinit {
    memory_count_released_object()
    // Most have been replayed, or are leaves.
    if first == nil, saved.isEmpty { return }
    releaseOwned()
  }

  @inline(never)
  private func releaseOwned() {
    let state = thread_state_current()!
    let owned = Owned(first: first, second: second, saved: saved)
    saved = Saved()
    if let queue = state.pointee.release_queue {
      queue.assumingMemoryBound(to: [Owned].self).pointee.append(owned)
      return
    }
    // Without room: most entries take no other with them.
    var queue: [Owned] = []
    withUnsafeMutablePointer(to: &queue) { queue in
      state.pointee.release_queue = UnsafeMutableRawPointer(queue)
      owned.release()
      while let next = queue.pointee.popLast() { next.release() }
      state.pointee.release_queue = nil
    }
  }

  /// The name of the operation, or "leaf".
  var operation: String { String(cString: name) }

  var shape: Shape { storedShape.shape }

  /// The entries that cotangents pass on to.
  var operands: [Entry] {
    var operands: [Entry] = []
    forEachOperand { operands.append($0) }
    return operands
  }

  /// Calls `body` for the entries that cotangents pass on to, in the order of the derivatives.
  @inline(__always)
  func forEachOperand(_ body: (Entry) -> Void) {
    if let first { body(first.takeUnretainedValue()) }
    if let second { body(second.takeUnretainedValue()) }
    saved.further?.forEachOperand(body)
  }

  /// Lets the operands' entries go.
  func releaseOperands() {
    first.take()?.release()
    second.take()?.release()
  }
}

/// What an entry leaves behind while a graph is being released.
private struct Owned {
  let first: Unmanaged<Entry>?
  let second: Unmanaged<Entry>?
  let saved: Saved

  consuming func release() {
    first?.release()
    second?.release()
  }
}

/// What an entry keeps for its derivatives.
struct Saved {
  /// How a cotangent passes on to the first and second operand.
  var first: VJP?
  var second: VJP?
  /// How it passes on in other cases.
  var further: Further?
  /// The result's elements, if a derivative wants them. Without the entry, so that no reference cycle exists.
  var result: Elements?

  var isEmpty: Bool { first == nil && further == nil }

  /// The derivative for the operand at a position among the tracked ones.
  func vjp(_ position: Int) -> VJP {
    if case .multiple(let edges) = further { return edges[position].vjp }
    return position == 0 ? first! : second!
  }
}

/// The way to one operand that needs a gradient.
struct Edge {
  let operand: Entry
  let vjp: VJP
  /// The change of the result from that of the operand, if the operation said it and somebody wants it.
  var jvp: JVP? = nil
}

/// A Jacobian-vector product: the change of a result from that of one operand.
typealias JVP = (_ dx: consuming Tensor) -> Tensor

/// A vector-Jacobian product: the cotangent of an operand, from that of the result, which is handed over: its memory may
/// become the operand's (Note [Reusing operands]).
enum VJP {
  case ofCotangent((_ dy: consuming Tensor) -> Tensor)
  case ofCotangentAndResult((_ dy: consuming Tensor, _ y: Tensor) -> Tensor)

  @inline(__always)
  consuming func callAsFunction(_ dy: consuming Tensor, _ y: Tensor?) -> Tensor {
    switch consume self {
    case .ofCotangent(let vjp): vjp(consume dy)
    case .ofCotangentAndResult(let vjp): vjp(consume dy, y!)
    }
  }
}

/// Derivatives of another form than one for each of two operands.
indirect enum Further {
  /// To any number of operands, one by one.
  case multiple([Edge])
  /// To operands that are computed together, from the cotangents of one or several results.
  case joint(Joint)
  /// To one result of the first operand, an entry that has several.
  case projection(index: Int)

  /// How many operands there are, but for the first of a projection.
  var operandCount: Int {
    switch self {
    case .multiple(let edges): edges.count
    case .joint(let joint): joint.operands.count
    case .projection: 0
    }
  }

  /// Calls `body` for these operands' entries.
  @inline(__always)
  func forEachOperand(_ body: (Entry) -> Void) {
    switch self {
    case .multiple(let edges): for edge in edges { body(edge.operand) }
    case .joint(let joint): for operand in joint.operands { body(operand) }
    case .projection: break
    }
  }
}

/// The derivative of an operation whose operands' cotangents are computed together.
struct Joint {
  let operands: [Entry]
  /// The results' elements, if the derivative wants them.
  let results: [Elements]
  let resultCount: Int
  let vjp: (_ dys: consuming [Tensor?], _ ys: [Tensor]) -> [Tensor?]
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
