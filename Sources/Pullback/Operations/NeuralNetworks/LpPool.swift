// Norms of windows.

/// The p-norm of each window over one axis: `(Σ |x|ᵖ)^(1/p)`.
///
/// VJP: as for its parts; 0 where all of a window is 0.
///
/// ```swift
/// print(lpPool1D(Tensor([[[3, 4, 0, 0]]]), p: 2, kernel: 2))  // [[[5.0, 0.0]]] : [1, 1, 2] float32
/// ```
///
/// - Parameters:
///   - x: `[…, length]`.
///   - p: the order, above 0.
///   - kernel: the windows' extents.
///   - stride: how far they lie apart; the kernel if nil.
///   - ceilMode: whether a last window may reach beyond the end.
/// - Precondition: the windows fit; else traps, or throws inside ``checked(_:)``.
public func lpPool1D(_ x: Tensor, p: Double, kernel: PerAxis, stride: PerAxis? = nil, ceilMode: Bool = false) -> Tensor
{
  lpPool(x, p, axes: 1, kernel, stride ?? kernel, ceilMode: ceilMode, "lpPool1D")
}

/// The p-norm of each window over two axes: `(Σ |x|ᵖ)^(1/p)`.
///
/// VJP: as for its parts; 0 where all of a window is 0.
///
/// ```swift
/// print(lpPool2D(Tensor([[[[3, 4], [0, 0]]]]), p: 2, kernel: 2).item())  // 5.0
/// ```
///
/// The parameters are those of ``lpPool1D(_:p:kernel:stride:ceilMode:)``, for `[…, height, width]`.
public func lpPool2D(_ x: Tensor, p: Double, kernel: PerAxis, stride: PerAxis? = nil, ceilMode: Bool = false) -> Tensor
{
  lpPool(x, p, axes: 2, kernel, stride ?? kernel, ceilMode: ceilMode, "lpPool2D")
}

/// The p-norm of each window over three axes: `(Σ |x|ᵖ)^(1/p)`.
///
/// VJP: as for its parts; 0 where all of a window is 0.
///
/// ```swift
/// print(lpPool3D(Tensor.ones([1, 1, 2, 2, 2]), p: 1, kernel: 2).item())  // 8.0
/// ```
///
/// The parameters are those of ``lpPool1D(_:p:kernel:stride:ceilMode:)``, for `[…, depth, height, width]`.
public func lpPool3D(_ x: Tensor, p: Double, kernel: PerAxis, stride: PerAxis? = nil, ceilMode: Bool = false) -> Tensor
{
  lpPool(x, p, axes: 3, kernel, stride ?? kernel, ceilMode: ceilMode, "lpPool3D")
}

private func lpPool(
  _ x: Tensor, _ p: Double, axes: Int, _ kernel: PerAxis, _ stride: PerAxis, ceilMode: Bool, _ operation: StaticString
) -> Tensor {
  guard p > 0 else { return fail(.invalidArgument, operation, "the order \(p) is not above 0") }
  guard
    let windows = Windows(
      meansOf: x, axes: axes, kernel, stride, 0, ceilMode: ceilMode, countIncludesPadding: true, operation)
  else { return .standIn }
  let sums = means(pow(abs(x), p), windows.summing, operation)
  let isZero = sums .== 0
  return select(where: isZero, then: 0, else: pow(select(where: isZero, then: 1, else: sums), 1 / p))
}
