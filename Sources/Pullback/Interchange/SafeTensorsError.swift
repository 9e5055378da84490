/// What is wrong with a `.safetensors` file.
///
/// Every case names the rule of the format that the file breaks; a file that breaks one is refused as a whole.
public enum SafeTensorsError: Error, Hashable, Sendable {
  /// The file cannot be opened, read or written.
  case inputOutput(path: String, reason: String)
  /// The file ends before its header does.
  case truncatedHeader(byteCount: Int)
  /// The header claims to be larger than ``SafeTensors/headerLimit``.
  case headerTooLarge(byteCount: UInt64)
  /// The header is not the JSON that it should be.
  case invalidHeader(reason: String, offset: Int)
  /// The header is JSON, but not of the form that the format asks for.
  case invalidEntry(name: String, reason: String)
  /// An element type that this version does not hold.
  case unknownDType(name: String, dtype: String)
  /// A shape whose bytes an Int cannot count.
  case sizeOverflow(name: String)
  /// The extent of the bytes differs from what shape and element type ask for.
  case wrongByteCount(name: String, expected: Int, found: Int)
  /// The bytes of a tensor begin before the end of another, or after a gap.
  case notContiguous(name: String, expected: Int, found: Int)
  /// The tensors do not end where the file does.
  case wrongBufferSize(expected: Int, found: Int)
  /// A bool that is neither 0 nor 1.
  case invalidBool(name: String, value: UInt8)
  /// There is no memory for a tensor.
  case outOfMemory(name: String)
  /// A name that cannot be written, or names asked for that the file does not have.
  case invalidName(String)
}

extension SafeTensorsError: FormatError {}

extension SafeTensorsError: CustomStringConvertible {
  /// One sentence that names the tensor and the rule.
  public var description: String {
    switch self {
    case .inputOutput(let path, let reason): "safetensors: \(path): \(reason)"
    case .truncatedHeader(let count): "safetensors: the file ends within its header, after \(count) bytes"
    case .headerTooLarge(let count):
      "safetensors: the header claims \(count) bytes; at most \(SafeTensors.headerLimit) are accepted"
    case .invalidHeader(let reason, let offset): "safetensors: the header is malformed at byte \(offset): \(reason)"
    case .invalidEntry(let name, let reason): "safetensors: the header's \"\(name)\" is malformed: \(reason)"
    case .unknownDType(let name, let dtype): "safetensors: \"\(name)\" holds \(dtype), which is not supported"
    case .sizeOverflow(let name): "safetensors: \"\(name)\" has more bytes than an Int can count"
    case .wrongByteCount(let name, let expected, let found):
      "safetensors: \"\(name)\" has \(found) bytes; its shape and dtype ask for \(expected)"
    case .notContiguous(let name, let expected, let found):
      "safetensors: \"\(name)\" begins at byte \(found); the tensors before it end at \(expected)"
    case .wrongBufferSize(let expected, let found):
      "safetensors: the tensors have \(expected) bytes, the file has \(found)"
    case .invalidBool(let name, let value): "safetensors: \"\(name)\" holds the bool \(value); bools are 0 or 1"
    case .outOfMemory(let name): "safetensors: no memory for \"\(name)\""
    case .invalidName(let name): "safetensors: \"\(name)\" is not the name of a tensor"
    }
  }
}
