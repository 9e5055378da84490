/// Computes `body` without keeping what its derivatives need; a replay computes it again.
///
/// This trades time for memory: of everything that is recorded in `body`, only the result stays. Gradients reach all
/// tracked tensors that `body` uses. Checkpoints nest, and can be differentiated to any order.
///
/// ```swift
/// let x = Tensor(0.5).requiringGradient(), w = Tensor(2).requiringGradient()
/// let y = checkpoint { tanh(tanh(x * w) * w) }
/// print(y.tape.lines.map(\.operation))  // ["leaf", "leaf", "checkpoint"]
/// ```
///
/// - Parameter body: computes the same each time that it is called; numbers that it draws come from a generator that is
///   passed to ``checkpoint(using:_:)``.
/// - Returns: what `body` returns.
public func checkpoint(_ body: @escaping () -> Tensor) -> Tensor { checkpoint { [body()] }[0] }

/// Computes `body`, which draws random numbers, without keeping what its derivatives need.
///
/// When a replay computes `body` again, it draws the same numbers.
///
/// ```swift
/// let x = Tensor([1, 2, 3]).requiringGradient()
/// var generator = PhiloxGenerator(seed: 1)
/// let y = checkpoint(using: &generator) { generator in
///   x * x * Tensor.uniform([3], using: &generator)
/// }
/// print(y.sum().backward()[x].isClose(to: 2 * y.detached() / x.detached()))  // true
/// ```
public func checkpoint<Generator: RandomNumberGenerator>(
  using generator: inout Generator, _ body: @escaping (inout Generator) -> Tensor
) -> Tensor {
  let start = generator
  return checkpoint(
    first: { [body(&generator)] },
    again: {
      var generator = start
      return [body(&generator)]
    })[0]
}

/// Computes several results without keeping what their derivatives need; a replay computes them again.
///
/// The single-result form is ``checkpoint(_:)``.
public func checkpoint(_ body: @escaping () -> [Tensor]) -> [Tensor] { checkpoint(first: body, again: body) }

/// Computes `body` of inputs that are kept in another form, and without keeping what its derivatives need.
///
/// A checkpoint saves its inputs and nothing else, so `pack` sees all that is saved of them: what it returns stays in
/// their place, on disk, compressed or as it pleases. The first computation has the inputs themselves; a replay unpacks what
/// was kept, computes `body` of it again, and gives gradients at what it unpacked. Tensors that `body` captures, such
/// as the parameters of a layer, are kept as they are.
///
/// ```swift
/// let w = Tensor([2, 3]).requiringGradient(), x = Tensor([0.501, -1.25]).requiringGradient()
/// let y = checkpoint(
///   at: x,
///   packing: { x in rounded(x * 100).scalars(as: Double.self).map { Int16($0) } },
///   unpacking: { packed in Tensor(packed.map { Float($0) / 100 }) }
/// ) { x in x * x * w }
/// let gradients = y.sum().backward()
/// print(y, gradients[x])  // [0.502002, 4.6875] : [2] float32 [2.0, -7.5] : [2] float32
/// ```
///
/// - Parameters:
///   - input: tensors or structures of them.
///   - pack: from a tensor of the inputs, untracked, what is kept of it; called in the order of the tensors.
///   - unpack: from what was kept, a tensor of the same shape and dtype; called at each replay.
///   - body: computes the same each time that it is called.
/// - Returns: what `body` returns.
/// - Precondition: `unpack` restores shape and dtype; else the replay traps, or throws inside ``checked(_:)``.
public func checkpoint<each Input: TensorStructure, Packed>(
  at input: repeat each Input, packing pack: (Tensor) -> Packed, unpacking unpack: @escaping (Packed) -> Tensor,
  _ body: @escaping (repeat each Input) -> Tensor
) -> Tensor {
  // In the place of each tensor stands one that knows its history, shape and dtype, but has not its elements.
  var packed: [Packed] = []
  let shells =
    (repeat (each input).mappingTensors { x in
      if isRecording { packed.append(withoutRecording { pack(x.detached()) }) }
      return x.shell
    })
  let kept = packed
  return checkpoint(
    first: { [body(repeat each input)] },
    again: {
      var values = kept.makeIterator()
      return [body(repeat (each shells).mappingTensors { restored(unpack(values.next()!), $0) })]
    })[0]
}

/// What was unpacked, with the history of the tensor that was packed.
private func restored(_ x: Tensor, _ shell: Tensor) -> Tensor {
  guard x.shape == shell.shape, x.dtype == shell.dtype else {
    return fail(
      .shapeMismatch, "checkpoint",
      "unpacked, an input is \(x.dtype) of shape \(x.shape); expected \(shell.dtype) of shape \(shell.shape), as it was packed"
    )
  }
  return Tensor(x.elements, entry: shell.entry)
}

extension Tensor {
  /// A tensor of this shape, dtype and history that holds next to nothing.
  fileprivate var shell: Tensor {
    Tensor(Tensor.zeros(Shape(), dtype: dtype).broadcast(to: shape).elements, entry: entry)
  }
}

private func checkpoint(first: () -> [Tensor], again: @escaping () -> [Tensor]) -> [Tensor] {
  let boundary = Entry.latestSequenceNumber
  let results = first()
  guard isRecording, results.contains(where: \.isTracked) else { return results }
  let sources = Replay.sources(of: results.compactMap(\.entry), boundary: boundary)
  if sources.isEmpty { return results }
  let operands = sources.map { Tensor(Tensor.standIn.elements, entry: $0) }
  let scope = Scope.current
  return results.map { Tensor($0.elements) }.recorded(as: "checkpoint", wrt: operands) { dys in
    recomputedGradients({ scope?.run(again) ?? again() }, dys, of: sources)
  }
}

/// Computes `body` again and replays what it recorded, up to the entries it started from.
private func recomputedGradients(_ body: () -> [Tensor], _ dys: [Tensor?], of sources: [Entry]) -> [Tensor?] {
  let boundary = Entry.latestSequenceNumber
  let results = withRecording(body)
  var seeds: [(entry: Entry, cotangent: Tensor)] = []
  for (result, dy) in Swift.zip(results, dys) {
    guard let dy, let entry = result.entry else { continue }
    guard dy.shape == result.shape, dy.dtype == result.dtype else {
      fail(
        .autogradMisuse, "checkpoint",
        "computed again, a result has the shape \(result.shape) instead of \(dy.shape); what is computed in a checkpoint must not change between its calls"
      )
      return []
    }
    seeds.append((entry, dy))
  }
  let recording = isRecording
  guard
    var replay = Replay(from: seeds.map(\.entry), retaining: recording, recording: recording, boundary: boundary)
  else { return [] }
  for (entry, cotangent) in seeds { replay.start(cotangent, at: entry) }
  let gradients = replay.run()
  return sources.map { gradients.gradient(of: Tensor(Tensor.standIn.elements, entry: $0)) }
}

extension Replay {
  /// The entries up to a sequence number that these were directly computed from, in recording order.
  static func sources(of roots: [Entry], boundary: UInt64) -> [Entry] {
    var seen: Set<ObjectIdentifier> = []
    var waiting = roots
    var sources: [Entry] = []
    while let entry = waiting.popLast() {
      guard seen.insert(ObjectIdentifier(entry)).inserted else { continue }
      if entry.sequenceNumber <= boundary { sources.append(entry) } else { waiting += operands(of: entry) }
    }
    return sources.sorted { $0.sequenceNumber < $1.sequenceNumber }
  }
}
