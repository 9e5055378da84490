// Powers and exponentials of matrices.

import Foundation

extension Tensor {
  /// Whole powers of square matrices, by repeated squaring; negative ones of the inverse.
  ///
  /// ```swift
  /// print(try Tensor([[1, 1], [0, 1]]).matrixPower(5))
  /// // [[1.0, 5.0],
  /// //  [0.0, 1.0]] : [2, 2] float32
  /// ```
  ///
  /// - Throws: ``TensorError`` of the kind `linearAlgebraFailure` if the power is negative and a matrix is singular.
  /// - Precondition: the last two axes hold square matrices; else traps, or throws inside ``checked(_:)``.
  public func matrixPower(_ n: Int) throws(TensorError) -> Tensor {
    guard isSquareMatrix("matrixPower") else { return .standIn }
    if n == 0 {
      let x = self
      return Tensor.eye(shape[-1], dtype: dtype).broadcast(to: shape)
        .recorded(as: "matrixPower", wrt: x, { _ in Tensor.zeros(x.shape, dtype: x.dtype) })
    }
    var base = n < 0 ? try inverse() : self
    var (rest, result) = (n.magnitude, Tensor?.none)
    while true {
      if rest & 1 == 1 { result = result?.matmul(base) ?? base }
      rest >>= 1
      if rest == 0 { return result! }
      base = base.matmul(base)
    }
  }

  /// The exponentials of square matrices: the sums of `xⁿ / n!`.
  ///
  /// VJP: the upper right quarter of the exponential of `[xᵀ dy; 0 xᵀ]`.
  ///
  /// ```swift
  /// print(Tensor([[0, 1], [0, 0]]).matrixExp())
  /// // [[1.0, 1.0],
  /// //  [0.0, 1.0]] : [2, 2] float32
  /// ```
  ///
  /// - Precondition: the last two axes hold square matrices; else traps, or throws inside ``checked(_:)``.
  public func matrixExp() -> Tensor {
    guard isSquareMatrix("matrixExp") else { return .standIn }
    if dtype != .float64 { return cast(to: .float64).matrixExp().cast(to: dtype) }
    let x = self, n = shape[-1]
    if count == 0 { return self }
    return withoutRecording { scaledAndSquared(x.detached()) }
      .recorded(
        as: "matrixExp", wrt: x,
        { dy in
          let transpose = x.transposed()
          let upper = concatenated([transpose, dy], axis: -1)
          let lower = concatenated([Tensor.zeros(x.shape, dtype: .float64), transpose], axis: -1)
          return concatenated([upper, lower], axis: -2).matrixExp()[.ellipsis, ..<n, n...]
        })
  }
}

/// By a Padé approximation of degree 13 of the matrix divided by a power of two, squared as often again (Higham 2005).
private func scaledAndSquared(_ x: Tensor) -> Tensor {
  let identity = Tensor.eye(x.shape[-1], dtype: .float64)
  // Up to this 1-norm the approximation is exact to rounding.
  let limit = 5.371920351148152
  let norms: [Double] = abs(x).sum(axis: -2).max(axis: -1).scalars()
  let halvings = norms.map { $0 > limit && $0.isFinite ? ceil(log2($0 / limit)) : 0 }
  let batch = x.shape.withMatrices(1, 1)
  let scaled = x * Tensor(halvings.map { exp2(-$0) }, shape: batch)

  let b: [Double] = [
    64_764_752_532_480_000, 32_382_376_266_240_000, 7_771_770_303_897_600, 1_187_353_796_428_800,
    129_060_195_264_000, 10_559_470_521_600, 670_442_572_800, 33_522_128_640, 1_323_241_920, 40_840_800, 960_960,
    16_380, 182, 1,
  ]
  let x2 = scaled.matmul(scaled), x4 = x2.matmul(x2), x6 = x4.matmul(x2)
  let odd = x6.matmul(x6 * b[13] + x4 * b[11] + x2 * b[9]) + x6 * b[7] + x4 * b[5] + x2 * b[3] + identity * b[1]
  let even = x6.matmul(x6 * b[12] + x4 * b[10] + x2 * b[8]) + x6 * b[6] + x4 * b[4] + x2 * b[2] + identity * b[0]
  let u = scaled.matmul(odd)
  guard let factors = factorLU(even - u, "matrixExp") else { return .standIn }
  var result = solve(factors, transposed: false, even + u, "matrixExp")

  let counts = Tensor(halvings, shape: batch)
  for step in 0..<Int(halvings.max() ?? 0) {
    result = select(where: counts .> Double(step), then: result.matmul(result), else: result)
  }
  return result
}
