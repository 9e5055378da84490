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

  private(set) var nodes: [Node]
  /// Edges between neighbouring columns, once laid out.
  private(set) var edges: [Edge]
  private(set) var columns: [Column] = []
  private(set) var width = 0.0
  private(set) var height = 0.0
  private var incoming: [[Int]] = []
  private var outgoing: [[Int]] = []

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

// MARK: - Order within columns

extension LayeredGraph {
  private static let orderingSweeps = 24

  /// Sweeps to and fro, putting each node at the mean place of its neighbours, and keeps the order with least crossings.
  private mutating func orderColumns() {
    var place = [Double](repeating: 0, count: nodes.count)
    for column in columns.indices { number(column, &place) }
    var best = columns
    var least = crossings(place)
    for sweep in 0..<Self.orderingSweeps where least > 0 {
      let forward = sweep.isMultiple(of: 2)
      for column in forward ? Array(columns.indices) : columns.indices.reversed() {
        sort(column, forward, &place)
      }
      exchangeNeighbours(&place)
      let count = crossings(place)
      if count < least { (least, best) = (count, columns) }
    }
    columns = best
  }

  private func number(_ column: Int, _ place: inout [Double]) {
    for (index, node) in columns[column].nodes.enumerated() { place[node] = Double(index) }
  }

  private mutating func sort(_ column: Int, _ forward: Bool, _ place: inout [Double]) {
    let keyed = columns[column].nodes.map { node -> (key: Double, node: Int) in
      let neighbours = (forward ? incoming : outgoing)[node].map { edge in
        forward ? sourceKey(edges[edge], place) : targetKey(edges[edge], place)
      }
      return (neighbours.isEmpty ? place[node] : neighbours.reduce(0, +) / Double(neighbours.count), node)
    }
    let order = keyed.indices.sorted { (keyed[$0].key, $0) < (keyed[$1].key, $1) }
    columns[column].nodes = order.map { keyed[$0].node }
    number(column, &place)
  }

  /// Exchanges nodes of the same column that stand one below the other wherever that removes crossings.
  private mutating func exchangeNeighbours(_ place: inout [Double]) {
    for column in columns.indices {
      for index in columns[column].nodes.indices.dropLast() {
        let (a, b) = (columns[column].nodes[index], columns[column].nodes[index + 1])
        guard crossings(of: a, above: b, place) > crossings(of: b, above: a, place) else { continue }
        columns[column].nodes.swapAt(index, index + 1)
        place.swapAt(a, b)
      }
    }
  }

  private func crossings(of a: Int, above b: Int, _ place: [Double]) -> Int {
    var count = 0
    for (lines, key) in [(incoming, sourceKey), (outgoing, targetKey)] {
      for upper in lines[a] {
        for lower in lines[b] where key(edges[upper], place) > key(edges[lower], place) { count += 1 }
      }
    }
    return count
  }

  private func crossings(_ place: [Double]) -> Int {
    var count = 0
    for column in columns {
      let lines = column.nodes.flatMap { outgoing[$0] }
        .map { (sourceKey(edges[$0], place), targetKey(edges[$0], place)) }
      for i in lines.indices {
        for j in lines[..<i] where (lines[i].0 - j.0) * (lines[i].1 - j.1) < 0 { count += 1 }
      }
    }
    return count
  }

  /// The place of the node where a line starts, and within it that of the port.
  private func sourceKey(_ edge: Edge, _ place: [Double]) -> Double {
    let node = nodes[edge.source.node]
    return place[edge.source.node] + node.outputs[edge.source.index] / max(node.height, 1) * 0.9
  }

  private func targetKey(_ edge: Edge, _ place: [Double]) -> Double {
    let node = nodes[edge.target.node]
    if node.inputReach > 0 { return place[edge.target.node] + 0.45 }
    return place[edge.target.node] + node.inputs[edge.target.index] / max(node.height, 1) * 0.9
  }
}

// MARK: - Coordinates

extension LayeredGraph {
  private static let heightSweeps = 16

