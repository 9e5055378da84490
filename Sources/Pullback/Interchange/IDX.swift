import Kernels

/// A tensor as an IDX file holds it, the format in which data sets of images such as MNIST come.
///
/// The reader trusts nothing: a file that breaks a rule is refused with an ``IDXError`` that names it. Whole numbers of 8 and
/// 16 bits are read as int32, which holds them exactly.
///
/// ```swift
/// let images = IDX(Tensor([[0, 255], [7, 8]], dtype: .int32), as: .uint8)
/// let bytes = try images.bytes()
/// print(bytes)  // [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 255, 7, 8]
/// print(try IDX(bytes: bytes).tensor)
/// // [[0, 255],
/// //  [7,   8]] : [2, 2] int32
/// ```
public struct IDX: Sendable {
  /// The types of elements, with the numbers that name them in a file.
  public enum ElementType: UInt8, Sendable, Hashable, CaseIterable {
    /// 0 ... 255.
    case uint8 = 0x08
    /// -128 ... 127.
    case int8 = 0x09
    /// -32768 ... 32767.
    case int16 = 0x0B
    /// Whole numbers of 32 bits.
    case int32 = 0x0C
    /// IEEE 754 single precision.
    case float32 = 0x0D
    /// IEEE 754 double precision.
    case float64 = 0x0E
  }

  /// The tensor.
  public var tensor: Tensor
  /// The type of the elements in the file; nil stands for that of the tensor.
  public var elementType: ElementType?

  /// A tensor to be written.
  ///
  /// - Parameters:
  ///   - tensor: of int32, float32 or float64, or of anything that the element type holds.
  ///   - elementType: the type of the elements in the file; by default that of the tensor.
  public init(_ tensor: Tensor, as elementType: ElementType? = nil) {
    self.tensor = tensor
    self.elementType = elementType
  }

  /// Reads a file.
  ///
  /// - Throws: an ``IDXError`` that names the rule the file breaks.
  public init(contentsOf path: String) throws(IDXError) {
    try self.init(reading: IDXError.passing { () throws(FileError) in try InputFile(path) })
  }

  /// Reads the bytes of a file.
  ///
  /// - Throws: an ``IDXError`` that names the rule the bytes break.
  public init(bytes: [UInt8]) throws(IDXError) {
    try self.init(reading: InputBytes(bytes))
  }

  private init(reading source: some ByteSource) throws(IDXError) {
    let size = source.byteCount
    guard size >= 4 else { throw .truncatedHeader(byteCount: size) }
    let start = try IDXError.passing { () throws(FileError) in try source.read(count: 4) }
    guard start[0] == 0, start[1] == 0 else { throw .notIDX }
    guard let type = ElementType(rawValue: start[2]) else { throw .unknownElementType(start[2]) }
    let rank = Int(start[3])
    guard rank <= Shape.maximumRank else { throw .tooManyAxes(rank) }
    guard size >= 4 + 4 * rank else { throw .truncatedHeader(byteCount: size) }
    let extents = try IDXError.passing { () throws(FileError) in try source.read(count: 4 * rank) }
    let shape = Shape((0..<rank).map { axis in extents[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) } })
    guard let byteCount = type.format.byteCount(shape) else { throw .sizeOverflow }
    guard byteCount == size - 4 - 4 * rank else {
      throw .wrongByteCount(expected: byteCount, found: size - 4 - 4 * rank)
    }
    do { tensor = try type.format.tensor(shape, from: source) } catch {
      switch error {
      case .file(let error): throw .inputOutput(path: error.path, reason: error.reason)
      case .invalidBool, .outOfMemory: throw .outOfMemory
      }
    }
    elementType = type
  }

  /// The bytes of a file with this tensor.
  ///
  /// - Throws: ``IDXError/unsupportedDType(_:)`` or ``IDXError/valueOutOfRange(_:)`` if the elements are not of the file's
  ///   type.
  public func bytes() throws(IDXError) -> [UInt8] {
    guard
      let type = elementType
        ?? ElementType.allCases.first(where: { $0.format == ElementFormat(tensor.dtype).bigEndian })
    else { throw .unsupportedDType(tensor.dtype) }
    var bytes: [UInt8] = [0, 0, type.rawValue, UInt8(tensor.rank)]
    for extent in tensor.shape {
      guard let extent = UInt32(exactly: extent) else { throw .sizeOverflow }
      IDX.append(extent, to: &bytes)
    }
    switch type {
    case .float32: for value in tensor.scalars(as: Float.self) { IDX.append(value.bitPattern, to: &bytes) }
    case .float64: for value in tensor.scalars(as: Double.self) { IDX.append(value.bitPattern, to: &bytes) }
    case .uint8: try appendIntegers(UInt8.self, to: &bytes)
    case .int8: try appendIntegers(Int8.self, to: &bytes)
    case .int16: try appendIntegers(Int16.self, to: &bytes)
    case .int32: try appendIntegers(Int32.self, to: &bytes)
    }
    return bytes
  }

  /// Writes a file. It appears at `path` complete or, after an error, not at all.
  ///
  /// - Throws: an ``IDXError``; what was at `path` before is still there then.
  public func write(to path: String) throws(IDXError) {
    let bytes = try bytes()
    try IDXError.passing { () throws(FileError) in
      let file = try OutputFile(replacing: path)
      bytes.withUnsafeBytes { file.append($0) }
      try file.commit()
    }
  }

  private func appendIntegers<Number: FixedWidthInteger>(
    _ type: Number.Type, to bytes: inout [UInt8]
  ) throws(IDXError) {
    for value in tensor.scalars(as: Double.self) {
      guard let number = Number(exactly: value) else { throw .valueOutOfRange(value) }
      IDX.append(number, to: &bytes)
    }
  }

  private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
    for shift in stride(from: number.bitWidth - 8, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }
}

