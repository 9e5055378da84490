#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import Synchronization

/// What goes wrong with a file, whatever it holds.
struct FileError: Error {
  let path: String
  let reason: String
}

/// What is wrong with a file of some format.
protocol FormatError: Error {
  /// The file cannot be opened, read or written.
  static func inputOutput(path: String, reason: String) -> Self
}

extension FormatError {
  /// What `body` returns; what it throws is thrown as an error of this format.
  static func passing<Result>(_ body: () throws(FileError) -> Result) throws(Self) -> Result {
    do { return try body() } catch { throw .inputOutput(path: error.path, reason: error.reason) }
  }
}

/// Bytes that are read from the first to the last.
protocol ByteSource: AnyObject {
  /// What to call the source in a message.
  var path: String { get }
  var byteCount: Int { get }
  /// Fills a buffer with what comes next; false if there is too little of it.
  func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Bool
}

extension ByteSource {
  /// Fills a buffer with what comes next.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) {
    guard fill(buffer) else { throw FileError(path: path, reason: "cannot be read to its end") }
  }

  /// The bytes that come next.
  func read(count: Int) throws(FileError) -> [UInt8] {
    var isFilled = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      isFilled = fill(UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count))
      initializedCount = isFilled ? count : 0
    }
    guard isFilled else { throw FileError(path: path, reason: "cannot be read to its end") }
    return bytes
  }
}

/// Bytes in memory.
final class InputBytes: ByteSource {
  let path = "bytes"
  private var rest: ArraySlice<UInt8>
  let byteCount: Int

  init(_ bytes: [UInt8]) {
    rest = bytes[...]
    byteCount = bytes.count
  }

  func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Bool {
    guard buffer.count <= rest.count else { return false }
    buffer.copyBytes(from: rest.prefix(buffer.count))
    rest = rest.dropFirst(buffer.count)
    return true
  }
}

/// A file open for reading.
final class InputFile: ByteSource {
  private let stream: UnsafeMutablePointer<FILE>
  let path: String
  let byteCount: Int

  init(_ path: String) throws(FileError) {
    guard let stream = fopen(path, "rb") else { throw FileError(path: path, reason: lastErrorText()) }
    self.stream = stream
    self.path = path
    byteCount = fseek(stream, 0, SEEK_END) == 0 ? ftell(stream) : -1
    // A folder can be opened, but measures as much as can be counted.
    guard byteCount >= 0, byteCount < .max, fseek(stream, 0, SEEK_SET) == 0 else {
      throw FileError(path: path, reason: "is not a file that can be measured")
    }
  }

  deinit { fclose(stream) }

  func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Bool {
    buffer.count == 0 || fread(buffer.baseAddress, 1, buffer.count, stream) == buffer.count
  }
}

/// A file that takes its place when it is complete.
final class OutputFile {
  private let path: String
  private let temporaryPath: String
  private let stream: UnsafeMutablePointer<FILE>
  private var failed = false
  private var closed = false

  private static let count = Atomic<Int>(0)

  /// A file beside `path`, which it replaces on commit.
  init(replacing path: String) throws(FileError) {
    self.path = path
    let number = OutputFile.count.wrappingAdd(1, ordering: .relaxed).newValue
    temporaryPath = "\(path).\(getpid())-\(number).tmp"
    guard let stream = fopen(temporaryPath, "wbx") else {
      throw FileError(path: path, reason: lastErrorText())
    }
    self.stream = stream
  }

  deinit {
    if !closed {
      fclose(stream)
      unlink(temporaryPath)
    }
  }

  func append(_ bytes: UnsafeRawBufferPointer) {
    if bytes.count > 0, fwrite(bytes.baseAddress, 1, bytes.count, stream) != bytes.count { failed = true }
  }

  /// Puts the file in its place, once its bytes are on the disk.
  func commit() throws(FileError) {
    let written = !failed && fflush(stream) == 0 && fsync(fileno(stream)) == 0
    let reason = lastErrorText()
    closed = true
    guard fclose(stream) == 0, written else {
      unlink(temporaryPath)
      throw FileError(path: path, reason: reason)
    }
    guard rename(temporaryPath, path) == 0 else {
      let reason = lastErrorText()
      unlink(temporaryPath)
      throw FileError(path: path, reason: reason)
    }
  }
}

private func lastErrorText() -> String { String(cString: strerror(errno)) }
