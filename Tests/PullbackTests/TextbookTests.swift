import Pullback
import Testing

/// The systems of the textbook, with its figures.
///
/// Two are elsewhere: the network that learns to read digits in `DigitsTests`, the pictures in `Pictures`.
@Suite struct TextbookTests {
  // MARK: - The shop

  @Test func twoApplesCost220WithTax() {
    let (apple, count, tax) = (leaf(100), leaf(2), leaf(1.1))
    let subtotal = apple * count
    let price = subtotal * tax
    expect(subtotal, 200)
    #expect(price.item() == 220.00000000000003)
    let gradients = price.backward()
    expect(gradients[apple], 2.2)
    expect(gradients[count], 110)
    expect(gradients[tax], 200)
  }

  @Test func twoApplesAndThreeOrangesCost715() {
    let (apple, apples, orange, oranges, tax) = (leaf(100), leaf(2), leaf(150), leaf(3), leaf(1.1))
    let forApples = apple * apples, forOranges = orange * oranges
    let sum = forApples + forOranges
    let price = sum * tax
    expect(forApples, 200)
    expect(forOranges, 450)
    expect(sum, 650)
    expect(price, 715)
    let gradients = price.backward()
    expect(gradients[apple], 2.2)
    expect(gradients[apples], 110)
    expect(gradients[orange], 3.3)
    expect(gradients[oranges], 165)
    expect(gradients[tax], 650)
  }

  // MARK: - The chain rule

  @Test(arguments: [(3.0, 1.0), (-2, 0.5)])
  func theSquareOfASum(_ point: (x: Double, y: Double)) {
    let (x, y) = (leaf(point.x), leaf(point.y))
    let t = x + y
    let gradients = t.squared().backward(keeping: [t])
    let slope = 2 * (point.x + point.y)
    expect(gradients[t], slope)
    expect(gradients[x], slope)
    expect(gradients[y], slope)
  }

  @Test func anAddNodePassesTheGradientOn() {
    let (x, y) = (leaf(10), leaf(5))
    let gradients = (x + y).backward(Tensor(1.3, dtype: .float64))
    expect(gradients[x], 1.3)
    expect(gradients[y], 1.3)
  }

  @Test func aMultiplyNodeSwapsItsInputs() {
    let (x, y) = (leaf(10), leaf(5))
    let gradients = (x * y).backward(Tensor(1.3, dtype: .float64))
    expect(gradients[x], 6.5)
    expect(gradients[y], 13)
  }

  @Test func aSumTimesANumber() {
    let (x, y, z) = (leaf(-2), leaf(5), leaf(-4))
    let q = x + y
    let f = q * z
    expect(q, 3)
    expect(f, -12)
    let gradients = f.backward(keeping: [q])
    expect(gradients[q], -4)
    expect(gradients[x], -4)
    expect(gradients[y], -4)
    expect(gradients[z], 3)
  }

  // MARK: - Activations

  @Test func reluLetsPositiveNumbersPass() {
    let x = leaf([1, -0.5, -2, 3, 0], [5])
    let y = relu(x)
    expect(y, [1, 0, 0, 3, 0])
    expect(y.sum().backward()[x], [1, 0, 0, 1, 0])
  }

  @Test(arguments: [-3.0, 0, 1, 2.5])
  func sigmoidNodeByNodeAndFused(_ point: Double) {
    let x = leaf(point)
    let negative = x * -1
    let power = exp(negative)
    let sum = power + 1
    let y = reciprocal(sum)
    let gradients = y.backward(keeping: [sum, power, negative])
    let value = y.item()

    // The local gradients, from the right: -y², 1, exp(-x), -1.
    expect(gradients[sum], -value * value)
    expect(gradients[power], gradients[sum].item())
    expect(gradients[negative], gradients[power].item() * power.item())
    expect(gradients[x], -gradients[negative].item())
    expect(gradients[x], value * (1 - value))

    let fused = sigmoid(x)
    expect(fused, value)
    expect(fused.backward()[x], gradients[x].item())
  }

  @Test func reciprocalAndExponential() {
    let x = leaf(4)
    expect(reciprocal(x), 0.25)
    expect(reciprocal(x).backward()[x], -0.0625)
    let y = exp(x)
    expect(y.backward()[x], y.item())
  }

  // MARK: - Layers

  @Test func anAffineLayerOfOneSample() {
    let (x, w, b) = (leaf([1, 2], [2]), leaf([1, 3, 5, 2, 4, 6], [2, 3]), leaf([1, 2, 3], [3]))
    let y = x.matmul(w) + b
    expect(y, [6, 13, 20])
    let gradients = y.backward(Tensor([1, 10, 100], dtype: .float64))
    expect(gradients[x], [531, 642])  // dY · Wᵀ
    expect(gradients[w], [1, 10, 100, 2, 20, 200])  // Xᵀ · dY
    expect(gradients[b], [1, 10, 100])
  }

  @Test func anAffineLayerOfABatch() {
    let (x, w, b) = (leaf([1, 2, 3, 4], [2, 2]), leaf([1, 3, 5, 2, 4, 6], [2, 3]), leaf([1, 2, 3], [3]))
    let y = x.matmul(w) + b
    expect(y, [6, 13, 20, 12, 27, 42])
    let dy = Tensor([[1, 2, 3], [4, 5, 6]], dtype: .float64)
    let gradients = y.backward(dy)
    expect(gradients[b], [5, 7, 9])
    expect(gradients[x], dy.matmul(w.transposed()).scalars())
    expect(gradients[w], x.transposed().matmul(dy).scalars())
    let fused = linear(x, weight: w, bias: b).backward(dy)
    expect(fused[w], gradients[w].scalars())
    expect(fused[b], [5, 7, 9])
  }

