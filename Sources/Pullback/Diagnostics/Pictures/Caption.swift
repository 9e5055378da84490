/// The texts of pictures.
enum Caption {
  /// The sign of an operation in its circle; its name, where it has no sign.
  static func sign(of operation: String) -> String { signs[operation] ?? operation }

  private static let signs = [
    "add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "negate": "−", "reciprocal": "1/x", "matmul": "dot",
    "sum": "Σ", "product": "Π", "sqrt": "√", "squared": "x²", "absolute": "|x|", "abs": "|x|", "relu": "ReLU",
    "maximum": "max", "minimum": "min", "select": "where",
  ]

  /// A number with at most five significant digits: 220.00000000000003 becomes 220.
  static func number(_ value: Double, digits significant: Int = 5) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "−∞" : "∞" }
    if value == 0 { return "0" }
    let magnitude = abs(value)
    var exponent = 0
    var power = 1.0
    while magnitude >= power * 10, exponent < 308 { (power, exponent) = (power * 10, exponent + 1) }
    while magnitude < power, exponent > -307 { (power, exponent) = (power / 10, exponent - 1) }
    var scale = 1.0
    for _ in 1..<significant { scale *= 10 }
    var digits = Int((magnitude / power * scale).rounded(.toNearestOrEven))
    if Double(digits) == scale * 10 { (digits, exponent) = (digits / 10, exponent + 1) }
    var text = "\(digits)"
    switch exponent {
    case 0..<significant: text.insert(".", at: text.index(text.startIndex, offsetBy: exponent + 1))
    case -3..<0: text = "0." + String(repeating: "0", count: -exponent - 1) + text
    default: text.insert(".", at: text.index(after: text.startIndex))
    }
    let sign = value < 0 ? "−" : ""
    return sign + withoutTrailingZeros(text) + ((-3..<significant).contains(exponent) ? "" : "e\(exponent)")
  }

  private static func withoutTrailingZeros(_ text: String) -> String {
    var text = text
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// Numbers in the brackets of their shape.
  static func values(_ values: [Double], _ shape: Shape) -> String {
    func text(_ axis: Int, _ values: ArraySlice<Double>) -> String {
      if axis == shape.rank { return number(values.first!, digits: shape.rank == 0 ? 5 : 4) }
      let step = values.count / shape[axis]
      let parts = (0..<shape[axis]).map { text(axis + 1, values.dropFirst($0 * step).prefix(step)) }
      return "[" + parts.joined(separator: ", ") + "]"
    }
    return text(0, values[...])
  }

  /// A shape that stands for its values: `(2, 3)`.
  static func shape(_ shape: Shape) -> String { "(" + shape.array.map(String.init).joined(separator: ", ") + ")" }

  /// The values of a tensor if there are only a few, else its shape.
  static func contents(of tensor: Tensor) -> String {
    guard let elements = tensor.elements.contiguous(for: "svg") else { return shape(tensor.shape) }
    let values = SmallValues(elements).array
    return values.isEmpty ? shape(tensor.shape) : Caption.values(values, tensor.shape)
  }
}

/// How wide text becomes, at most, in the sans-serif fonts that a viewer may have.
enum TextMetrics {
  static func width(of text: String, size: Double) -> Double {
    text.unicodeScalars.reduce(0) { $0 + width(of: $1) } * size
  }

  /// The width of a character in a font of size 1: that of DejaVu Sans, the widest in common use, rounded up.
  private static func width(of character: Unicode.Scalar) -> Double {
    switch character {
    case "i", "j", "l", "I", "|", ".", ",", ":", ";", "'", " ", "!": 0.37
    case "f", "t", "r", "(", ")", "[", "]", "/", "-": 0.45
    case "m", "w", "M", "W", "@", "%", "—", "…": 1.04
    case "A"..."Z", "+", "−", "×", "÷", "=", "<", ">", "∞", "&": 0.86
    case "\u{0}"..."\u{2FF}": 0.66
    case "\u{300}"..."\u{36F}": 0
    case "\u{370}"..."\u{10FF}": 0.9
    default: 1.15
    }
  }
}
