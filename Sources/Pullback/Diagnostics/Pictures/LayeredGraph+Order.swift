// The order of nodes within columns: sweeps of barycentres and exchanges, as long as lines cross.

extension LayeredGraph {
  private static let orderingSweeps = 24

  /// Sweeps to and fro, putting each node at the mean place of its neighbours, and keeps the order with least crossings.
  mutating func orderColumns() {
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
        .map { (sourceKey(edges[$0], place), targetKey(edges[$0], place)) }.sorted(by: <)
      // Of lines in the order of their starts, those cross that end in the opposite order.
      var ends: [Double] = []
      for (_, end) in lines {
        var (low, high) = (0, ends.count)
        while low < high {
          let middle = (low + high) / 2
          if ends[middle] <= end { low = middle + 1 } else { high = middle }
        }
        count += ends.count - low
        ends.insert(end, at: low)
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
