/// The test file of a document: a function for each of its programs, and one test that runs them.
///
/// The code keeps its place: `#sourceLocation` and indentation make the compiler name the line and column of the document.
public struct Generator {
  private let path: String
  private let programs: [Program]
  private var modules: Set<String> = ["DocExamples", "Pullback", "Testing"]
  /// Declarations that Swift allows at file scope only.
  private var fileScope: [String] = []
  private var functions: [String] = []
  private var examples: [String] = []

  /// - Parameters:
  ///   - path: the document's path in the package.
  ///   - document: its text.
  public init(path: String, document: String) {
    self.path = path
    programs = DocExamples.programs(in: document, isSwift: path.hasSuffix(".swift"))
    if path.hasPrefix("Sources/PullbackLearning/") { modules.insert("PullbackLearning") }
    for program in programs { add(program) }
  }

  private mutating func add(_ program: Program) {
    let line = program[0].firstLine
    var body: [String] = []
    for block in program { body += located(inside(block), from: block.firstLine) }
    functions.append(
      """
        @Sendable fileprivate static func example\(line)() throws {
      \(body.joined(separator: "\n"))
        }
      """)
    let outputs = program.flatMap(shownOutputs).map { shown in
      let output = shown.output.map { "\($0)" } ?? "nil"
      return "      ShownOutput(line: \(shown.line), endLine: \(shown.endLine), output: \(output)),"
    }
    examples.append(
      """
          Example(file: \(path.debugDescription), line: \(line), run: Documentation.example\(line), outputs: [
      \(outputs.joined(separator: "\n"))
          ]),
      """)
  }

  /// The lines of a block that go into its function. Imports and declarations at file scope leave empty lines there.
  private mutating func inside(_ block: Block) -> [String] {
    let hoisting = block.lines.contains { $0.text.hasPrefix("extension ") || $0.text.hasPrefix("public extension ") }
    var lines: [String] = []
    var declaration: [Block.Line] = []
    for line in block.lines {
      lines.append("")
      if line.text.hasPrefix("import ") {
        modules.insert(String(line.text.dropFirst(7)))
      } else if !declaration.isEmpty || hoisting && startsDeclaration(line.text) {
        declaration.append(line)
        if line.text.hasPrefix("}") || declaration.count == 1 && line.text.hasSuffix("}") {
          hoist(declaration)
          declaration = []
        }
      } else {
        lines[lines.count - 1] = indented(line)
      }
    }
    return lines
  }

  private mutating func hoist(_ declaration: [Block.Line]) {
    var lines = declaration.map(indented)
    // Private, so that two documents may declare the same name.
    if !declaration[0].text.contains(":") || !declaration[0].text.contains("extension ") {
      lines[0] = "private " + declaration[0].text.replacing("public ", with: "", maxReplacements: 1)
    }
    fileScope += located(lines, from: declaration[0].number)
  }

  private func startsDeclaration(_ text: String) -> Bool {
    let keywords = ["extension ", "struct ", "enum ", "class ", "final class ", "actor ", "protocol ", "public "]
    return keywords.contains { text.hasPrefix($0) }
  }

  private func indented(_ line: Block.Line) -> String {
    line.text.isEmpty ? "" : String(repeating: " ", count: line.indentation) + line.text
  }

  private func located(_ lines: [String], from line: Int) -> [String] {
    ["#sourceLocation(file: \(path.debugDescription), line: \(line))"] + lines + ["#sourceLocation()"]
  }

  /// The text of the test file.
  public var source: String {
    if programs.isEmpty { return "// \(path) has no examples.\n" }
    let name = path.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
    return """
      // The examples of \(path).

      \(modules.sorted().map { "import \($0)" }.joined(separator: "\n"))

      \(fileScope.joined(separator: "\n"))
      extension Documentation {
      \(functions.joined(separator: "\n"))
        fileprivate static let examples: [Example] = [
      \(examples.joined(separator: "\n"))
        ]
      }

      @Test(\(path.debugDescription), arguments: Documentation.examples)
      private func \(name)(_ example: Example) { example.check() }

      """
  }
}
