/// A diagram, or the part of it that one scope recorded, laid out. A scope stands as one wide node in what is around it.
///
/// What is recorded while a scope runs depends on nothing that is recorded after it, and nothing recorded before it
/// depends on what is; so a scope can be one node without a cycle. Recordings that replays or other threads have mixed
/// may have one all the same, and are drawn without their scopes.
struct ScopeLayout {
  private enum Child {
    case node(Int)
    case block(ScopeLayout)
    /// Where a value comes in from outside, or goes out.
    case gate
    /// Where the arrow of the last value ends.
    case terminal(name: String)
  }

  private static let padding = 14.0
  private static let titleHeight = 26.0
  private static let gateHeight = 6.0

  private let layout: LayeredGraph
  private let children: [Child]
  private let geometries: [NodeGeometry]
  private let title: String?
  private let depth: Int
  /// The values that come in from outside, and that go out.
  private let incoming: [Diagram.Source]
  private let outgoing: [Diagram.Source]
  private let width: Double
  private let height: Double

  /// The picture of a diagram.
  static func scene(of diagram: Diagram) -> Scene {
    let root = ScopeLayout(Plan(diagram, showsScopes: true)) ?? ScopeLayout(Plan(diagram, showsScopes: false))
    var scene = Scene()
    root?.draw(at: .init(x: 0, y: 0), in: &scene)
    scene.fit()
    return scene
  }

  private init?(_ plan: Plan) {
    self.init(plan, nil, depth: 0, members: Array(plan.diagram.nodes.indices))
  }

  private init?(_ plan: Plan, _ scope: Scope?, depth: Int, members: [Int]) {
    var builder = Builder(plan: plan, isMember: Set(members))
    for (scope, nodes) in plan.parts(of: members, depth: depth) {
      if let scope {
        guard let block = ScopeLayout(plan, scope, depth: depth + 1, members: nodes) else { return nil }
        builder.add(block, nodes)
      } else {
        builder.add(nodes[0])
      }
    }
    for node in members { builder.connect(node) }
    builder.connectOutside(members, isRoot: depth == 0)
    guard let layout = LayeredGraph(nodes: builder.nodes, edges: builder.edges) else { return nil }
    self.layout = layout
    children = builder.children
    geometries = plan.geometries
    title = scope?.name
    self.depth = depth
    incoming = builder.incoming
    outgoing = builder.outgoing
    let titleWidth = title.map { TextMetrics.width(of: $0, size: 12) } ?? 0
    width = max(layout.width, titleWidth) + (depth == 0 ? 0 : 2 * ScopeLayout.padding)
    height = layout.height + (depth == 0 ? 0 : ScopeLayout.padding + ScopeLayout.titleHeight)
  }
}

// MARK: - What belongs together

extension ScopeLayout {
  /// What all blocks of a picture need to know.
  private struct Plan {
    let diagram: Diagram
    let geometries: [NodeGeometry]
    /// The scopes of each node, outermost first.
    let scopes: [[Scope]]
    let consumers: [Diagram.Source: [Int]]

    init(_ diagram: Diagram, showsScopes: Bool) {
      self.diagram = diagram
      geometries = diagram.nodes.map(NodeGeometry.init)
      scopes = diagram.nodes.map { showsScopes ? $0.scope?.ancestry ?? [] : [] }
      var consumers: [Diagram.Source: [Int]] = [:]
      for (number, node) in diagram.nodes.enumerated() {
        for source in node.operands { consumers[source, default: []].append(number) }
      }
      self.consumers = consumers
    }

    /// Nodes that stand in no further scope, one by one, and those of each further scope together.
    func parts(of members: [Int], depth: Int) -> [(scope: Scope?, nodes: [Int])] {
      var parts: [(scope: Scope?, nodes: [Int])] = []
      var places: [ObjectIdentifier: Int] = [:]
      for node in members {
        guard scopes[node].count > depth else {
          parts.append((nil, [node]))
          continue
        }
        let scope = scopes[node][depth]
        if let place = places[ObjectIdentifier(scope)] {
          parts[place].nodes.append(node)
        } else {
          places[ObjectIdentifier(scope)] = parts.count
          parts.append((scope, [node]))
        }
      }
      return parts
    }
  }

