import Testing

@testable import Pullback

/// Every operation that takes an axis or an index accepts those that exist, counted from either end, and refuses others.
@Suite struct AxisTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let function: @Sendable (Tensor, Int) -> Tensor

    init(_ name: String, _ function: @escaping @Sendable (Tensor, Int) -> Tensor) {
      testDescription = name
      self.function = function
    }
  }

  /// Of shape [3, 3, 3], so that what fits one axis fits all.
  private static var cube: Tensor {
    var noise = Noise(seed: 11)
    return noise.tensor([3, 3, 3])
  }

  /// The kind of the mistake that a call makes, or nil.
  private static func mistake(_ body: () -> Tensor) -> TensorError.Kind? {
    do {
      try checked { _ = body() }
      return nil
    } catch { return (error as? TensorError)?.kind }
  }

  @Test(arguments: axis)
  func axesCountFromBothEnds(_ row: Row) throws {
    let x = AxisTests.cube
    for axis in 0..<3 {
      try expectSameBits(row.function(x, axis - 3), row.function(x, axis), "\(row.testDescription), axis \(axis)")
    }
    for axis in [-4, 3, .min, .max] {
      #expect(AxisTests.mistake { row.function(x, axis) } == .invalidAxis, "axis \(axis)")
    }
  }

  @Test(arguments: axes)
  func noAxisIsNamedTwice(_ row: Row) {
    let x = AxisTests.cube
    #expect(AxisTests.mistake { row.function(x, 1) } == nil)
    for axis in [0, -3] { #expect(AxisTests.mistake { row.function(x, axis) } == .invalidAxis, "axis \(axis)") }
  }

  @Test(arguments: indices)
  func indicesLieWithinTheAxis(_ row: Row) {
    let x = AxisTests.cube
    for index in [0, 2] { #expect(AxisTests.mistake { row.function(x, index) } == nil, "index \(index)") }
    for index in [3, 4, -4, .min, .max] {
      #expect(AxisTests.mistake { row.function(x, index) } == .indexOutOfRange, "index \(index)")
    }
  }

  static let axis: [Row] = [
    Row("sum") { $0.sum(axis: $1) }, Row("mean") { $0.mean(axis: $1) }, Row("max") { $0.max(axis: $1) },
    Row("min") { $0.min(axis: $1) }, Row("product") { $0.product(axis: $1) },
    Row("variance") { $0.variance(axis: $1) }, Row("standardDeviation") { $0.standardDeviation(axis: $1) },
    Row("logSumExp") { $0.logSumExp(axis: $1) }, Row("norm") { $0.norm(axis: $1) },
    Row("nanSum") { $0.nanSum(axes: [$1]) }, Row("nanMean") { $0.nanMean(axes: [$1]) },
    Row("minAndMax") { $0.minAndMax(axes: [$1]).max }, Row("moments") { $0.moments(axes: [$1]).variance },
    Row("logMeanExp") { $0.logMeanExp(axes: [$1]) }, Row("countNonzero") { $0.countNonzero(axes: [$1]) },
    Row("all") { ($0 .> 0).all(axes: [$1]) }, Row("any") { ($0 .> 0).any(axes: [$1]) },
    Row("argMax") { $0.argMax(axis: $1) }, Row("argMin") { $0.argMin(axis: $1) },
    Row("maxWithPlace") { $0.maxWithPlace(axis: $1).values }, Row("minWithPlace") { $0.minWithPlace(axis: $1).values },
    Row("softmax") { $0.softmax(axis: $1) }, Row("logSoftmax") { $0.logSoftmax(axis: $1) },
    Row("cumulativeSum") { $0.cumulativeSum(axis: $1, exclusive: true, reversed: true) },
    Row("cumulativeProduct") { $0.cumulativeProduct(axis: $1) }, Row("cumulativeMax") { $0.cumulativeMax(axis: $1) },
    Row("cumulativeMin") { $0.cumulativeMin(axis: $1) },
    Row("cumulativeLogSumExp") { $0.cumulativeLogSumExp(axis: $1) },
    Row("associativeScan") { $0.associativeScan(axis: $1) { $0 + $1 } },
    Row("differences") { $0.differences(axis: $1) }, Row("trapezoid") { $0.trapezoid(axis: $1) },
    Row("sorted") { $0.sorted(axis: $1).values }, Row("argSort") { $0.argSort(axis: $1) },
    Row("topK") { $0.topK(2, axis: $1).values }, Row("smallest") { $0.smallest(at: 1, axis: $1).values },
    Row("median") { $0.median(axis: $1).values }, Row("nanMedian") { $0.nanMedian(axis: $1).values },
    Row("mode") { $0.mode(axis: $1).values }, Row("quantile") { $0.quantile(0.3, axis: $1) },
    Row("transposed") { $0.transposed($1, 0) }, Row("movedAxes") { $0.movedAxes([$1], to: [0]) },
    Row("reversed") { $0.reversed(axes: [$1]) }, Row("rolled") { $0.rolled(by: [1], axes: [$1]) },
    Row("repeated") { $0.repeated(2, axis: $1) }, Row("repeated unequally") { $0.repeated([1, 0, 2], axis: $1) },
    Row("concatenated") { concatenated([$0, $0], axis: $1) }, Row("split") { $0.split(sizes: [1, 2], axis: $1)[1] },
    Row("chunked") { $0.chunked(2, axis: $1)[0] }, Row("unflattened") { $0.unflattened(axis: $1, to: [1, 3]) },
    Row("gathering") { $0.gathering(Tensor([2, 0], dtype: .int64), axis: $1) },
    Row("gathered") { $0.gathered(along: $1, at: Tensor.zeros([3, 3, 3], dtype: .int64)) },
    Row("scattered") { $0.scattered($0 * 2, along: $1, at: Tensor.ones([3, 3, 3], dtype: .int64)) },
    Row("scatterAdding") { $0.scatterAdding($0, along: $1, at: Tensor.ones([3, 3, 3], dtype: .int64)) },
    Row("addingRows") { $0.addingRows($0, at: Tensor([2, 0, 2], dtype: .int64), axis: $1) },
    Row("replacingRows") { $0.replacingRows($0, at: Tensor([2, 0, 1], dtype: .int64), axis: $1) },
    Row("unfolded") { $0.unfolded(axis: $1, size: 2) }, Row("normalized") { $0.normalized(axis: $1) },
    Row("renormalized") { $0.renormalized(axis: $1, maximum: 0.1) },
    Row("cosineSimilarity") { cosineSimilarity($0, $0 + 1, axis: $1) }, Row("cross") { cross($0, $0 + 1, axis: $1) },
    Row("vecdot") { vecdot($0, $0, axis: $1) },
  ]

  /// Axis 0 besides another one.
  static let axes: [Row] = [
    Row("sum") { $0.sum(axes: [0, $1]) }, Row("mean") { $0.mean(axes: [0, $1]) }, Row("max") { $0.max(axes: [0, $1]) },
    Row("product") { $0.product(axes: [0, $1]) }, Row("variance") { $0.variance(axes: [0, $1]) },
    Row("logSumExp") { $0.logSumExp(axes: [0, $1]) }, Row("norm") { $0.norm(axes: [0, $1]) },
    Row("all") { ($0 .> 0).all(axes: [0, $1]) }, Row("reversed") { $0.reversed(axes: [0, $1]) },
    Row("permuted") { $0.permuted(axes: [0, $1, 2]) }, Row("movedAxes") { $0.movedAxes([0, $1], to: [1, 2]) },
    Row("diagonal") { $0.diagonal(axes: (0, $1)) },
  ]

  /// An index into axis 0, of extent 3.
  static let indices: [Row] = [
    Row("subscript, place") { $0[$1] },
    Row("subscript, index") { $0[Tensor([Int64($1)], shape: [1])] },
    Row("subscript, assigned") { x, index in
      var y = x
      y[index] = Tensor(0, dtype: x.dtype)
      return y
    },
    Row("subscript, index assigned") { x, index in
      var y = x
      y[Tensor([Int64(index)], shape: [1])] = Tensor(0, dtype: x.dtype)
      return y
    },
    Row("gathering") { $0.gathering(Tensor([Int64($1)], shape: [1])) },
    Row("gathered") { $0.gathered(along: 0, at: Tensor([Int64($1)], shape: [1, 1, 1])) },
    Row("scattered") { $0.scattered($0[..<1, ..<1, ..<1], along: 0, at: Tensor([Int64($1)], shape: [1, 1, 1])) },
    Row("scatterAdding") {
      $0.scatterAdding($0[..<1, ..<1, ..<1], along: 0, at: Tensor([Int64($1)], shape: [1, 1, 1]))
    },
    Row("addingRows") { $0.addingRows($0[..<1], at: Tensor([Int64($1)], shape: [1]), axis: 0) },
    Row("replacingRows") { $0.replacingRows($0[..<1], at: Tensor([Int64($1)], shape: [1]), axis: 0) },
    Row("adding") { $0.adding($0[0], at: Tensor([Int64($1)], shape: [1])) },
    Row("embedding") { embedding(Tensor([Int64($1)], shape: [1]), in: $0[0]) },
    Row("oneHot") { oneHot(Tensor([Int64($1)], shape: [1]), classes: $0.shape[0]) },
    Row("crossEntropy") { crossEntropy($0[0, ..<1], labels: Tensor([Int64($1)], shape: [1])) },
    Row("smallest") { $0.smallest(at: $1).values },
  ]
}
