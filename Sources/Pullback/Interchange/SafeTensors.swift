import CKernels
import Kernels

/// Named tensors as a `.safetensors` file holds them.
///
/// The reader trusts nothing: the header's size, its JSON, every name, shape, element type and offset are checked before
/// anything is allocated, and a file that breaks a rule is refused as a whole with a ``SafeTensorsError`` that names it.
/// Element types are F32, F64, I32, I64 and BOOL; F16 and BF16 are read as float32, which holds them exactly.
///
/// ```swift
/// let file = SafeTensors(["w": Tensor([[1, 2], [3, 4]])], metadata: ["step": "7"])
/// let copy = try SafeTensors(bytes: file.bytes())
/// print(copy["w"]!.shape, copy.metadata)  // [2, 2] ["step": "7"]
/// ```
public struct SafeTensors: Sendable {
  /// The largest header that is read, in bytes.
  public static let headerLimit = 100_000_000

  /// The tensors by their names.
  public var tensors: [String: Tensor]
  /// Anything else worth telling, as text.
  public var metadata: [String: String]

  /// Tensors to be written.
  public init(_ tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The tensor of a name, if there is one.
  ///
  /// ```swift
  /// var file = SafeTensors()
  /// file["w"] = Tensor([1, 2])
  /// print(file["w"]!, file["b"] == nil)  // [1.0, 2.0] : [2] float32 true
  /// ```
  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set { tensors[name] = newValue }
  }

  /// Reads a file.
  ///
  /// - Throws: a ``SafeTensorsError`` that names the rule the file breaks.
  public init(contentsOf path: String) throws(SafeTensorsError) {
    try self.init(reading: SafeTensorsError.passing { () throws(FileError) in try InputFile(path) })
  }

  /// Reads the bytes of a file.
  ///
  /// ```swift
  /// let bytes = try SafeTensors(["w": Tensor([1, 2])]).bytes()
  /// print(try SafeTensors(bytes: bytes)["w"]!)  // [1.0, 2.0] : [2] float32
  /// ```
  ///
  /// - Throws: a ``SafeTensorsError`` that names the rule the bytes break.
  public init(bytes: [UInt8]) throws(SafeTensorsError) {
    try self.init(reading: InputBytes(bytes))
  }

  private init(reading source: some ByteSource) throws(SafeTensorsError) {
    let header = try SafeTensorsHeader(reading: source)
    var tensors: [String: Tensor] = [:]
    for entry in header.entries { tensors[entry.name] = try Tensor(reading: entry, from: source) }
    self.init(tensors, metadata: header.metadata)
  }

  /// The bytes of a file with these tensors.
  ///
  /// Equal tensors and metadata give equal bytes: larger elements come first, then names in order.
  ///
  /// - Throws: ``SafeTensorsError/invalidName(_:)`` if a tensor has the name that the format keeps for metadata.
  public func bytes() throws(SafeTensorsError) -> [UInt8] {
    var bytes: [UInt8] = []
    try write { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// Writes a file. It appears at `path` complete or, after an error, not at all.
  ///
  /// - Throws: a ``SafeTensorsError``; what was at `path` before is still there then.
  public func write(to path: String) throws(SafeTensorsError) {
    let file = try SafeTensorsError.passing { () throws(FileError) in try OutputFile(replacing: path) }
    try write { file.append($0) }
    try SafeTensorsError.passing { () throws(FileError) in try file.commit() }
  }

  private func write(_ append: (UnsafeRawBufferPointer) -> Void) throws(SafeTensorsError) {
    guard tensors["__metadata__"] == nil else { throw .invalidName("__metadata__") }
    let ordered = tensors.sorted {
      ($1.value.dtype.byteCount, $0.key) < ($0.value.dtype.byteCount, $1.key)
    }
    let header = SafeTensorsHeader.text(ordered, metadata: metadata)
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, append)
    Array(header.utf8).withUnsafeBytes(append)
    for (name, tensor) in ordered {
      guard let elements = tensor.elements.contiguous(for: "safetensors") else { throw .outOfMemory(name: name) }
      withExtendedLifetime(elements) {
        append(UnsafeRawBufferPointer(start: elements.pointer, count: elements.count * tensor.dtype.byteCount))
      }
    }
  }
}

extension Tensor {
  /// Reads the elements that a checked entry announces and that come next.
  fileprivate init(
    reading entry: SafeTensorsHeader.Entry, from source: some ByteSource
  ) throws(SafeTensorsError) {
    switch entry.elements {
    case .own(let dtype):
      let bytes = try Tensor.memory(entry.byteCount, for: entry)
      let elements = Elements(adopting: bytes.baseAddress!, entry.shape, dtype)
      try SafeTensorsError.passing { () throws(FileError) in try source.read(into: bytes) }
      if dtype == .bool, let wrong = bytes.first(where: { $0 > 1 }) {
        throw .invalidBool(name: entry.name, value: wrong)
      }
      self.init(elements)
    case .float16, .bfloat16:
      let bytes = try Tensor.memory(2 * entry.byteCount, for: entry)
      let elements = Elements(adopting: bytes.baseAddress!, entry.shape, .float32)
      let halves = try Tensor.memory(entry.byteCount, for: entry)
      defer { Memory.release(halves.baseAddress!, entry.byteCount) }
      try SafeTensorsError.passing { () throws(FileError) in try source.read(into: halves) }
      let isBfloat16 = if case .bfloat16 = entry.elements { true } else { false }
      widen_halves(
        halves.assumingMemoryBound(to: UInt16.self).baseAddress, bytes.assumingMemoryBound(to: Float.self).baseAddress,
        entry.byteCount / 2, isBfloat16 ? 1 : 0)
      self.init(elements)
    }
  }

  /// Memory for a number of bytes that was checked, so that only memory can be missing; `Elements.allocate` would trap then.
  private static func memory(
    _ byteCount: Int, for entry: SafeTensorsHeader.Entry
  ) throws(SafeTensorsError) -> UnsafeMutableRawBufferPointer {
    guard let pointer = Memory.allocate(byteCount) else { throw .outOfMemory(name: entry.name) }
    return UnsafeMutableRawBufferPointer(start: pointer, count: byteCount)
  }
}
