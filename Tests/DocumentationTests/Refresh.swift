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
      let replaced = replacement(of: lines[end], shown.output ?? [], by: output)
      let extent = replaced.extent
      lines.replaceSubrange(end..<end + extent, with: replaced.lines)
      shifts[file, default: []].append((shown.endLine, replaced.lines.count - extent))
      return (try? lines.joined(separator: "\n").write(to: url, atomically: true, encoding: .utf8)) != nil
    }
  }

  /// The new lines for a call of `print` that ends in `line`, and how many lines they replace.
  private static func replacement(
    of line: String, _ old: [String], by new: [String]
  ) -> (lines: [String], extent: Int) {
    var code = line
    var extent = old.count + 1
    if let first = old.first, !first.isEmpty, line.hasSuffix("// " + first) {
      code = String(line.dropLast(first.count + 3))
      extent -= 1
    }
    while code.last == " " { code.removeLast() }
    if new.count == 1, code.count + new[0].count + 5 <= 120 { return ([code + "  // " + new[0]], extent) }
    let slashes = line.drop { $0 == " " }.prefix(3) == "///" ? "///" : ""
    let margin = line.prefix { $0 == " " } + slashes
    let indentation = line.dropFirst(margin.count).prefix { $0 == " " }
    return ([code] + new.map { $0.isEmpty ? "\(margin)\(indentation)//" : "\(margin)\(indentation)// \($0)" }, extent)
  }
}
