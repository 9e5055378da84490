#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import Synchronization

/// Bytes that are read from the first to the last.
protocol ByteSource: AnyObject {
  var byteCount: Int { get }
  /// Fills a buffer with what comes next.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(SafeTensorsError)
}

/// Bytes in memory.
final class InputBytes: ByteSource {
  private var rest: ArraySlice<UInt8>
  let byteCount: Int

  init(_ bytes: [UInt8]) {
    rest = bytes[...]
    byteCount = bytes.count
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(SafeTensorsError) {
    guard buffer.count <= rest.count else { throw .inputOutput(path: "bytes", reason: "they end too early") }
    buffer.copyBytes(from: rest.prefix(buffer.count))
    rest = rest.dropFirst(buffer.count)
  }
}

/// A file open for reading.
final class InputFile: ByteSource {
  private let stream: UnsafeMutablePointer<FILE>
  private let path: String
  let byteCount: Int

  init(_ path: String) throws(SafeTensorsError) {
    guard let stream = fopen(path, "rb") else { throw .inputOutput(path: path, reason: lastErrorText()) }
    self.stream = stream
    self.path = path
    byteCount = fseek(stream, 0, SEEK_END) == 0 ? ftell(stream) : -1
    guard byteCount >= 0, fseek(stream, 0, SEEK_SET) == 0 else {
      throw .inputOutput(path: path, reason: "is not a file that can be measured")
    }
  }

  deinit { fclose(stream) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(SafeTensorsError) {
    guard buffer.count > 0 else { return }
    guard fread(buffer.baseAddress, 1, buffer.count, stream) == buffer.count else {
      throw .inputOutput(path: path, reason: "cannot be read to its end")
    }
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
  init(replacing path: String) throws(SafeTensorsError) {
    self.path = path
    let number = OutputFile.count.wrappingAdd(1, ordering: .relaxed).newValue
    temporaryPath = "\(path).\(getpid())-\(number).tmp"
    guard let stream = fopen(temporaryPath, "wbx") else {
      throw .inputOutput(path: path, reason: lastErrorText())
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
  func commit() throws(SafeTensorsError) {
    let written = !failed && fflush(stream) == 0 && fsync(fileno(stream)) == 0
    let reason = lastErrorText()
    closed = true
    guard fclose(stream) == 0, written else {
      unlink(temporaryPath)
      throw .inputOutput(path: path, reason: reason)
    }
    guard rename(temporaryPath, path) == 0 else {
      let reason = lastErrorText()
      unlink(temporaryPath)
      throw .inputOutput(path: path, reason: reason)
    }
  }
}

private func lastErrorText() -> String { String(cString: strerror(errno)) }
