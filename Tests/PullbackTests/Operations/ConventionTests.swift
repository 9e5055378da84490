import Testing

@testable import Pullback

/// Points where systems differ: kinks, ties, zeros, infinities and NaN. One line for each convention.
@Suite struct ConventionTests {
  private func slope(_ x: Double, _ f: (Tensor) -> Tensor) -> Double {
    gradient(at: Tensor(x, dtype: .float64)) { f($0) }.item()
  }

  private func slopes(_ x: [Double], _ f: (Tensor) -> Tensor) -> [Double] {
    gradient(at: Tensor(x, shape: [x.count])) { f($0).sum() }.scalars()
  }

  @Test func kinks() {
    #expect(slope(0) { relu($0) } == 0 && slope(0) { abs($0) } == 0 && slope(0) { sign($0) } == 0)
    #expect(slopes([-1, 1]) { $0.clamped(to: -1...1) } == [0, 0] && slopes([-1, 1]) { hardTanh($0) } == [0, 0])
    #expect(slopes([0, 6]) { relu6($0) } == [0, 0] && slopes([-3, 3]) { hardSigmoid($0) } == [0, 0])
    #expect(slope(0) { leakyReLU($0, slope: 0.1) } == 0.1 && slope(0) { elu($0, alpha: 2) } == 2)
    #expect(slopes([1.5, 2]) { floor($0) + ceil($0) + rounded($0) + truncated($0) } == [0, 0])
    #expect(slope(0) { sqrt($0) } == .infinity)
  }

