// Sums, differences, products and quotients, with broadcasting, between tensors and with scalars.

extension Tensor {
  /// The sum of two tensors, element by element, with broadcasting.
  ///
  /// VJP: `da = dy`, `db = dy`.
  ///
  /// ```swift
  /// print(Tensor([[1], [2]]) + Tensor([10, 20]))
  /// // [[11.0, 21.0],
  /// //  [12.0, 22.0]] : [2, 2] float32
  /// ```
  ///
  /// - Precondition: the shapes broadcast and the dtypes are equal; else traps, or throws inside ``checked(_:)``.
  public static func + (a: consuming Tensor, b: consuming Tensor) -> Tensor {
    let (aEntry, bEntry) = (a.entry, b.entry)
    return zip(reusing: a, b, "add") { $0.pointee.binary.add }
      .recorded(as: "add", symmetric: true, wrt: aEntry, { dy in dy }, wrt: bEntry, { dy in dy })
  }

  /// The difference of two tensors, element by element, with broadcasting.
  ///
  /// VJP: `da = dy`, `db = -dy`.
  ///
  /// ```swift
  /// print(Tensor([5, 7]) - Tensor([1, 2]))  // [4.0, 5.0] : [2] float32
  /// ```
  ///
  /// - Precondition: the shapes broadcast and the dtypes are equal; else traps, or throws inside ``checked(_:)``.
  public static func - (a: consuming Tensor, b: consuming Tensor) -> Tensor {
    let (aEntry, bEntry) = (a.entry, b.entry)
    return zip(reusing: a, b, "subtract") { $0.pointee.binary.subtract }
      .recorded(as: "subtract", symmetric: true, wrt: aEntry, { dy in dy }, wrt: bEntry, { dy in -dy })
  }

  /// The product of two tensors, element by element, with broadcasting.
  ///
  /// VJP: `da = dy · b`, `db = dy · a`.
  ///
  /// ```swift
  /// let apple = Tensor(100).requiringGradient(), count = Tensor(2).requiringGradient()
  /// let gradients = (apple * count).backward()
  /// print(gradients[apple], gradients[count])  // 2.0 100.0
  /// ```
  ///
  /// - Precondition: the shapes broadcast and the dtypes are equal; else traps, or throws inside ``checked(_:)``.
  public static func * (a: consuming Tensor, b: consuming Tensor) -> Tensor {
    guard a.isRecorded || b.isRecorded else {
      return zip(reusing: a, b, "multiply") { $0.pointee.binary.multiply }
    }
    let (a, b) = (copy a, copy b)
    return zip(a, b, "multiply") { $0.pointee.binary.multiply }
      .recorded(as: "multiply", symmetric: true, wrt: a, { dy in dy * b }, wrt: b, { dy in dy * a })
  }

  /// The quotient of two tensors, element by element, with broadcasting.
  ///
  /// Division by zero gives infinity or NaN for floating-point numbers, and 0 for integers, whose quotients are truncated.
  ///
  /// VJP: `da = dy / b`, `db = -dy · y / b`.
  ///
  /// ```swift
  /// print(Tensor([6, 1]) / Tensor([3, 0]))  // [2.0, inf] : [2] float32
  /// ```
  ///
  /// - Precondition: the shapes broadcast and the dtypes are equal; else traps, or throws inside ``checked(_:)``.
  public static func / (a: consuming Tensor, b: consuming Tensor) -> Tensor {
    guard a.isRecorded || b.isRecorded else { return zip(reusing: a, b, "divide") { $0.pointee.binary.divide } }
    let (a, b) = (copy a, copy b)
    return zip(a, b, "divide") { $0.pointee.binary.divide }
      .recorded(as: "divide", symmetric: true, wrt: a, { dy in dy / b }, wrt: b, withResult: { dy, y in -(dy * y / b) })
  }

  /// The negative of each element.
  ///
  /// VJP: `dx = -dy`.
  ///
  /// ```swift
  /// print(-Tensor([1, -2]))  // [-1.0, 2.0] : [2] float32
  /// ```
  public static prefix func - (x: consuming Tensor) -> Tensor {
    let entry = x.entry
    return map(reusing: x, "negate") { $0.pointee.unary.negate }
      .recorded(as: "negate", symmetric: true, wrt: entry, { dy in -dy })
  }
}

// MARK: - Scalars

extension Tensor {
  /// The sum of each element and a scalar, which takes the tensor's dtype.
  ///
  /// ```swift
  /// print(Tensor([1, 2]) + 0.5)  // [1.5, 2.5] : [2] float32
  /// ```
  public static func + (x: consuming Tensor, scalar: Double) -> Tensor {
    let entry = x.entry
    return zip(reusing: x, scalar, "add") { $0.pointee.binary.add }.recorded(
      as: "add", symmetric: true, wrt: entry, { dy in dy })
  }

  /// The sum of a scalar, which takes the tensor's dtype, and each element.
  ///
  /// ```swift
  /// print(0.5 + Tensor([1, 2]))  // [1.5, 2.5] : [2] float32
  /// ```
  public static func + (scalar: Double, x: consuming Tensor) -> Tensor { x + scalar }

