/// What ``checkGradient(at:order:tolerance:directions:forwardMode:allowingFloat32:of:)`` found.
public struct GradientCheck: Sendable, CustomStringConvertible {
  /// One derivative, computed in two ways.
  public struct Comparison: Sendable {
    /// 1 for a gradient, 2 for the derivative of a gradient.
    public let order: Int
    /// What was varied: an element of an input, or a direction through all of them.
    public let place: String
    /// What the replay computed.
    public let replayed: Double
    /// What differences of function values say.
    public let numerical: Double
    /// How far apart the function was evaluated.
    public let step: Double
    /// The difference, relative to the larger of the two and 1.
    public let error: Double
  }

  /// The largest error that counts as agreement.
  public let tolerance: Double
  /// How many derivatives were compared.
  public internal(set) var comparisonCount = 0
  /// The comparison with the largest error.
  public internal(set) var worst: Comparison?
  /// Whether two replays gave the same bits.
  public internal(set) var isDeterministic = true
  /// An input whose gradient has another shape or dtype, if there is one.
  public internal(set) var misshapen: String?

  /// Whether every derivative agreed, and two replays gave the same bits.
  public var isCorrect: Bool {
    // Written so that an error of NaN is one.
    isDeterministic && misshapen == nil && worst.map { $0.error <= tolerance } ?? true
  }

  /// The verdict, and the worst comparison with both numbers and the step.
  public var description: String {
    if let misshapen { return "the gradient is wrong: \(misshapen)" }
    if !isDeterministic { return "the gradient is not deterministic: two replays differ" }
    guard let worst else { return "the gradient has no elements to compare" }
    let verdict = isCorrect ? "the gradient is right" : "the gradient is wrong"
    return
      "\(verdict): \(comparisonCount) comparisons; worst, of order \(worst.order) at \(worst.place): replayed \(worst.replayed), numerical \(worst.numerical) with step \(worst.step), error \(worst.error)"
  }
}

/// Compares the derivatives that a replay computes with differences of function values.
///
/// The result is made a scalar by a fixed random weight for each of its elements. Inputs of at most 40 elements are varied
/// element by element, larger ones along random directions. Order 2 compares, besides, derivatives of the gradient, with
/// respect to the inputs and to the cotangent, with differences of gradients. The function must be smooth nearby.
///
/// ```swift
/// let x = Tensor([0.5, -1, 2], dtype: .float64)
/// print(checkGradient(at: x, order: 2) { x in sin(x) * x }.isCorrect)  // true
///
/// func wrong(_ x: Tensor) -> Tensor {
///   x.detached().squared().recorded(as: "wrong", wrt: x, { dy in dy * x })
/// }
/// print(checkGradient(at: x, of: wrong).isCorrect)  // false
/// ```
///
/// - Parameters:
///   - input: where, as for ``gradient(at:of:)``; float64, since differences of float32 values tell little.
///   - order: 1, or 2 for second derivatives as well.
///   - tolerance: the largest relative error; by default 1e-6, and 1e-2 for float32.
///   - directions: along how many random directions inputs of more than 40 elements are varied.
///   - forwardMode: whether the ``differential(at:of:)`` is compared as well, along as many random directions.
///   - allowingFloat32: accepts float32 inputs.
///   - function: what is checked.
/// - Returns: the verdict, which prints itself.
/// - Precondition: the inputs are float64 unless float32 is allowed; else traps, or throws inside ``checked(_:)``.
public func checkGradient<each Input: TensorStructure>(
  at input: repeat each Input, order: Int = 1, tolerance: Double? = nil, directions: Int = 5,
  forwardMode: Bool = false, allowingFloat32: Bool = false, of function: (repeat each Input) -> Tensor
) -> GradientCheck {
  var tensors: [Tensor] = []
  for structure in repeat each input { tensors += structure.allTensors }
  let floating = tensors.filter(\.dtype.isFloatingPoint)
  let isSingle = floating.contains { $0.dtype == .float32 }
  guard !isSingle || allowingFloat32 else {
    fail(
      .dtypeMismatch, "checkGradient",
      "an input is float32, whose differences tell little; convert it with cast(to: .float64), or pass allowingFloat32: true"
    )
    return GradientCheck(tolerance: 0)
  }
  return withoutActuallyEscaping(function) { function in
    var checker = GradientChecker(
      tolerance: tolerance ?? (isSingle ? 1e-2 : 1e-6), directions: directions, step: isSingle ? 1e-2 : 1e-3)
    checker.run(at: floating, order: order, forwardMode: forwardMode) { values in
      var values = values.makeIterator()
      return function(repeat (each input).mappingTensors { $0.dtype.isFloatingPoint ? values.next()! : $0 })
    }
    return checker.check
  }
}

/// Compares gradients with differences.
private struct GradientChecker {
  typealias Function = ([Tensor]) -> Tensor

  var check: GradientCheck
  let directions: Int
  let step: Double
  var random = SplitMix(seed: 1)

  static let elementLimit = 40

  init(tolerance: Double, directions: Int, step: Double) {
    check = GradientCheck(tolerance: tolerance)
    self.directions = directions
    self.step = step
  }

