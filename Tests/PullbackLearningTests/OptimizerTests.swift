import Kernels
@testable import Pullback
import PullbackLearning
import Testing

/// An optimizer beside its formula on plain numbers.
struct Rule: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let make: @Sendable () -> any Optimizer
  /// The new parameter, from the old one, its gradient, the number of the step from 1, and what is kept between steps.
  let formula: @Sendable (_ p: Double, _ g: Double, _ step: Int, _ state: inout [Double]) -> Double

  static let all = [
    Rule(testDescription: "SGD", make: { SGD(learningRate: 0.1) }) { p, g, _, _ in p - 0.1 * g },
    Rule(
      testDescription: "SGD with momentum, dampening and decay",
      make: { SGD(learningRate: 0.1, momentum: 0.9, dampening: 0.2, weightDecay: 0.01) }
    ) { p, g, step, state in
      let g = g + 0.01 * p
      state[0] = step == 1 ? g : 0.9 * state[0] + 0.8 * g
      return p - 0.1 * state[0]
    },
    Rule(testDescription: "Nesterov", make: { SGD(learningRate: 0.1, momentum: 0.9, isNesterov: true) }) {
      p, g, step, state in
      state[0] = step == 1 ? g : 0.9 * state[0] + g
      return p - 0.1 * (g + 0.9 * state[0])
    },
    Rule(testDescription: "Adam with decay", make: { Adam(learningRate: 0.05, weightDecay: 0.1) }) {
      adam($0, $1 + 0.1 * $0, $2, &$3, rate: 0.05, isAMSGrad: false)
    },
    Rule(testDescription: "AMSGrad", make: { Adam(learningRate: 0.05, isAMSGrad: true) }) {
      adam($0, $1, $2, &$3, rate: 0.05, isAMSGrad: true)
    },
    Rule(testDescription: "AdamW", make: { AdamW(learningRate: 0.05, weightDecay: 0.1) }) {
      adam($0 * (1 - 0.05 * 0.1), $1, $2, &$3, rate: 0.05, isAMSGrad: false)
    },
    Rule(testDescription: "RMSprop with decay", make: { RMSprop(learningRate: 0.05, alpha: 0.9, weightDecay: 0.1) }) {
      p, g, _, state in
      let g = g + 0.1 * p
      state[0] = 0.9 * state[0] + 0.1 * g * g
      return p - 0.05 * g / (state[0].squareRoot() + 1e-8)
    },
    Rule(
      testDescription: "RMSprop, centred, with momentum",
      make: { RMSprop(learningRate: 0.01, alpha: 0.9, momentum: 0.5, isCentered: true) }
    ) { p, g, _, state in
      state[0] = 0.9 * state[0] + 0.1 * g * g
      state[1] = 0.9 * state[1] + 0.1 * g
      state[2] = 0.5 * state[2] + g / ((state[0] - state[1] * state[1]).squareRoot() + 1e-8)
      return p - 0.01 * state[2]
    },
    Rule(testDescription: "Adagrad", make: { Adagrad(learningRate: 0.1, weightDecay: 0.1) }) { p, g, _, state in
      let g = g + 0.1 * p
      state[0] += g * g
      return p - 0.1 * g / (state[0].squareRoot() + 1e-10)
    },
  ]

  private static func adam(
    _ p: Double, _ g: Double, _ step: Int, _ state: inout [Double], rate: Double, isAMSGrad: Bool
  ) -> Double {
    state[0] = 0.9 * state[0] + 0.1 * g
    state[1] = 0.999 * state[1] + 0.001 * g * g
    state[2] = max(state[2], state[1])
    let (first, second) = (0..<step).reduce((1.0, 1.0)) { powers, _ in (powers.0 * 0.9, powers.1 * 0.999) }
    let root = (isAMSGrad ? state[2] : state[1]).squareRoot() / (1 - second).squareRoot()
    return p - rate / (1 - first) * state[0] / (root + 1e-8)
  }
}

@Suite struct OptimizerTests {
  /// More elements than any vector register has, and not a multiple.
  private static let start = (0..<37).map { Double($0) / 10 - 1.5 }

