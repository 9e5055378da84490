/// The steps of a walk from inputs to results, laid out once.
struct ForwardSteps {
  /// The inputs first, then what the results were computed from, in the order of discovery.
  private(set) var all: [ForwardStep] = []
  /// The operands of all steps.
  private(set) var operands: [Operand] = []
  /// The places of the steps to be taken, in recording order: of entries that depend on an input.
  private(set) var order: [Int] = []
  private(set) var inputPlaces: [Int] = []
  private(set) var resultPlaces: [Int] = []

  struct Operand {
    let place: Int
    /// Whether nothing else needs its change afterwards.
    var isLastUse = false
  }

  /// Nil, inside ``checked(_:)``, if something between inputs and results has been replayed.
  init?(from inputs: [Entry], to results: [Entry]) {
    let failure = Replay.lock.withLock { mark in
      mark += 1
      return discover(from: inputs, to: results, mark)
    }
    if let failure {
      Replay.reportReplayed(failure, "differential")
      return nil
    }
    findOrder()
    findLastUses()
  }

  /// Finds the steps. Returns the operation of an entry that has been replayed.
  private mutating func discover(from inputs: [Entry], to results: [Entry], _ mark: UInt64) -> String? {
    all.reserveCapacity(32)
    operands.reserveCapacity(64)
    let first = inputs.lazy.map(\.sequenceNumber).min() ?? .max
    inputPlaces = inputs.map { place(of: $0, mark) }
    var cursor = all.count
    resultPlaces = results.map { place(of: $0, mark) }
    while cursor < all.count {
      let entry = all[cursor].entry
      // What is older than all inputs depends on none.
      if !entry.isLeaf, entry.sequenceNumber > first {
        if entry.isReplayed { return entry.operation }
        all[cursor].saved = entry.saved
        let start = operands.count
        entry.forEachOperand { operands.append(Operand(place: place(of: $0, mark))) }
        all[cursor].operands = start..<operands.count
      }
      cursor += 1
    }
    return nil
  }

  private mutating func place(of entry: Entry, _ mark: UInt64) -> Int {
    if entry.mark != mark {
      entry.mark = mark
      entry.slot = Int32(truncatingIfNeeded: all.count)
      all.append(ForwardStep(entry: entry))
    }
    return Int(entry.slot)
  }

  private mutating func findOrder() {
    // Discovered from the results, the latest entries mostly come first.
    var places: [Int] = []
    places.reserveCapacity(all.count)
    for place in all.indices.reversed() where !all[place].operands.isEmpty { places.append(place) }
    func isEarlier(_ a: Int, _ b: Int) -> Bool { all[a].entry.sequenceNumber < all[b].entry.sequenceNumber }
    let isSorted = Swift.zip(places, places.dropFirst()).allSatisfy(isEarlier)
    if !isSorted { places.sort(by: isEarlier) }
    var depends = [Bool](repeating: false, count: all.count)
    for place in inputPlaces { depends[place] = true }
    order.reserveCapacity(places.count)
    for place in places where all[place].operands.contains(where: { depends[operands[$0].place] }) {
      depends[place] = true
      order.append(place)
    }
  }

  private mutating func findLastUses() {
    var isNeeded = [Bool](repeating: false, count: all.count)
    for place in resultPlaces { isNeeded[place] = true }
    for place in order.reversed() {
      for index in all[place].operands.reversed() {
        operands[index].isLastUse = !isNeeded[operands[index].place]
        isNeeded[operands[index].place] = true
      }
    }
  }
}

/// What is to be done at one entry.
struct ForwardStep {
  let entry: Entry
  /// A copy, since the tape may be replayed later.
  var saved = Saved()
  /// Which of all operands are those of this step, in the order of the derivatives.
  var operands = 0..<0
}
