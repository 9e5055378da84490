import CKernels
import Kernels

// Kernels applied over layouts. These functions and the ones in the files Apply+….swift are the only callers of kernels,
// all by `launch`; what they return is untracked.

/// `y = kernel(x)`, element by element; `p` and `q` are the kernel's parameters.
@inline(__always)
func map(
  _ x: Tensor, _ operation: StaticString, p: Double = 0, q: Double = 0,
  _ kernel: (KernelTable) -> unary_kernel?
) -> Tensor {
  guard let kernel = kernel(x.dtype.kernels) else { return unsupported(operation, x.dtype) }
  // Mapped operands are never contiguous, so that others are not asked twice.
  if !x.isContiguous, x.isMapped { return mapExamples(x, operation, p, q, kernel) }
  guard let y = Elements.allocate(like: x.elements, for: operation) else { return .standIn }
  let source: Elements
  if x.isContiguous {
    source = x.elements
  } else {
    y.write(x.elements)
    source = y
  }
  apply(kernel, source, to: y, p: p, q: q)
  return Tensor(y)
}

@inline(__always)
private func apply(_ kernel: unary_kernel, _ x: borrowing Elements, to y: borrowing Elements, p: Double, q: Double) {
  let (x, target, count, size) = (x.pointer, y.pointer, y.count, y.dtype.byteCount)
  launch({
    // What one thread does need not be shared out.
    if count <= Elementwise.grain { return kernel(x, target, count, p, q) }
    Elementwise.unary(kernel, x, target, count: count, elementSize: size, p: p, q: q)
  })
}

/// `map` with a mapped operand.
@inline(never)
private func mapExamples(
  _ x: Tensor, _ operation: StaticString, _ p: Double, _ q: Double, _ kernel: unary_kernel
) -> Tensor {
  let axis = HiddenAxis(x)!
  // Also where the stack is itself mapped.
  return axis.hide(map(axis.spread(x), operation, p: p, q: q, kernel))
}

/// The same kernel for any layout, out of line.
@inline(never)
private func map(_ x: Tensor, _ operation: StaticString, p: Double, q: Double, _ kernel: unary_kernel) -> Tensor {
  map(x, operation, p: p, q: q) { _ in kernel }
}

// Note [Reusing operands]. An operation that takes its operands `consuming` owns them; if nobody else holds their elements
// (`Elements.isUnique`), they die here, and the result is written over them: `a * b + c` makes one buffer, and so do the
// steps of a replay, which hands each cotangent over to the derivative. What a derivative has captured is held by it, so
// it is not unique.

/// `y = kernel(x)`, written over `x` where nobody else sees it.
@inline(__always)
func map(
  reusing x: consuming Tensor, _ operation: StaticString, p: Double = 0, q: Double = 0,
  _ kernel: (KernelTable) -> unary_kernel?
) -> Tensor {
  guard x.isContiguous, Elements.isUnique(&x.elements), let kernel = kernel(x.dtype.kernels) else {
    return map(x, operation, p: p, q: q, kernel)
  }
  apply(kernel, x.elements, to: x.elements, p: p, q: q)
  return x.withoutEntry()
}

/// `y = kernel(a, b)`, written over `a` or `b` where they have the result's shape and nobody else sees them.
@inline(__always)
func zip(
  reusing a: consuming Tensor, _ b: consuming Tensor, _ operation: StaticString, p: Double = 0, q: Double = 0,
  _ kernel: (KernelTable) -> binary_kernel?
) -> Tensor {
  guard a.dtype == b.dtype else { return mixed(operation, a, b) }
  guard let kernel = kernel(a.dtype.kernels) else { return unsupported(operation, a.dtype) }
  guard a.shape == b.shape, a.isContiguous, b.isContiguous else {
    return zipBroadcast(reusing: a, b, operation, p: p, q: q, kernel)
  }
  if Elements.isUnique(&a.elements) {
    apply(kernel, a, b, to: a.elements, p: p, q: q)
    return a.withoutEntry()
  }
  if Elements.isUnique(&b.elements) {
    apply(kernel, a, b, to: b.elements, p: p, q: q)
    return b.withoutEntry()
  }
  guard let y = Elements.allocate(like: a.elements, for: operation) else { return .standIn }
  apply(kernel, a, b, to: y, p: p, q: q)
  return Tensor(y)
}

extension Tensor {
  /// This tensor as the result of another operation.
  @inline(__always)
  fileprivate consuming func withoutEntry() -> Tensor {
    entry = nil
    return self
  }
}

/// Operands that are contiguous and of the result's shape, or have one element, which repeats.
@inline(__always)
private func apply(
  _ kernel: binary_kernel, _ a: borrowing Tensor, _ b: borrowing Tensor, to y: borrowing Elements, p: Double, q: Double
) {
  let (aStep, bStep) = (a.count == y.count ? 1 : 0, b.count == y.count ? 1 : 0)
  let (a, b, target, count, size) = (a.elements.pointer, b.elements.pointer, y.pointer, y.count, y.dtype.byteCount)
  launch({
    if count <= Elementwise.grain { return kernel(a, aStep, 0, b, bStep, 0, target, count, 1, p, q) }
    Elementwise.binary(
      kernel, a, aStep: aStep, b, bStep: bStep, target, count: count, elementSize: size, p: p, q: q)
  })
}

