import Kernels
import Testing

@testable import Pullback

/// Functions that are recorded once and repeated as kernel calls.
@Suite struct CompiledTests {
  // MARK: - Every operation

  /// Why an operation cannot be compiled.
  private enum Refusal: CaseIterable {
    case drawsRandomNumbers, canFail, readsValues

    init?(_ error: TensorError) {
      let reason = Refusal.allCases.first { error.message.contains($0.text) }
      guard let reason else { return nil }
      self = reason
    }

    private var text: String {
      switch self {
      case .drawsRandomNumbers: "random numbers drawn in a function that is being compiled"
      case .canFail: "decompositions and solutions may fail"
      case .readsValues: "are read in a function that is being compiled"
      }
    }

    var operations: Set<String> {
      switch self {
      case .drawsRandomNumbers:
        [
          "alphaDropout", "beta", "cauchy", "dirichlet", "dropout", "exponential", "featureAlphaDropout",
          "featureDropout", "gamma", "gumbel", "gumbelSoftmax", "laplace", "normal", "rrelu",
          "scaledDotProductAttention", "studentT", "uniform",
        ]
      case .canFail:
        [
          "cholesky", "choleskyInverse", "choleskySolve", "cond", "det", "eigenvaluesHermitian", "eigh", "inverse",
          "logdet", "lstsq", "lu", "luFactor", "luSolve", "matrixNorm", "matrixPower", "pinv", "qr", "singularValues",
          "slogdet", "solve", "solveTriangular", "svd", "tensorinv", "tensorsolve",
        ]
      case .readsValues:
        [
          "choleskyInverse", "choleskySolve", "ctcLoss", "embeddingBag", "fractionalMaxPool2D",
          "fractionalMaxPool2DWithIndices", "fractionalMaxPool3D", "fractionalMaxPool3DWithIndices", "istft",
          "maskedScattering", "matrixExp", "scatterReducing", "selecting", "solveTriangular", "subscript",
        ]
      }
    }
  }

  /// Runs a check on every row; an operation that cannot be compiled has to say so, and to be known for it.
  private static func forEveryCompilableRow(
    of rows: [OperationCase] = OperationCase.all, _ check: @Sendable (OperationCase) throws -> Void
  ) {
    forEveryRow(of: rows) { row in
      // Globals of the tables are computed outside.
      _ = row.function(row.operands())
      do { try checked { try check(row) } } catch let error as TensorError {
        guard let refusal = Refusal(error), refusal.operations.contains(row.operation) else { throw error }
      }
    }
  }

  private static func operands(_ row: OperationCase, _ example: Int) -> [Tensor] {
    row.shapes.indices.map { row.operand($0, example: example) }
  }

  /// The sum of a result's elements, each with another weight.
  private static func weightedSum(_ y: Tensor) -> Tensor {
    (y * Tensor.arange(y.count, from: 1, dtype: y.dtype).reshaped(to: y.shape)).sum()
  }

  private static func valueAndGradients(_ row: OperationCase, _ operands: [Tensor]) -> [Tensor] {
    let (value, gradients) = valueWithGradient(at: operands) { weightedSum(row.function($0)) }
    return [value] + gradients
  }

  @Test func valuesAreThoseOfTheFunction() {
    Self.forEveryCompilableRow { row in
      let function = compiled { (operands: [Tensor]) in row.function(operands) }
      for example in [0, 1, 2, 0] {
        let operands = Self.operands(row, example)
        try expectSameBits(function(operands), row.function(operands), "example \(example)")
      }
    }
  }

  @Test func gradientsInsideAreThoseOfTheFunction() {
    Self.forEveryCompilableRow(of: OperationCase.all.filter { $0.order > 0 }) { row in
      let function = compiled { (operands: [Tensor]) in Self.valueAndGradients(row, operands) }
      for example in [0, 1, 0] {
        let operands = Self.operands(row, example)
        for (a, b) in Swift.zip(function(operands), Self.valueAndGradients(row, operands)) {
          try expectSameBits(a, b, "example \(example)")
        }
      }
    }
  }

  @Test func gradientsFromOutsideAreThoseOfTheFunction() {
    Self.forEveryCompilableRow(of: OperationCase.all.filter { $0.order > 0 }) { row in
      let function = compiled { (operands: [Tensor]) in row.function(operands) }
      for example in [0, 1] {
        let operands = Self.operands(row, example)
        let outside = gradient(at: operands) { Self.weightedSum(function($0)) }
        for (a, b) in Swift.zip(outside, Self.valueAndGradients(row, operands).dropFirst()) {
          try expectSameBits(a, b, "example \(example)")
        }
      }
    }
  }

