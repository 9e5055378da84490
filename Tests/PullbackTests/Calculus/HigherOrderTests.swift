import Testing

@testable import Pullback

/// Derivatives of second and third order against analytic ones, and of a whole network.
@Suite struct HigherOrderTests {
  private static func derivative(_ f: @escaping (Tensor) -> Tensor) -> (Tensor) -> Tensor {
    { x in gradient(at: x) { f($0).sum() } }
  }

  private static func third(_ f: @escaping (Tensor) -> Tensor) -> (Tensor) -> Tensor {
    derivative(derivative(derivative(f)))
  }

  @Test func thirdDerivativesOfElementaryFunctions() throws {
    let x = Tensor([-1.5, -0.2, 0.7, 2], dtype: .float64)
    try expectClose(HigherOrderTests.third { exp($0) }(x), exp(x), tolerance: 1e-9, "exp'''")
    let t = tanh(x)
    let expected = (1 - t * t) * (6 * t * t - 2)
    try expectClose(HigherOrderTests.third { tanh($0) }(x), expected, tolerance: 1e-9, "tanh'''")
    try expectClose(HigherOrderTests.third { $0 * $0 * $0 * $0 }(x), 24 * x, tolerance: 1e-9, "(x⁴)'''")
    try expectClose(HigherOrderTests.third { pow($0, 4) }(x), 24 * x, tolerance: 1e-9, "pow(x, 4)'''")
  }

  /// With p = softmax z, the third derivatives of logΣexp are the third central moments of one draw from p.
  @Test func thirdDerivativesOfSoftmaxCrossEntropy() throws {
    let z = Tensor([[0.3, -1.2, 0.8, 0.1]], dtype: .float64)
    let hessian = { (z: Tensor) in Pullback.hessian(at: z) { softmaxCrossEntropy($0, labels: [2]) } }
    let found = jacobian(at: z, of: hessian).reshaped(to: [4, 4, 4])
    let p = z.softmax().scalars(as: Double.self)
    /// How far the draw of a class is from the mean, at a place.
    func deviation(_ drawn: Int, _ place: Int) -> Double { (drawn == place ? 1.0 : 0.0) - p[place] }
    var expected: [Double] = []
    for i in 0..<4 {
      for j in 0..<4 {
        for k in 0..<4 {
          var moment = 0.0
          for c in 0..<4 { moment += p[c] * deviation(c, i) * deviation(c, j) * deviation(c, k) }
          expected.append(moment)
        }
      }
    }
    try expectClose(found, Tensor(expected, shape: [4, 4, 4]), tolerance: 1e-9, "the third derivatives")
  }

  /// The network of the digits: 64 inputs, 50 hidden units, 10 classes.
  private struct Digits {
    var parameters: [Tensor]
    let loss: ([Tensor]) -> Tensor

    init() {
      var noise = Noise(seed: 31)
      parameters = ([[64, 50], [50], [50, 10], [10]] as [Shape]).map { noise.tensor($0) * 0.3 }
      let x = noise.tensor([8, 64])
      let labels = (0..<8).map { $0 % 10 }
      loss = { p in softmaxCrossEntropy(sigmoid(x.matmul(p[0]) + p[1]).matmul(p[2]) + p[3], labels: labels) }
    }
  }

  private func dot(_ a: [Tensor], _ b: [Tensor]) -> Double {
    Swift.zip(a, b).reduce(0) { $0 + ($1.0 * $1.1).sum().item(as: Double.self) }
  }

  @Test func theHessianOfTheDigitsNetworkIsSymmetric() throws {
    let network = Digits()
    var noise = Noise(seed: 5)
    for _ in 0..<5 {
      let u = network.parameters.map { noise.tensor($0.shape) }, v = network.parameters.map { noise.tensor($0.shape) }
      let uHv = dot(u, hessianVectorProduct(at: network.parameters, along: v, of: network.loss))
      let vHu = dot(v, hessianVectorProduct(at: network.parameters, along: u, of: network.loss))
      #expect(Swift.abs(uHv - vHu) <= 1e-10 * Swift.max(1, Swift.abs(uHv)), "\(uHv) against \(vHu)")
    }
    // A whole block: of the output layer's weights.
    let block = hessian(at: network.parameters[2][0..<10]) { w in
      var parameters = network.parameters
      parameters[2] = concatenated([w, parameters[2][10...]], axis: 0)
      return network.loss(parameters)
    }.reshaped(to: [100, 100])
    try expectClose(block, block.transposed(), tolerance: 1e-10, "the block")
  }