extension IDX.ElementType {
  fileprivate var format: ElementFormat {
    switch self {
    case .uint8: ElementFormat(kind: .unsigned, width: 1, isBigEndian: true)
    case .int8: ElementFormat(kind: .signed, width: 1, isBigEndian: true)
    case .int16: ElementFormat(kind: .signed, width: 2, isBigEndian: true)
    case .int32: ElementFormat(kind: .signed, width: 4, isBigEndian: true)
    case .float32: ElementFormat(kind: .float, width: 4, isBigEndian: true)
    case .float64: ElementFormat(kind: .float, width: 8, isBigEndian: true)
    }
  }
}

extension ElementFormat {
  fileprivate var bigEndian: ElementFormat { ElementFormat(kind: kind, width: width, isBigEndian: true) }
}

/// What is wrong with an IDX file.
public enum IDXError: Error, Hashable, Sendable {
  /// The file cannot be opened, read or written.
  case inputOutput(path: String, reason: String)
  /// The first two bytes are not 0.
  case notIDX
  /// The file ends before its header does.
  case truncatedHeader(byteCount: Int)
  /// A type of elements that the format does not have.
  case unknownElementType(UInt8)
  /// More axes than a tensor can have.
  case tooManyAxes(Int)
  /// A shape whose bytes an Int cannot count, or an axis that 32 bits cannot.
  case sizeOverflow
  /// The file is shorter or longer than shape and element type ask for.
  case wrongByteCount(expected: Int, found: Int)
  /// There is no memory for the tensor.
  case outOfMemory
  /// An element type that the format does not have.
  case unsupportedDType(DType)
  /// An element that the type asked for does not hold.
  case valueOutOfRange(Double)
}

extension IDXError: FormatError {}

extension IDXError: CustomStringConvertible {
  /// One sentence that names the rule.
  public var description: String {
    switch self {
    case .inputOutput(let path, let reason): "idx: \(path): \(reason)"
    case .notIDX: "idx: the file does not begin with two bytes that are 0"
    case .truncatedHeader(let count): "idx: the file ends within its header, after \(count) bytes"
    case .unknownElementType(let type): "idx: the element type \(type) is not known"
    case .tooManyAxes(let rank): "idx: \(rank) axes; at most \(Shape.maximumRank) are possible"
    case .sizeOverflow: "idx: the array is larger than can be counted"
    case .wrongByteCount(let expected, let found):
      "idx: the elements have \(found) bytes; shape and type ask for \(expected)"
    case .outOfMemory: "idx: no memory for the array"
    case .unsupportedDType(let dtype): "idx: the format has no \(dtype); convert, or name an element type"
    case .valueOutOfRange(let value): "idx: \(value) is not a value of the element type"
    }
  }
}
