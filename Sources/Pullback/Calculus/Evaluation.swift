/// A function evaluated at inputs that begin a tape.
///
/// Derivatives taken of it can be part of an outer tape: if an input is tracked, or the function uses tracked values from
/// outside, replays are recorded, so that derivatives nest to any order.
struct Evaluation<Output: TensorStructure, each Input: TensorStructure> {
  /// The inputs as the function saw them.
  private let inputs: (repeat each Input)
  /// The inputs' tensors in order.
  let inputTensors: [Tensor]
  /// What the function returned.
  let result: Output
  /// Whether an outer tape records what is done with the result.
  let isNested: Bool

  /// - Parameter walkingForward: whether changes are to be carried forward, for which entries keep their differentials.
  init(
    at input: repeat each Input, walkingForward: Bool = false, of function: (repeat each Input) throws -> Output
  ) rethrows {
    let isOuterRecording = isRecording
    var isNested = false
    var firstNumber = UInt64.max
    var inputTensors: [Tensor] = []
    inputTensors.reserveCapacity(8)
    func begin(_ x: Tensor) -> Tensor {
      var start = x
      if x.dtype.isFloatingPoint {
        let isTracked = isOuterRecording && x.isTracked
        isNested = isNested || isTracked
        start = isTracked ? x.beginningTape() : x.requiringGradient()
        firstNumber = min(firstNumber, start.entry?.sequenceNumber ?? .max)
      }
      inputTensors.append(start)
      return start
    }
    let inputs = (repeat (each input).mappingTensors(begin))
    let result = try withRecording(keepingDifferentials: walkingForward) { try function(repeat each inputs) }
    if isOuterRecording, !isNested {
      isNested = Replay.reaches(from: result.allTensors.entries, before: firstNumber)
    }
    self.inputs = inputs
    self.inputTensors = inputTensors
    self.result = result
    self.isNested = isNested
  }

  /// The result, tracked only if an outer tape records it.
  var value: Output { isNested ? result : result.mappingTensors { $0.detached() } }

  /// The tape between inputs and result, to be walked forward.
  var forwardReplay: ForwardReplay? {
    ForwardReplay(from: inputTensors.entries, to: result.allTensors.entries, recording: isNested)
  }

  /// Structures of the inputs' form, with something else in the place of each tensor.
  func mappingInputs(_ body: (Tensor) -> Tensor) -> (repeat each Input) {
    (repeat (each inputs).mappingTensors(body))
  }

  /// The product of a cotangent and the Jacobian: a gradient in the place of every input.
  func gradients(_ cotangent: Output?, retainingTape: Bool = false) -> (repeat each Input) {
    structured(replay(seeds(cotangent), retainingTape: retainingTape, recording: isNested))
  }

  /// The gradient of one tensor of the result, in the place of every input.
  func gradient(of tensor: Tensor) -> (repeat each Input) {
    structured(replay([(tensor, nil)], retainingTape: false, recording: isNested))
  }

  /// The gradients of the inputs' tensors in order, recorded.
  func recordedGradients(_ cotangent: Output?) -> [Tensor] {
    ordered(replay(seeds(cotangent), retainingTape: true, recording: true))
  }

  /// The gradients of the inputs' tensors in order, from the cotangent of one tensor of the result.
  func gradientTensors(of tensor: Tensor, from cotangent: Tensor) -> [Tensor] {
    ordered(replay([(tensor, cotangent)], retainingTape: true, recording: isNested))
  }

  private func ordered(_ gradients: Gradients) -> [Tensor] {
    inputTensors.map { gradients.gradient(of: $0) ?? Tensor.zeros($0.shape, dtype: $0.dtype) }
  }

  /// Where a replay starts for a cotangent of the result.
  private func seeds(_ cotangent: Output?) -> [(tensor: Tensor, cotangent: Tensor?)] {
    let results = result.allTensors
    let cotangents = cotangent.map { $0.allTensors.map(Optional.some) } ?? results.map { _ in nil }
    guard results.count == cotangents.count else {
      fail(
        .autogradMisuse, "pullback",
        "the cotangent has \(cotangents.count) tensors; expected \(results.count), as many as the result")
      return []
    }
    return Swift.zip(results, cotangents).filter { $0.0.dtype.isFloatingPoint }.map { ($0, $1) }
  }

  /// The gradients of inputs and outer leaves.
  private func replay(
    _ seeds: [(tensor: Tensor, cotangent: Tensor?)], retainingTape: Bool, recording: Bool
  ) -> Gradients {
    // Where a result depends on nothing there is nothing to replay, but a cotangent's mistakes are those of any other.
    backward(
      from: seeds.map { ($0.tensor.isTracked ? $0.tensor : $0.tensor.requiringGradient(), $0.cotangent) },
      retainingTape: retainingTape, recordingGradients: recording, keeping: isNested ? inputTensors : [])
  }

  private func structured(_ gradients: Gradients) -> (repeat each Input) {
    mappingInputs { x in gradients.gradient(of: x) ?? Tensor.zeros(x.shape, dtype: x.dtype) }
  }
}

extension [Tensor] {
  /// The entries of those that are tracked.
  fileprivate var entries: [Entry] {
    var entries: [Entry] = []
    entries.reserveCapacity(count)
    for tensor in self { if let entry = tensor.entry { entries.append(entry) } }
    return entries
  }
}

extension Tensor {
  /// The same values as the beginning of an inner tape that goes on from this tensor's.
  fileprivate func beginningTape() -> Tensor {
    detached().recorded(as: "input", symmetric: true, wrt: self, { dy in dy })
  }
}

extension Replay {
  /// Whether an entry was computed from one that is older than a number.
  fileprivate static func reaches(from roots: [Entry], before number: UInt64) -> Bool {
    lock.withLock { mark in
      mark += 1
      var pending = roots
      pending.reserveCapacity(32)
      while let entry = pending.popLast() {
        if entry.sequenceNumber < number { return true }
        // A claimed entry belongs to its replay: Note [Claiming entries].
        if entry.mark == mark || entry.isReplayed { continue }
        entry.mark = mark
        entry.forEachOperand { pending.append($0) }
      }
      return false
    }
  }
}
