import CKernels

/// A function evaluated at inputs that begin a tape.
///
/// Derivatives taken of it can be part of an outer tape: if an input is tracked, or the function uses tracked values from
/// outside, replays are recorded, so that derivatives nest to any order.
struct Evaluation<each Input: TensorStructure> {
  /// The inputs as the function saw them.
  private let inputs: (repeat each Input)
  /// What the function returned.
  let result: Tensor
  /// Whether an outer tape records what is done with the result.
  let isNested: Bool

  init(
    at input: repeat each Input, of function: (repeat each Input) throws -> Tensor
  ) rethrows {
    let isOuterRecording = isRecording
    var isNested = false
    var firstNumber = UInt64.max
    func begin(_ x: Tensor) -> Tensor {
      guard x.dtype.isFloatingPoint else { return x }
      let isTracked = isOuterRecording && x.isTracked
      isNested = isNested || isTracked
      let start = isTracked ? x.beginningTape() : x.requiringGradient()
      firstNumber = min(firstNumber, start.entry?.sequenceNumber ?? .max)
      return start
    }
    let inputs = (repeat (each input).mappingTensors(begin))
    let result = try withRecording { try function(repeat each inputs) }
    if isOuterRecording, !isNested, let entry = result.entry {
      isNested = Replay.reaches(from: entry, before: firstNumber)
    }
    self.inputs = inputs
    self.result = result
    self.isNested = isNested
  }

  /// The result, tracked only if an outer tape records it.
  var value: Tensor { isNested ? result : result.detached() }

  /// The inputs' tensors in order.
  var inputTensors: [Tensor] {
    var tensors: [Tensor] = []
    for input in repeat each inputs { tensors += input.allTensors }
    return tensors
  }

  /// The product of a cotangent and the Jacobian: a gradient in the place of every input.
  func gradients(_ cotangent: Tensor?, retainingTape: Bool = false) -> (repeat each Input) {
    let gradients = replay(cotangent, retainingTape: retainingTape, recording: isNested)
    return
      (repeat (each inputs).mappingTensors { x in
        gradients.gradient(of: x) ?? Tensor.zeros(x.shape, dtype: x.dtype)
      })
  }

  /// The gradients of inputs and outer leaves; none if the result depends on nothing.
  func replay(_ cotangent: Tensor?, retainingTape: Bool, recording: Bool) -> Gradients {
    guard result.isTracked else {
      // Nothing to replay, but the cotangent's mistakes are those of any other replay.
      return result.requiringGradient().backward(cotangent)
    }
    return result.backward(
      cotangent, retainingTape: retainingTape, recordingGradients: recording,
      keeping: isNested ? inputTensors : [])
  }
}

extension Tensor {
  /// The same values as the beginning of an inner tape that goes on from this tensor's.
  fileprivate func beginningTape() -> Tensor { detached().recorded(as: "input", wrt: self, { dy in dy }) }
}

/// Runs `body` with recording on, whatever the scopes around it say.
private func withRecording<Result>(_ body: () throws -> Result) rethrows -> Result {
  let state = thread_state_current()!
  let outer = state.pointee.recording_disabled
  state.pointee.recording_disabled = 0
  defer { state.pointee.recording_disabled = outer }
  return try body()
}

extension Replay {
  /// Whether an entry was computed from one that is older than a number.
  fileprivate static func reaches(from root: Entry, before number: UInt64) -> Bool {
    lock.withLock { mark in
      mark += 1
      var pending = [root]
      while let entry = pending.popLast() {
        if entry.sequenceNumber < number { return true }
        // A claimed entry belongs to its replay: Note [Claiming entries].
        if entry.mark == mark || entry.isReplayed { continue }
        entry.mark = mark
        pending += entry.operands
      }
      return false
    }
  }
}
