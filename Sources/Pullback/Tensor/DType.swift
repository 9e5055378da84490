import CKernels
import Kernels

/// The type of a tensor's elements.
///
/// Floating-point tensors carry gradients; integers and bools serve as indices, labels, counts and masks. Types are
/// never mixed silently: convert with ``Tensor/cast(to:)``.
///
/// ```swift
/// print(Tensor([1, 2]).dtype, DType.float64.byteCount)  // float32 8
/// ```
public enum DType: UInt8, Sendable, Hashable, CaseIterable, Codable {
  /// IEEE 754 single precision, the default.
  case float32
  /// IEEE 754 double precision.
  case float64
  /// 32-bit signed integers.
  case int32
  /// 64-bit signed integers, the type of indices and labels.
  case int64
  /// Truth values, one byte each.
  case bool

  /// The size of one element in bytes.
  public var byteCount: Int {
    switch self {
    case .float32, .int32: 4
    case .float64, .int64: 8
    case .bool: 1
    }
  }

  /// Whether tensors of this type can carry gradients.
  public var isFloatingPoint: Bool { self == .float32 || self == .float64 }

  /// Whether the elements are integers.
  public var isInteger: Bool { self == .int32 || self == .int64 }

  /// The element loops for this type.
  @inline(__always)
  var kernels: KernelTable { kernels_in_use(Int32(rawValue))! }
}

extension DType: CustomStringConvertible {
  /// The type's name, as in `float32`.
  public var description: String {
    switch self {
    case .float32: "float32"
    case .float64: "float64"
    case .int32: "int32"
    case .int64: "int64"
    case .bool: "bool"
    }
  }
}

/// A Swift type that tensors hold or convert to: `Float`, `Double`, `Int`, `Int32`, `Int64` and `Bool`.
///
/// ```swift
/// print(Float.dtype, Double.dtype, Int.dtype, Bool.dtype)  // float32 float64 int64 bool
/// ```
public protocol TensorScalar: Sendable, BitwiseCopyable {
  /// The element type of tensors made from values of this type.
  static var dtype: DType { get }
}

extension Float: TensorScalar {
  /// `float32`.
  public static var dtype: DType { .float32 }
}
extension Double: TensorScalar {
  /// `float64`.
  public static var dtype: DType { .float64 }
}
extension Int32: TensorScalar {
  /// `int32`.
  public static var dtype: DType { .int32 }
}
extension Int64: TensorScalar {
  /// `int64`.
  public static var dtype: DType { .int64 }
}
extension Int: TensorScalar {
  /// `int64`.
  public static var dtype: DType { .int64 }
}
extension Bool: TensorScalar {
  /// `bool`.
  public static var dtype: DType { .bool }
}