  mutating func run(at x: [Tensor], order: Int, forwardMode: Bool, _ function: Function) {
    let result = withoutRecording { function(x) }
    guard result.dtype.isFloatingPoint else { return }
    let weight = random.tensor(like: result)
    compare(1, at: x) { x in (function(x) * weight).sum() }
    if forwardMode, check.isCorrect { compareDifferential(at: x) { x in (function(x) * weight).sum() } }
    guard order > 1, check.isCorrect, !x.isEmpty else { return }
    // ⟨v, Jᵀ c⟩ as a function of x and c.
    let v = x.map { random.tensor(like: $0) }
    compare(2, at: x + [weight]) { values in
      let c = values[values.count - 1]
      let evaluation = Evaluation(at: Array(values.dropLast()), of: function)
      let gradients = evaluation.recordedGradients(c)
      return Swift.zip(gradients, v).reduce(Tensor(0, dtype: c.dtype)) { sum, pair in sum + (pair.0 * pair.1).sum() }
    }
  }

  /// Compares the gradient of a function of one result with differences of its values.
  private mutating func compare(_ order: Int, at x: [Tensor], _ function: Function) {
    let evaluation = Evaluation(at: x.map { $0.detached() }, of: function)
    let first = evaluation.gradients(nil, retainingTape: true).map { $0.detached() }
    let second = evaluation.gradients(nil, retainingTape: true).map { $0.detached() }
    for (number, (gradient, x)) in Swift.zip(first, x).enumerated()
    where gradient.shape != x.shape || gradient.dtype != x.dtype {
      check.misshapen =
        "input \(number) is \(x.dtype) of shape \(x.shape), its gradient \(gradient.dtype) of shape \(gradient.shape)"
      return
    }
    guard Swift.zip(first, second).allSatisfy({ $0.bits == $1.bits }) else {
      check.isDeterministic = false
      return
    }
    if x.reduce(0, { $0 + $1.count }) <= Self.elementLimit {
      for (number, tensor) in x.enumerated() {
        for place in 0..<tensor.count {
          let direction = x.indices.map { unit($0 == number ? place : -1, like: x[$0]) }
          compare(
            order, "element \(coordinates(place, tensor.shape)) of input \(number)", first, at: x, along: direction,
            function)
        }
      }
    } else {
      for number in 0..<directions {
        let direction = x.map { random.tensor(like: $0) }
        compare(order, "random direction \(number)", first, at: x, along: direction, function)
      }
    }
  }

  /// Compares the differential of a function of one result with differences of its values.
  private mutating func compareDifferential(at x: [Tensor], _ function: Function) {
    let push = differential(at: x, of: function)
    for number in 0..<directions {
      let direction = x.map { random.tensor(like: $0) }
      compare(
        1, "the differential along random direction \(number)", push(direction).item(), at: x, along: direction,
        function)
    }
  }

  private mutating func compare(
    _ order: Int, _ place: String, _ gradient: [Tensor], at x: [Tensor], along direction: [Tensor],
    _ function: Function
  ) {
    let replayed = Swift.zip(gradient, direction).reduce(0.0) { $0 + ($1.0 * $1.1).sum().item() }
    compare(order, place, replayed, at: x, along: direction, function)
  }

  private mutating func compare(
    _ order: Int, _ place: String, _ replayed: Double, at x: [Tensor], along direction: [Tensor],
    _ function: Function
  ) {
    func value(_ step: Double) -> Double {
      function(Swift.zip(x, direction).map { $0.detached() + $1 * step }).item()
    }
    // The error of this falls with the fourth power of the step.
    let near = value(step) - value(-step), far = value(2 * step) - value(-2 * step)
    let numerical = (8 * near - far) / (12 * step)
    let error = Swift.abs(replayed - numerical) / Swift.max(1, Swift.abs(replayed), Swift.abs(numerical))
    check.comparisonCount += 1
    if let worst = check.worst, !(error > worst.error), !error.isNaN { return }
    if check.worst?.error.isNaN == true { return }
    check.worst = .init(
      order: order, place: place, replayed: replayed, numerical: numerical, step: step, error: error)
  }

  /// As in `[1, 2]`, from a place in row-major order.
  private func coordinates(_ place: Int, _ shape: Shape) -> [Int] {
    var rest = place
    return shape.array.reversed().map { extent in
      defer { rest /= extent }
      return rest % extent
    }.reversed()
  }

  /// 1 at a place, 0 elsewhere.
  private func unit(_ place: Int, like x: Tensor) -> Tensor {
    Tensor((0..<x.count).map { $0 == place ? 1.0 : 0.0 }, shape: x.shape).cast(to: x.dtype)
  }
}

/// Steele, Lea and Flood's generator: small, and the same everywhere.
private struct SplitMix {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  /// Numbers of either sign whose magnitude is between ½ and 1.
  mutating func tensor(like x: Tensor) -> Tensor {
    let values = (0..<x.count).map { _ -> Double in
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      z ^= z >> 31
      let magnitude = 0.5 + Double(z >> 12) / Double(1 << 53)
      return z & 1 == 0 ? magnitude : -magnitude
    }
    return Tensor(values, shape: x.shape).cast(to: x.dtype)
  }
}

extension Tensor {
  /// The elements' bits, in row-major order: unlike the elements, equal where both are NaN.
  fileprivate var bits: [UInt64] { scalars(as: Double.self).map(\.bitPattern) }
}
