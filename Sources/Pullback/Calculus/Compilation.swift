import CKernels
import Kernels

/// What a function of tensors does for inputs of one form, as a program: Note [Programs].
final class Compilation {
  /// What may not differ between the calls that a program serves.
  private struct Form {
    let shape: Shape
    let dtype: DType
    let isTracked: Bool

    func fits(_ x: Tensor) -> Bool { x.dtype == dtype && x.isTracked == isTracked && x.shape == shape }
  }

  private let forms: [Form]
  /// Whether operations on tracked tensors were recorded.
  private let wasRecording: Bool
  private let program: Program
  /// Hands the outputs on as the next inputs, for a function that is repeated.
  private lazy var handingOn = recordedHandingOn()
  /// Where the program reads its inputs, and where it leaves its outputs; contiguous, and no memory twice.
  private let inputs: [Elements]
  private let outputs: [Elements]
  /// Which outputs start a tape of their own, as parameters do after an update.
  private let isLeaf: [Bool]
  /// Which outputs depend on tracked inputs.
  let dependentPlaces: [Int]

  /// Whether a function has to be called as it is: where its calls belong to a larger program, or somebody wants to see them
  /// one by one.
  static func isOutOfPlace(for inputs: [Tensor]) -> Bool {
    let state = thread_state_current()!.pointee
    return state.program != nil || state.observer != nil || state.mapping != nil || state.keeping_differentials != 0
      || inputs.contains(where: \.isMapped)
  }

  /// Evaluates a function of tensors, and notes its kernel calls. Nil, inside ``checked(_:)``, if they cannot be repeated.
  init?(_ tensors: [Tensor], _ function: ([Tensor]) -> [Tensor]) {
    let boundary = Entry.latestSequenceNumber
    let program = Program()
    var starts: [Tensor] = []
    for x in tensors {
      guard let copy = x.elements.copied(for: "compiled") else { return nil }
      program.noteInput(copy.pointer)
      starts.append(x.isTracked ? Tensor(copy).requiringGradient() : Tensor(copy))
    }
    let inputs = starts.map(\.elements)
    var (results, escapes) = program.record {
      let tensors = function(starts)
      var results: [(value: Elements, entry: EntryKind)] = []
      for tensor in tensors {
        let isNew =
          tensor.elements.isOwnedByProgram && !(inputs + results.map(\.value)).contains { $0 === tensor.elements }
        guard let value = isNew ? tensor.elements : tensor.elements.copied(for: "compiled") else { continue }
        results.append((value, EntryKind(tensor.entry, inputs: starts)))
      }
      let escapes = !Replay.sources(of: tensors.compactMap(\.entry), boundary: boundary).isEmpty
      return (results, escapes)
    }
    var keeps = program.usedBlockCount > results.count
    for place in results.indices where !isKnownUniquelyReferenced(&results[place].value) { keeps = true }
    program.finish()
    if hasFailed { return nil }
    if escapes {
      fail(
        .autogradMisuse, "compiled",
        "the result depends on a tracked tensor that is none of the inputs, and gradients would not reach it; pass it in"
      )
      return nil
    }
    if keeps {
      fail(
        .autogradMisuse, "compiled",
        "a tensor that the function computed is kept outside of it, or is a global that was used for the first time, and the next call would not renew it; return it, or use it before"
      )
      return nil
    }
    forms = tensors.map { Form(shape: $0.shape, dtype: $0.dtype, isTracked: $0.isTracked) }
    wasRecording = isRecording
    self.program = program
    self.inputs = inputs
    outputs = results.map(\.value)
    isLeaf = results.map { $0.entry == .leaf }
    dependentPlaces = results.indices.filter { results[$0].entry == .dependent }
  }

  /// What became of an output's history.
  private enum EntryKind {
    case none, leaf, dependent

    init(_ entry: Entry?, inputs: [Tensor]) {
      guard let entry else {
        self = .none
        return
      }
      self = entry.isLeaf && !inputs.contains { $0.entry === entry } ? .leaf : .dependent
    }
  }

  /// Whether this serves a call with other inputs.
  func fits(_ tensors: [Tensor]) -> Bool {
    guard tensors.count == forms.count, isRecording == wasRecording else { return false }
    for place in tensors.indices where !forms[place].fits(tensors[place]) { return false }
    return true
  }

  /// Computes the outputs for inputs of this form, then, for the further repetitions, from the outputs themselves. Stops, inside
  /// ``checked(_:)``, if a call finds its operands wrong.
  ///
  /// - Parameter isFirst: whether these are the inputs for which the outputs have just been computed.
  func run(_ tensors: [Tensor], repetitions: Int, isFirst: Bool) {
    if !isFirst {
      for place in tensors.indices { inputs[place].write(tensors[place].elements) }
      guard program.run() else { return }
    }
    if repetitions == 1 { return }
    guard let handingOn else { return }
    for _ in 1..<repetitions {
      guard handingOn.run(), program.run() else { return }
    }
  }

  private func recordedHandingOn() -> Program? {
    guard outputs.map(\.shape) == inputs.map(\.shape), outputs.map(\.dtype) == inputs.map(\.dtype) else {
      fail(
        .shapeMismatch, "compiled",
        "a function that is repeated returns tensors of shapes \(outputs.map(\.shape)) for its argument's \(inputs.map(\.shape)); expected the same shapes and dtypes"
      )
      return nil
    }
    let program = Program()
    program.record { for (input, output) in Swift.zip(inputs, outputs) { input.write(output) } }
    program.finish()
    return program
  }

  /// The outputs of the last run.
  var values: [Tensor] {
    var values: [Tensor] = []
    values.reserveCapacity(outputs.count)
    for place in outputs.indices {
      let value = outputs[place].copied(for: "compiled").map { Tensor($0) } ?? .standIn
      values.append(isLeaf[place] ? value.requiringGradient() : value)
    }
    return values
  }
}
