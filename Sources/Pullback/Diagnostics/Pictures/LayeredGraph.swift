/// A graph to be laid out in columns from left to right, by the method of Sugiyama, Tagawa and Toda: columns by longest
/// path, places within a column by barycentres, heights by least squares.
///
/// A node is a rectangle with places, the ports, where lines arrive at its left and leave at its right. An edge over
/// several columns passes through a dummy node in each; edges that leave the same port share their dummies, so that a
/// value used in many places is one line with branches.
struct LayeredGraph {
  struct Node {
    var width = 0.0
    var height = 0.0
    /// How far below the top the lines arrive.
    var inputs: [Double] = []
    /// How far below the top the lines leave.
    var outputs: [Double] = []
    /// How far from the middle lines may arrive, if they may do so in any order: they are then sorted by where they
    /// come from, and arrive from there. Zero if their places are fixed.
    var inputReach = 0.0
    var pin = Pin.none
    /// Whether it stands at the right of its column.
    var isTrailing = false
    /// Whether a value starts here; lines from elsewhere have a better right to be straight.
    var isLeaf = false
    var isDummy = false

    var column = 0
    /// The upper left corner.
    var x = 0.0
    var y = 0.0
  }

  /// Columns that a node must be in.
  enum Pin { case none, first, last }

  struct Port: Hashable {
    let node: Int
    let index: Int
  }

  /// A line from an output to an input.
  struct Edge {
    let source: Port
    var target: Port
  }

  struct Column {
    var nodes: [Int]
    var x = 0.0
    var width = 0.0
  }

  /// The least distance between nodes of a column.
  static let separation = 16.0
  static let dummyHeight = 6.0

  var nodes: [Node]
  /// Edges between neighbouring columns, once laid out.
  var edges: [Edge]
  var columns: [Column] = []
  var width = 0.0
  var height = 0.0
  /// The edges at the left and at the right of each node.
  private(set) var incoming: [[Int]] = []
  private(set) var outgoing: [[Int]] = []

  /// Lays a graph out; nil if it has a cycle.
  init?(nodes: [Node], edges: [Edge]) {
    self.nodes = nodes
    self.edges = edges
    index()
    guard assignColumns() else { return nil }
    insertDummies()
    index()
    orderColumns()
    assignHeights()
    sortInputs()
    assignWidths()
  }

  /// Where a line leaves or arrives.
  func height(ofOutput port: Port) -> Double { nodes[port.node].y + nodes[port.node].outputs[port.index] }
  func height(ofInput port: Port) -> Double { nodes[port.node].y + nodes[port.node].inputs[port.index] }

  private mutating func index() {
    incoming = Array(repeating: [], count: nodes.count)
    outgoing = incoming
    for (number, edge) in edges.enumerated() {
      outgoing[edge.source.node].append(number)
      incoming[edge.target.node].append(number)
    }
  }
}

// MARK: - Columns

extension LayeredGraph {
  /// Puts each node right of all that it depends on, and as near to what depends on it as shortens its lines.
  private mutating func assignColumns() -> Bool {
    guard let order = topologicalOrder() else { return false }
    for node in order {
      nodes[node].column = (incoming[node].map { nodes[edges[$0].source.node].column }.max() ?? -1) + 1
    }
    if nodes.contains(where: { $0.pin == .first }) {
      for node in order where nodes[node].pin != .first && incoming[node].isEmpty { nodes[node].column = 1 }
      for node in order where !incoming[node].isEmpty {
        nodes[node].column = incoming[node].map { nodes[edges[$0].source.node].column }.max()! + 1
      }
    }
    for node in order.reversed() where nodes[node].pin == .none && outgoing[node].count > incoming[node].count {
      if let next = outgoing[node].map({ nodes[edges[$0].target.node].column }).min() { nodes[node].column = next - 1 }
    }
    let count = (nodes.map(\.column).max() ?? -1) + 1
    for node in order where nodes[node].pin == .last { nodes[node].column = count - 1 }
    pinsAreAlone(count)
    columns = (0..<(nodes.map(\.column).max() ?? -1) + 1).map { _ in Column(nodes: []) }
    for node in order { columns[nodes[node].column].nodes.append(node) }
    return true
  }

  /// Moves the nodes pinned to the last column beyond all others.
  private mutating func pinsAreAlone(_ count: Int) {
    guard nodes.contains(where: { $0.pin != .last && $0.column == count - 1 }) else { return }
    for node in nodes.indices where nodes[node].pin == .last { nodes[node].column = count }
  }

  private func topologicalOrder() -> [Int]? {
    var waiting = incoming.map(\.count)
    var order = nodes.indices.filter { waiting[$0] == 0 }
    var cursor = 0
    while cursor < order.count {
      for edge in outgoing[order[cursor]] {
        let target = edges[edge].target.node
        waiting[target] -= 1
        if waiting[target] == 0 { order.append(target) }
      }
      cursor += 1
    }
    return order.count == nodes.count ? order : nil
  }

  /// Cuts edges into pieces between neighbouring columns.
  private mutating func insertDummies() {
    var chains: [Port: [Int]] = [:]
    var pieces: [Edge] = []
    for edge in edges {
      let start = nodes[edge.source.node].column
      let end = nodes[edge.target.node].column
      var previous = edge.source
      for column in start + 1..<max(end, start + 1) {
        let place = column - start - 1
        if place == chains[edge.source, default: []].count {
          let isLeaf = nodes[edge.source.node].isLeaf
          var dummy = Node(height: Self.dummyHeight, isLeaf: isLeaf, isDummy: true)
          (dummy.inputs, dummy.outputs) = ([Self.dummyHeight / 2], [Self.dummyHeight / 2])
          dummy.column = column
          chains[edge.source, default: []].append(nodes.count)
          columns[column].nodes.append(nodes.count)
          pieces.append(Edge(source: previous, target: Port(node: nodes.count, index: 0)))
          nodes.append(dummy)
        }
        previous = Port(node: chains[edge.source]![place], index: 0)
      }
      pieces.append(Edge(source: previous, target: edge.target))
    }
    edges = pieces
  }
}
