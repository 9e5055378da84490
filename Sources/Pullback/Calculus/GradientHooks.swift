// Hooks: operations that compute nothing forward, and look at or change the gradient on its way back. Use what they
// return in place of the tensor; only what is computed from that passes through the hook.

extension Tensor {
  /// This tensor, whose gradient is replaced on its way back.
  ///
  /// The gradient that `body` sees is the sum of all that comes from uses of the result.
  ///
  /// ```swift
  /// let x = Tensor([1, 2]).requiringGradient()
  /// let scaled = x.replacingGradient { dy in dy * 10 }
  /// print((scaled * scaled).sum().backward()[x])  // [20.0, 40.0] : [2] float32
  /// ```
  ///
  /// - Parameter body: from the gradient, one of the same shape.
  public func replacingGradient(_ body: @escaping (_ gradient: Tensor) -> Tensor) -> Tensor {
    alias.recorded(as: "replaceGradient", wrt: self, { dy in body(dy) })
  }

  /// This tensor, whose gradient is shown to `body` on its way back.
  ///
  /// ```swift
  /// let x = Tensor([1, 2]).requiringGradient()
  /// let y = (x * x).observingGradient { dy in print(dy) }  // [3.0, 3.0] : [2] float32
  /// _ = (y * 3).sum().backward()
  /// ```
  public func observingGradient(_ body: @escaping (_ gradient: Tensor) -> Void) -> Tensor {
    alias.recorded(
      as: "observeGradient", wrt: self,
      { dy in
        let dy = dy
        body(dy)
        return dy
      })
  }

  /// This tensor, whose gradient is clamped to a range, element by element, on its way back.
  ///
  /// ```swift
  /// let x = Tensor([1, 20]).requiringGradient()
  /// let y = x.clippingGradient(to: -5...5)
  /// print((y * y).sum().backward()[x])  // [2.0, 5.0] : [2] float32
  /// ```
  public func clippingGradient(to range: ClosedRange<Double>) -> Tensor {
    alias.recorded(as: "clipGradient", wrt: self, { dy in dy.clamped(to: range) })
  }

  /// This tensor, whose gradient is scaled on its way back such that its Euclidean norm is at most `norm`.
  ///
  /// ```swift
  /// let x = Tensor([3, 4]).requiringGradient()
  /// let y = x.clippingGradient(norm: 1)
  /// print((y * y).sum().backward()[x].isClose(to: Tensor([0.6, 0.8])))  // true
  /// ```
  public func clippingGradient(norm: Double) -> Tensor {
    alias.recorded(
      as: "clipGradient", wrt: self,
      { dy in
        let dy = dy
        let length = dy.squared().sum().squareRootOfSpread()
        return dy * select(where: length .> norm, then: norm / nonzero(length), else: 1)
      })
  }

  /// The same elements, untracked.
  private var alias: Tensor { Tensor(elements) }
}
