extension Tensor {
  /// Replays the tape of this tensor in reverse and returns the gradients of the leaves it was computed from.
  ///
  /// Starting from the cotangent of this tensor, each recorded operation, latest first, turns the cotangent of its result
  /// into cotangents of its operands; what arrives at one place from several is added. What an operation saved for this
  /// is released as it is passed, so a tape can be replayed once, unless it is retained.
  ///
  /// ```swift
  /// let x = Tensor([1, 2]).requiringGradient()
  /// let loss = (x * x).sum()
  /// print(loss.backward()[x])  // [2.0, 4.0] : [2] float32
  /// ```
  ///
  /// Second derivatives, with the replay itself recorded:
  ///
  /// ```swift
  /// let x = Tensor(2).requiringGradient()
  /// let first = (x * x * x).backward(recordingGradients: true)[x]  // 3 x², on a tape of its own
  /// print(first, first.backward()[x])  // 12.0 12.0
  /// ```
  ///
  /// - Parameters:
  ///   - cotangent: the derivative of what is finally wanted with respect to this tensor, of its shape and dtype; 1 by
  ///     default, which only a tensor of one element may leave out.
  ///   - retainingTape: keeps what the operations saved, so that the tape can be replayed again.
  ///   - recordingGradients: records the replay, so that gradients can be differentiated; retains the tape.
  ///   - intermediates: intermediate values whose gradients are wanted as well.
  /// - Returns: the gradients, read by subscript.
  /// - Precondition: the tensor is tracked, and its tape has not been replayed without being retained. Otherwise traps, or
  ///   throws inside ``checked(_:)``, and changes nothing.
  public func backward(
    _ cotangent: Tensor? = nil, retainingTape: Bool = false, recordingGradients: Bool = false,
    keeping intermediates: [Tensor] = []
  ) -> Gradients {
    guard let (entry, cotangent) = seed(self, cotangent),
      var replay = Replay(
        from: CollectionOfOne(entry), retaining: retainingTape || recordingGradients, recording: recordingGradients,
        keeping: intermediates)
    else { return Gradients() }
    replay.start(consume cotangent, at: entry)
    return replay.run()
  }
}

/// Replays the tape of several results together, each from its own cotangent.
///
/// ```swift
/// let x = Tensor([1, 2]).requiringGradient()
/// let gradients = backward(from: [(x * 2, Tensor([1, 1])), (x * 3, Tensor([10, 10]))])
/// print(gradients[x])  // [32.0, 32.0] : [2] float32
/// ```
///
/// The parameters are those of ``Tensor/backward(_:retainingTape:recordingGradients:keeping:)``.
public func backward(
  from results: [(tensor: Tensor, cotangent: Tensor?)], retainingTape: Bool = false,
  recordingGradients: Bool = false, keeping intermediates: [Tensor] = []
) -> Gradients {
  var seeds: [(entry: Entry, cotangent: Tensor)] = []
  seeds.reserveCapacity(results.count)
  for (result, cotangent) in results {
    guard let seed = seed(result, cotangent) else { return Gradients() }
    seeds.append(seed)
  }
  guard
    var replay = Replay(
      from: seeds.map(\.entry), retaining: retainingTape || recordingGradients, recording: recordingGradients,
      keeping: intermediates)
  else { return Gradients() }
  for (entry, cotangent) in seeds { replay.start(cotangent, at: entry) }
  return replay.run()
}

/// The entry to start from and its cotangent, or nil, inside ``checked(_:)``, if there is something wrong with them.
private func seed(_ result: Tensor, _ cotangent: Tensor?) -> (entry: Entry, cotangent: Tensor)? {
  guard let entry = result.entry else {
    fail(
      .autogradMisuse, "backward",
      "the tensor of shape \(result.shape) was not computed from any tensor that requires a gradient; make a leaf with requiringGradient()"
    )
    return nil
  }
  guard let cotangent else {
    guard result.count == 1 else {
      fail(
        .autogradMisuse, "backward",
        "the tensor has shape \(result.shape), and only one element has a gradient without a cotangent; reduce it with sum() or mean(), or pass a cotangent of that shape"
      )
      return nil
    }
    return (entry, .one(result.shape, result.dtype))
  }
  guard cotangent.shape == result.shape, cotangent.dtype == result.dtype else {
    fail(
      .autogradMisuse, "backward",
      "the cotangent is \(cotangent.dtype) of shape \(cotangent.shape); expected \(result.dtype) of shape \(result.shape), like the tensor"
    )
    return nil
  }
  return (entry, cotangent)
}
