import Kernels

/// A tensor as a `.npy` file holds it, the format of NumPy's `save` and `load`.
///
/// The reader trusts nothing: magic bytes, version, header and size are checked before anything is allocated, and a file
/// that breaks a rule is refused with an ``NPYError`` that names it. The header is read as the literal that it is and never
/// evaluated; objects, which NumPy pickles, are refused. Arrays in Fortran's order and of either byte order are read;
/// float16 is read as float32, and whole numbers of 8, 16 and unsigned 32 bits as int32 and int64, which hold them exactly.
///
/// ```swift
/// let bytes = try NPY(Tensor([[1, 2], [3, 4]])).bytes()
/// print(bytes.count, try NPY(bytes: bytes).tensor)
/// // 144 [[1.0, 2.0],
/// //  [3.0, 4.0]] : [2, 2] float32
/// ```
public struct NPY: Sendable {
  /// The longest header that is read, in bytes.
  public static let headerLimit = 65_535

  /// The tensor.
  public var tensor: Tensor

  /// A tensor to be written.
  public init(_ tensor: Tensor) { self.tensor = tensor }

  /// Reads a file.
  ///
  /// - Throws: an ``NPYError`` that names the rule the file breaks.
  public init(contentsOf path: String) throws(NPYError) {
    try self.init(reading: NPYError.passing { () throws(FileError) in try InputFile(path) })
  }

  /// Reads the bytes of a file.
  ///
  /// - Throws: an ``NPYError`` that names the rule the bytes break.
  public init(bytes: [UInt8]) throws(NPYError) {
    try self.init(reading: InputBytes(bytes))
  }

  private init(reading source: some ByteSource) throws(NPYError) {
    let header = try NPYHeader(reading: source)
    // Fortran's order is that of the axes reversed.
    let shape = header.isFortranOrder ? Shape(header.shape.array.reversed()) : header.shape
    do {
      let x = try header.format.tensor(shape, from: source)
      tensor = header.isFortranOrder && x.rank > 1 ? x.permuted(axes: (0..<x.rank).reversed()).contiguous() : x
    } catch {
      switch error {
      case .file(let error): throw .inputOutput(path: error.path, reason: error.reason)
      case .invalidBool(let value): throw .invalidBool(value)
      case .outOfMemory: throw .outOfMemory
      }
    }
  }

  /// The bytes of a file with this tensor.
  ///
  /// - Throws: ``NPYError/outOfMemory`` if a view cannot be laid out.
  public func bytes() throws(NPYError) -> [UInt8] {
    var bytes: [UInt8] = []
    try write { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// Writes a file. It appears at `path` complete or, after an error, not at all.
  ///
  /// - Throws: an ``NPYError``; what was at `path` before is still there then.
  public func write(to path: String) throws(NPYError) {
    let file = try NPYError.passing { () throws(FileError) in try OutputFile(replacing: path) }
    try write { file.append($0) }
    try NPYError.passing { () throws(FileError) in try file.commit() }
  }

  func write(_ append: (UnsafeRawBufferPointer) -> Void) throws(NPYError) {
    guard let elements = tensor.elements.contiguous(for: "npy") else { throw .outOfMemory }
    NPYHeader.bytes(tensor.shape, tensor.dtype).withUnsafeBytes(append)
    withExtendedLifetime(elements) {
      append(UnsafeRawBufferPointer(start: elements.pointer, count: elements.count * tensor.dtype.byteCount))
    }
  }
}

/// What is wrong with a `.npy` file.
public enum NPYError: Error, Hashable, Sendable {
  /// The file cannot be opened, read or written.
  case inputOutput(path: String, reason: String)
  /// The first bytes are not those of the format.
  case notNPY
  /// A version of the format other than 1.0, 2.0 and 3.0.
  case unknownVersion(major: UInt8, minor: UInt8)
  /// The file ends before its header does.
  case truncatedHeader(byteCount: Int)
  /// The header claims to be larger than ``NPY/headerLimit``.
  case headerTooLarge(byteCount: Int)
  /// The header is not the literal that the format asks for.
  case invalidHeader(reason: String, offset: Int)
  /// An element type that tensors do not hold, in NumPy's notation.
  case unknownDType(String)
  /// A shape whose bytes an Int cannot count.
  case sizeOverflow
  /// The file is shorter or longer than shape and element type ask for.
  case wrongByteCount(expected: Int, found: Int)
  /// A bool that is neither 0 nor 1.
  case invalidBool(UInt8)
  /// There is no memory for the tensor.
  case outOfMemory
}

extension NPYError: FormatError {}

extension NPYError: CustomStringConvertible {
  /// One sentence that names the rule.
  public var description: String {
    switch self {
    case .inputOutput(let path, let reason): "npy: \(path): \(reason)"
    case .notNPY: "npy: the file does not begin with the bytes 93 4E 55 4D 50 59"
    case .unknownVersion(let major, let minor): "npy: version \(major).\(minor) is not known; expected 1.0, 2.0 or 3.0"
    case .truncatedHeader(let count): "npy: the file ends within its header, after \(count) bytes"
    case .headerTooLarge(let count):
      "npy: the header claims \(count) bytes; at most \(NPY.headerLimit) are accepted"
    case .invalidHeader(let reason, let offset): "npy: the header is malformed at byte \(offset): \(reason)"
    case .unknownDType(let name): "npy: elements of type \"\(name)\" are not supported"
    case .sizeOverflow: "npy: the array has more bytes than an Int can count"
    case .wrongByteCount(let expected, let found):
      "npy: the elements have \(found) bytes; shape and type ask for \(expected)"
    case .invalidBool(let value): "npy: the array holds the bool \(value); bools are 0 or 1"
    case .outOfMemory: "npy: no memory for the array"
    }
  }
}
