// The affine layer as one operation.

/// What ``linear(_:weight:bias:activation:)`` applies to its result in the last store of the product.
public enum LinearActivation: Sendable, Hashable {
  /// Nothing.
  case none
  /// The positive part.
  case relu
}

/// The affine function `x · weight + bias` of each row of `x`, and an activation, in one pass.
///
/// VJP, with `dz = dy` where the activation let it through: `dx = dz · weightᵀ`, `dweight = xᵀ · dz`, and `dbias` the
/// sum of the rows of `dz`.
///
/// ```swift
/// let x = Tensor([[1, 2]]), w = Tensor([[1, 0], [0, -1]]), b = Tensor([10, 1])
/// print(linear(x, weight: w, bias: b), linear(x, weight: w, bias: b, activation: .relu))
/// // [[11.0, -1.0]] : [1, 2] float32 [[11.0, 0.0]] : [1, 2] float32
/// ```
///
/// - Parameters:
///   - x: `[…, in]`.
///   - weight: `[in, out]`.
///   - bias: `[out]`, or nil.
///   - activation: applied to the sum.
/// - Returns: `[…, out]`.
/// - Precondition: the extents agree and the dtypes are equal; else traps, or throws inside ``checked(_:)``.
public func linear(
  _ x: Tensor, weight: Tensor, bias: Tensor? = nil, activation: LinearActivation = .none
) -> Tensor {
  guard x.rank > 0, weight.rank == 2, x.shape[-1] == weight.shape[0] else {
    return fail(
      .shapeMismatch, "linear",
      "x of shape \(x.shape) and weight of shape \(weight.shape) do not fit: expected […, in] and [in, out]")
  }
  if let bias, bias.shape != [weight.shape[1]] {
    return fail(
      .shapeMismatch, "linear", "bias of shape \(bias.shape) for weight of shape \(weight.shape); expected [out]")
  }
  if let bias, bias.dtype != x.dtype { return mixed("linear", x, bias) }
  if x.rank != 2 {
    let rows = x.reshaped(to: [x.shape.droppingLast(1).count(), x.shape[-1]])
    var shape = x.shape.droppingLast(1)
    shape.append(weight.shape[1])
    return linear(rows, weight: weight, bias: bias, activation: activation).reshaped(to: shape)
  }
  let y = matrixProduct(x, weight, "linear", finish: ProductFinish(bias: bias, relu: activation == .relu))
  if activation == .relu { return y.recordedWithReLU(x, weight, bias) }
  guard let bias else {
    return y.recorded(
      as: "linear",
      wrt: x, { dy in multiply(dy, transposed: false, weight, transposed: true) },
      differential: { dx in multiply(dx, transposed: false, weight, transposed: false) },
      wrt: weight, { dy in multiply(x, transposed: true, dy, transposed: false) },
      differential: { dw in multiply(x, transposed: false, dw, transposed: false) })
  }
  return y.recorded(
    as: "linear",
    wrt: x, { dy in multiply(dy, transposed: false, weight, transposed: true) },
    differential: { dx in multiply(dx, transposed: false, weight, transposed: false) },
    wrt: weight, { dy in multiply(x, transposed: true, dy, transposed: false) },
    differential: { dw in multiply(x, transposed: false, dw, transposed: false) },
    wrt: bias, { dy in dy.sum(axis: 0) }, differential: { db in db })
}

extension Tensor {
  /// Records this affine function with ReLU; what the ReLU lets through of the cotangent is computed once for all
  /// operands.
  fileprivate func recordedWithReLU(_ x: Tensor, _ weight: Tensor, _ bias: Tensor?) -> Tensor {
    let needs = (x: x.isTracked, weight: weight.isTracked, bias: bias?.isTracked ?? false)
    return recorded(
      as: "linearReLU", wrt: [x, weight] + (bias.map { [$0] } ?? []),
      jointlyWithResult: { (dy: consuming Tensor, y) in
        let dz = reluGradient(consume dy, y)
        return [
          needs.x ? multiply(dz, transposed: false, weight, transposed: true) : nil,
          needs.weight ? multiply(x, transposed: true, dz, transposed: false) : nil,
          needs.bias ? dz.sum(axis: 0) : nil,
        ]
      })
  }
}
