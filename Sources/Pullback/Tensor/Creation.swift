import Kernels

extension Tensor {
  /// A tensor filled with one value.
  ///
  /// ```swift
  /// print(Tensor.full([2, 2], 7))
  /// // [[7.0, 7.0],
  /// //  [7.0, 7.0]] : [2, 2] float32
  /// ```
  public static func full(_ shape: Shape, _ value: Double, dtype: DType = .float32) -> Tensor {
    Elements.filled(shape, dtype, with: value, for: "full").map { Tensor($0) } ?? .standIn
  }

  /// A tensor of zeros.
  ///
  /// ```swift
  /// print(Tensor.zeros([2], dtype: .int64))  // [0, 0] : [2] int64
  /// ```
  public static func zeros(_ shape: Shape, dtype: DType = .float32) -> Tensor { full(shape, 0, dtype: dtype) }

  /// A tensor of ones.
  ///
  /// ```swift
  /// print(Tensor.ones([2, 2]))
  /// // [[1.0, 1.0],
  /// //  [1.0, 1.0]] : [2, 2] float32
  /// ```
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
    let elements = Elements.filled(shape, Scalar.dtype) { memory in
      scalars.withUnsafeBytes { memory.copyMemory(from: $0) }
    }
    self = elements.map { Tensor($0) } ?? .standIn
  }

  /// A vector of elements.
  ///
  /// ```swift
  /// let values = (0..<3).map { Double($0) / 2 }
  /// print(Tensor(values))  // [0.0, 0.5, 1.0] : [3] float64
  /// ```
  @_disfavoredOverload
  public init<Scalar: TensorScalar>(_ scalars: [Scalar]) { self.init(scalars, shape: [scalars.count]) }
}

extension Tensor {
  /// A tensor of elements given as raw bytes, in row-major order and the machine's byte order.
  ///
  /// ```swift
  /// let bytes = [Float(1), 2].withUnsafeBytes { Array($0) }
  /// print(Tensor(bytes: bytes, shape: [2], dtype: .float32))  // [1.0, 2.0] : [2] float32
  /// ```
  ///
  /// A bool is a byte, true if it is not 0.
  ///
  /// - Precondition: there are as many bytes as the shape's elements take; else traps, or throws inside ``checked(_:)``.
  public init(bytes: some Collection<UInt8>, shape: Shape, dtype: DType) {
    let byteCount = (shape.countIfRepresentable ?? 0).multipliedReportingOverflow(by: dtype.byteCount)
    guard byteCount.overflow || bytes.count == byteCount.partialValue else {
      self = fail(
        .shapeMismatch, "Tensor",
        "\(bytes.count) bytes do not fill shape \(shape) of \(dtype), which takes \(byteCount.partialValue)")
      return
    }
    let elements = Elements.filled(shape, dtype) { $0.copyBytes(from: bytes) }
    let tensor = elements.map { Tensor($0) } ?? .standIn
    // Any byte but 0 and 1 would be no bool that kernels expect.
    self = dtype == .bool ? .!(.!tensor) : tensor
  }
}

extension Tensor {
  /// The rows of a matrix, converted to a Swift type.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).rows(as: Int.self))  // [[1, 2], [3, 4]]
  /// ```
  ///
  /// - Precondition: the tensor has two axes; else traps, or throws inside ``checked(_:)``.
  public func rows<Scalar: TensorScalar>(as type: Scalar.Type = Double.self) -> [[Scalar]] {
    guard rank == 2 else {
      fail(.shapeMismatch, "rows", "shape \(shape) is no matrix; unstack() takes other tensors apart")
      return []
    }
    let (flat, columns) = (scalars(as: type), shape[1])
    return (0..<shape[0]).map { Array(flat[$0 * columns..<($0 + 1) * columns]) }
  }

  /// The matrices of a tensor of three axes as nested arrays, converted to a Swift type.
  ///
  /// - Precondition: the tensor has three axes; else traps, or throws inside ``checked(_:)``.
  public func matrices<Scalar: TensorScalar>(as type: Scalar.Type = Double.self) -> [[[Scalar]]] {
    guard rank == 3 else {
      fail(
        .shapeMismatch, "matrices", "shape \(shape) has \(rank) axes, not three; unstack() takes other tensors apart")
      return []
    }
    return detached().unstacked().map { $0.rows(as: type) }
  }

