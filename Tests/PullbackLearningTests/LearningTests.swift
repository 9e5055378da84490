import Pullback
import Testing

@testable import PullbackLearning

@Suite struct LearningTests {
  @Test func schedulesFollowTheirFormulas() {
    let cosine = Schedule.cosine(from: 1, to: 0.2, steps: 10)
    #expect([0, 5, 10, 20].map { (cosine($0) * 1e9).rounded() / 1e9 } == [1, 0.6, 0.2, 0.2])
    let steps = Schedule.steps(from: 1, every: 3, factor: 0.5)
    #expect((0..<8).map { steps($0) } == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25])
    let warm = Schedule.warmup(steps: 4, then: steps)
    #expect((0..<8).map { warm($0) } == [0.25, 0.5, 0.75, 1, 1, 1, 1, 0.5])
    #expect(Schedule.constant(0.3)(100) == 0.3)
  }

  @Test func modulesNameTheirParameters() {
    var generator = PhiloxGenerator(seed: 1)
    let inner = Sequential([Linear(3, 4, using: &generator), Activation(tanh)])
    let network = [Sequential([inner, Linear(4, 2, hasBias: false, using: &generator)])]
    #expect(network.parameters.map(\.name) == ["0.0.0.weight", "0.0.0.bias", "0.1.weight"])
    #expect(network.parameterCount == 3 * 4 + 4 + 4 * 2)
    #expect(network.parameters.allSatisfy { $0.value.isTracked })
  }

  @Test func aNetworkLearnsExclusiveOr() {
    var generator = PhiloxGenerator(seed: 1)
    let x = Tensor([[0, 0], [0, 1], [1, 0], [1, 1]])
    var network = Sequential([
      Linear(2, 8, activation: .relu, using: &generator), Linear(8, 2, initializer: .glorotUniform, using: &generator),
    ])
    var optimizer = Adam(learningRate: 0.05)
    for _ in 0..<200 {
      optimizer.update(&network, with: softmaxCrossEntropy(network(x), labels: [0, 1, 1, 0]).backward())
    }
    #expect(accuracy(of: network(x), labels: Tensor([0, 1, 1, 0], dtype: .int64)) == 1)
  }

  struct Spread: Sendable {
    let initializer: Initializer
    let shape: Shape
    let variance: Double
    let isUniform: Bool
  }

  @Test(arguments: [
    Spread(initializer: .glorotUniform, shape: [300, 500], variance: 2.0 / 800, isUniform: true),
    Spread(initializer: .glorotNormal, shape: [300, 500], variance: 2.0 / 800, isUniform: false),
    Spread(initializer: .heUniform, shape: [300, 500], variance: 2.0 / 300, isUniform: true),
    Spread(initializer: .heNormal, shape: [64, 32, 5, 5], variance: 2.0 / (32 * 25), isUniform: false),
    Spread(initializer: .leCunUniform, shape: [64, 32, 5, 5], variance: 1.0 / (32 * 25), isUniform: true),
    Spread(initializer: .leCunNormal, shape: [300, 500], variance: 1.0 / 300, isUniform: false),
  ])
  func initializersHaveTheirSpread(_ spread: Spread) {
    var generator = PhiloxGenerator(seed: 2)
    let weight = spread.initializer(spread.shape, dtype: .float64, using: &generator)
    #expect(abs(weight.variance().item() / spread.variance - 1) < 0.03)
    #expect(abs(weight.mean().item()) < 0.02 * spread.variance.squareRoot())
    let bound = (3 * spread.variance).squareRoot()
    #expect((abs(weight).max().item() <= bound) == spread.isUniform)
  }

  @Test func batchesCoverTheDataOnce() {
    let data = Dataset(inputs: Tensor.arange(10).reshaped(to: [10, 1]), targets: Tensor.arange(10, dtype: .int64))
    var generator = PhiloxGenerator(seed: 1)
    let batches = data.batches(of: 4, shuffledUsing: &generator)
    #expect(batches.map(\.count) == [4, 4, 2])
    let seen = batches.flatMap { $0.targets.scalars(as: Int.self) }
    #expect(seen.sorted() == Array(0..<10) && seen != Array(0..<10))
    #expect(batches.allSatisfy { $0.inputs.scalars(as: Int.self) == $0.targets.scalars(as: Int.self) })
    #expect(
      data.batches(of: 4, droppingLast: true).map { $0.targets.scalars(as: Int.self) } == [
        [0, 1, 2, 3], [4, 5, 6, 7],
      ])
    let (first, rest) = data.split(at: 7)
    #expect(first.count == 7 && rest.targets.scalars(as: Int.self) == [7, 8, 9])
    #expect(data.shuffled(using: &generator).targets.sum() == data.targets.sum())
  }

  @Test func barsAreTextAndFilesGetPlainLines() {
    var bar = ProgressBar("epoch 1", total: 4, output: .standardError, isInteractive: false)
    bar.advance(by: 2)
    #expect(bar.line(note: "loss 1") == "epoch 1 ███████████████░░░░░░░░░░░░░░░  50 %  loss 1")
    bar.advance(by: 5)
    #expect(bar.line(note: "").hasSuffix("█ 100 %"))
  }

  @Test func numbersHaveFixedPlaces() {
    let numbers = [97.2222, 0.005, -0.001, -1.5, 12, 1e300]
    #expect(numbers.map { $0.fixed(2) } == ["97.22", "0.01", "0.00", "-1.50", "12.00", "1e+300"])
    #expect(2.5.fixed(0) == "3" && Double.nan.fixed(1) == "nan")
  }
}
