#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// One of the two output streams of the process.
package struct Terminal: Sendable {
  private let descriptor: Int32

  package static let standardOutput = Terminal(descriptor: 1)
  package static let standardError = Terminal(descriptor: 2)

  /// Whether a person may be watching, rather than a file or another program.
  package var isInteractive: Bool { isatty(descriptor) == 1 }

  /// Writes text at once, after what `print` has kept back.
  package func write(_ text: String) {
    fflush(nil)
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if written <= 0 { return }
      rest = rest.dropFirst(written)
    }
  }

  /// Replaces the line that the cursor is in.
  package func replaceLine(with text: String) { write("\r\u{1B}[K\(text)") }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

/// Ends the process.
package func exit(withCode code: Int32) -> Never { exit(code) }