  /// Draws nodes to the heights of their neighbours, as far as their order and the distances between them allow.
  private mutating func assignHeights() {
    for column in columns {
      var y = 0.0
      for node in column.nodes {
        nodes[node].y = y
        y += nodes[node].height + Self.separation
      }
    }
    for _ in 0..<Self.heightSweeps {
      for column in columns.indices.dropFirst() { settle(column, left: true, right: false) }
      for column in columns.indices.dropLast().reversed() { settle(column, left: false, right: true) }
    }
    for _ in 0..<4 { for column in columns.indices { settle(column, left: true, right: true) } }
    for _ in 0..<4 {
      straighten()
      for column in columns.indices { settle(column, left: true, right: true, fixingDummies: true) }
    }
    let top = nodes.map(\.y).min() ?? 0
    for node in nodes.indices { nodes[node].y -= top }
    height = nodes.map { $0.y + $0.height }.max() ?? 0
  }

  /// Gives the nodes of a column the heights nearest to those they want.
  private mutating func settle(_ column: Int, left: Bool, right: Bool, fixingDummies: Bool = false) {
    let members = columns[column].nodes
    let wishes = members.map { node in
      fixingDummies && nodes[node].isDummy ? (nodes[node].y, 1e6) : wantedHeight(node, left: left, right: right)
    }
    let distances = members.map { nodes[$0].height + Self.separation }
    for (node, y) in Swift.zip(members, Self.placed(wishes, distances: distances)) { nodes[node].y = y }
  }

  /// The numbers nearest, in the sense of weighted least squares, to those wanted, with at least `distances[i]` from
  /// number i to the next: pool-adjacent-violators.
  private static func placed(_ wishes: [(value: Double, weight: Double)], distances: [Double]) -> [Double] {
    var blocks: [(sum: Double, weight: Double, count: Int)] = []
    var offsets: [Double] = []
    var offset = 0.0
    for (wish, distance) in Swift.zip(wishes, distances) {
      offsets.append(offset)
      blocks.append(((wish.value - offset) * wish.weight, wish.weight, 1))
      while blocks.count > 1 {
        let last = blocks[blocks.count - 1]
        let previous = blocks[blocks.count - 2]
        guard previous.sum / previous.weight > last.sum / last.weight else { break }
        blocks.removeLast(2)
        blocks.append((previous.sum + last.sum, previous.weight + last.weight, previous.count + last.count))
      }
      offset += distance
    }
    let levels = blocks.flatMap { Array(repeating: $0.sum / $0.weight, count: $0.count) }
    return Swift.zip(levels, offsets).map { $0 + $1 }
  }

  private func wantedHeight(_ node: Int, left: Bool, right: Bool) -> (height: Double, weight: Double) {
    let useLeft = left && !incoming[node].isEmpty || outgoing[node].isEmpty
    let useRight = right && !outgoing[node].isEmpty || incoming[node].isEmpty
    var (sum, weight) = (0.0, 0.0)
    for number in (useLeft ? incoming[node] : []) + (useRight ? outgoing[node] : []) {
      let edge = edges[number]
      let slope = height(ofOutput: edge.source) - middle(ofInput: edge.target)
      let right = straightness(edge)
      sum += right * (edge.source.node == node ? nodes[node].y - slope : nodes[node].y + slope)
      weight += right
    }
    return weight == 0 ? (nodes[node].y, 0.01) : (sum / weight, weight)
  }

  /// Where lines that may be exchanged arrive on average.
  private func middle(ofInput port: Port) -> Double {
    let node = nodes[port.node]
    return node.inputReach > 0 ? node.y + node.height / 2 : height(ofInput: port)
  }

  /// How much a piece of an edge wants to be straight: most where it continues a line, least at a leaf, so that leaves
  /// join the main line rather than bend it.
  private func straightness(_ edge: Edge) -> Double {
    let (source, target) = (nodes[edge.source.node], nodes[edge.target.node])
    if source.isDummy && target.isDummy { return 256 }
    return source.isLeaf ? 0.02 : source.isDummy ? 8 : 64
  }

