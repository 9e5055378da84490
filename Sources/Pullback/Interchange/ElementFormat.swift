import CKernels
import Kernels

/// How the elements of a file lie in it: what kind of numbers, how wide, and in which order their bytes are.
struct ElementFormat: Hashable {
  enum Kind { case bool, signed, unsigned, float }

  var kind: Kind
  /// Bytes of one element.
  var width: Int
  var isBigEndian = false

  /// The type that holds every such element exactly, if there is one.
  var dtype: DType? {
    switch (kind, width) {
    case (.bool, 1): .bool
    case (.signed, 1), (.signed, 2), (.signed, 4), (.unsigned, 1), (.unsigned, 2): .int32
    case (.signed, 8), (.unsigned, 4): .int64
    case (.float, 2), (.float, 4): .float32
    case (.float, 8): .float64
    default: nil
    }
  }

  /// The form in which tensors of a type lie in memory.
  init(_ dtype: DType) {
    switch dtype {
    case .bool: self.init(kind: .bool, width: 1)
    case .int32, .int64: self.init(kind: .signed, width: dtype.byteCount)
    case .float32, .float64: self.init(kind: .float, width: dtype.byteCount)
    }
  }

  init(kind: Kind, width: Int, isBigEndian: Bool = false) {
    self.kind = kind
    self.width = width
    self.isBigEndian = isBigEndian
  }

  /// How many bytes a shape takes in the file, if these and those in memory can be counted.
  func byteCount(_ shape: Shape) -> Int? {
    guard let count = shape.countIfRepresentable else { return nil }
    let (_, overflow) = count.multipliedReportingOverflow(by: 8)
    return overflow ? nil : count * width
  }

  /// What can be wrong with elements whose number was checked.
  enum Failure: Error {
    case file(FileError)
    case invalidBool(UInt8)
    case outOfMemory
  }

  /// Reads the elements that come next; there must be a type for them, and the shape's bytes must have been counted.
  func tensor(_ shape: Shape, from source: some ByteSource) throws(Failure) -> Tensor {
    let dtype = dtype!, count = shape.count()
    // Elements are read into the end of their memory and widened from the first on, which never overtakes what is read.
    let byteCount = count * dtype.byteCount
    guard let pointer = Memory.allocate(byteCount) else { throw .outOfMemory }
    let elements = Elements(adopting: pointer, shape, dtype)
    let stored = pointer + (byteCount - count * width)
    do { try source.read(into: UnsafeMutableRawBufferPointer(start: stored, count: count * width)) } catch {
      throw .file(error)
    }
    if isBigEndian { reverse_bytes(stored, count, width) }
    if width < dtype.byteCount {
      if kind == .float {
        widen_half_elements(stored, pointer.assumingMemoryBound(to: Float.self), count)
      } else {
        widen_integers(stored, width, kind == .signed ? 1 : 0, pointer, count)
      }
    }
    if kind == .bool, let wrong = UnsafeRawBufferPointer(start: pointer, count: count).first(where: { $0 > 1 }) {
      throw .invalidBool(wrong)
    }
    return Tensor(elements)
  }
}
