import Pullback
import Testing

/// One operation at one place: what the generic checks of `OperationTests` run over.
///
/// To have an operation checked, add a row to the table of its family in `Operations/`.
struct OperationCase: Sendable, CustomStringConvertible {
  /// The values an operand takes.
  enum Domain: Sendable {
    /// In a range.
    case within(ClosedRange<Double>)
    /// Of either sign, with a magnitude in a range: away from 0.
    case signed(ClosedRange<Double>)
    /// Far from each other, in no order: for operations that compare.
    case distinct
  }

  /// An independent, slow evaluation of the operation.
  typealias Reference = @Sendable ([Naive]) -> Naive

  /// The public function, with its labels where overloads differ, and after a space or comma what is special here.
  let name: String
  let shapes: [Shape]
  let domains: [Domain]
  /// How often the operation can be differentiated here; 0 if differences cannot tell.
  let order: Int
  /// Whether all operands may be the same tensor.
  let allowsSame: Bool
  /// Whether the operation takes operands of any shape.
  let isElementwise: Bool
  /// How far float32 may be from float64, relatively.
  let float32Tolerance: Double
  let function: @Sendable ([Tensor]) -> Tensor
  let reference: Reference?

  /// The public function that the name begins with.
  var operation: String {
    var depth = 0
    let end = name.firstIndex { character in
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      return depth == 0 && (character == " " || character == ",")
    }
    return String(name[..<(end ?? name.endIndex)])
  }

  var description: String { "\(name) \(shapes.map(\.description).joined(separator: " "))" }

  init(
    _ name: String, _ shapes: [Shape], _ domains: [Domain], order: Int = 2, allowsSame: Bool = true,
    isElementwise: Bool = false, float32Tolerance: Double = 1e-4, reference: Reference? = nil,
    _ function: @escaping @Sendable ([Tensor]) -> Tensor
  ) {
    self.name = name
    self.shapes = shapes
    self.domains = domains.count == 1 ? shapes.map { _ in domains[0] } : domains
    self.order = order
    self.allowsSame = allowsSame && shapes.allSatisfy { $0 == shapes[0] }
    self.isElementwise = isElementwise
    self.float32Tolerance = float32Tolerance
    self.function = function
    self.reference = reference
  }

  /// The operands' values, the same in every run.
  func operands(_ dtype: DType = .float64) -> [Tensor] {
    shapes.indices.map { operand($0, shape: shapes[$0], dtype) }
  }

  func operand(_ position: Int, shape: Shape, _ dtype: DType = .float64) -> Tensor {
    var random = Noise(seed: UInt64(position) + 17)
    let count = shape.count()
    let values: [Double] =
      switch domains[position] {
      case .within(let range):
        (0..<count).map { _ in range.lowerBound + (range.upperBound - range.lowerBound) * random.next() }
      case .signed(let range):
        (0..<count).map { _ in
          let magnitude = range.lowerBound + (range.upperBound - range.lowerBound) * random.next()
          return random.next() < 0.5 ? magnitude : -magnitude
        }
      case .distinct:
        random.shuffled(count).map { Double($0) * 0.37 - 1 + 0.1 * random.next() + 0.05 * Double(position) }
      }
    // Values that float32 holds exactly, so that both types see the same.
    return Tensor(values.map(Float.init), shape: shape).cast(to: dtype)
  }

  /// An operand's values for one of several examples: those of the row in another order, and a little smaller.
  func operand(_ position: Int, example: Int) -> Tensor {
    operand(position, shape: shapes[position]).rolled(by: example) * (1 - 0.01 * Double(example))
  }
}

extension OperationCase {
  /// A function of one tensor of any shape.
  static func unary(
    _ name: String, _ domain: Domain, order: Int = 2, float32Tolerance: Double = 1e-4,
    reference: (@Sendable (Double) -> Double)? = nil, _ function: @escaping @Sendable (Tensor) -> Tensor
  ) -> OperationCase {
    var slow: Reference?
    if let reference { slow = { operands in operands[0].map(reference) } }
    return OperationCase(
      name, [[2, 3]], [domain], order: order, isElementwise: true, float32Tolerance: float32Tolerance,
      reference: slow, { function($0[0]) })
  }

  /// A function of two tensors that broadcast, at several pairs of shapes.
  static func binary(
    _ name: String, _ domains: [Domain], order: Int = 2, allowsSame: Bool = true,
    float32Tolerance: Double = 1e-4, reference: (@Sendable (Double, Double) -> Double)? = nil,
    _ function: @escaping @Sendable (Tensor, Tensor) -> Tensor
  ) -> [OperationCase] {
    let pairs: [[Shape]] = [[[2, 3], [2, 3]], [[2, 3], [3]], [[2, 1], [1, 3]], [[], [2, 2]]]
    var slow: Reference?
    if let reference { slow = { operands in Naive.broadcast(operands[0], operands[1], reference) } }
    return pairs.map { shapes in
      OperationCase(
        name, shapes, domains, order: order, allowsSame: allowsSame, isElementwise: true,
        float32Tolerance: float32Tolerance, reference: slow, { function($0[0], $0[1]) })
    }
  }

  /// An operation on one operand of a certain shape.
  static func of(
    _ name: String, _ shape: Shape, _ domain: Domain = .signed(0.3...2), order: Int = 2,
    reference: Reference? = nil, _ function: @escaping @Sendable (Tensor) -> Tensor
  ) -> OperationCase {
    OperationCase(name, [shape], [domain], order: order, reference: reference, { function($0[0]) })
  }
}

/// Numbers that look random and are the same everywhere.
struct Noise {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// In 0 ..< 1.
  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 33) / Double(UInt64(1) << 31)
  }

  /// Below a bound.
  mutating func next(_ bound: Int) -> Int { Int(next() * Double(bound)) }

  /// The numbers below a count in another order.
  mutating func shuffled(_ count: Int) -> [Int] {
    var numbers = Array(0..<count)
    for place in numbers.indices.reversed() { numbers.swapAt(place, next(place + 1)) }
    return numbers
  }

  /// A tensor of numbers from -1 to 1.
  mutating func tensor(_ shape: Shape, _ dtype: DType = .float64) -> Tensor {
    Tensor((0..<shape.count()).map { _ in next() * 2 - 1 }, shape: shape).cast(to: dtype)
  }
}
