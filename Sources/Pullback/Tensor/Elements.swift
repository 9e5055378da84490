import Kernels

/// The elements of a tensor: where they lie and how they are laid out.
///
/// Either the owner of its memory, or a view into another's. Several tensors may share one `Elements`; it is written
/// to only while a single reference to it exists (``isUnique(_:)``), right after it was made.
///
/// Kernels get raw pointers from here. A pointer does not keep its object alive, so it is used only while the
/// `Elements` it came from is a parameter or inside `withExtendedLifetime`.
// @unchecked: every stored property is a constant; what the pointer points to is written only by the creator before
// sharing, or by the holder of the only reference.
final class Elements: @unchecked Sendable {
  let layout: Layout
  let dtype: DType
  /// The first element. To be read through ``pointer``.
  private let address: UnsafeMutableRawPointer
  /// Whose memory this is a view of; nil for an owner. Released by hand: for a chain of objects of one class the
  /// compiler would make the release a loop, which costs every owner.
  private let base: Unmanaged<Elements>?
  /// For elements that hold a value for each example of a function that is being mapped, the level of their hidden axis;
  /// else 0. Then the base is the stack: Note [Mapped axes].
  let level: UInt64

  /// A new owner of memory that is not initialised.
  @inline(__always)
  private init(_ layout: Layout, _ dtype: DType, allocated pointer: UnsafeMutableRawPointer) {
    self.layout = layout
    self.dtype = dtype
    address = pointer
    base = nil
    level = 0
  }

  /// The owner of a block that ``Memory`` allocated for a shape, whose bytes an Int can count.
  convenience init(adopting pointer: UnsafeMutableRawPointer, _ shape: Shape, _ dtype: DType) {
    self.init(Layout(rowMajor: shape, count: shape.countIfRepresentable ?? 0), dtype, allocated: pointer)
  }

  /// A view: the same memory, seen through another layout that starts `offset` elements further on.
  init(viewing base: Elements, _ layout: Layout, offset: Int = 0) {
    self.layout = layout
    dtype = base.dtype
    address = base.address + offset * base.dtype.byteCount
    self.base = (base.base ?? .passUnretained(base)).retain()
    level = 0
  }

  /// One example's layout over the elements of a stack.
  init(ofExamples stack: Elements, _ layout: Layout, level: UInt64) {
    self.layout = layout
    dtype = stack.dtype
    address = stack.address
    base = .passRetained(stack)
    self.level = level
  }

  /// The address of the first element, for a call that is made by `launch`. Swift code that reads or writes elements itself
  /// asks ``mayBeRead(by:)`` before.
  @inline(__always)
  var pointer: UnsafeMutableRawPointer {
    if Program.isRecording { retainByProgram() }
    return address
  }

  @inline(never)
  private func retainByProgram() { Program.current.retain(owner, of: owner.address) }

  /// Whose memory this is.
  private var owner: Elements {
    var owner = self
    while let base = owner.base { owner = base.takeUnretainedValue() }
    return owner
  }

  /// Whether these elements are other ones each time that the program runs which is being recorded on this thread.
  var changesInProgram: Bool { Program.isRecording && Program.current.owns(owner.address) }

  /// Whether this is a block of its own that the program which is being recorded has allocated.
  var isOwnedByProgram: Bool { base == nil && changesInProgram }

  /// Whether Swift code may read the elements. While a program is recorded, those that will be others at its next run
  /// have no value yet, and to read them is a mistake of `operation`.
  @inline(__always)
  func mayBeRead(by operation: StaticString) -> Bool { !Program.isRecording || isConstant(for: operation) }

  @inline(never)
  private func isConstant(for operation: StaticString) -> Bool {
    if !changesInProgram { return true }
    fail(
      .autogradMisuse, operation,
      "the values of a tensor of shape \(shape) are read in a function that is being compiled, but they change from call to call; return the tensor and read it outside, or choose with select(where:then:else:)"
    )
    return false
  }

  /// Of mapped elements, those of all examples along a first axis.
  var stack: Elements { base!.takeUnretainedValue() }

  deinit {
    if let base {
      base.release()
    } else if !Program.isRecording || !Program.current.release(address) {
      Memory.release(address, layout.count &* dtype.byteCount)
    }
  }

  @inline(__always)
  private static func block(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    Program.isRecording ? Program.current.allocate(byteCount) : Memory.allocate(byteCount)
  }

