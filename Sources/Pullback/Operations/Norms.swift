// Norms of vectors, along axes.

extension Tensor {
  /// The p-norm `(Σ |x|ᵖ)^(1/p)` of all elements, or along axes.
  ///
  /// `p` may be infinity (the largest magnitude), minus infinity (the smallest), and 0 (the number of elements that are
  /// not 0, with a gradient of 0).
  ///
  /// VJP: `dx = dy · x · |x|^(p-2) / y^(p-1)`; 0 where `x` is 0, so in particular at the zero vector; equal extremes share
  /// evenly.
  ///
  /// ```swift
  /// let x = Tensor([3, 4]).requiringGradient()
  /// print(x.norm(), x.norm().backward()[x])  // 5.0 [0.6, 0.8] : [2] float32
  /// ```
  public func norm(p: Double = 2, axes: [Int]? = nil, keepDims: Bool = false) -> Tensor {
    switch p {
    case 2: return squared().sum(axes: axes, keepDims: keepDims).squareRootOfSpread()
    case 1: return Pullback.abs(self).sum(axes: axes, keepDims: keepDims)
    case .infinity: return Pullback.abs(self).max(axes: axes, keepDims: keepDims)
    case -.infinity: return Pullback.abs(self).min(axes: axes, keepDims: keepDims)
    case 0: return Pullback.abs(sign(self)).sum(axes: axes, keepDims: keepDims)
    default:
      // Where something is 0, a constant takes its place before the power and the 0 returns after it.
      let terms = pow(nonzero(Pullback.abs(self)), p)
      let sum = select(where: self .== 0, then: 0, else: terms).sum(axes: axes, keepDims: keepDims)
      return select(where: sum .== 0, then: 0, else: pow(nonzero(sum), 1 / p))
    }
  }

  /// The p-norm along an axis.
  ///
  /// ```swift
  /// print(Tensor([[3, 4], [6, 8]]).norm(axis: 1))  // [5.0, 10.0] : [2] float32
  /// ```
  public func norm(p: Double = 2, axis: Int, keepDims: Bool = false) -> Tensor {
    norm(p: p, axes: [axis], keepDims: keepDims)
  }

  /// The slices along an axis, those with a norm above a maximum scaled down to it.
  ///
  /// The factor is `maximum / (norm + 1e-7)`. VJP: of a slice that is scaled, that of the quotient; of others `dx = dy`.
  ///
  /// ```swift
  /// print(Tensor([[3, 4], [0.3, 0.4]]).renormalized(axis: 0, maximum: 1))
  /// // [[0.6, 0.8],
  /// //  [0.3, 0.4]] : [2, 2] float32
  /// ```
  ///
  /// - Parameters:
  ///   - p: which norm.
  ///   - axis: the axis whose slices are scaled one by one.
  ///   - maximum: the largest norm that is left as it is.
  public func renormalized(p: Double = 2, axis: Int, maximum: Double) -> Tensor {
    guard let axis = resolve(axis, in: shape, for: "renormalized") else { return .standIn }
    let norms = norm(p: p, axes: (0..<rank).filter { $0 != axis }, keepDims: true)
    return self * select(where: norms .> maximum, of: norms, then: { maximum / ($0 + 1e-7) }, else: 1)
  }
}