  // MARK: - Softmax with loss

  @Test func softmaxSumsToOneWithoutOverflow() {
    let scores = Tensor([[1010, 1000, 990], [0.3, 2.9, 4]], dtype: .float64)
    let p = scores.softmax()
    expect(p.sum(axis: 1), [1, 1])
    #expect(p.scalars(as: Double.self).allSatisfy { $0.isFinite && $0 >= 0 })
    expect(p[1], (scores[1] - 4).softmax().scalars())
  }

  @Test func theGradientOfSoftmaxWithLoss() {
    let scores = leaf([0.3, 2.9, 4, 0.2, 0.1, 0], [2, 3])
    let oneHot = Tensor([[0, 0, 1], [1, 0, 0]], dtype: .float64)
    let p = scores.softmax()
    let loss = softmaxCrossEntropy(scores, labels: [2, 0])
    expect(loss, -(log(p) * oneHot).sum().item() / 2)
    let expected = ((p - oneHot) / 2).scalars(as: Double.self)
    expect(loss.backward()[scores], expected)
    expect(softmaxCrossEntropy(scores, distributions: oneHot).backward()[scores], expected)
    // One sample: the probabilities with 1 subtracted at the label.
    let one = leaf([0.3, 2.9, 4], [1, 3])
    expect(softmaxCrossEntropy(one, labels: [2]).backward()[one], (p[0] - oneHot[0]).scalars())
  }

  // MARK: - Networks

  /// With the three weights of every kind moved by central differences, and the number of forward passes it takes.
  @Test func differencesAgreeWithBackpropagation() {
    let x = Tensor.linspace(from: -1, through: 1, count: 24, dtype: .float64).reshaped(to: [4, 6])
    let parameters = [[6, 5], [5], [5, 3], [3]].map { shape in
      sin(Tensor.arange(shape.reduce(1, *), dtype: .float64)).reshaped(to: shape).requiringGradient()
    }
    var passes = 0
    func loss(_ parameters: [Tensor]) -> Tensor {
      passes += 1
      let hidden = sigmoid(x.matmul(parameters[0]) + parameters[1])
      return softmaxCrossEntropy(hidden.matmul(parameters[2]) + parameters[3], labels: [0, 2, 1, 2])
    }
    let gradients = loss(parameters).backward()
    passes = 0
    for (which, parameter) in parameters.enumerated() {
      let exact = gradients[parameter].scalars(as: Double.self)
      for position in exact.indices {
        func moved(by step: Double) -> Double {
          var all = parameters.map { $0.detached() }
          var numbers: [Double] = all[which].scalars()
          numbers[position] += step
          all[which] = Tensor(numbers, shape: parameter.shape)
          return loss(all).item()
        }
        let numerical = (moved(by: 1e-5) - moved(by: -1e-5)) / 2e-5
        expectClose(numerical, exact[position], 1e-6 * max(abs(exact[position]), 1e-4))
      }
    }
    #expect(passes == 2 * parameters.map(\.count).reduce(0, +))
  }

  /// Two inputs, two hidden values, two outputs, all sigmoid; plain gradient descent at rate 0.5.
  @Test func theTwoLayerNetworkLearnsItsTarget() {
    let x = Tensor([[0.5, 0.8]], dtype: .float64), target = Tensor([[0.2, 0.1]], dtype: .float64)
    var w1 = leaf([0.1, 0.2, 0.3, 0.1], [2, 2]), w2 = leaf([0.4, 0.5, 0.1, 0.3], [2, 2])
    expect(x.matmul(w1), [0.29, 0.18])
    for iteration in 0...1400 {
      let prediction = sigmoid(sigmoid(x.matmul(w1)).matmul(w2))
      let loss = (target - prediction).squared().sum() * 0.5
      let meanSquaredError = (target - prediction).squared().mean().item(as: Double.self)
      switch iteration {
      case 0:
        expect(prediction, [0.57035173, 0.61051125], 5e-9)
        expectClose(meanSquaredError, 0.19889106944011697, 1e-15)
      case 100:
        expect(prediction, [0.25399959, 0.19678074], 5e-9)
        expectClose(meanSquaredError, 0.006141234037132797, 1e-15)
      case 1400: expectClose(meanSquaredError, 4.5503e-9, 5e-14)
      default: break
      }
      let gradients = loss.backward()
      (w1, w2) = ((w1 - gradients[w1] * 0.5).requiringGradient(), (w2 - gradients[w2] * 0.5).requiringGradient())
    }
  }

  // MARK: - Helpers

  private func leaf(_ value: Double) -> Tensor { Tensor(value, dtype: .float64).requiringGradient() }

  private func leaf(_ values: [Double], _ shape: Shape) -> Tensor { Tensor(values, shape: shape).requiringGradient() }

  private func expect(
    _ tensor: Tensor, _ value: Double, _ tolerance: Double = 1e-12,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expect(tensor, [value], tolerance, sourceLocation: sourceLocation)
  }

  private func expect(
    _ tensor: Tensor, _ values: [Double], _ tolerance: Double = 1e-12,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let found: [Double] = tensor.scalars()
    let agrees =
      found.count == values.count && zip(found, values).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
    if !agrees { Issue.record("\(found) instead of \(values)", sourceLocation: sourceLocation) }
  }

  private func expectClose(
    _ found: Double, _ value: Double, _ tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    if !(abs(found - value) <= tolerance) {
      Issue.record("\(found) instead of \(value)", sourceLocation: sourceLocation)
    }
  }
}
