import DocExamples
import Pullback
import Synchronization
import Testing

/// The programs found in documents. The functions that the build generates from them live here, so that `print` in
/// their code means the one below.
enum Documentation {
  /// Notes what is printed, and by which line of the document.
  static func print(
    _ items: Any..., separator: String = " ", terminator: String = "\n", line: Int = #line
  ) {
    let text = items.map { "\($0)" }.joined(separator: separator) + terminator
    guard let output = Output.current else { return Swift.print(text, terminator: "") }
    output.append(text, line: line)
  }
}

/// What a program has printed so far.
final class Output: Sendable {
  @TaskLocal static var current: Output?

  private let texts = Mutex<[Int: String]>([:])

  func append(_ text: String, line: Int) { texts.withLock { $0[line, default: ""] += text } }

  /// Text for each line that printed something.
  var byLine: [Int: String] { texts.withLock { $0 } }
}

/// A program from a document, and what the document says that it prints.
struct Example: Sendable, CustomTestStringConvertible {
  let file: String
  let line: Int
  let run: @Sendable () throws -> Void
  let outputs: [ShownOutput]

  var testDescription: String { "\(file):\(line)" }

  /// Runs the program, and records an issue at every line of the document that is not true.
  func check() {
    let output = Output()
    do {
      // Mistakes are thrown, so that they are reported here and do not end the process.
      try Output.$current.withValue(output) { try checked(run) }
    } catch {
      record("the example threw \(error)", line)
    }
    for (line, text) in output.byLine.sorted(by: { $0.key < $1.key }) {
      compare(text, line, outputs.first { $0.line...$0.endLine ~= line })
    }
    for shown in outputs where shown.isClaim && !output.hasPrinted(shown) {
      record("the document shows output, but nothing is printed", shown.line)
    }
  }

  private func compare(_ text: String, _ line: Int, _ shown: ShownOutput?) {
    if let shown {
      if shown.allows(text) { return }
      if Refresh.isOn, Refresh.write(ShownOutput.lines(of: text), for: shown, in: file) { return }
    }
    let lines = shown?.output?.joined(separator: "\n") ?? "nothing"
    record("the example prints\n\(text)the document shows\n\(lines)", line)
  }

  private func record(_ problem: String, _ line: Int) {
    Issue.record("\(file):\(line): \(problem)", sourceLocation: location(line))
  }

  private func location(_ line: Int) -> SourceLocation {
    SourceLocation(fileID: "Documentation/\(file)", filePath: file, line: line, column: 1)
  }
}

extension Output {
  func hasPrinted(_ shown: ShownOutput) -> Bool {
    byLine.keys.contains { shown.line...shown.endLine ~= $0 }
  }
}
