// Softmax and its relatives, along an axis.

extension Tensor {
  /// The exponentials of the elements along an axis, divided by their sum; the maximum is subtracted first, so nothing
  /// overflows.
  ///
  /// VJP: `dx = y · (dy - Σ dy · y)`.
  ///
  /// ```swift
  /// print(Tensor([0, 1000]).softmax())  // [0.0, 1.0] : [2] float32
  /// ```
  public func softmax(axis: Int = -1) -> Tensor {
    alongLastAxis(axis, "softmax") { x in
      mapRows(x, "softmax") { $0.pointee.rows.softmax }
        .recorded(as: "softmax", symmetric: true, wrt: x, withResult: softmaxGradient)
    }
  }

  /// The logarithm of ``softmax(axis:)``, computed without the detour.
  ///
  /// VJP: `dx = dy - eʸ · Σ dy`.
  ///
  /// ```swift
  /// print(Tensor([0, 1000]).logSoftmax())  // [-1000.0, 0.0] : [2] float32
  /// ```
  public func logSoftmax(axis: Int = -1) -> Tensor {
    alongLastAxis(axis, "logSoftmax") { x in
      mapRows(x, "logSoftmax") { $0.pointee.rows.log_softmax }
        .recorded(as: "logSoftmax", wrt: x, withResult: logSoftmaxGradient)
    }
  }

  /// The logarithm of the sum of exponentials of all elements, or along axes, without overflow.
  ///
  /// Of elements that are all -inf, or of none, it is -inf.
  ///
  /// VJP: `dx = dy · softmax(x)`; 0 where the result is -inf.
  ///
  /// ```swift
  /// print(Tensor([1000, 1000]).logSumExp())  // 1000.6932
  /// ```
  public func logSumExp(axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
    guard let folded = ReductionAxes(axes, of: shape, for: "logSumExp") else { return .standIn }
    let kept = (0..<rank).filter { !folded.isReduced[$0] }, reduced = (0..<rank).filter { folded.isReduced[$0] }
    let outer = Shape(kept.map { shape[$0] })
    let rows = permuted(axes: kept + reduced).reshaped(to: outer.array + [folded.foldedCount])
    return rows.logSumExpOfRows().reshaped(to: folded.result(keepDims: keepDims))
  }

  /// The logarithm of the sum of exponentials along an axis.
  ///
  /// ```swift
  /// print(Tensor([[0, 0], [1000, 0]]).logSumExp(axis: 1))  // [0.693147, 1000.0] : [2] float32
  /// ```
  public func logSumExp(axis: Int, keepDims: Bool = false) -> Tensor { logSumExp(axes: [axis], keepDims: keepDims) }

  private func logSumExpOfRows() -> Tensor {
    let x = self
    return mapRows(x, "logSumExp", folding: true) { $0.pointee.rows.log_sum_exp }
      .recorded(
        as: "logSumExp", wrt: x,
        withResult: { dy, y in
          if isRecording { return dy.expanded(at: -1) * softmaxOfVisible(x) }
          return dy.expanded(at: -1) * select(where: y.expanded(at: -1) .== -.infinity, then: 0, else: x.softmax())
        })
  }

  /// Applies a function of rows along any axis.
  private func alongLastAxis(_ axis: Int, _ operation: StaticString, _ body: (Tensor) -> Tensor) -> Tensor {
    if rank == 0 {
      guard axis == -1 || axis == 0 else { return fail(.invalidAxis, operation, "a scalar has no axis \(axis)") }
      return body(reshaped(to: [1])).reshaped(to: Shape())
    }
    guard let axis = resolve(axis, in: shape, for: operation) else { return .standIn }
    return axis == rank - 1 ? body(self) : body(transposed(axis, -1)).transposed(axis, -1)
  }
}

func softmaxGradient(_ dy: Tensor, _ y: Tensor) -> Tensor {
  zipRows(dy, y, "softmaxGradient") { $0.pointee.rows.softmax_gradient }
    .recorded(
      as: "softmaxGradient",
      wrt: dy, { g in softmaxGradient(g, y) },
      differential: { v in softmaxGradient(v, y) },
      wrt: y,
      { g in g * (dy - (dy * y).sum(axis: -1, keepDims: true)) - dy * (g * y).sum(axis: -1, keepDims: true) },
      differential: { v in
        v * (dy - (dy * y).sum(axis: -1, keepDims: true)) - y * (dy * v).sum(axis: -1, keepDims: true)
      })
}

private func logSoftmaxGradient(_ dy: Tensor, _ y: Tensor) -> Tensor {
  zipRows(dy, y, "logSoftmaxGradient") { $0.pointee.rows.log_softmax_gradient }
    .recorded(
      as: "logSoftmaxGradient",
      wrt: dy, { g in g - (g * exp(y)).sum(axis: -1, keepDims: true) },
      wrt: y, { g in -(g * exp(y) * dy.sum(axis: -1, keepDims: true)) })
}