  /// Contiguous memory for a shape, not initialised. Too large a shape is a mistake of `operation`, and gives nil
  /// inside ``checked(_:)``.
  @inline(__always)
  static func allocate(_ shape: Shape, _ dtype: DType, for operation: StaticString) -> Elements? {
    guard let count = shape.countIfRepresentable else { return tooLarge(shape, dtype, operation) }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: dtype.byteCount)
    if overflow { return tooLarge(shape, dtype, operation) }
    guard let pointer = block(bytes) else { return outOfMemory(shape, bytes, operation) }
    return Elements(Layout(rowMajor: shape, count: count), dtype, allocated: pointer)
  }

  /// Contiguous memory for a matrix, not initialised.
  @inline(__always)
  static func allocate(rows: Int, columns: Int, _ dtype: DType, for operation: StaticString) -> Elements? {
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    let (bytes, overflowOfBytes) = count.multipliedReportingOverflow(by: dtype.byteCount)
    let shape = Shape(rows: rows, columns: columns)
    if overflow || overflowOfBytes { return tooLarge(shape, dtype, operation) }
    guard let pointer = block(bytes) else { return outOfMemory(shape, bytes, operation) }
    return Elements(Layout(rows: rows, columns: columns, count: count), dtype, allocated: pointer)
  }

  /// Contiguous memory for a result of the shape and type of an operand, not initialised.
  @inline(__always)
  static func allocate(like other: Elements, for operation: StaticString) -> Elements? {
    // An owner's layout is the one wanted, and its bytes have been counted.
    guard other.base == nil else { return allocate(other.shape, other.dtype, for: operation) }
    let bytes = other.layout.count &* other.dtype.byteCount
    guard let pointer = block(bytes) else { return outOfMemory(other.shape, bytes, operation) }
    return Elements(other.layout, other.dtype, allocated: pointer)
  }

  /// Contiguous memory for a shape, filled with a value.
  static func filled(_ shape: Shape, _ dtype: DType, with value: Double, for operation: StaticString) -> Elements? {
    guard let elements = allocate(shape, dtype, for: operation) else { return nil }
    elements.fill(with: value)
    return elements
  }

  /// Contiguous memory for a shape, to which Swift code writes: a constant, where a program is being recorded.
  static func filled(
    _ shape: Shape, _ dtype: DType, by write: (UnsafeMutableRawBufferPointer) -> Void
  ) -> Elements? {
    Program.pausing {
      guard let elements = allocate(shape, dtype, for: "Tensor") else { return nil }
      write(UnsafeMutableRawBufferPointer(start: elements.address, count: elements.count * dtype.byteCount))
      return elements
    }
  }

  /// Writes a value everywhere.
  func fill(with value: Double) {
    launch({ [kernel = dtype.kernels.pointee.fill!, pointer, count] in kernel(pointer, count, value) })
  }

  @inline(never)
  private static func tooLarge(_ shape: Shape, _ dtype: DType, _ operation: StaticString) -> Elements? {
    fail(.sizeOverflow, operation, "the shape \(shape) of \(dtype) elements has more bytes than an Int can count")
    return nil
  }

  @inline(never)
  private static func outOfMemory(_ shape: Shape, _ bytes: Int, _ operation: StaticString) -> Elements? {
    fail(.outOfMemory, operation, "\(bytes) bytes for a result of shape \(shape) cannot be allocated")
    return nil
  }

  var shape: Shape { layout.shape }
  var count: Int { layout.count }
  var isContiguous: Bool { layout.isContiguous }

  /// Whether `elements` is the only reference to memory that nobody else sees, so that it may be written to.
  @inline(__always)
  static func isUnique(_ elements: inout Elements) -> Bool {
    isKnownUniquelyReferenced(&elements) && elements.base == nil && elements.mayBeOverwritten
  }

  /// A program writes to memory of its own only.
  @inline(__always)
  private var mayBeOverwritten: Bool { !Program.isRecording || changesInProgram }

  /// These elements in row-major order: themselves, or a copy.
  @inline(__always)
  func contiguous(for operation: StaticString) -> Elements? {
    isContiguous ? self : rearranged(for: operation)
  }

  @inline(never)
  private func rearranged(for operation: StaticString) -> Elements? {
    guard level == 0 else {
      fail(
        .autogradMisuse, operation,
        "the operand, of shape \(shape) for each example, has no single value inside mapped(over:): what depends on values, as conditions and extents do, must be computed outside, or with select(where:then:else:)"
      )
      return nil
    }
    return copied(for: operation)
  }

  /// A row-major copy.
  @inline(never)
  func copied(for operation: StaticString) -> Elements? {
    if level != 0 { return stack.copied(for: operation).map { Elements.hiding($0, level: level) } }
    guard let copy = Elements.allocate(shape, dtype, for: operation) else { return nil }
    copy.write(self)
    return copy
  }

  /// Writes the elements of `source`, of the same shape and type, here.
  func write(_ source: Elements) {
    let (x, y) = (source.pointer, pointer)
    if isContiguous, source.isContiguous {
      launch({ [byteCount = count * dtype.byteCount] in Copy.contiguous(x, to: y, byteCount: byteCount) })
      return
    }
    let (xStrides, yStrides) = (source.layout.strides, layout.strides)
    let (shape, size) = (shape, dtype.byteCount)
    launch({
      Copy.strided(x, xStrides, to: y, yStrides, rank: shape.rank, extents: shape.extents, elementSize: size)
    })
  }
}
