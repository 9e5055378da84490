// Equations between tensors of any rank, and Vandermonde matrices.

/// The solution `x` of `tensordot(a, x, axes: x.rank) = b`.
///
/// ```swift
/// let a = Tensor.eye(6).reshaped(to: [2, 3, 6])
/// print(try tensorsolve(a, Tensor.ones([2, 3])).shape)  // [6]
/// ```
///
/// - Parameters:
///   - a: the axes of `b`, then those of the solution, which have as many places.
///   - b: the right-hand side.
/// - Throws: ``TensorError`` of the kind `linearAlgebraFailure` if the equation is singular.
/// - Precondition: the extents agree and the dtypes are equal; else traps, or throws inside ``checked(_:)``.
public func tensorsolve(_ a: Tensor, _ b: Tensor) throws(TensorError) -> Tensor {
  guard a.rank >= b.rank, Array(a.shape.prefix(b.rank)) == b.shape.array, a.count == b.count * b.count else {
    return fail(
      .shapeMismatch, "tensorsolve",
      "shapes \(a.shape) and \(b.shape) do not fit; expected the axes of b, then others with as many places")
  }
  let x = try solve(a.reshaped(to: [b.count, b.count]), b.reshaped(to: [b.count]))
  return x.reshaped(to: Shape(a.shape.array[b.rank...]))
}

extension Tensor {
  /// The inverse of `tensordot` with this tensor: `tensordot(x.tensorinv(leading: n), x, axes: n)` is the identity.
  ///
  /// ```swift
  /// print(try Tensor.eye(6).reshaped(to: [6, 2, 3]).tensorinv(leading: 1).shape)  // [2, 3, 6]
  /// ```
  ///
  /// - Parameter leading: how many axes form the rows; the others, which have as many places, form the columns.
  /// - Throws: ``TensorError`` of the kind `linearAlgebraFailure` if the tensor is singular.
  /// - Precondition: rows and columns have as many places; else traps, or throws inside ``checked(_:)``.
  public func tensorinv(leading: Int = 2) throws(TensorError) -> Tensor {
    guard leading > 0, leading <= rank else {
      return fail(.invalidArgument, "tensorinv", "\(leading) of the axes of shape \(shape) cannot be the rows")
    }
    let rows = shape.array[..<leading], columns = shape.array[leading...]
    let n = rows.reduce(1, *)
    guard columns.reduce(1, *) == n else {
      return fail(
        .shapeMismatch, "tensorinv",
        "shape \(shape): the first \(leading) axes have \(n) places, and the others another number")
    }
    return try reshaped(to: [n, n]).inverse().reshaped(to: Shape(columns + rows))
  }

  /// The powers of each element, as the last axis: the rows of Vandermonde matrices.
  ///
  /// VJP: `dx` is the sum of `dy · k · xᵏ⁻¹`.
  ///
  /// ```swift
  /// print(Tensor([2, 3]).vander(columns: 3))
  /// // [[4.0, 2.0, 1.0],
  /// //  [9.0, 3.0, 1.0]] : [2, 3] float32
  /// ```
  ///
  /// - Parameters:
  ///   - columns: how many powers, from 0; by default as many as the last axis has places.
  ///   - increasing: the power 0 first, instead of last.
  /// - Precondition: the tensor is no scalar; else traps, or throws inside ``checked(_:)``.
  public func vander(columns: Int? = nil, increasing: Bool = false) -> Tensor {
    let columns = columns ?? (rank > 0 ? shape[-1] : -1)
    guard rank > 0, columns >= 0 else {
      return fail(.invalidArgument, "vander", "shape \(shape) with \(columns) columns; expected vectors, and 0 or more")
    }
    if columns == 0 { return Tensor.zeros(shape.appending(0), dtype: dtype) }
    let powers = (0..<columns).map { pow(self, Double($0)) }
    return stacked(increasing ? powers : powers.reversed(), axis: -1)
  }
}