  @Test func ties() {
    #expect(
      slopes([3, 1, 3]) { $0.max() } == [0.5, 0, 0.5]
        && slopes([1, 1, 1, 2]) { $0.min() } == [1 / 3.0, 1 / 3.0, 1 / 3.0, 0])
    #expect(
      slopes([2, 2]) { maximum($0[0], $0[1]) } == [0.5, 0.5] && slopes([2, 2]) { minimum($0[0], $0[1]) } == [0.5, 0.5])
    #expect(slopes([1, 4, 4]) { $0.maxWithPlace(axis: 0).values } == [0, 1, 0])
    #expect(
      slopes([4, 4, 1]) { $0.topK(1).values } == [1, 0, 0] && slopes([2, 2]) { $0.sorted().values[0] } == [1, 0])
    #expect(Tensor([5, 7, 7]).argMax().item(as: Int.self) == 1)
    let table = Tensor([[1, 0], [4, 3], [4, 3], [1, 0]])
    #expect(table.argMax(axis: 0).scalars(as: Int.self) == [1, 1])
    #expect(table.argMin(axis: 0).scalars(as: Int.self) == [0, 0])
    let image = Tensor([[[[1, 1], [1, 1]]]]).requiringGradient()
    #expect(maxPool2D(image, kernel: 2).sum().backward()[image] == Tensor([[[[1, 0], [0, 0]]]]))
  }

  @Test func zerosOfNormsAndSpreads() {
    for p in [1.0, 2, 3, .infinity] { #expect(slopes([0, 0]) { $0.norm(p: p) } == [0, 0], "norm \(p)") }
    #expect(slopes([2, 2, 2]) { $0.standardDeviation() } == [0, 0, 0])
    // A row of zeros does not disturb the others.
    let x = Tensor([[0, 0], [3, 4]], dtype: .float64).requiringGradient()
    #expect(x.norm(axis: 1).sum().backward()[x].isClose(to: Tensor([[0, 0], [0.6, 0.8]], dtype: .float64)))
  }

  @Test func productsWithZeros() {
    #expect(slopes([2, 0, 3]) { $0.product() } == [0, 6, 0] && slopes([0, 0, 3]) { $0.product() } == [0, 0, 0])
    #expect(slopes([2, 0, 3]) { $0.cumulativeProduct(axis: 0) } == [1, 8, 0])
    let second = hessian(at: Tensor([0, 0, 3], dtype: .float64)) { $0.product() }
    #expect(second == Tensor([[0, 3, 0], [3, 0, 0], [0, 0, 0]], dtype: .float64))
  }

  @Test func powersAtZeroAndBelow() {
    let table: [(base: Double, exponent: Double, value: Double, slope: Double)] = [
      (0, 0, 1, 0), (0, 1, 0, 1), (0, 2, 0, 0), (0, 3, 0, 0), (-2, 2, 4, -4), (-2, 3, -8, 12), (-8, 3, -512, 192),
      (2, 0, 1, 0), (-3, 0, 1, 0), (4, 0.5, 2, 0.25), (2, -1, 0.5, -0.25), (-2, -1, -0.5, -0.25),
    ]
    for (base, exponent, value, expected) in table {
      #expect(pow(Tensor(base, dtype: .float64), exponent).item() == value, "\(base) ^ \(exponent)")
      #expect(slope(base) { pow($0, exponent) } == expected, "the slope of x ^ \(exponent) at \(base)")
      let b = Tensor(exponent, dtype: .float64)
      #expect(slope(base) { pow($0, b) } == expected, "the slope of pow(x, \(exponent)) at \(base)")
    }
    #expect(pow(Tensor(0, dtype: .float64), -1).item() == Double.infinity)
    #expect(hessian(at: Tensor(0, dtype: .float64)) { $0.squared() }.item() == 2.0)
    #expect(hessian(at: Tensor(0, dtype: .float64)) { pow($0, 2) }.item() == 2.0)
  }

  /// Where 0 meets 0, both derivatives are 0.
  @Test func zerosOfTwoOperands() {
    func slopes(_ f: (Tensor, Tensor) -> Tensor) -> [Double] {
      let (a, b) = gradient(at: Tensor(0, dtype: .float64), Tensor(0, dtype: .float64), of: f)
      return [a.item(), b.item()]
    }
    #expect(slopes { pow($0, $1) } == [0, 0] && slopes { xlogy($0, $1) } == [0, 0])
    #expect(slopes { hypot($0, $1) } == [0, 0] && slopes { atan2(y: $0, x: $1) } == [0, 0])
  }

  /// Whole numbers have no gradient, rather than one of whole numbers.
  @Test func wholeNumbersAreNoLeaves() {
    let error = #expect(throws: TensorError.self) {
      try checked { Tensor([1, 2], dtype: .int64).requiringGradient() }
    }
    #expect(error?.kind == .dtypeMismatch && error?.operation == "requiringGradient")
  }

  @Test func theBranchNotTakenContributesNothing() {
    let x = Tensor([0, 4], dtype: .float64).requiringGradient()
    let bad = Tensor([.nan, 1] as [Double], shape: [2]).requiringGradient()
    let y = select(where: x .> 0, then: bad, else: x)
    let gradients = y.sum().backward()
    #expect(gradients[x].scalars() == [1, 0] && gradients[bad].scalars() == [0, 1])
  }

  @Test func nanWins() {
    let nan = Double.nan
    for row in [[nan, 1, 2], [1, nan, 2], [1, 2, nan]] {
      let x = Tensor(row, shape: [3])
      let results = [
        x.max(), x.min(), x.sum(), x.mean(), x.product(), x.variance(), x.logSumExp(), x.norm(), x.norm(p: .infinity),
        x.softmax().sum(), x.cumulativeMax(axis: 0)[2], x.cumulativeMin(axis: 0)[2],
        maxPool1D(x.reshaped(to: [1, 1, 3]), kernel: 3).sum(), relu(x).sum(), relu6(x).sum(),
        x.clamped(to: 0...1).sum(),
        maximum(x, Tensor(5, dtype: .float64)).sum(), minimum(Tensor(-5, dtype: .float64), x).sum(), hardTanh(x).sum(),
      ]
      #expect(results.allSatisfy { ($0.item() as Double).isNaN }, "\(row): \(results)")
    }
    #expect(Tensor([1, nan, 3] as [Double], shape: [3]).argMax().item(as: Int.self) == 1)
    #expect(Tensor([nan, 1] as [Double], shape: [2]).sorted().values[0].item() == 1.0)
  }

  @Test func extremesOfLogits() {
    let big = Tensor([1e4, -1e4, 0], dtype: .float64)
    #expect(big.softmax().scalars() == [1, 0, 0] && big.logSumExp().item() == 1e4)
    let none = Tensor([-.infinity, -.infinity] as [Double], shape: [2])
    #expect(
      none.logSumExp().item() == -Double.infinity && slopes([-.infinity, -.infinity]) { $0.logSumExp() } == [0, 0])
    #expect(none.softmax().scalars(as: Double.self).allSatisfy { $0.isNaN })
    #expect(slopes([1e300, 1e300]) { $0.logSumExp() } == [0.5, 0.5])
    // A query that may look nowhere gets zeros, and gradients stay finite.
    let q = Tensor([[[1, 2], [3, 4]]]).requiringGradient()
    let mask = Tensor([[false, false], [true, true]])
    let y = scaledDotProductAttention(q, q, q, mask: mask)
    #expect(y[0, 0] == Tensor([0, 0]) && y.sum().backward()[q].isFinite().all().item(as: Bool.self))
  }

  @Test func functionsKeepTheirDigitsFarOut() {
    let x = Tensor([1e-10, 1e-300, -1e-10], dtype: .float64)
    #expect(
      expMinusOne(x).isClose(
        to: Tensor([1.00000000005e-10, 1e-300, -9.9999999995e-11], dtype: .float64), relative: 1e-14, absolute: 0))
    #expect(
      log(onePlus: x).isClose(
        to: Tensor([9.9999999995e-11, 1e-300, -1.00000000005e-10], dtype: .float64), relative: 1e-14, absolute: 0))
    let far = Tensor([-800, -40, 40, 800], dtype: .float64)
    #expect(softplus(far)[2...] == Tensor([40, 800], dtype: .float64) && softplus(far)[0].item() == 0.0)
    #expect(logSigmoid(far)[..<2].isClose(to: Tensor([-800, -40], dtype: .float64), relative: 1e-15, absolute: 0))
    for f in [
      { softplus($0) }, { logSigmoid($0) }, { sigmoid($0) }, { gelu($0) }, { silu($0) }, { mish($0) }, { tanh($0) },
    ]
      as [(Tensor) -> Tensor]
    {
      #expect(slopes([-800, -40, 40, 800], f).allSatisfy { $0.isFinite })
    }
    #expect(
      Tensor([1_000_000_000, 1_000_000_001, 1_000_000_002], dtype: .float64).variance().isClose(
        to: Tensor(2 / 3.0, dtype: .float64), relative: 1e-11))
  }

  /// The gradient of a row is shared among its uses, and the row of padding has none.
  @Test func embeddingsSharedByFrequency() {
    let table = Tensor.ones([4, 2], dtype: .float64).requiringGradient()
    let rows = embedding(Tensor([3, 0, 3, 1], dtype: .int64), in: table, paddingIndex: 0, scaleByFrequency: true)
    let gradient = (rows * Tensor([[1], [10], [4], [7]], dtype: .float64)).sum().backward()[table]
    #expect(gradient == Tensor([[0, 0], [7, 7], [0, 0], [2.5, 2.5]], dtype: .float64))
  }

  @Test func denormalsSurvive() {
    let tiny = Tensor([Double.leastNonzeroMagnitude * 8], shape: [1])
    #expect((tiny * 1).item() == Double.leastNonzeroMagnitude * 8 && (tiny / 8).item() == Double.leastNonzeroMagnitude)
    let many = Tensor.full([200_000], Double(Float.leastNonzeroMagnitude) * 8)
    #expect((many * 0.5).scalars(as: Float.self).allSatisfy { $0 == Float.leastNonzeroMagnitude * 4 })
  }

  @Test func roundingIsToEven() {
    #expect(rounded(Tensor([0.5, 1.5, 2.5, -0.5, -1.5])) == Tensor([0, 2, 2, 0, -2]))
    #expect(remainder(Tensor([-7, 7]), Tensor([3, -3])) == Tensor([2, -2]))
    #expect(truncatingRemainder(Tensor([-7, 7]), Tensor([3, -3])) == Tensor([-1, 1]))
  }

  @Test func sumsInFloat32AreAccurate() {
    let x = Tensor.full([1_000_000], 0.1)
    #expect(Swift.abs(x.sum().item() - 1_000_000 * Double(Float(0.1))) < 0.02)
  }
}
