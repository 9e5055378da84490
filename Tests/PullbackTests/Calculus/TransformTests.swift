import Testing

@testable import Pullback

/// Gradients, pullbacks, differentials, Jacobians and Hessians of functions.
@Suite struct TransformTests {
  private let x = Tensor([1, 2], dtype: .float64)

  @Test func gradientsOfSeveralInputsAndStructures() {
    let (dw, db) = gradient(at: Tensor([2, 3]), Tensor(1)) { w, b in (w * w + b).sum() }
    #expect(dw == Tensor([4, 6]) && db == Tensor(2))
    let list = gradient(at: [x, x * 2]) { ($0[0] * $0[1]).sum() }
    #expect(list[0] == x * 2 && list[1] == x)
    let named = gradient(at: ["b": x, "a": x]) { ($0["a"]! * 3 + $0["b"]!).sum() }
    #expect(named["a"] == Tensor([3, 3], dtype: .float64) && named["b"] == Tensor([1, 1], dtype: .float64))
    let bias: Tensor? = nil
    let (_, dbias) = gradient(at: x, bias) { (x: Tensor, bias: Tensor?) -> Tensor in
      bias.map { (x + $0).sum() } ?? x.sum()
    }
    #expect(dbias == nil)
  }

  @Test func integersPassThrough() {
    let (value, (dx, dindex)) = valueWithGradient(at: x, Tensor([1, 1], dtype: .int64)) { $0.gathering($1).sum() }
    #expect(value.item() == 4.0 && dx.scalars() == [0, 2] && dindex == Tensor.zeros([2], dtype: .int64))
  }

  @Test func constantsAndUnusedInputsHaveGradientZero() {
    #expect(gradient(at: x) { _ in Tensor(3, dtype: .float64) } == Tensor([0, 0], dtype: .float64))
    #expect(gradient(at: x, x) { a, _ in a.sum() }.1 == Tensor([0, 0], dtype: .float64))
    #expect(jacobian(at: x) { _ in Tensor([1, 2, 3], dtype: .float64) } == Tensor.zeros([3, 2], dtype: .float64))
    let push = differential(at: x) { sign($0) }
    #expect(push(x) == Tensor([0, 0], dtype: .float64))
  }

  @Test func resultsAreTrackedOnlyInsideAnOuterTape() {
    let (value, inner) = valueWithGradient(at: x) { ($0 * $0).sum() }
    #expect(!value.isTracked && !inner.isTracked)
    let leaf = x.requiringGradient()
    let tracked = gradient(at: leaf) { ($0 * $0 * $0).sum() }
    #expect(tracked.sum().backward()[leaf].scalars() == [6, 12])
    // Tracked values that the function uses belong to the outer tape as well.
    let scale = Tensor(5, dtype: .float64).requiringGradient()
    let mixed = gradient(at: x) { ($0 * $0 * scale).sum() }
    #expect(mixed.scalars() == [10, 20] && mixed.sum().backward()[scale].item() == 6.0)
  }

  @Test func gradientsWorkWithoutRecordingAround() {
    let leaf = x.requiringGradient()
    let found = withoutRecording { gradient(at: leaf) { ($0 * $0).sum() } }
    #expect(found.scalars() == [2, 4] && !found.isTracked)
  }

  @Test func ordersNest() {
    func derivative(_ f: @escaping (Tensor) -> Tensor) -> (Tensor) -> Tensor {
      { x in gradient(at: x) { f($0).sum() } }
    }
    let fourth = derivative(derivative(derivative(derivative { $0 * $0 * $0 * $0 * $0 })))
    #expect(fourth(x).scalars() == [120, 240])
    let third = derivative(derivative(derivative { tanh($0) }))(x).scalars(as: Double.self)
    for (x, found) in Swift.zip([1.0, 2.0], third) {
      let t = tanh(Tensor(x, dtype: .float64)).item(as: Double.self)
      #expect(Swift.abs(found - (1 - t * t) * (6 * t * t - 2)) < 1e-9)
    }
  }

  @Test func anErrorPassesThrough() {
    struct Interruption: Error {}
    #expect(throws: Interruption.self) { try gradient(at: x) { _ in throw Interruption() } }
    #expect(throws: TensorError.self) { try checked { _ = gradient(at: x) { $0 * 2 } } }
    #expect((x.requiringGradient() * 2).isTracked)
  }

  @Test func pullbacksAndDifferentialsCanBeCalledAgain() {
    let (value, pull) = valueWithPullback(at: x, Tensor(3, dtype: .float64)) { $0 * $1 }
    #expect(value.scalars() == [3, 6])
    for _ in 0..<2 {
      let (dx, dy) = pull(Tensor([1, 10], dtype: .float64))
      #expect(dx.scalars() == [3, 30] && dy.item() == 21.0)
    }
    let push = differential(at: x, Tensor(3, dtype: .float64)) { $0 * $1 }
    #expect(push(Tensor([1, 0], dtype: .float64), Tensor(0, dtype: .float64)).scalars() == [3, 0])
    #expect(push(Tensor([0, 0], dtype: .float64), Tensor(1, dtype: .float64)).scalars() == [1, 2])
    #expect(throws: TensorError.self) { try checked { _ = pull(Tensor([1, 2, 3], dtype: .float64)) } }
  }

  @Test func jacobiansAgreeInBothModes() throws {
    var noise = Noise(seed: 4)
    let w = noise.tensor([2, 3]), x = noise.tensor([4, 2])
    let f: (Tensor) -> Tensor = { tanh($0.matmul(w)) }
    let forward = jacobian(at: x, mode: .forward, of: f), reverse = jacobian(at: x, mode: .reverse, of: f)
    #expect(forward.shape == [4, 3, 4, 2])
    try expectClose(forward, reverse, tolerance: 1e-14, "the Jacobian")
    try expectSameBits(jacobian(at: x, of: f), forward, "the automatic Jacobian")
    #expect(jacobian(at: Tensor.zeros([0], dtype: .float64)) { $0 * 2 }.shape == [0, 0])
    #expect(jacobian(at: Tensor(2, dtype: .float64)) { $0 * $0 }.item() == 4.0)
  }

  @Test func hessiansAreSymmetricAndAgreeWithProducts() throws {
    var noise = Noise(seed: 6)
    let inputs = noise.tensor([5, 3]), w = noise.tensor([3, 4]), v = noise.tensor([3, 4])
    let loss: (Tensor) -> Tensor = { softmaxCrossEntropy(inputs.matmul($0), labels: [0, 1, 2, 3, 0]) }
    let matrix = hessian(at: w, of: loss).reshaped(to: [12, 12])
    try expectClose(matrix, matrix.transposed(), tolerance: 1e-14, "the Hessian")
    let product = hessianVectorProduct(at: w, along: v, of: loss)
    try expectClose(product.reshaped(to: [12]), matrix.matmul(v.reshaped(to: [12])), tolerance: 1e-14, "the product")
    // Nested in an outer gradient.
    let third = gradient(at: w) { w in (hessianVectorProduct(at: w, along: v, of: loss) * v).sum() }
    let check = checkGradient(at: w) { w in (hessianVectorProduct(at: w, along: v, of: loss) * v).sum() }
    #expect(third.shape == [3, 4] && check.isCorrect, "\(check)")
  }
}