  @Test func productsWithTheHessianAgreeWithDifferencesOfGradients() throws {
    let network = Digits()
    var noise = Noise(seed: 9)
    let v = network.parameters.map { noise.tensor($0.shape) }
    let product = hessianVectorProduct(at: network.parameters, along: v, of: network.loss)
    let differential = differential(at: network.parameters) { parameters in
      gradient(at: parameters, of: network.loss)
    }
    let forward = differential(v)
    func gradients(_ step: Double) -> [Tensor] {
      gradient(at: Swift.zip(network.parameters, v).map { $0 + $1 * step }, of: network.loss)
    }
    let h = 1e-3
    let (near, far) = (Swift.zip(gradients(h), gradients(-h)), Swift.zip(gradients(2 * h), gradients(-2 * h)))
    for (position, (near, far)) in Swift.zip(near, far).enumerated() {
      let numerical = ((near.0 - near.1) * 8 - (far.0 - far.1)) / (12 * h)
      try expectClose(product[position], numerical, tolerance: 1e-9, "parameter \(position)")
      try expectClose(forward[position], product[position], tolerance: 1e-12, "forward over reverse, \(position)")
    }
  }

  @Test func hessianProductsOfSeveralInputs() throws {
    let a = Tensor([1, 2], dtype: .float64), b = Tensor(3, dtype: .float64)
    let one = Tensor([1, 1], dtype: .float64)
    let (ha, hb) = hessianVectorProduct(at: a, b, along: one, Tensor(1, dtype: .float64)) { a, b in (a * a * b).sum() }
    #expect(ha.scalars() == [8, 10] && hb.item() == 6.0)
    let (va, vb) = vectorHessianProduct(of: one, Tensor(1, dtype: .float64), at: a, b) { a, b in (a * a * b).sum() }
    #expect(va == ha && vb == hb)
    #expect(hessianVectorProduct(at: a, along: one) { $0.sum() } == Tensor([0, 0], dtype: .float64))
    #expect(throws: TensorError.self) { try checked { _ = hessianVectorProduct(at: a, along: b) { $0.sum() } } }
  }

  @Test func gaussNewtonProductsAgreeWithTheirDefinition() throws {
    var noise = Noise(seed: 8)
    let x = noise.tensor([6, 3]), w = noise.tensor([3, 4]), v = noise.tensor([3, 4])
    let model = { (w: Tensor) in tanh(x.matmul(w)) }
    let loss = { (y: Tensor) in softmaxCrossEntropy(y, labels: [0, 1, 2, 3, 0, 1]) }
    let found = gaussNewtonProduct(at: w, along: v, model: model, loss: loss)
    let j = jacobian(at: w, of: model).reshaped(to: [24, 12])
    let h = hessian(at: model(w), of: loss).reshaped(to: [24, 24])
    let expected = j.transposed().matmul(h).matmul(j).matmul(v.reshaped(to: [12])).reshaped(to: [3, 4])
    try expectClose(found, expected, tolerance: 1e-13, "the product")
    // For a linear model it is the Hessian.
    let linear = { (w: Tensor) in x.matmul(w) }
    try expectClose(
      gaussNewtonProduct(at: w, along: v, model: linear, loss: loss),
      hessianVectorProduct(at: w, along: v) { loss(linear($0)) }, tolerance: 1e-13, "the linear model")
  }

  @Test func linearMapsAreAppliedBothWays() throws {
    var noise = Noise(seed: 12)
    let a = noise.tensor([3]), b = noise.tensor([2, 3])
    let (value, map) = linearize(at: a, b) { a, b in [a * b, (b * b).sum()] }
    #expect(value[0] == a * b && !value[0].isTracked)
    for _ in 0..<2 {
      let (u, v) = (noise.tensor([3]), noise.tensor([2, 3]))
      let c = [noise.tensor([2, 3]), noise.tensor([])]
      let change = map(u, v)
      try expectClose(change[0], u * b + a * v, tolerance: 1e-14, "the change")
      try expectClose(change[1], (2 * b * v).sum(), tolerance: 1e-14, "the second change")
      let (da, db) = map.transposed(c)
      #expect(Swift.abs(dot(change, c) - dot([da, db], [u, v])) < 1e-12)
    }
    #expect(throws: TensorError.self) { try checked { _ = map(a, a) } }
    #expect(throws: TensorError.self) { try checked { _ = map.transposed([a]) } }
  }

  @Test func linearMapsCanBeDifferentiated() throws {
    let x = Tensor([1, 2], dtype: .float64)
    let found = gradient(at: x) { x in linearize(at: x) { $0 * $0 * $0 }.derivative(x).sum() }  // of 3 x³
    #expect(found.scalars() == [9, 36])
  }

  @Test func auxiliaryResultsComeWithTheGradient() throws {
    let x = Tensor([1, 2], dtype: .float64)
    let (value, gradient, extra) = valueWithGradient(at: x) { x in ((x * x).sum(), [x * 3, exp(x)]) }
    #expect(value.item() == 5.0 && gradient.scalars() == [2, 4])
    #expect(extra[0].scalars() == [3, 6] && extra.allSatisfy { !$0.isTracked })
    // They are part of an outer tape, also where the value is not.
    let scale = Tensor(2, dtype: .float64).requiringGradient()
    let (_, inner, tracked) = valueWithGradient(at: x) { x in ((x * x).sum(), x * scale) }
    #expect(inner.scalars() == [2, 4] && tracked.sum().backward()[scale].item() == 3.0)
  }
}
