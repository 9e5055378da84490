/// A run of code in a document: a fenced block marked `swift`.
public struct Block: Equatable, Sendable {
  /// A line of code, where it stands in the document.
  public struct Line: Equatable, Sendable {
    /// The line's number in the document, from 1.
    public let number: Int
    /// How many columns of the document come before the code.
    public let indentation: Int
    /// The code.
    public let text: String
  }

  /// The lines between the fences.
  public let lines: [Line]

  /// Where the code begins.
  public var firstLine: Int { lines[0].number }
}

/// Blocks that make one program.
///
/// In a doc comment every block stands alone. In an article the blocks under one heading of the first or second level
/// continue each other, so that the text can come between the steps.
public typealias Program = [Block]

/// The programs of a document: of the `///` comments if it is a Swift file, else of Markdown.
public func programs(in document: String, isSwift: Bool) -> [Program] {
  var finder = BlockFinder(headingsSeparate: !isSwift)
  for (index, line) in document.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
    if isSwift {
      finder.read(commentText(line), number: index + 1)
    } else {
      finder.read((line, 0), number: index + 1)
    }
  }
  finder.endProgram()
  return finder.programs
}

/// What follows `///` and one space, and the column where it begins; nil if the line is no doc comment.
private func commentText(_ line: Substring) -> (text: Substring, indentation: Int)? {
  let comment = line.drop { $0 == " " }
  guard comment.hasPrefix("///") else { return nil }
  var text = comment.dropFirst(3)
  if text.first == " " { text = text.dropFirst() }
  return (text, line.count - text.count)
}

/// Walks through a document line by line.
private struct BlockFinder {
  let headingsSeparate: Bool
  private(set) var programs: [Program] = []
  private var program: Program = []
  /// The lines of the fenced block that is open, if it is one to be run.
  private var lines: [Block.Line] = []
  private var openFence: Fence?

  private struct Fence {
    let isExample: Bool
    let length: Int
    let indentation: Int

    /// Nil if the line opens no fence.
    init?(_ line: Substring) {
      let trimmed = line.drop { $0 == " " }
      length = trimmed.prefix { $0 == "`" }.count
      if length < 3 { return nil }
      isExample = trimmed.dropFirst(length).filter { !$0.isWhitespace || $0 == " " } == "swift"
      indentation = line.count - trimmed.count
    }
  }

  init(headingsSeparate: Bool) { self.headingsSeparate = headingsSeparate }

  mutating func read(_ content: (text: Substring, indentation: Int)?, number: Int) {
    guard let (text, indentation) = content else {
      openFence = nil
      lines = []
      return
    }
    let blanks = text.prefix { $0 == " " }.count
    if let open = openFence {
      if let fence = Fence(text), fence.length >= open.length { return closeFence() }
      let code = text.dropFirst(min(open.indentation, blanks))
      guard open.isExample else { return }
      lines.append(.init(number: number, indentation: indentation + text.count - code.count, text: String(code)))
    } else if let fence = Fence(text) {
      openFence = fence
    } else if headingsSeparate, text.hasPrefix("# ") || text.hasPrefix("## ") {
      endProgram()
    }
  }

  private mutating func closeFence() {
    openFence = nil
    if lines.isEmpty { return }
    program.append(Block(lines: lines))
    lines = []
    if !headingsSeparate { endProgram() }
  }

  mutating func endProgram() {
    if !program.isEmpty { programs.append(program) }
    program = []
  }
}