  /// The difference of each element and a scalar, which takes the tensor's dtype.
  ///
  /// ```swift
  /// print(Tensor([1, 2]) - 0.5)  // [0.5, 1.5] : [2] float32
  /// ```
  public static func - (x: consuming Tensor, scalar: Double) -> Tensor {
    let entry = x.entry
    return zip(reusing: x, scalar, "subtract") { $0.pointee.binary.subtract }
      .recorded(as: "subtract", symmetric: true, wrt: entry, { dy in dy })
  }

  /// The difference of a scalar, which takes the tensor's dtype, and each element.
  ///
  /// ```swift
  /// print(1 - Tensor([1, 2]))  // [0.0, -1.0] : [2] float32
  /// ```
  public static func - (scalar: Double, x: consuming Tensor) -> Tensor {
    let entry = x.entry
    return zip(reusing: x, scalar, "subtract", scalarFirst: true) { $0.pointee.binary.subtract }
      .recorded(as: "subtract", symmetric: true, wrt: entry, { dy in -dy })
  }

  /// The product of each element and a scalar, which takes the tensor's dtype.
  ///
  /// ```swift
  /// print(Tensor([1, 2]) * 3)  // [3.0, 6.0] : [2] float32
  /// ```
  public static func * (x: consuming Tensor, scalar: Double) -> Tensor {
    let entry = x.entry
    return zip(reusing: x, scalar, "multiply") { $0.pointee.binary.multiply }
      .recorded(as: "multiply", symmetric: true, wrt: entry, { dy in dy * scalar })
  }

  /// The product of a scalar, which takes the tensor's dtype, and each element.
  ///
  /// ```swift
  /// print(3 * Tensor([1, 2]))  // [3.0, 6.0] : [2] float32
  /// ```
  public static func * (scalar: Double, x: consuming Tensor) -> Tensor { x * scalar }

  /// The quotient of each element and a scalar, which takes the tensor's dtype.
  ///
  /// ```swift
  /// print(Tensor([1, 2]) / 4)  // [0.25, 0.5] : [2] float32
  /// ```
  public static func / (x: consuming Tensor, scalar: Double) -> Tensor {
    let entry = x.entry
    return zip(reusing: x, scalar, "divide") { $0.pointee.binary.divide }
      .recorded(as: "divide", symmetric: true, wrt: entry, { dy in dy / scalar })
  }

  /// The quotient of a scalar, which takes the tensor's dtype, and each element.
  ///
  /// VJP: `dx = -dy · y / x`.
  ///
  /// ```swift
  /// print(1 / Tensor([1, 2]))  // [1.0, 0.5] : [2] float32
  /// ```
  public static func / (scalar: Double, x: Tensor) -> Tensor {
    return zip(reusing: x, scalar, "divide", scalarFirst: true) { $0.pointee.binary.divide }
      .recorded(as: "divide", symmetric: true, wrt: x, withResult: { dy, y in -(dy * y / x) })
  }
}

// MARK: - Assignment

extension Tensor {
  /// Adds to a tensor. Tensors are values: other copies keep theirs, and the addition is recorded like any other.
  ///
  /// ```swift
  /// var x = Tensor([1, 2])
  /// let before = x
  /// x += Tensor([10, 20])
  /// print(x, before)  // [11.0, 22.0] : [2] float32 [1.0, 2.0] : [2] float32
  /// ```
  public static func += (x: inout Tensor, y: Tensor) { x = x + y }
  /// Subtracts from a tensor, as a value.
  ///
  /// ```swift
  /// var x = Tensor([1, 2])
  /// x -= Tensor([1, 1])
  /// print(x)  // [0.0, 1.0] : [2] float32
  /// ```
  public static func -= (x: inout Tensor, y: Tensor) { x = x - y }
  /// Multiplies a tensor, as a value.
  ///
  /// ```swift
  /// var x = Tensor([1, 2])
  /// x *= Tensor([2, 3])
  /// print(x)  // [2.0, 6.0] : [2] float32
  /// ```
  public static func *= (x: inout Tensor, y: Tensor) { x = x * y }
  /// Divides a tensor, as a value.
  ///
  /// ```swift
  /// var x = Tensor([1, 2])
  /// x /= Tensor([2, 4])
  /// print(x)  // [0.5, 0.5] : [2] float32
  /// ```
  public static func /= (x: inout Tensor, y: Tensor) { x = x / y }
  /// Adds a scalar to a tensor, as a value.
  ///
  /// ```swift
  /// var x = Tensor([1, 2])
  /// x += 1
  /// print(x)  // [2.0, 3.0] : [2] float32
  /// ```
  public static func += (x: inout Tensor, scalar: Double) { x = x + scalar }
  /// Subtracts a scalar from a tensor, as a value.
  ///
  /// ```swift
  /// var x = Tensor([1, 2])
  /// x -= 1
  /// print(x)  // [0.0, 1.0] : [2] float32
  /// ```
  public static func -= (x: inout Tensor, scalar: Double) { x = x - scalar }
  /// Multiplies a tensor by a scalar, as a value.
  ///
  /// ```swift
  /// var x = Tensor([1, 2])
  /// x *= 2
  /// print(x)  // [2.0, 4.0] : [2] float32
  /// ```
  public static func *= (x: inout Tensor, scalar: Double) { x = x * scalar }
  /// Divides a tensor by a scalar, as a value.
  ///
  /// ```swift
  /// var x = Tensor([1, 2])
  /// x /= 2
  /// print(x)  // [0.5, 1.0] : [2] float32
  /// ```
  public static func /= (x: inout Tensor, scalar: Double) { x = x / scalar }
}
