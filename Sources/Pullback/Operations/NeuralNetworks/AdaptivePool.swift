// Windows that divide an axis into a given number of parts.

/// The mean of windows over one axis that divide `x` into a given number of parts.
///
/// Window `i` of `n` over `L` places goes from `⌊i L / n⌋` to `⌈(i + 1) L / n⌉`. VJP: as for ``avgPool1D(_:kernel:stride:padding:ceilMode:countIncludesPadding:divisor:)``.
///
/// ```swift
/// let x = Tensor.arange(4).reshaped(to: [1, 1, 4])
/// print(adaptiveAvgPool1D(x, output: 2).flattened())  // [0.5, 2.5] : [2] float32
/// ```
///
/// - Precondition: `x` has these axes, none of them empty; else traps, or throws inside ``checked(_:)``.
public func adaptiveAvgPool1D(_ x: Tensor, output: PerAxis) -> Tensor {
  guard let windows = Windows(adaptive: x, axes: 1, output, "adaptiveAvgPool1D") else { return .standIn }
  return means(x, windows, "adaptiveAvgPool1D")
}

/// The greatest element of windows over one axis that divide `x` into a given number of parts.
///
/// The windows are those of ``adaptiveAvgPool1D(_:output:)``. VJP: as for ``maxPool1D(_:kernel:stride:padding:dilation:ceilMode:)``.
///
/// ```swift
/// let x = Tensor.arange(4).reshaped(to: [1, 1, 4])
/// print(adaptiveMaxPool1D(x, output: 2).flattened())  // [1.0, 3.0] : [2] float32
/// ```
public func adaptiveMaxPool1D(_ x: Tensor, output: PerAxis) -> Tensor {
  guard let windows = Windows(adaptive: x, axes: 1, output, "adaptiveMaxPool1D") else { return .standIn }
  return maxima(x, windows, "adaptiveMaxPool1D").values
}

/// What ``adaptiveMaxPool1D(_:output:)`` gives, and where it was: the place in the last axis, as int64.
///
/// ```swift
/// let (_, indices) = adaptiveMaxPool1DWithIndices(Tensor.arange(4).reshaped(to: [1, 1, 4]), output: 1)
/// print(indices.flattened())  // [3] : [1] int64
/// ```
public func adaptiveMaxPool1DWithIndices(_ x: Tensor, output: PerAxis) -> (values: Tensor, indices: Tensor) {
  guard let windows = Windows(adaptive: x, axes: 1, output, "adaptiveMaxPool1D") else { return (.standIn, .standIn) }
  let (values, places) = maxima(x, windows, "adaptiveMaxPool1D")
  return (values, places.cast(to: .int64))
}

/// The mean of windows over two axes that divide `x` into a given number of parts.
///
/// Window `i` of `n` over `L` places goes from `⌊i L / n⌋` to `⌈(i + 1) L / n⌉`. VJP: as for ``avgPool2D(_:kernel:stride:padding:ceilMode:countIncludesPadding:divisor:)``.
///
/// ```swift
/// let x = Tensor.arange(4).reshaped(to: [1, 1, 2, 2])
/// print(adaptiveAvgPool2D(x, output: 1).flattened())  // [1.5] : [1] float32
/// ```
///
/// - Precondition: `x` has these axes, none of them empty; else traps, or throws inside ``checked(_:)``.
public func adaptiveAvgPool2D(_ x: Tensor, output: PerAxis) -> Tensor {
  guard let windows = Windows(adaptive: x, axes: 2, output, "adaptiveAvgPool2D") else { return .standIn }
  return means(x, windows, "adaptiveAvgPool2D")
}