  // MARK: - What a call does

  @Test func resultsOfEarlierCallsStayAsTheyAre() {
    let function = compiled { (x: Tensor) in [x * 2, x.transposed(), x] }
    let first = function(Tensor([[1, 2], [3, 4]]))
    let second = function(Tensor([[5, 6], [7, 8]]))
    #expect(first[0] == Tensor([[2, 4], [6, 8]]) && first[1] == Tensor([[1, 3], [2, 4]]))
    #expect(first[2] == Tensor([[1, 2], [3, 4]]))
    #expect(second[0] == Tensor([[10, 12], [14, 16]]) && second[1] == Tensor([[5, 7], [6, 8]]))
  }

  @Test func everyFormOfInputsIsCompiled() {
    var evaluations = 0
    let function = compiled { (x: Tensor) in
      evaluations += 1
      return (x * x).sum()
    }
    for _ in 0..<3 {
      #expect(function(Tensor([1, 2])).item() == 5)
      #expect(function(Tensor([[1, 2], [3, 4]])).item() == 30)
      #expect(function(Tensor([1, 2], dtype: .float64)).dtype == .float64)
      #expect(function(Tensor([[1, 3], [2, 4]]).transposed()[.ellipsis, 0]).item() == 10)
    }
    #expect(evaluations == 3)
  }

  @Test func severalInputsAndStructures() {
    let function = compiled { (x: Tensor, rest: [Tensor]) in ["sum": x + rest[0], "product": x * rest[1]] }
    for value in [1.0, 2] {
      let result = function(Tensor(value, dtype: .float64), [Tensor(10, dtype: .float64), Tensor(20, dtype: .float64)])
      #expect(result["sum"]!.item() == value + 10 && result["product"]!.item() == value * 20)
    }
  }

  @Test func capturedTensorsAreConstants() {
    var factor = Tensor([2, 3])
    let function = compiled { (x: Tensor) in x * factor }
    #expect(function(Tensor([1, 1])) == Tensor([2, 3]))
    factor = Tensor([5, 5])
    factor[0] = Tensor(7)
    #expect(function(Tensor([1, 2])) == Tensor([2, 6]))
  }

  @Test func constantsOfTheFunctionAreKept() {
    let function = compiled { (x: Tensor) in x * Tensor([0.5, 2]) + Tensor.eye(2)[0] + Tensor.arange(2) }
    for _ in 0..<3 { #expect(function(Tensor([4, 4])) == Tensor([3, 9])) }
  }

  @Test func aFunctionAppliedToItsOwnResult() {
    let step = { (state: [Tensor]) in [state[1], state[0] + state[1]] }
    // Fibonacci numbers: the first result is an input, handed on.
    for count in [1, 2, 10] {
      let whole = compiled(repeating: count, step)
      for _ in 0..<2 {
        let expected = (0..<count).reduce([Tensor(0), Tensor(1)]) { state, _ in step(state) }
        let state = whole([Tensor(0), Tensor(1)])
        #expect(state[0] == expected[0] && state[1] == expected[1])
      }
    }
  }

  @Test func trainingIsTheSameToTheBit() throws {
    let x = Tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), labels = Tensor([0, 1, 1, 0], dtype: .int64)
    func step(_ parameters: [Tensor]) -> [Tensor] {
      let (loss, gradients) = valueWithGradient(at: parameters) { p in
        softmaxCrossEntropy(tanh(x.matmul(p[0]) + p[1]).matmul(p[2]), labels: labels)
      }
      return Swift.zip(parameters, gradients).map { $0 - 0.5 * $1 } + [loss]
    }
    var noise = Noise(seed: 5)
    let start = [noise.tensor([2, 8], .float32), noise.tensor([8], .float32), noise.tensor([8, 2], .float32)]
    let compiledStep = compiled { (parameters: [Tensor]) in step(parameters) }
    var (a, b) = (start, start)
    for _ in 0..<50 {
      let (plain, fast) = (step(a), compiledStep(b))
      for (x, y) in Swift.zip(plain, fast) { try expectSameBits(x, y, "training") }
      (a, b) = (Array(plain.dropLast()), Array(fast.dropLast()))
    }
  }

  @Test func updatedParametersAreLeaves() {
    let step = compiled { (w: Tensor) in
      var w = w
      let loss = (w * w).sum()
      w.descend(
        along: loss.backward()[w], velocity: &Self.noVelocity,
        DescentStep(rate: 0.25, momentum: 0, dampening: 0, weightDecay: 0, isNesterov: false))
      return [w, loss.detached()]
    }
    var w = Tensor([8, 4]).requiringGradient()
    for _ in 0..<3 { w = step(w)[0] }
    #expect(w == Tensor([1, 0.5]) && w.tape.count == 1)
    #expect((w * w).sum().backward()[w] == Tensor([2, 1]))
  }

