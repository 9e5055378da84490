/// Something made of tensors: a tensor, an array or dictionary of them, or a type of your own.
///
/// Functions of the calculus take and return structures: the gradient with respect to a structure is the same structure
/// with a gradient in the place of every tensor.
///
/// ```swift
/// struct Line: TensorStructure {
///   var slope = Tensor(2), offset = Tensor(1)
///   mutating func updateTensors(_ body: (inout Tensor) throws -> Void) rethrows {
///     try body(&slope)
///     try body(&offset)
///   }
/// }
/// let x = Tensor([1, 3])
/// let dLine = gradient(at: Line()) { line in (line.slope * x + line.offset).sum() }
/// print(dLine.slope, dLine.offset)  // 4.0 2.0
/// ```
public protocol TensorStructure {
  /// Calls `body` for each tensor, always in the same order, and keeps what it puts in the tensor's place.
  mutating func updateTensors(_ body: (inout Tensor) throws -> Void) rethrows
}

extension Tensor: TensorStructure {
  /// Calls `body` for this tensor.
  public mutating func updateTensors(_ body: (inout Tensor) throws -> Void) rethrows { try body(&self) }
}

extension Array: TensorStructure where Element: TensorStructure {
  /// Calls `body` for the tensors of each element in order.
  public mutating func updateTensors(_ body: (inout Tensor) throws -> Void) rethrows {
    for index in indices { try self[index].updateTensors(body) }
  }
}

extension Optional: TensorStructure where Wrapped: TensorStructure {
  /// Calls `body` for the tensors of the value, if there is one.
  public mutating func updateTensors(_ body: (inout Tensor) throws -> Void) rethrows {
    guard var value = self else { return }
    self = nil
    defer { self = value }
    try value.updateTensors(body)
  }
}

extension Dictionary: TensorStructure where Key: Comparable, Value: TensorStructure {
  /// Calls `body` for the tensors of each value, in the order of the keys.
  public mutating func updateTensors(_ body: (inout Tensor) throws -> Void) rethrows {
    for key in keys.sorted() { try self[key]?.updateTensors(body) }
  }
}

extension TensorStructure {
  /// This structure with something else in the place of each tensor.
  func mappingTensors(_ body: (Tensor) throws -> Tensor) rethrows -> Self {
    var result = self
    try result.updateTensors { $0 = try body($0) }
    return result
  }

  /// This structure with these tensors in order in the places of its own.
  func replacingTensors(by tensors: [Tensor]) -> Self {
    var place = 0
    return mappingTensors { _ in
      defer { place += 1 }
      return place < tensors.count ? tensors[place] : .standIn
    }
  }

  /// The tensors in order.
  var allTensors: [Tensor] {
    var tensors: [Tensor] = []
    tensors.reserveCapacity(8)
    appendTensors(to: &tensors)
    return tensors
  }

  /// Appends the tensors in order.
  func appendTensors(to tensors: inout [Tensor]) {
    var copy = self
    copy.updateTensors { tensors.append($0) }
  }
}