/// `y = kernel(a, b)`, element by element, with broadcasting.
@inline(__always)
func zip(
  _ a: Tensor, _ b: Tensor, _ operation: StaticString, p: Double = 0, q: Double = 0,
  _ kernel: (KernelTable) -> binary_kernel?
) -> Tensor {
  zip(reusing: a, b, operation, p: p, q: q, kernel)
}

/// The general case of `zip`: operands that are stretched or strided.
@inline(never)
private func zipBroadcast(
  reusing a: consuming Tensor, _ b: consuming Tensor, _ operation: StaticString, p: Double, q: Double,
  _ kernel: binary_kernel
) -> Tensor {
  if a.isMapped || b.isMapped { return zipExamples(a, b, operation, p, q, kernel) }
  if a.isContiguous, b.isContiguous, a.count == 1 || b.count == 1, let shape = a.shape.broadcast(with: b.shape) {
    return zipWithSingle(reusing: a, b, shape, operation, p: p, q: q, kernel)
  }
  var reused: Elements?
  if a.isContiguous, a.shape.broadcast(with: b.shape) == a.shape, Elements.isUnique(&a.elements) {
    reused = a.elements
  } else if b.isContiguous, a.shape.broadcast(with: b.shape) == b.shape, Elements.isUnique(&b.elements) {
    reused = b.elements
  }
  let dtype = a.dtype
  guard let nest = BroadcastLoops(operation, dtype, [a, b], into: reused) else { return .standIn }
  let (x, y, z) = (nest.operands[0].pointer, nest.operands[1].pointer, nest.result.pointer)
  launch(
    keeping: nest,
    { [loops = nest.loops] in
      Elementwise.binary(kernel, x, y, z, loops, elementSize: dtype.byteCount, p: p, q: q)
    })
  return Tensor(nest.result)
}

/// `zip` with a mapped operand.
private func zipExamples(
  _ a: Tensor, _ b: Tensor, _ operation: StaticString, _ p: Double, _ q: Double, _ kernel: binary_kernel
) -> Tensor {
  guard let axis = HiddenAxis(a, b), let shape = a.shape.broadcast(with: b.shape) else {
    return fail(ShapeMismatch(operation, [a.shape, b.shape]).error)
  }
  return axis.hide(
    zipBroadcast(
      reusing: axis.aligned(a, rank: shape.rank), axis.aligned(b, rank: shape.rank), operation, p: p, q: q, kernel))
}

/// One operand has a single element, which repeats.
private func zipWithSingle(
  reusing a: consuming Tensor, _ b: consuming Tensor, _ shape: Shape, _ operation: StaticString, p: Double, q: Double,
  _ kernel: binary_kernel
) -> Tensor {
  if a.shape == shape, Elements.isUnique(&a.elements) {
    apply(kernel, a, b, to: a.elements, p: p, q: q)
    return a.withoutEntry()
  }
  if b.shape == shape, Elements.isUnique(&b.elements) {
    apply(kernel, a, b, to: b.elements, p: p, q: q)
    return b.withoutEntry()
  }
  guard let y = Elements.allocate(shape, a.dtype, for: operation) else { return .standIn }
  apply(kernel, a, b, to: y, p: p, q: q)
  return Tensor(y)
}

/// `y = kernel(x, scalar)`, written over `x` where nobody else sees it; the scalar takes the tensor's type.
@inline(__always)
func zip(
  reusing x: consuming Tensor, _ scalar: Double, _ operation: StaticString, scalarFirst: Bool = false,
  _ kernel: (KernelTable) -> binary_kernel?
) -> Tensor {
  guard let kernel = kernel(x.dtype.kernels) else { return unsupported(operation, x.dtype) }
  if x.isContiguous, Elements.isUnique(&x.elements) {
    apply(kernel, x.elements, scalar, scalarFirst: scalarFirst, to: x.elements)
    return x.withoutEntry()
  }
  if !x.isContiguous, x.isMapped { return zipExamples(x, scalar, operation, scalarFirst, kernel) }
  guard let y = Elements.allocate(like: x.elements, for: operation) else { return .standIn }
  if x.isContiguous {
    apply(kernel, x.elements, scalar, scalarFirst: scalarFirst, to: y)
  } else {
    y.write(x.elements)
    apply(kernel, y, scalar, scalarFirst: scalarFirst, to: y)
  }
  return Tensor(y)
}

/// The same with a mapped operand.
@inline(never)
private func zipExamples(
  _ x: Tensor, _ scalar: Double, _ operation: StaticString, _ scalarFirst: Bool, _ kernel: binary_kernel
) -> Tensor {
  let axis = HiddenAxis(x)!
  return axis.hide(zip(axis.spread(x), scalar, operation, scalarFirst, kernel))
}