/// The greatest element of windows over two axes that divide `x` into a given number of parts.
///
/// The windows are those of ``adaptiveAvgPool2D(_:output:)``. VJP: as for ``maxPool2D(_:kernel:stride:padding:dilation:ceilMode:)``.
///
/// ```swift
/// let x = Tensor.arange(4).reshaped(to: [1, 1, 2, 2])
/// print(adaptiveMaxPool2D(x, output: 1).flattened())  // [3.0] : [1] float32
/// ```
public func adaptiveMaxPool2D(_ x: Tensor, output: PerAxis) -> Tensor {
  guard let windows = Windows(adaptive: x, axes: 2, output, "adaptiveMaxPool2D") else { return .standIn }
  return maxima(x, windows, "adaptiveMaxPool2D").values
}

/// What ``adaptiveMaxPool2D(_:output:)`` gives, and where it was: the place in the last 2 axes, counted in row-major order, as int64.
///
/// ```swift
/// let (_, indices) = adaptiveMaxPool2DWithIndices(Tensor.arange(4).reshaped(to: [1, 1, 2, 2]), output: 1)
/// print(indices.flattened())  // [3] : [1] int64
/// ```
public func adaptiveMaxPool2DWithIndices(_ x: Tensor, output: PerAxis) -> (values: Tensor, indices: Tensor) {
  guard let windows = Windows(adaptive: x, axes: 2, output, "adaptiveMaxPool2D") else { return (.standIn, .standIn) }
  let (values, places) = maxima(x, windows, "adaptiveMaxPool2D")
  return (values, places.cast(to: .int64))
}

/// The mean of windows over three axes that divide `x` into a given number of parts.
///
/// Window `i` of `n` over `L` places goes from `⌊i L / n⌋` to `⌈(i + 1) L / n⌉`. VJP: as for ``avgPool3D(_:kernel:stride:padding:ceilMode:countIncludesPadding:divisor:)``.
///
/// ```swift
/// let x = Tensor.arange(4).reshaped(to: [1, 1, 1, 2, 2])
/// print(adaptiveAvgPool3D(x, output: 1).flattened())  // [1.5] : [1] float32
/// ```
///
/// - Precondition: `x` has these axes, none of them empty; else traps, or throws inside ``checked(_:)``.
public func adaptiveAvgPool3D(_ x: Tensor, output: PerAxis) -> Tensor {
  guard let windows = Windows(adaptive: x, axes: 3, output, "adaptiveAvgPool3D") else { return .standIn }
  return means(x, windows, "adaptiveAvgPool3D")
}

/// The greatest element of windows over three axes that divide `x` into a given number of parts.
///
/// The windows are those of ``adaptiveAvgPool3D(_:output:)``. VJP: as for ``maxPool3D(_:kernel:stride:padding:dilation:ceilMode:)``.
///
/// ```swift
/// let x = Tensor.arange(4).reshaped(to: [1, 1, 1, 2, 2])
/// print(adaptiveMaxPool3D(x, output: 1).flattened())  // [3.0] : [1] float32
/// ```
public func adaptiveMaxPool3D(_ x: Tensor, output: PerAxis) -> Tensor {
  guard let windows = Windows(adaptive: x, axes: 3, output, "adaptiveMaxPool3D") else { return .standIn }
  return maxima(x, windows, "adaptiveMaxPool3D").values
}

/// What ``adaptiveMaxPool3D(_:output:)`` gives, and where it was: the place in the last 3 axes, counted in row-major order, as int64.
///
/// ```swift
/// let (_, indices) = adaptiveMaxPool3DWithIndices(Tensor.arange(4).reshaped(to: [1, 1, 1, 2, 2]), output: 1)
/// print(indices.flattened())  // [3] : [1] int64
/// ```
public func adaptiveMaxPool3DWithIndices(_ x: Tensor, output: PerAxis) -> (values: Tensor, indices: Tensor) {
  guard let windows = Windows(adaptive: x, axes: 3, output, "adaptiveMaxPool3D") else { return (.standIn, .standIn) }
  let (values, places) = maxima(x, windows, "adaptiveMaxPool3D")
  return (values, places.cast(to: .int64))
}
