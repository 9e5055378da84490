import Foundation
import Pullback
import Testing

/// Classes of faults that systems of this kind are known for, each by a test of its own, through the public API alone.
@Suite struct FaultClassTests {
  private func vector(_ values: [Double]) -> Tensor { Tensor(values, shape: [values.count]) }

  private func kind(_ body: () throws -> Tensor) -> TensorError.Kind? {
    do { _ = try checked { try body() } } catch { return (error as? TensorError)?.kind }
    return nil
  }

  // MARK: - Indices

  /// Repeated indices must not overwrite each other's gradients.
  @Test func aRowTakenSevenTimesGetsSevenGradients() {
    let table = Tensor([[1, 2], [3, 4], [5, 6]], dtype: .float64)
    let index = Tensor([1, 1, 1, 2, 1, 1, 1, 1], dtype: .int64)
    let expected = Tensor([[0, 0], [7, 7], [1, 1]], dtype: .float64)
    #expect(gradient(at: table) { $0.gathering(index).sum() } == expected)
    #expect(gradient(at: table) { $0.gathering(index, axis: 0).sum() } == expected)
    #expect(gradient(at: table) { $0[index].sum() } == expected)
    #expect(gradient(at: table) { embedding(index, in: $0).sum() } == expected)
    #expect(gradient(at: table) { embeddingBag(index, offsets: [0, 3], in: $0, mode: .sum).sum() } == expected)
    let columns = index.expanded(at: 1).broadcast(to: [8, 2])
    #expect(
      gradient(at: table) { $0.gathered(along: 0, at: columns).sum() } == expected)
    // Many sources for one target are added up.
    let sums = Tensor.zeros([3], dtype: .float64).scatterAdding(Tensor.ones([8], dtype: .float64), along: 0, at: index)
    #expect(sums == Tensor([0, 7, 1], dtype: .float64))
    let rows = Tensor.zeros([3, 2], dtype: .float64).addingRows(
      Tensor.ones([8, 2], dtype: .float64), at: index, axis: 0)
    #expect(rows == expected)
    let none = Tensor.zeros([0], dtype: .int64)
    #expect(gradient(at: table) { $0.gathering(none).sum() } == table * 0)
    #expect(gradient(at: table) { embedding(none, in: $0).sum() } == table * 0)
  }

  /// Indices outside are neither clamped nor wrapped further than once, and a call that fails writes nothing.
  @Test(arguments: [3, 4, -4, Int.min, Int.max]) func indicesOutOfRangeAreRefusedAndWriteNothing(index: Int) {
    let x = Tensor([[1, 2], [3, 4], [5, 6]]), index = Tensor([0, index], shape: [2])
    let before = x.scalars(as: Double.self)
    let source = Tensor([[9, 9], [9, 9]])
    let calls: [(name: String, call: () -> Tensor)] = [
      ("gathering", { x.gathering(index) }), ("subscript", { x[index] }), ("embedding", { embedding(index, in: x) }),
      ("embeddingBag", { embeddingBag(index, offsets: [0], in: x, mode: .mean) }),
      ("gathered", { x.gathered(along: 0, at: index.expanded(at: 1)) }),
      ("scatterAdding", { x.scatterAdding(source, along: 0, at: index.expanded(at: 1).broadcast(to: [2, 2])) }),
      ("addingRows", { x.addingRows(source, at: index, axis: 0) }),
      ("oneHot", { oneHot(index, classes: 3) }),
      ("cross entropy", { softmaxCrossEntropy(x.transposed(), labels: index) }),
    ]
    for (name, call) in calls {
      #expect(kind(call) == .indexOutOfRange, "\(name)")
      #expect(x.scalars(as: Double.self) == before && source.scalars(as: Double.self) == [9, 9, 9, 9], "\(name)")
    }
  }

  // MARK: - Numbers

  /// Formulas that are right on paper and lose all digits, or overflow, far from 1.
  @Test func stableFormulasKeepElevenDigits() {
    let points: [Double] = [1e-300, -1e-300, 1e-10, -1e-10, 0.5, -0.5, 40, -40, 700, -700, 800, -800]
    let rows: [(name: String, function: (Tensor) -> Tensor, reference: (Double) -> Double)] = [
      ("expMinusOne", { expMinusOne($0) }, Foundation.expm1),
      ("softplus", { softplus($0) }, { Swift.max($0, 0) + Foundation.log1p(Foundation.exp(-Swift.abs($0))) }),
      ("logSigmoid", { logSigmoid($0) }, { Swift.min($0, 0) - Foundation.log1p(Foundation.exp(-Swift.abs($0))) }),
      (
        "sigmoid", { sigmoid($0) },
        { $0 < 0 ? Foundation.exp($0) / (1 + Foundation.exp($0)) : 1 / (1 + Foundation.exp(-$0)) }
      ),
      ("erfc", { erfc($0) }, Foundation.erfc),
      (
        "logAddExp", { logAddExp($0, Tensor(0, dtype: .float64)) },
        { Swift.max($0, 0) + Foundation.log1p(Foundation.exp(-Swift.abs($0))) }
      ),
    ]
    for (name, function, reference) in rows {
      let x = vector(points)
      for (point, found) in Swift.zip(points, function(x).scalars(as: Double.self)) {
        let expected = reference(point)
        #expect(
          found == expected || Swift.abs(found - expected) <= 1e-11 * Swift.abs(expected), "\(name)(\(point)): \(found)"
        )
      }
      guard name != "expMinusOne" else { continue }
      #expect(gradient(at: x) { function($0).sum() }.isFinite().all().item(as: Bool.self), "the gradient of \(name)")
    }
    let small = [1e-300, -1e-300, 1e-10, -1e-10, 1e-5, 0.5, 1e300]
    for (point, found) in Swift.zip(small, log(onePlus: vector(small)).scalars(as: Double.self)) {
      let expected = Foundation.log1p(point)
      #expect(Swift.abs(found - expected) <= 1e-11 * Swift.abs(expected), "log1p(\(point)): \(found)")
    }
  }

  /// `E[x²] - E[x]²` would give anything here, negative numbers as well.
  @Test func spreadsFarFromZeroKeepTheirDigits() {
    let spread = [0.0, 1, 2, 5]
    for offset in [1e8, -1e9] {
      let x = vector(spread.map { $0 + offset }), plain = vector(spread)
      #expect(x.variance().isClose(to: plain.variance(), relative: 1e-11, absolute: 0))
      #expect(x.standardDeviation(correction: 1).isClose(to: plain.standardDeviation(correction: 1), relative: 1e-11))
      #expect(layerNorm(x).isClose(to: layerNorm(plain), relative: 1e-7, absolute: 1e-7))
      #expect(x.moments().variance.isClose(to: plain.variance(), relative: 1e-11, absolute: 0))
    }
    #expect(vector([1e9, 1e9 + 1, 1e9 + 2]).variance().isClose(to: Tensor(2 / 3.0, dtype: .float64), relative: 1e-11))
    // Where nothing is spread there is nothing to divide by.
    let flat = Tensor.full([2, 3], 1e8, dtype: .float64)
    #expect(flat.variance(axis: 1) == Tensor([0, 0], dtype: .float64) && layerNorm(flat) == flat * 0)
    #expect(gradient(at: flat) { (layerNorm($0) * vector([1, 2, 3])).sum() }.isFinite().all().item(as: Bool.self))
    #expect(gradient(at: flat) { $0.standardDeviation(axis: 1).sum() } == flat * 0)
  }

  /// NaN wins, at any place, along any axis, and as either operand.
  @Test func nanIsNeverSwallowed() {
    for place in 0..<8 {
      var values = [3, -1, 7, 2, 5, -4, 0.5, 1]
      values[place] = .nan
      let x = vector(values).reshaped(to: [2, 4]), five = Tensor.full([2, 4], 5, dtype: .float64)
      let row = place / 4, column = place % 4
      func isNaN(_ y: Tensor) -> [Bool] { y.isNaN().scalars(as: Bool.self) }
      let only = (0..<8).map { $0 == place }
      let elementwise = [
        relu(x), relu6(x), leakyReLU(x), hardTanh(x), x.clamped(to: -1...1), x.clamped(lower: 0, upper: 1),
        maximum(x, five), maximum(five, x), minimum(x, five), minimum(five, x), abs(x), sign(x),
      ]
      for (number, y) in elementwise.enumerated() { #expect(isNaN(y) == only, "\(number), at \(place)") }
      let rows = (0..<2).map { $0 == row }, columns = (0..<4).map { $0 == column }
      for y in [x.max(axis: 1), x.min(axis: 1), x.sum(axis: 1), x.quantile(0.5), x.trimmedMean(0.25)] {
        #expect(isNaN(y) == rows, "rows, at \(place)")
      }
      for y in [x.max(axis: 0), x.min(axis: 0), x.product(axis: 0)] {
        #expect(isNaN(y) == columns, "columns, at \(place)")
      }
      #expect(isNaN(x.softmax()) == (0..<8).map { $0 / 4 == row })
      for y in [x.cumulativeMax(axis: 1), x.cumulativeMin(axis: 1)] {
        #expect(isNaN(y) == (0..<8).map { $0 / 4 == row && $0 % 4 >= column }, "scan, at \(place)")
      }
      let images = x.reshaped(to: [1, 2, 4])
      for y in [maxPool1D(images, kernel: 2), avgPool1D(images, kernel: 2)] {
        #expect(isNaN(y) == (0..<4).map { $0 == place / 2 }, "windows, at \(place)")
      }
    }
  }

  // MARK: - Shapes

  /// Sums of nothing, tensors of one element without axes, and memory that was used before.
  @Test func emptyAndScalarTensorsHaveTheirIdentities() {
    let none = Tensor.zeros([0], dtype: .float64), one = Tensor(3, dtype: .float64)
    #expect(none.sum().item() == 0.0 && none.product().item() == 1.0 && none.mean().item(as: Double.self).isNaN)
    #expect(none.logSumExp().item() == -Double.infinity)
    for call in [{ none.max() }, { none.min() }, { none.argMax() }] as [() -> Tensor] {
      #expect(kind(call) == .emptyReduction)
    }
    for y in [one.sum(), one.mean(), one.max(), one.product(), one.logSumExp()] { #expect(y == one) }
    #expect(gradient(at: one) { exp($0).sum() }.shape == [])
    #expect(gradient(at: none) { ($0 * $0).sum() }.shape == [0])
    #expect(gradient(at: Tensor.zeros([2, 0], dtype: .float64)) { $0.product() }.shape == [2, 0])
    #expect(gradient(at: Tensor.zeros([2, 0], dtype: .float64)) { $0.sum(axis: 1).sum() }.shape == [2, 0])
    for _ in 0..<100 {
      // Blocks of memory that hold something else are taken again and again.
      _ = Tensor.full([3, 4], .nan)
      let (da, db) = gradient(at: Tensor.zeros([3, 0]), Tensor.zeros([0, 4])) { a, b in
        let product = a.matmul(b)
        #expect(product == Tensor.zeros([3, 4]))
        return product.sum()
      }
      #expect(da.shape == [3, 0] && db.shape == [0, 4])
    }
  }

  /// Operands and cotangents that are views give the bits that their copies give.
  @Test func viewsGiveTheBitsOfTheirCopies() {
    let base = (Tensor.arange(48, dtype: .float64) * 0.37 - 7).reshaped(to: [6, 8])
    let views = [
      base.transposed(), base.reversed(axes: [0]), base[.all, (0..<8).by(3)], base[(1..<6).by(2)],
      base[0].expanded(at: 0).broadcast(to: [5, 8]),
    ]
    let functions: [(Tensor) -> Tensor] = [
      { gelu($0) }, { $0.softmax() }, { layerNorm($0) }, { $0.matmul($0.transposed()) }, { $0.cumulativeSum(axis: 0) },
      { $0.sorted(axis: 0).values }, { $0.max(axis: 0) }, { $0.sum(axis: 1) },
    ]
    for (number, view) in views.enumerated() {
      let copy = Tensor(view.scalars(as: Double.self), shape: view.shape)
      for (place, function) in functions.enumerated() {
        let (y, pull) = valueWithPullback(at: view, of: function)
        let (z, plainPull) = valueWithPullback(at: copy, of: function)
        #expect(y == z, "view \(number), function \(place)")
        let stretched = Tensor(0.5, dtype: .float64).broadcast(to: y.shape)
        let plain = Tensor.full(y.shape, 0.5, dtype: .float64)
        #expect(pull(stretched) == plainPull(plain), "view \(number), function \(place)")
        guard y.rank == 2 else { continue }
        let turned = function(copy).transposed() + 0, cotangent = turned.transposed()
        let flat = Tensor(cotangent.scalars(as: Double.self), shape: cotangent.shape)
        #expect(pull(cotangent) == plainPull(flat), "view \(number), function \(place)")
      }
    }
  }
}