/// The same kernel for any layout, out of line.
@inline(never)
private func zip(
  _ x: Tensor, _ scalar: Double, _ operation: StaticString, _ scalarFirst: Bool, _ kernel: binary_kernel
) -> Tensor {
  zip(reusing: x, scalar, operation, scalarFirst: scalarFirst) { _ in kernel }
}

@inline(__always)
private func apply(
  _ kernel: binary_kernel, _ x: borrowing Elements, _ scalar: Double, scalarFirst: Bool, to y: borrowing Elements
) {
  let (x, y, count, dtype) = (UnsafeRawPointer(x.pointer), y.pointer, y.count, y.dtype)
  launch({
    withScalar(scalar, as: dtype) { scalar in
      Elementwise.binary(
        kernel, scalarFirst ? scalar : x, aStep: scalarFirst ? 0 : 1, scalarFirst ? x : scalar,
        bStep: scalarFirst ? 1 : 0, y, count: count, elementSize: dtype.byteCount)
    }
  })
}

/// Calls `body` with the address of a scalar of an element type.
@inline(__always)
func withScalar<Result>(_ value: Double, as dtype: DType, _ body: (UnsafeRawPointer) -> Result) -> Result {
  switch dtype {
  case .float32:
    var scalar = Float(value)
    return body(&scalar)
  case .float64:
    var scalar = value
    return body(&scalar)
  case .int32:
    var scalar = Int32(truncatingIfNeeded: Int64(saturating: value))
    return body(&scalar)
  case .int64:
    var scalar = Int64(saturating: value)
    return body(&scalar)
  case .bool:
    var scalar: UInt8 = value != 0 ? 1 : 0
    return body(&scalar)
  }
}

extension Int64 {
  /// The integer part; values outside the range give its ends, NaN gives 0.
  init(saturating value: Double) {
    if let exact = Int64(exactly: value.rounded(.towardZero)) {
      self = exact
    } else {
      self = value.isNaN ? 0 : value < 0 ? .min : .max
    }
  }
}

/// A result, its operands and the loops over them, for operands that broadcast.
struct BroadcastLoops {
  let result: Elements
  private(set) var operands: [Elements] = []
  let loops: LoopNest

  /// Nil, inside ``checked(_:)``, if the shapes do not broadcast or memory runs out.
  ///
  /// - Parameter target: contiguous elements of the result's shape and type to write to, else new ones are made.
  init?(_ operation: StaticString, _ resultType: DType, _ tensors: [Tensor], into target: Elements? = nil) {
    var shape = tensors[0].shape
    for tensor in tensors.dropFirst() {
      guard let common = shape.broadcast(with: tensor.shape) else {
        fail(ShapeMismatch(operation, tensors.map(\.shape)).error)
        return nil
      }
      shape = common
    }
    guard let result = target ?? Elements.allocate(shape, resultType, for: operation) else { return nil }
    self.result = result

    var strides = InlineArray<4, Axes>(repeating: Axes(repeating: 0))
    strides[0] = result.layout.strides
    for (index, tensor) in tensors.enumerated() {
      // Operations with a rule for mapped operands never get here with one.
      guard var elements = tensor.isMapped ? tensor.elements.contiguous(for: operation) : tensor.elements
      else { return nil }
      if !Self.walksBySteps(elements) {
        guard let copy = elements.copied(for: operation) else { return nil }
        elements = copy
      }
      operands.append(elements)
      strides[index + 1] = elements.layout.strides(broadcastTo: shape)
    }
    loops = LoopNest(
      rank: shape.rank, extents: shape.extents, operands: strides, operandCount: tensors.count + 1)
  }

  /// Whether the innermost axis that is not of extent 1 has stride 0 or 1, as row kernels want it.
  private static func walksBySteps(_ elements: Elements) -> Bool {
    for axis in stride(from: elements.shape.rank - 1, through: 0, by: -1) where elements.shape.extents[axis] != 1 {
      return elements.layout.strides[axis] == 1 || elements.layout.strides[axis] == 0
    }
    return true
  }
}

@inline(never)
func mixed(_ operation: StaticString, _ a: Tensor, _ b: Tensor) -> Tensor {
  fail(
    .dtypeMismatch, operation,
    "element types \(a.dtype) and \(b.dtype) are not mixed silently; convert one with cast(to:)")
}

@inline(never)
func unsupported(_ operation: StaticString, _ dtype: DType) -> Tensor {
  let wanted = dtype.isFloatingPoint ? "numbers of another type" : "float32 or float64; convert with cast(to:)"
  return fail(.dtypeMismatch, operation, "is not defined for \(dtype); expected \(wanted)")
}

extension Tensor {
  /// `self += term` where both are contiguous, of one shape and type, and nobody else sees `self`.
  @inline(__always)
  mutating func addInPlace(_ term: Tensor) {
    apply(dtype.kernels.pointee.binary.add, self, term, to: elements, p: 0, q: 0)
  }
}
