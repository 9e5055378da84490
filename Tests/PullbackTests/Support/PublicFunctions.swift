import Foundation

/// The public functions and subscripts in the sources of the operations.
struct PublicFunctions {
  /// With their labels, as `sum(axes:keepDims:)`; overloads that differ in types only count once.
  let fullNames: Set<String>

  /// Reads the sources.
  init() throws {
    var names: Set<String> = []
    for text in try PublicFunctions.sources() {
      let declaration = /public (?:static |consuming )?(?:prefix )?(?:func (\S+?)(?: |<[^(]*>)?|(subscript))\(/
      for match in text.matches(of: declaration) {
        let base = String(match.1 ?? match.2 ?? "")
        names.insert(base + "(" + PublicFunctions.labels(of: base, from: text[match.range.upperBound...]) + ")")
      }
    }
    fullNames = names
  }

  /// The name without labels.
  static func base(of name: String) -> String {
    guard let parenthesis = name.firstIndex(of: "("), parenthesis > name.startIndex else { return name }
    return String(name[..<parenthesis])
  }

  /// Whether there is a function of this name, with or without labels.
  func contains(_ name: String) -> Bool {
    fullNames.contains(name) || fullNames.contains { PublicFunctions.base(of: $0) == name }
  }

  /// The functions that none of some names, with or without labels, stands for.
  func missing(from names: Set<String>) -> [String] {
    fullNames.filter { !names.contains($0) && !names.contains(PublicFunctions.base(of: $0)) }.sorted()
  }

  /// The texts of all files of the operations.
  static func sources() throws -> [String] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources/Pullback/Operations")
    let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.allObjects ?? []
    return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
      .map { try String(contentsOf: $0, encoding: .utf8) }
  }

  /// The labels of the parameters that a text begins with, up to the closing parenthesis.
  private static func labels(of base: String, from text: Substring) -> String {
    let isOperator = base.first.map { !$0.isLetter } ?? false
    var (depth, expectsLabel, labels) = (1, true, "")
    var word = ""
    for character in text {
      switch character {
      case "(", "[": depth += 1
      case ")", "]": depth -= 1
      case "," where depth == 1: expectsLabel = true
      case ":" where expectsLabel, " " where expectsLabel && !word.isEmpty, "\n" where expectsLabel && !word.isEmpty:
        labels += (isOperator ? "_" : word) + ":"
        (word, expectsLabel) = ("", false)
      case " ", "\n": break
      default: if expectsLabel { word.append(character) }
      }
      if depth == 0 { break }
    }
    return labels
  }
}
