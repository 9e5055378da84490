import DocExamples
import Foundation
import Synchronization

/// Writes what examples print into their documents, in place of what these show: `PULLBACK_REFRESH=1 swift test …`.
enum Refresh {
  static let isOn = ProcessInfo.processInfo.environment["PULLBACK_REFRESH"] != nil

  /// The package's folder.
  static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// How many lines each document has gained, and after which of its original lines.
  private static let shifts = Mutex<[String: [(line: Int, count: Int)]]>([:])

  /// Returns false if there is no such document.
  static func write(_ output: [String], for shown: ShownOutput, in file: String) -> Bool {
    shifts.withLock { shifts in
      let url = package.appending(path: file)
      guard let text = try? String(contentsOf: url, encoding: .utf8) else { return false }
      var lines = text.components(separatedBy: "\n")
      let earlier = shifts[file, default: []].filter { $0.line < shown.endLine }.map(\.count).reduce(0, +)
      let end = shown.endLine - 1 + earlier
      guard let call = Call(in: lines, at: end, showing: shown.output ?? []) else { return false }
      let new = call.lines(showing: output)
      lines.replaceSubrange(end...end + call.commentLineCount, with: new)
      shifts[file, default: []].append((shown.endLine, new.count - 1 - call.commentLineCount))
      return (try? lines.joined(separator: "\n").write(to: url, atomically: true, encoding: .utf8)) != nil
    }
  }
}

/// The last line of a call of `print` in a document, and the comment with its output.
private struct Call {
  private var code: String
  /// What stands before each line of code: indentation, and `///` in a Swift file.
  private let margin: String
  /// How many lines the comment takes after the call's own.
  let commentLineCount: Int

  /// Nil if the document does not, or no longer, show the output there.
  init?(in lines: [String], at end: Int, showing output: [String]) {
    guard lines.indices.contains(end) else { return nil }
    code = lines[end]
    var below = output[...]
    if let first = output.first, !first.isEmpty, code.hasSuffix("// " + first) {
      code.removeLast(first.count + 3)
      below = output.dropFirst()
    }
    while code.last == " " { code.removeLast() }
    guard code.hasSuffix(")") || code.hasSuffix("}") else { return nil }
    commentLineCount = below.count
    let comments = lines[(end + 1)...].prefix(below.count)
    guard comments.count == below.count, zip(comments, below).allSatisfy({ $0.hasSuffix($1) }) else { return nil }
    let blanks = code.prefix { $0 == " " }
    let slashes = code.dropFirst(blanks.count).hasPrefix("///") ? "///" : ""
    margin = blanks + slashes + code.dropFirst(blanks.count + slashes.count).prefix { $0 == " " }
  }

  /// The call with another output: behind it if it fits, else below it.
  func lines(showing output: [String]) -> [String] {
    if output.count == 1, code.count + output[0].count + 5 <= 120 { return [code + "  // " + output[0]] }
    return [code] + output.map { margin + ($0.isEmpty ? "//" : "// " + $0) }
  }
}