  /// Makes the dummies of each edge run level, as far as their neighbours in the columns leave room.
  private mutating func straighten() {
    let rooms = roomsOfDummies()
    for start in nodes.indices where nodes[start].isDummy {
      guard !nodes[edges[incoming[start][0]].source.node].isDummy else { continue }
      var run: [Int] = []
      var room = -Double.infinity...Double.infinity
      var next: Int? = start
      while let dummy = next {
        let low = max(room.lowerBound, rooms[dummy]!.lowerBound)
        let high = min(room.upperBound, rooms[dummy]!.upperBound)
        if low <= high {
          room = low...high
        } else {
          level(run, within: room)
          (run, room) = ([], rooms[dummy]!)
        }
        run.append(dummy)
        next = outgoing[dummy].map { edges[$0].target.node }.first { nodes[$0].isDummy }
      }
      level(run, within: room)
    }
  }

  private mutating func level(_ run: [Int], within room: ClosedRange<Double>) {
    let mean = run.reduce(0) { $0 + nodes[$1].y } / Double(run.count)
    for dummy in run { nodes[dummy].y = min(max(mean, room.lowerBound), room.upperBound) }
  }

  /// Between what heights each dummy may move without coming nearer to its neighbours than half of the way.
  private func roomsOfDummies() -> [Int: ClosedRange<Double>] {
    var rooms: [Int: ClosedRange<Double>] = [:]
    for column in columns {
      for (index, node) in column.nodes.enumerated() where nodes[node].isDummy {
        var (low, high) = (-Double.infinity, Double.infinity)
        if index > 0 {
          let above = nodes[column.nodes[index - 1]]
          let slack = max(0, nodes[node].y - above.y - above.height - Self.separation)
          low = nodes[node].y - (above.isDummy ? slack / 2 : slack)
        }
        if index + 1 < column.nodes.count {
          let below = nodes[column.nodes[index + 1]]
          let slack = max(0, below.y - nodes[node].y - nodes[node].height - Self.separation)
          high = nodes[node].y + (below.isDummy ? slack / 2 : slack)
        }
        rooms[node] = low...high
      }
    }
    return rooms
  }

  /// Lets lines that may be exchanged arrive in the order of where they come from, and from that direction.
  private mutating func sortInputs() {
    for node in nodes.indices where nodes[node].inputReach > 0 {
      let (middle, reach) = (nodes[node].height / 2, nodes[node].inputReach)
      let lines = incoming[node].sorted {
        let (a, b) = (height(ofOutput: edges[$0].source), height(ofOutput: edges[$1].source))
        return (a, edges[$0].target.index) < (b, edges[$1].target.index)
      }
      let wishes = lines.map { line -> (Double, Double) in
        let climb = height(ofOutput: edges[line].source) - nodes[node].y - middle
        return (reach * climb / (climb * climb + 3600).squareRoot(), 1)
      }
      let distance = min(9, 2 * reach / Double(max(lines.count - 1, 1)))
      let places = Self.placed(wishes, distances: lines.map { _ in distance })
      // Distances may push the outer ones too far.
      let shift = max(0, -reach - (places.first ?? 0)) - max(0, (places.last ?? 0) - reach)
      for (index, line) in lines.enumerated() {
        edges[line].target = Port(node: node, index: index)
        nodes[node].inputs[index] = middle + min(max(places[index] + shift, -reach), reach)
      }
    }
  }

  /// Gives columns the width of their widest node, and steep lines between them more room.
  private mutating func assignWidths() {
    var x = 0.0
    for column in columns.indices {
      columns[column].x = x
      columns[column].width = columns[column].nodes.map { nodes[$0].width }.max() ?? 0
      for node in columns[column].nodes {
        nodes[node].x = x + (nodes[node].isTrailing ? columns[column].width - nodes[node].width : 0)
      }
      width = x + columns[column].width
      let climbs = columns[column].nodes.flatMap { outgoing[$0] }
        .map { abs(height(ofOutput: edges[$0].source) - height(ofInput: edges[$0].target)) }
      x = width + min(30 + 0.2 * (climbs.max() ?? 0), 160)
    }
  }
}