  /// The elements in row-major order, converted to a Swift type.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).scalars(as: Int.self))  // [1, 2, 3, 4]
  /// ```
  public func scalars<Scalar: TensorScalar>(as type: Scalar.Type = Double.self) -> [Scalar] {
    // The standard library would write to the array that all empty arrays share, which ThreadSanitizer reports.
    if count == 0 { return [] }
    guard elements.mayBeRead(by: "scalars") else { return unreadable(count) }
    let source = dtype == Scalar.dtype ? self : convert(self, to: Scalar.dtype)
    guard let elements = source.elements.contiguous(for: "scalars") else {
      return [Scalar](repeating: Tensor.standIn.scalars(as: type)[0], count: count)
    }
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
  /// ```swift
  /// let loss = Tensor([3, 4]).sum()
  /// print(loss.item(), loss.item(as: Int.self))  // 7.0 7
  /// ```
  ///
  /// - Precondition: the tensor has one element; else traps, or throws inside ``checked(_:)``.
  public func item<Scalar: TensorScalar>(as type: Scalar.Type = Double.self) -> Scalar {
    guard count == 1 else {
      fail(.invalidArgument, "item", "shape \(shape) has \(count) elements; item() reads a tensor of one")
      return Tensor.standIn.scalars(as: type)[0]
    }
    // Of the examples of a mapped function none is the one that is meant, which `scalars` says.
    if isMapped { return scalars(as: type)[0] }
    guard elements.mayBeRead(by: "item") else { return unreadable(1)[0] }
    // Without an array, since losses are read at every step.
    return withExtendedLifetime(elements) {
      if dtype == Scalar.dtype { return elements.pointer.loadUnaligned(as: Scalar.self) }
      guard dtype == .float32, Scalar.self == Double.self else { return scalars(as: type)[0] }
      return unsafeBitCast(Double(elements.pointer.load(as: Float.self)), to: Scalar.self)
    }
  }
}

/// What a function gets that reads elements where it may not.
private func unreadable<Scalar: TensorScalar>(_ count: Int) -> [Scalar] {
  [Scalar](unsafeUninitializedCapacity: count) { buffer, initializedCount in
    // All element types are plain numbers.
    UnsafeMutableRawBufferPointer(buffer).initializeMemory(as: UInt8.self, repeating: 0)
    initializedCount = count
  }
}

extension Tensor {
  /// The whole numbers from 0, or evenly spaced numbers.
  ///
  /// ```swift
  /// print(Tensor.arange(3), Tensor.arange(2, from: 1, by: 0.5))
  /// // [0.0, 1.0, 2.0] : [3] float32 [1.0, 1.5] : [2] float32
  /// ```
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - start: the first.
  ///   - step: from one to the next.
  ///   - dtype: the element type.
  public static func arange(_ count: Int, from start: Double = 0, by step: Double = 1, dtype: DType = .float32)
    -> Tensor
  {
    guard count >= 0 else { return fail(.invalidArgument, "arange", "the count \(count) is negative") }
    guard dtype != .bool else { return unsupported("arange", dtype) }
    guard let elements = Elements.allocate([count], dtype, for: "arange") else { return .standIn }
    launch({ [kernel = dtype.kernels.pointee.ramp!, pointer = elements.pointer] in kernel(pointer, count, start, step) }
    )
    return Tensor(elements)
  }

  /// Evenly spaced numbers from one end of a range to the other, both included.
  ///
  /// ```swift
  /// print(Tensor.linspace(from: 0, through: 1, count: 5))  // [0.0, 0.25, 0.5, 0.75, 1.0] : [5] float32
  /// ```
  public static func linspace(from start: Double, through end: Double, count: Int, dtype: DType = .float32) -> Tensor {
    guard count >= 0 else { return fail(.invalidArgument, "linspace", "the count \(count) is negative") }
    guard dtype.isFloatingPoint else { return unsupported("linspace", dtype) }
    let last = Double(Swift.max(1, count - 1))
    // From both ends, so that both are exact.
    let values = (0..<count).map { place in
      let share = Double(place) / last
      return share < 0.5 ? start + (end - start) * share : end - (end - start) * (1 - share)
    }
    return Tensor(values, shape: [count]).cast(to: dtype)
  }

  /// The identity matrix, or one with ones along another diagonal.
  ///
  /// ```swift
  /// print(Tensor.eye(2))
  /// // [[1.0, 0.0],
  /// //  [0.0, 1.0]] : [2, 2] float32
  /// ```
  public static func eye(_ rows: Int, columns: Int? = nil, offset: Int = 0, dtype: DType = .float32) -> Tensor {
    let columns = columns ?? rows
    guard rows >= 0, columns >= 0 else {
      return fail(.invalidArgument, "eye", "a matrix of \(rows) rows and \(columns) columns does not exist")
    }
    guard let result = Elements.filled([rows, columns], dtype, with: 0, for: "eye"),
      let one = Elements.filled([], dtype, with: 1, for: "eye")
    else { return .standIn }
    guard rows > 0, offset > -rows, offset < columns else { return Tensor(result) }
    let first = (row: Swift.max(0, -offset), column: Swift.max(0, offset))
    let length = Swift.min(rows - first.row, columns - first.column)
    // The diagonal as a vector of the result's memory, which nobody else has seen.
    var steps = Axes(repeating: 0)
    steps[0] = columns + 1
    let diagonal = Layout(shape: [length], strides: steps)!
    let ones = Elements(viewing: one, Layout(shape: [length], strides: Axes(repeating: 0))!)
    Elements(viewing: result, diagonal, offset: first.row * columns + first.column).write(ones)
    return Tensor(result)
  }
}