  /// Collects the graph of one block.
  private struct Builder {
    let plan: Plan
    let isMember: Set<Int>
    var children: [Child] = []
    var nodes: [LayeredGraph.Node] = []
    var edges: [LayeredGraph.Edge] = []
    var incoming: [Diagram.Source] = []
    var outgoing: [Diagram.Source] = []
    private var childOfNode: [Int: Int] = [:]
    private var gates: [Diagram.Source: Int] = [:]
    private var connected: Set<[LayeredGraph.Port]> = []

    init(plan: Plan, isMember: Set<Int>) {
      self.plan = plan
      self.isMember = isMember
    }

    mutating func add(_ node: Int) {
      let geometry = plan.geometries[node]
      let isLeaf = plan.diagram.nodes[node].operands.isEmpty
      childOfNode[node] = children.count
      children.append(.node(node))
      nodes.append(
        LayeredGraph.Node(
          width: geometry.width, height: geometry.height,
          inputs: plan.diagram.nodes[node].operands.map { _ in geometry.height / 2 }, outputs: geometry.outputs,
          inputReach: geometry.inputReach, isTrailing: isLeaf, isLeaf: isLeaf))
    }

    mutating func add(_ block: ScopeLayout, _ members: [Int]) {
      for node in members { childOfNode[node] = children.count }
      children.append(.block(block))
      nodes.append(
        LayeredGraph.Node(
          width: block.width, height: block.height, inputs: block.incoming.indices.map(block.inputHeight),
          outputs: block.outgoing.indices.map(block.outputHeight)))
    }

    /// Connects a node to its operands, as far as that happens in this block and not in one within.
    mutating func connect(_ node: Int) {
      let child = childOfNode[node]!
      for (position, source) in plan.diagram.nodes[node].operands.enumerated() {
        guard isMember.contains(source.node) else {
          connect(gate(for: source), inputPort(child, position, source))
          continue
        }
        if childOfNode[source.node] == child { continue }
        connect(outputPort(source), inputPort(child, position, source))
      }
    }

    /// Connects what outer blocks use, and the last value, to the right edge.
    mutating func connectOutside(_ members: [Int], isRoot: Bool) {
      let end = plan.diagram.end
      if isRoot {
        guard let end else { return }
        let name = plan.diagram.endName ?? ""
        let width = name.isEmpty ? 0 : 12 + TextMetrics.width(of: name, size: 14)
        children.append(.terminal(name: name))
        nodes.append(LayeredGraph.Node(width: width, height: 20, inputs: [10], pin: .last))
        connect(outputPort(end), LayeredGraph.Port(node: children.count - 1, index: 0))
        return
      }
      for node in members {
        for result in plan.diagram.nodes[node].results.indices {
          let source = Diagram.Source(node: node, result: result)
          let isUsed = plan.consumers[source, default: []].contains { !isMember.contains($0) }
          guard isUsed || source == end else { continue }
          outgoing.append(source)
          addGate(.last)
          connect(outputPort(source), LayeredGraph.Port(node: children.count - 1, index: 0))
        }
      }
    }

    private mutating func connect(_ source: LayeredGraph.Port, _ target: LayeredGraph.Port) {
      // A value used several times within a block enters it once.
      if case .block = children[target.node], !connected.insert([source, target]).inserted { return }
      edges.append(LayeredGraph.Edge(source: source, target: target))
    }

    private func inputPort(_ child: Int, _ position: Int, _ source: Diagram.Source) -> LayeredGraph.Port {
      guard case .block(let block) = children[child] else { return LayeredGraph.Port(node: child, index: position) }
      return LayeredGraph.Port(node: child, index: block.incoming.firstIndex(of: source)!)
    }

    private func outputPort(_ source: Diagram.Source) -> LayeredGraph.Port {
      let child = childOfNode[source.node]!
      guard case .block(let block) = children[child] else {
        return LayeredGraph.Port(node: child, index: source.result)
      }
      return LayeredGraph.Port(node: child, index: block.outgoing.firstIndex(of: source)!)
    }

    /// Where a value comes in from outside.
    private mutating func gate(for source: Diagram.Source) -> LayeredGraph.Port {
      if let gate = gates[source] { return LayeredGraph.Port(node: gate, index: 0) }
      gates[source] = children.count
      incoming.append(source)
      addGate(.first)
      return LayeredGraph.Port(node: children.count - 1, index: 0)
    }