  private nonisolated(unsafe) static var noVelocity: Tensor?

  @Test func derivativesOfAnyOrderPassThrough() {
    let cube = compiled { (x: Tensor) in x * x * x }
    let x = Tensor([2, 3], dtype: .float64)
    let second = gradient(at: x) { x in gradient(at: x) { x in cube(x).sum() }.sum() }
    #expect(second == Tensor([12, 18], dtype: .float64))
    let push = differential(at: x) { x in cube(x) }
    #expect(push(Tensor([1, 1], dtype: .float64)) == Tensor([12, 27], dtype: .float64))
  }

  @Test func compiledFunctionsNestAndMap() {
    let square = compiled { (x: Tensor) in x * x }
    let outer = compiled { (x: Tensor) in square(x) + square(x + 1) }
    for value in [1.0, 2] { #expect(outer(Tensor(value)).item() == value * value + (value + 1) * (value + 1)) }
    let squares = mapped(over: Tensor([1, 2, 3])) { x in square(x) }
    #expect(squares == Tensor([1, 4, 9]))
    #expect(withProfiling { _ = square(Tensor(2).requiringGradient()) }.1.operations.isEmpty == false)
  }

  @Test func callsLeaveNothingBehind() {
    let step = compiled { (w: Tensor) in w - 0.1 * gradient(at: w) { w in exp(w).sum() } }
    func bytes(after count: Int) -> Int64 {
      var w = Tensor([1, 2, 3])
      for _ in 0..<count { w = step(w) }
      return Int64(Memory.bytesOfThread)
    }
    _ = bytes(after: 2)
    #expect(bytes(after: 10) == bytes(after: 1000))
  }

  // MARK: - Mistakes

  private static func mistake(_ body: () -> Void) -> TensorError? {
    do { try checked(body) } catch { return error as? TensorError }
    return nil
  }

  @Test func whatCannotBeRepeatedIsAMistake() {
    let x = Tensor([1, 2])
    var kept: [Tensor] = []
    var sum = Tensor([10, 20])
    let w = Tensor([1, 1]).requiringGradient()
    let attempts: [(String, (Tensor) -> Tensor)] = [
      ("item", { x in x * x.sum().item() }),
      ("scalars", { x in Tensor(x.scalars(as: Float.self)) }),
      ("description", { x in x * Double("\(x)".count) }),
      (
        "uniform",
        { x in
          var generator = PhiloxGenerator(seed: 1)
          return x + Tensor.uniform([2], using: &generator)
        }
      ),
      (
        "compiled",
        { x in
          kept.append(x * 2)
          return x
        }
      ),
      (
        "compiled",
        { x in
          sum += x
          return sum
        }
      ),
      ("compiled", { x in x * w }),
    ]
    for (operation, attempt) in attempts {
      let function = compiled(attempt)
      let error = Self.mistake { _ = function(x) }
      #expect(error?.operation == operation && error?.kind == .autogradMisuse)
    }
    // What was computed before the mistake was noticed belongs to its holder.
    #expect(kept.last == Tensor([2, 4]) && sum == Tensor([11, 22]))
  }

  @Test func wrongIndicesAreFoundAtEachCall() {
    let loss = compiled { (labels: Tensor) in softmaxCrossEntropy(Tensor([[1, 2], [3, 4]]), labels: labels) }
    let rows = compiled { (index: Tensor) in Tensor([[1, 2], [3, 4]]).gathering(index) }
    #expect(loss(Tensor([1, 1], dtype: .int64)).item() < loss(Tensor([0, 0], dtype: .int64)).item())
    #expect(rows(Tensor([-1], dtype: .int64)) == Tensor([[3, 4]]))
    #expect(Self.mistake { _ = loss(Tensor([2, 0], dtype: .int64)) }?.kind == .indexOutOfRange)
    #expect(Self.mistake { _ = rows(Tensor([2], dtype: .int64)) }?.kind == .indexOutOfRange)
    #expect(rows(Tensor([0], dtype: .int64)) == Tensor([[1, 2]]))
  }

  @Test func aRepeatedFunctionKeepsTheFormOfItsState() {
    let sum = compiled(repeating: 2) { (x: Tensor) in x.sum() }
    #expect(Self.mistake { _ = sum(Tensor([1, 2])) }?.kind == .shapeMismatch)
    #expect(Self.mistake { _ = compiled(repeating: 0) { (x: Tensor) in x } }?.kind == .invalidArgument)
  }
}
