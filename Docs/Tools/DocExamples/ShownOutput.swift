/// What a document says that a call of `print` prints.
public struct ShownOutput: Equatable, Sendable {
  /// Where the call begins.
  public let line: Int
  /// Where it ends; the comment with its output begins here.
  public let endLine: Int
  /// The output, line by line; nil if the document does not say.
  public let output: [String]?

  /// What is shown, as the generated code writes it.
  public init(line: Int, endLine: Int, output: [String]?) {
    self.line = line
    self.endLine = endLine
    self.output = output
  }

  /// Whether `text`, printed by the call, is what the document says. A lone `…` stands for any output, or none.
  ///
  /// The last digits of numbers may differ, since they depend on the processor.
  public func allows(_ text: String) -> Bool {
    guard let output else { return false }
    let lines = ShownOutput.lines(of: text)
    return output == ["…"] || output.count == lines.count && zip(output, lines).allSatisfy(agree)
  }

  /// Whether the document claims that something is printed.
  public var isClaim: Bool { output != nil && output != ["…"] }

  /// Printed text as lines without the blanks at their ends.
  public static func lines(of text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(withoutTrailingBlanks)
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}

/// The calls of `print` in a block, and the output shown for each: in a comment at the end of the call, or in comment lines
/// directly after it, or both. The closing braces of a loop may come between.
public func shownOutputs(in block: Block) -> [ShownOutput] {
  var found: [ShownOutput] = []
  var index = 0
  while index < block.lines.count {
    guard callsPrint(codeAndComment(block.lines[index].text).code) else {
      index += 1
      continue
    }
    let start = index
    var depth = nesting(block.lines[index].text)
    while depth > 0, index + 1 < block.lines.count {
      index += 1
      depth += nesting(block.lines[index].text)
    }
    let end = endOfLoops(after: index, block)
    index = end
    var output: [String] = []
    if let comment = codeAndComment(block.lines[end].text).comment { output.append(comment) }
    index += 1
    while index < block.lines.count, let comment = wholeLineComment(block.lines[index].text) {
      output.append(comment)
      index += 1
    }
    found.append(
      ShownOutput(
        line: block.lines[start].number, endLine: block.lines[end].number, output: output.isEmpty ? nil : output))
  }
  return found
}

/// Where the closing braces after a call without a comment end, if output is shown there; else the call's own end.
private func endOfLoops(after call: Int, _ block: Block) -> Int {
  var end = call
  while codeAndComment(block.lines[end].text).comment == nil, end + 1 < block.lines.count {
    let next = block.lines[end + 1].text
    if wholeLineComment(next) != nil { return end }
    guard codeAndComment(next).code.filter({ $0 != " " }) == "}" else { return call }
    end += 1
  }
  return codeAndComment(block.lines[end].text).comment == nil ? call : end
}

/// Whether code calls the function `print`.
private func callsPrint(_ code: Substring) -> Bool {
  var rest = code
  while let match = rest.firstRange(of: "print(") {
    let before = rest[..<match.lowerBound].last
    if before.map({ !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "." }) ?? true { return true }
    rest = rest[match.upperBound...]
  }
  return false
}

/// How many more parentheses a line opens than it closes.
private func nesting(_ line: String) -> Int {
  var depth = 0
  scan(line) { _, character in
    if character == "(" { depth += 1 }
    if character == ")" { depth -= 1 }
    return true
  }
  return depth
}

/// A comment that is all of its line, without the slashes and one blank.
private func wholeLineComment(_ line: String) -> String? {
  let (code, comment) = codeAndComment(line)
  return code.allSatisfy { $0 == " " } ? comment : nil
}

/// A line's code, and its comment without the slashes and one blank.
private func codeAndComment(_ line: String) -> (code: Substring, comment: String?) {
  var start: String.Index?
  scan(line) { index, character in
    guard character == "/", line[index...].hasPrefix("//") else { return true }
    start = index
    return false
  }
  guard let start else { return (line[...], nil) }
  var comment = line[start...].dropFirst(2)
  if comment.first == " " { comment = comment.dropFirst() }
  return (line[..<start], withoutTrailingBlanks(comment))
}

/// Visits the characters of a line outside string literals, until `visit` returns false.
private func scan(_ line: String, _ visit: (String.Index, Character) -> Bool) {
  var inString = false
  var index = line.startIndex
  while index < line.endIndex {
    let character = line[index]
    if inString, character == "\\" {
      index = line.index(after: index)
      if index == line.endIndex { return }
    } else if character == "\"" {
      inString.toggle()
    } else if !inString, !visit(index, character) {
      return
    }
    index = line.index(after: index)
  }
}

/// Whether two lines are equal, or would be but for the last digits of numbers and the blanks that line these up.
private func agree(_ a: String, _ b: String) -> Bool {
  let (aWords, bWords) = (words(a), words(b))
  if aWords == bWords { return a == b }
  return aWords.count == bWords.count && a.filter(isSeparator) == b.filter(isSeparator)
    && zip(aWords, bWords).allSatisfy { x, y in
      if x == y { return true }
      guard let x = Double(x), let y = Double(y) else { return false }
      return abs(x - y) <= 2e-6 * max(abs(x), abs(y))
    }
}

private func words(_ line: String) -> [Substring] { line.split { $0 == " " || isSeparator($0) } }

private func isSeparator(_ character: Character) -> Bool { "[](),:".contains(character) }

private func withoutTrailingBlanks(_ line: Substring) -> String {
  var line = line
  while let last = line.last, last.isWhitespace { line.removeLast() }
  return String(line)
}
