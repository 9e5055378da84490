extension Tensor: Codable {
  private enum Key: String, CodingKey { case dtype, shape, elements }

  /// Reads a tensor that was encoded. It is not tracked.
  ///
  /// ```swift
  /// import Foundation
  ///
  /// let x = Tensor([[1, 2], [3, 4]])
  /// let copy = try JSONDecoder().decode(Tensor.self, from: JSONEncoder().encode(x))
  /// print(copy == x)  // true
  /// ```
  ///
  /// - Throws: a `DecodingError` if there are more or fewer elements than the shape has.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let dtype = try container.decode(DType.self, forKey: .dtype)
    let shape = try container.decode(Shape.self, forKey: .shape)
    func elements<Scalar: TensorScalar>(_ read: (inout any UnkeyedDecodingContainer) throws -> Scalar) throws -> Tensor
    {
      var list = try container.nestedUnkeyedContainer(forKey: .elements)
      var scalars: [Scalar] = []
      while !list.isAtEnd { scalars.append(try read(&list)) }
      guard shape.countIfRepresentable == scalars.count else {
        throw DecodingError.dataCorruptedError(
          forKey: .elements, in: container,
          debugDescription: "\(scalars.count) elements do not fill the shape \(shape)")
      }
      return Tensor(scalars, shape: shape)
    }
    self =
      switch dtype {
      case .float32: try elements { try Float($0.decodeNumber()) }
      case .float64: try elements { try $0.decodeNumber() }
      case .int32: try elements { try $0.decode(Int32.self) }
      case .int64: try elements { try $0.decode(Int64.self) }
      case .bool: try elements { try $0.decode(Bool.self) }
      }
  }

  /// Writes dtype, shape and elements in row-major order; the history is left out. Infinities and NaN, which not every
  /// format has, are written as words.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(dtype, forKey: .dtype)
    try container.encode(shape, forKey: .shape)
    var list = container.nestedUnkeyedContainer(forKey: .elements)
    switch dtype {
    case .float32, .float64: for number in scalars(as: Double.self) { try list.encodeNumber(number) }
    case .int32, .int64: for number in scalars(as: Int64.self) { try list.encode(number) }
    case .bool: for value in scalars(as: Bool.self) { try list.encode(value) }
    }
  }
}

extension UnkeyedEncodingContainer {
  fileprivate mutating func encodeNumber(_ number: Double) throws {
    if number.isFinite { try encode(number) } else { try encode("\(number)") }
  }
}

extension UnkeyedDecodingContainer {
  fileprivate mutating func decodeNumber() throws -> Double {
    if let number = try? decode(Double.self) { return number }
    let word = try decode(String.self)
    guard ["inf", "-inf", "nan"].contains(word), let number = Double(word) else {
      throw DecodingError.dataCorruptedError(in: self, debugDescription: "\"\(word)\" is not a number")
    }
    return number
  }
}
