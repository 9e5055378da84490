import Kernels

extension Tensor {
  /// A tensor filled with one value.
  ///
  /// ```swift
  /// print(Tensor.full([2, 2], 7))
  /// // [[7.0, 7.0],
  /// //  [7.0, 7.0]]
  /// ```
  public static func full(_ shape: Shape, _ value: Double, dtype: DType = .float32) -> Tensor {
    guard let elements = Elements.allocate(shape, dtype, for: "full") else { return .standIn }
    dtype.kernels.pointee.fill(elements.pointer, elements.count, value)
    return Tensor(elements)
  }

  /// A tensor of zeros.
  public static func zeros(_ shape: Shape, dtype: DType = .float32) -> Tensor { full(shape, 0, dtype: dtype) }

  /// A tensor of ones.
  public static func ones(_ shape: Shape, dtype: DType = .float32) -> Tensor { full(shape, 1, dtype: dtype) }

  /// A scalar.
  ///
  /// ```swift
  /// print(Tensor(2.5) * 2)  // 5.0
  /// ```
  public init(_ scalar: Double, dtype: DType = .float32) { self.init(scalar: scalar, dtype: dtype) }

  /// A tensor of elements in row-major order.
  ///
  /// The dtype is that of the Swift type: `Float` gives float32, `Double` float64, `Int` int64.
  ///
  /// ```swift
  /// let values: [Float] = [1, 2, 3, 4]
  /// print(Tensor(values, shape: [2, 2]).dtype)  // float32
  /// ```
  ///
  /// - Precondition: there are as many elements as the shape has; else traps, or throws inside ``checked(_:)``.
  public init<Scalar: TensorScalar>(_ scalars: [Scalar], shape: Shape) {
    guard shape.countIfRepresentable == scalars.count else {
      self = fail(.shapeMismatch, "Tensor", "\(scalars.count) elements do not fill the shape \(shape)")
      return
    }
    guard let elements = Elements.allocate(shape, Scalar.dtype, for: "Tensor") else {
      self = .standIn
      return
    }
    scalars.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { elements.pointer.copyMemory(from: base, byteCount: bytes.count) }
    }
    self.init(elements)
  }

  /// A vector of elements.
  @_disfavoredOverload
  public init<Scalar: TensorScalar>(_ scalars: [Scalar]) { self.init(scalars, shape: [scalars.count]) }
}

extension Tensor {
  /// The elements in row-major order, converted to a Swift type.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).scalars(as: Int.self))  // [1, 2, 3, 4]
  /// ```
  public func scalars<Scalar: TensorScalar>(as type: Scalar.Type = Double.self) -> [Scalar] {
    let source = dtype == Scalar.dtype ? self : convert(self, to: Scalar.dtype)
    guard let elements = source.elements.contiguous(for: "scalars") else { return [] }
    return withExtendedLifetime(elements) {
      [Scalar](unsafeUninitializedCapacity: elements.count) { buffer, count in
        if let base = buffer.baseAddress {
          UnsafeMutableRawPointer(base).copyMemory(
            from: elements.pointer, byteCount: elements.count * Scalar.dtype.byteCount)
        }
        count = elements.count
      }
    }
  }

  /// The only element.
  ///
  /// - Precondition: the tensor has one element; else traps, or throws inside ``checked(_:)``.
  public func item<Scalar: TensorScalar>(as type: Scalar.Type = Double.self) -> Scalar {
    guard count == 1 else {
      fail(.invalidArgument, "item", "shape \(shape) has \(count) elements; item() reads a tensor of one")
      return Tensor.standIn.scalars(as: type)[0]
    }
    return scalars(as: type)[0]
  }
}