    private mutating func addGate(_ pin: LayeredGraph.Pin) {
      children.append(.gate)
      let port = [ScopeLayout.gateHeight / 2]
      nodes.append(
        LayeredGraph.Node(
          height: ScopeLayout.gateHeight, inputs: pin == .last ? port : [], outputs: pin == .first ? port : [],
          pin: pin,
          isLeaf: pin == .first))
    }
  }

  /// Where a value comes in, below the top.
  private func inputHeight(_ index: Int) -> Double {
    ScopeLayout.titleHeight + gates(.first)[index].y + ScopeLayout.gateHeight / 2
  }
  private func outputHeight(_ index: Int) -> Double {
    ScopeLayout.titleHeight + gates(.last)[index].y + ScopeLayout.gateHeight / 2
  }

  private func gates(_ pin: LayeredGraph.Pin) -> [LayeredGraph.Node] {
    children.indices.compactMap { child in
      guard case .gate = children[child], layout.nodes[child].pin == pin else { return nil }
      return layout.nodes[child]
    }
  }
}

// MARK: - Drawing

extension ScopeLayout {
  private func draw(at origin: Scene.Point, in scene: inout Scene) {
    var inner = origin
    if let title {
      scene.scopes.append(.init(frame: .init(x: origin.x, y: origin.y, width: width, height: height), depth: depth))
      scene.texts.append(
        .init(text: title, style: .scope, origin: .init(x: origin.x + 10, y: origin.y + 17), anchor: .start))
      inner = .init(x: origin.x + ScopeLayout.padding, y: origin.y + ScopeLayout.titleHeight)
      for gate in gates(.first) { scene.join(origin.x, inner.x, y: inner.y + gate.y + ScopeLayout.gateHeight / 2) }
      for gate in gates(.last) {
        scene.join(inner.x + gate.x, origin.x + width, y: inner.y + gate.y + ScopeLayout.gateHeight / 2)
      }
    }
    for column in layout.columns {
      let right = inner.x + column.x + column.width
      for node in column.nodes { draw(node, inner, right, in: &scene) }
    }
    drawEdges(inner, in: &scene)
  }

  /// Draws a node and its outgoing lines up to the right edge of its column.
  private func draw(_ number: Int, _ inner: Scene.Point, _ right: Double, in scene: inout Scene) {
    let node = layout.nodes[number]
    let corner = Scene.Point(x: inner.x + node.x, y: inner.y + node.y)
    if node.isDummy { return scene.join(corner.x, right, y: corner.y + node.height / 2) }
    switch children[number] {
    case .gate: break
    case .node(let index): geometries[index].draw(at: corner, right: right, in: &scene)
    case .block(let block):
      block.draw(at: corner, in: &scene)
      for output in node.outputs { scene.join(corner.x + node.width, right, y: corner.y + output) }
    case .terminal(let name):
      if name.isEmpty { break }
      scene.texts.append(
        .init(text: name, style: .name, origin: .init(x: corner.x + 8, y: corner.y + 14.6), anchor: .start))
    }
  }

  private func drawEdges(_ inner: Scene.Point, in scene: inout Scene) {
    var branches: [LayeredGraph.Port: Int] = [:]
    for edge in layout.edges {
      let column = layout.columns[layout.nodes[edge.source.node].column]
      let start = Scene.Point(x: inner.x + column.x + column.width, y: inner.y + layout.height(ofOutput: edge.source))
      var line = Scene.Line(
        start: start,
        end: .init(x: inner.x + layout.nodes[edge.target.node].x, y: inner.y + layout.height(ofInput: edge.target)))
      if !layout.nodes[edge.target.node].isDummy {
        switch children[edge.target.node] {
        case .node(let index):
          let (inset, sine) = geometries[index].arrival(
            atHeight: layout.nodes[edge.target.node].inputs[edge.target.index])
          line.end.x += inset
          line.arrival = sine
          line.hasArrowhead = true
        case .terminal: line.hasArrowhead = true
        case .gate, .block: break
        }
      }
      scene.lines.append(line)
      branches[edge.source, default: 0] += 1
      if branches[edge.source] == 2 { scene.dots.append(start) }
    }
  }
}

extension Scene {
  /// Draws a horizontal line.
  fileprivate mutating func join(_ left: Double, _ right: Double, y: Double) {
    if right > left { lines.append(Line(start: .init(x: left, y: y), end: .init(x: right, y: y))) }
  }
}
