extension Tensor: CustomStringConvertible {
  /// The elements in aligned columns, then shape and dtype; of a scalar just the number.
  ///
  /// Elements of a vector or matrix are rounded to six significant digits, and axes beyond 1,000 elements in all are
  /// abbreviated.
  ///
  /// ```swift
  /// print(Tensor([[1, 2.5], [-3, 4]]))
  /// // [[ 1.0, 2.5],
  /// //  [-3.0, 4.0]] : [2, 2] float32
  /// ```
  public var description: String {
    if isMapped { return "each of \(stack.shape[0]) examples in \(stack)" }
    if rank == 0 { return scalarDescription }
    return Printer(self).text + " : \(shape) \(dtype)"
  }

  private var scalarDescription: String {
    switch dtype {
    case .float32: unsigned(item(as: Float.self))
    case .float64: unsigned(item(as: Double.self))
    case .int32, .int64: "\(item(as: Int64.self))"
    case .bool: "\(item(as: Bool.self))"
    }
  }
}

/// A number as text; NaN without the sign, which says nothing.
private func unsigned(_ value: some BinaryFloatingPoint & CustomStringConvertible) -> String {
  value.isNaN ? "nan" : value.description
}

/// Lays the elements of a tensor out as text.
private struct Printer {
  /// Tensors of more elements show only the ends of their axes.
  static let abbreviationThreshold = 1000
  /// How many places an abbreviated axis shows at either end.
  static let edge = 3

  private let shape: Shape
  /// Which places of each axis are shown; nil stands for an ellipsis.
  private let places: [[Int?]]
  private var cells: [[Int]: String] = [:]
  /// The width of each place of the last axis.
  private var widths: [Int: Int] = [:]

  init(_ tensor: Tensor) {
    let shape = tensor.shape
    self.shape = shape
    let abbreviated = tensor.count > Printer.abbreviationThreshold
    places = shape.map { extent in
      if !abbreviated || extent <= 2 * Printer.edge { return Array(0..<extent) }
      return Array(0..<Printer.edge) + [nil] + Array(extent - Printer.edge..<extent)
    }
    if tensor.count == 0 { return }
    collect(tensor, [])
    for (index, cell) in cells { widths[index[index.count - 1]] = max(widths[index[index.count - 1]] ?? 0, cell.count) }
  }

  /// Formats the elements that are shown.
  private mutating func collect(_ tensor: Tensor, _ index: [Int]) {
    if index.count == shape.rank {
      var offset = 0
      for (axis, place) in index.enumerated() { offset += place * tensor.elements.layout.strides[axis] }
      cells[index] = Printer.format(tensor, offset)
      return
    }
    for case let place? in places[index.count] { collect(tensor, index + [place]) }
  }

  private static func format(_ tensor: Tensor, _ offset: Int) -> String {
    guard tensor.elements.mayBeRead(by: "description") else { return "?" }
    let pointer = tensor.elements.pointer
    return withExtendedLifetime(tensor.elements) {
      switch tensor.dtype {
      case .float32: rounded(Double(pointer.load(fromByteOffset: offset * 4, as: Float.self)))
      case .float64: rounded(pointer.load(fromByteOffset: offset * 8, as: Double.self))
      case .int32: "\(pointer.load(fromByteOffset: offset * 4, as: Int32.self))"
      case .int64: "\(pointer.load(fromByteOffset: offset * 8, as: Int64.self))"
      case .bool: pointer.load(fromByteOffset: offset, as: UInt8.self) != 0 ? "true" : "false"
      }
    }
  }

  /// At most six significant digits, or all before the point.
  private static func rounded(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return unsigned(value) }
    var (digits, exponent) = (value, 0)
    while abs(digits) < 1e5 { (digits, exponent) = (digits * 10, exponent - 1) }
    if exponent == 0 { return "\(digits.rounded(.toNearestOrEven))" }
    return Double("\(Int(digits.rounded(.toNearestOrEven)))e\(exponent)")?.description ?? "\(value)"
  }

  var text: String { text(of: []) }

  private func text(of index: [Int]) -> String {
    let axis = index.count
    let isRow = axis == shape.rank - 1
    let parts = places[axis].map { place -> String in
      guard let place else { return "…" }
      guard isRow else { return text(of: index + [place]) }
      let cell = cells[index + [place]] ?? ""
      return String(repeating: " ", count: (widths[place] ?? 0) - cell.count) + cell
    }
    // Deeper levels are set apart by a line break for each axis that ends.
    let separator =
      isRow
      ? ", " : "," + String(repeating: "\n", count: shape.rank - 1 - axis) + String(repeating: " ", count: axis + 1)
    return "[" + parts.joined(separator: separator) + "]"
  }
}
