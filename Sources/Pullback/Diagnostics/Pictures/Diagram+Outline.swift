// A diagram as lines of text, for languages in which other programs draw.

extension Diagram {
  struct Arrow {
    let source: Int
    /// Nil for the arrow that carries the last value.
    let target: Int?
    let label: String
    let gradient: String?
  }

  var arrows: [Arrow] {
    var arrows: [Arrow] = []
    for (number, node) in nodes.enumerated() {
      for source in node.operands { arrows.append(arrow(from: source, to: number)) }
    }
    if let end { arrows.append(arrow(from: end, to: nil)) }
    return arrows
  }

  private func arrow(from source: Source, to target: Int?) -> Arrow {
    let result = nodes[source.node].results[source.result]
    return Arrow(source: source.node, target: target, label: result.label, gradient: result.gradient)
  }

  /// The nodes as indented lines, with those of each scope between a line that opens it and one that closes it.
  func outline(node: (Int, Node) -> String, open: (Int, Scope) -> String, close: String) -> [String] {
    var members: [ObjectIdentifier?: [Int]] = [:]
    var scopes: [ObjectIdentifier?: [Scope]] = [:]
    var known: Set<ObjectIdentifier> = []
    for (number, member) in nodes.enumerated() {
      members[member.scope.map(ObjectIdentifier.init), default: []].append(number)
      for scope in member.scope?.ancestry ?? [] where known.insert(ObjectIdentifier(scope)).inserted {
        scopes[scope.parent.map(ObjectIdentifier.init), default: []].append(scope)
      }
    }
    var lines: [String] = []
    var count = 0
    func write(_ scope: ObjectIdentifier?, _ indentation: String) {
      for number in members[scope, default: []] { lines.append(indentation + node(number, nodes[number])) }
      for inner in scopes[scope, default: []] {
        lines.append(indentation + open(count, inner))
        count += 1
        write(ObjectIdentifier(inner), indentation + "  ")
        lines.append(indentation + close)
      }
    }
    write(nil, "  ")
    return lines
  }
}

extension Diagram.Result {
  /// What stands above the arrow.
  var label: String { name.map { "\($0) = \(value)" } ?? value }
}
