extension Tensor {
  /// Records this result of an operation with derivatives of both directions of your own.
  ///
  /// The differential is otherwise found by transposing the pullback. One of your own serves where that does not work, since
  /// the pullback's steps have no derivatives, or where a direct formula is cheaper. Replays use the pullback; `differential`
  /// and ``linearize(at:of:)`` use the differential.
  ///
  /// ```swift
  /// func cubed(_ x: Tensor) -> Tensor {
  ///   withoutRecording { x * x * x }
  ///     .recorded(
  ///       as: "cubed", wrt: [x],
  ///       pullback: { dy in [dy * 3 * x * x] },
  ///       differential: { dx in dx[0] * 3 * x * x })
  /// }
  /// let x = Tensor([1, 2])
  /// print(gradient(at: x) { cubed($0).sum() })  // [3.0, 12.0] : [2] float32
  /// let push = differential(at: x) { cubed($0) }
  /// print(push(Tensor([1, 10])))  // [3.0, 120.0] : [2] float32
  /// ```
  ///
  /// - Parameters:
  ///   - name: the operation's name, as tapes and pictures show it.
  ///   - operands: what the result was computed from.
  ///   - pullback: from the cotangent of the result, the cotangents of all operands in order.
  ///   - differential: from changes of all operands, zeros for those that do not change, the change of the result.
  public func recorded(
    as name: StaticString, wrt operands: [Tensor], pullback: @escaping (_ dy: Tensor) -> [Tensor],
    differential: @escaping (_ changes: [Tensor]) -> Tensor
  ) -> Tensor {
    let shapes = operands.map { ($0.shape, $0.dtype) }
    return recorded(
      as: name, wrt: operands,
      jointly: { dy in
        let dy = dy
        guard dy.isTracked else { return pullback(dy) }
        // With respect to the cotangent, the pullback's transpose is the differential; with respect to all else, what
        // the pullback's own steps say.
        let terms = pullback(dy.detached())
        return terms.recorded(as: name, wrt: [dy] + terms) { changes in
          let complete = Swift.zip(changes, shapes).map { $0 ?? Tensor.zeros($1.0, dtype: $1.1) }
          return [differential(complete)] + changes
        }
      })
  }
}