  @Test(arguments: Rule.all) func followsItsFormula(_ rule: Rule) {
    var w = Tensor(OptimizerTests.start, shape: [37]).requiringGradient()
    var expected = OptimizerTests.start
    var states = expected.map { _ in [0.0, 0.0, 0.0] }
    var optimizer = rule.make()
    for step in 1...10 {
      optimizer.update(&w, with: (w.squared() * w).sum().backward())
      for index in expected.indices {
        let p = expected[index]
        expected[index] = rule.formula(p, 3 * p * p, step, &states[index])
      }
    }
    #expect(w.isClose(to: Tensor(expected, shape: [37]), relative: 1e-10, absolute: 1e-12))
    #expect(w.isTracked)
  }

  @Test(arguments: Rule.all) func leavesWhatOthersHoldAlone(_ rule: Rule) {
    var w = Tensor(OptimizerTests.start, shape: [37]).requiringGradient()
    let kept = w
    let view = w[..<5]
    let values = w.scalars(as: Double.self)
    var optimizer = rule.make()
    for _ in 0..<3 { optimizer.update(&w, with: w.squared().sum().backward()) }
    #expect(kept.scalars(as: Double.self) == values)
    #expect(view.scalars(as: Double.self) == Array(values[..<5]))
    #expect(w.scalars(as: Double.self) != values)
  }

  @Test(arguments: Rule.all) func aCopyHasStateOfItsOwn(_ rule: Rule) {
    func steps(_ count: Int, _ w: inout Tensor, _ optimizer: inout any Optimizer) {
      for _ in 0..<count { optimizer.update(&w, with: w.squared().sum().backward()) }
    }
    var w = Tensor(OptimizerTests.start, shape: [37]).requiringGradient()
    var optimizer = rule.make()
    steps(2, &w, &optimizer)
    var (otherW, other) = (w, optimizer)
    steps(5, &otherW, &other)
    steps(3, &w, &optimizer)
    steps(2, &w, &optimizer)
    #expect(w == otherW)
  }

  @Test(arguments: Rule.all.prefix(6)) func writesInPlaceWhenNobodyElseLooks(_ rule: Rule) {
    var w = Tensor.ones([64]).requiringGradient()
    var optimizer = rule.make()
    let before = w.elements.pointer
    for _ in 0..<3 { optimizer.update(&w, with: w.squared().sum().backward()) }
    #expect(w.elements.pointer == before)
  }

  @Test(arguments: Rule.all.prefix(6)) func doesNotDependOnThreads(_ rule: Rule) {
    let threads = Parallel.threadCount
    defer { Parallel.threadCount = threads }
    func run(on threads: Int) -> Tensor {
      Parallel.threadCount = threads
      var generator = PhiloxGenerator(seed: 3)
      var w = Tensor.normal([300_001], using: &generator).requiringGradient()
      var optimizer = rule.make()
      for _ in 0..<2 { optimizer.update(&w, with: w.squared().sum().backward()) }
      return w
    }
    #expect(run(on: 1) == run(on: 3))
  }

  @Test func skipsParametersWithoutAGradient() {
    let used = Tensor([1, 2]).requiringGradient(), unused = Tensor([3]).requiringGradient(), frozen = Tensor([4])
    var model = [unused, used, frozen]
    var optimizer = SGD(learningRate: 0.5, momentum: 0.9)
    for _ in 0..<2 { optimizer.update(&model, with: (model[1] * model[2]).sum().backward()) }
    #expect(model[0] == unused)
    #expect(model[1].scalars(as: Double.self) == [-4.8, -3.8].map { Double(Float($0)) })
    #expect(model[2] == frozen)
  }

  @Test func aStepThroughAnOldTapeUsesOldValues() {
    var w = Tensor([2.0], dtype: .float64).requiringGradient()
    let loss = (w * w * w).sum()
    var optimizer = SGD(learningRate: 0.1)
    optimizer.update(&w, with: loss.backward(retainingTape: true))
    let old = loss.backward(keeping: [loss]).values.map { $0.item(as: Double.self) }
    #expect(old.contains(12))
    #expect(w.item() == 2 - 0.1 * 12)
  }

  @Test func clipsToTheNormOfAllGradients() {
    let a = Tensor([3, 0]).requiringGradient(), b = Tensor(4).requiringGradient()
    let gradients = ((a * a).sum() + b * b).backward()
    #expect(gradients.norm == 10)
    let clipped = gradients.clipped(toNorm: 1)
    #expect(abs(clipped.norm - 1) < 1e-6)
    #expect(clipped[a].isClose(to: Tensor([0.6, 0])))
    #expect(gradients.clipped(toNorm: 20)[b].item() == 8)
  }
}
