extension Tape {
  /// The computational graph in the language of Graphviz, with what ``svg(names:showsGradients:appearance:)`` shows.
  ///
  /// ```swift
  /// let apple = Tensor(100).requiringGradient(), count = Tensor(2).requiringGradient()
  /// print((apple * count).tape.dot(names: ["apple": apple, "count": count]))
  /// // digraph tape {
  /// //   rankdir=LR
  /// //   node [shape=circle]
  /// //   n0 [shape=plaintext, label="apple"]
  /// //   n1 [shape=plaintext, label="count"]
  /// //   n2 [label="×"]
  /// //   result [shape=plaintext, label=""]
  /// //   n0 -> n2 [label=<100<br/><font color="#bc4c00">2</font>>]
  /// //   n1 -> n2 [label=<2<br/><font color="#bc4c00">100</font>>]
  /// //   n2 -> result [label=<200<br/><font color="#bc4c00">1</font>>]
  /// // }
  /// ```
  public func dot(names: [String: Tensor] = [:], showsGradients: Bool = true) -> String {
    let diagram = Diagram(self, names: names, showsGradients: showsGradients)
    var lines = ["digraph tape {", "  rankdir=LR", "  node [shape=circle]"]
    lines += diagram.outline(
      node: { number, node in
        let shape = node.isLeaf ? "shape=plaintext, " : ""
        return "n\(number) [\(shape)label=\"\(Tape.quoted(node.title))\"]"
      },
      open: { number, scope in "subgraph cluster_\(number) { label=\"\(Tape.quoted(scope.name))\"" }, close: "}")
    if diagram.end != nil {
      lines.append("  result [shape=plaintext, label=\"\(Tape.quoted(diagram.endName ?? ""))\"]")
    }
    lines += diagram.arrows.map { arrow in
      var label = SVGWriter.escaped(arrow.label)
      if let gradient = arrow.gradient { label += "<br/><font color=\"#bc4c00\">\(SVGWriter.escaped(gradient))</font>" }
      return "  n\(arrow.source) -> \(arrow.target.map { "n\($0)" } ?? "result") [label=<\(label)>]"
    }
    return (lines + ["}"]).joined(separator: "\n")
  }

  private static func quoted(_ text: String) -> String {
    text.reduce(into: "") { $0 += $1 == "\"" || $1 == "\\" ? "\\\($1)" : $1.isNewline ? " " : String($1) }
  }
}
