// Where nodes stand: heights by least squares with long edges level, columns as wide as their widest node.

extension LayeredGraph {
  private static let heightSweeps = 16

  /// Draws nodes to the heights of their neighbours, as far as their order and the distances between them allow.
  mutating func assignHeights() {
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
  mutating func sortInputs() {
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
  mutating func assignWidths() {
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
