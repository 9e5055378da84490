extension Tape {
  /// The computational graph as a Mermaid flowchart, which Markdown viewers draw; it shows what
  /// ``svg(names:showsGradients:appearance:)`` shows.
  ///
  /// ```swift
  /// let apple = Tensor(100).requiringGradient(), count = Tensor(2).requiringGradient()
  /// print((apple * count).tape.mermaid(names: ["apple": apple, "count": count]))
  /// // flowchart LR
  /// //   n0["apple"]
  /// //   n1["count"]
  /// //   n2(("×"))
  /// //   result[" "]
  /// //   n0 -->|"100<br/>∂ 2"| n2
  /// //   n1 -->|"2<br/>∂ 100"| n2
  /// //   n2 -->|"200<br/>∂ 1"| result
  /// ```
  public func mermaid(names: [String: Tensor] = [:], showsGradients: Bool = true) -> String {
    let diagram = Diagram(self, names: names, showsGradients: showsGradients)
    var lines = ["flowchart LR"]
    lines += diagram.outline(
      node: { number, node in
        let (left, right) = node.isLeaf ? ("[", "]") : ("((", "))")
        return "n\(number)\(left)\"\(Tape.entities(node.title))\"\(right)"
      },
      open: { number, scope in "subgraph s\(number)[\"\(Tape.entities(scope.name))\"]" }, close: "end")
    if diagram.end != nil { lines.append("  result[\"\(Tape.entities(diagram.endName ?? ""))\"]") }
    lines += diagram.arrows.map { arrow in
      let gradient = arrow.gradient.map { "<br/>∂ \(Tape.entities($0))" } ?? ""
      return "  n\(arrow.source) -->|\"\(Tape.entities(arrow.label))\(gradient)\"| "
        + (arrow.target.map { "n\($0)" } ?? "result")
    }
    return lines.joined(separator: "\n")
  }

  /// Text with the characters that mean something to Mermaid as its entity codes; a blank if it is empty.
  private static func entities(_ text: String) -> String {
    if text.isEmpty { return " " }
    return text.unicodeScalars.reduce(into: "") { result, character in
      switch character {
      case "\"", "#", ";", "<", ">", "&", "`", "\\": result += "#\(character.value);"
      case "\u{0}"..<"\u{20}": result += " "
      default: result.unicodeScalars.append(character)
      }
    }
  }
}
