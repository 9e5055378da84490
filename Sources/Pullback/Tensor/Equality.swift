extension Tensor: Equatable {
  /// Whether shape, dtype and all elements are equal. NaN differs from everything, as for numbers.
  ///
  /// ```swift
  /// print(Tensor([1, 2]) == Tensor([1, 2]), Tensor([1]) == Tensor([1], dtype: .float64))  // true false
  /// ```
  public static func == (a: Tensor, b: Tensor) -> Bool {
    guard a.shape == b.shape, a.dtype == b.dtype else { return false }
    let equal = compare(a, b, "==") { $0.pointee.comparison.equal }
    return equal.scalars(as: Bool.self).allSatisfy { $0 }
  }

  /// Whether shape and dtype agree and every element is within a tolerance:
  /// `|a - b| ≤ absolute + relative · |b|`.
  ///
  /// Infinities are close to themselves, and NaN to NaN if `equatingNaN` says so.
  ///
  /// ```swift
  /// print(Tensor([1, 2]).isClose(to: Tensor([1, 2.000001])))  // true
  /// ```
  public func isClose(
    to other: Tensor, relative: Double = 1e-5, absolute: Double = 1e-8, equatingNaN: Bool = false
  ) -> Bool {
    guard shape == other.shape, dtype == other.dtype else { return false }
    return Swift.zip(scalars(as: Double.self), other.scalars(as: Double.self)).allSatisfy { a, b in
      a == b || abs(a - b) <= absolute + relative * abs(b) && b.isFinite || equatingNaN && a.isNaN && b.isNaN
    }
  }
}
