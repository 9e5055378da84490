// Weights of a given length.

/// Weights given by direction and length: each slice along an axis has the norm that `magnitude` says.
///
/// VJP: as for its parts.
///
/// ```swift
/// let w = weightNormalized(Tensor([[3, 4]]), magnitude: Tensor([10]))
/// print(w)  // [[6.0, 8.0]] : [1, 2] float32
/// ```
///
/// - Parameters:
///   - direction: any shape; its length does not matter.
///   - magnitude: a length for each place of the axis.
///   - axis: what the slices are counted along.
public func weightNormalized(_ direction: Tensor, magnitude: Tensor, axis: Int = 0) -> Tensor {
  guard let axis = resolve(axis, in: direction.shape, for: "weightNormalized") else { return .standIn }
  guard magnitude.shape == [direction.shape[axis]] else {
    return fail(
      .shapeMismatch, "weightNormalized",
      "magnitudes of shape \(magnitude.shape) for axis \(axis) of shape \(direction.shape); expected one for each place"
    )
  }
  let others = (0..<direction.rank).filter { $0 != axis }
  let column = Shape((0..<direction.rank).map { $0 == axis ? magnitude.count : 1 })
  return direction * (magnitude.reshaped(to: column) / direction.norm(axes: others, keepDims: true))
}

/// A matrix divided by its largest singular value, which steps of the power method follow.
///
/// The vectors are taken as given constants: VJP, with `σ = uᵀ w v`: `dw = (dy - u vᵀ · Σ dy · y) / σ`.
///
/// ```swift
/// let w = Tensor([[2, 0], [0, 1]])
/// let (y, _, _) = spectrallyNormalized(w, u: Tensor([1, 0]), v: Tensor([1, 0]))
/// print(y.flattened())  // [1.0, 0.0, 0.0, 0.5] : [4] float32
/// ```
///
/// - Parameters:
///   - w: `[m, n]`.
///   - u: a guess of the left singular vector, `[m]`.
///   - v: a guess of the right one, `[n]`.
///   - steps: of the power method.
///   - epsilon: the least length that is divided by.
/// - Returns: the matrix, and better guesses for the next call.
public func spectrallyNormalized(
  _ w: Tensor, u: Tensor, v: Tensor, steps: Int = 1, epsilon: Double = 1e-12
) -> (y: Tensor, u: Tensor, v: Tensor) {
  guard w.rank == 2, u.shape == [w.shape[0]], v.shape == [w.shape[1]] else {
    let standIn = fail(
      .shapeMismatch, "spectrallyNormalized",
      "w of shape \(w.shape), u of shape \(u.shape), v of shape \(v.shape); expected [m, n], [m] and [n]")
    return (standIn, standIn, standIn)
  }
  var (u, v) = (u.detached(), v.detached())
  let constant = w.detached()
  for _ in 0..<steps {
    v = u.matmul(constant).normalized(epsilon: epsilon)
    u = constant.matmul(v).normalized(epsilon: epsilon)
  }
  return (w / u.matmul(w.matmul(v)), u, v)
}
