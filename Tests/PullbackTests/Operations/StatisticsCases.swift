import Foundation
import Pullback

/// Statistics, scans by other operations, combinations, and options of operations that other tables have plain.
extension OperationCase {
  static let statistics: [OperationCase] =
    [
      .of("minAndMax", [2, 3], .distinct) { x in
        let (low, high) = x.minAndMax(axes: [1])
        return low * 2 + high
      },
      .of("moments", [2, 4]) { x in
        let (mean, variance) = x.moments(axes: [1], correction: 1)
        return mean * variance
      },
      .of(
        "logMeanExp", [2, 3],
        reference: {
          $0[0].folded(axes: [1]) { Foundation.log($0.map(Foundation.exp).reduce(0, +) / Double($0.count)) }
        }
      ) { $0.logMeanExp(axes: [1]) },
      .of(
        "trimmedMean", [2, 5], .distinct,
        reference: { $0[0].folded(axes: [1]) { $0.sorted()[1...3].reduce(0, +) / 3 } }
      ) { $0.trimmedMean(0.25) },
      .of("trimmedMean, of columns", [3, 2], .distinct) { $0.trimmedMean(0.4, axis: 0, keepDims: true) },
      .of("nanSum", [2, 3], reference: { $0[0].folded(axes: [1]) { $0.reduce(0, +) } }) { $0.nanSum(axes: [1]) },
      .of("nanSum, with NaN", [2, 3]) { withNaN($0).nanSum(axes: [-1], keepDims: true) },
      .of("nanMean", [2, 3]) { $0.nanMean(axes: [0]) },
      .of("nanMean, with NaN", [2, 3]) { withNaN($0).nanMean() },
      .of("nanMedian", [2, 5], .distinct) { $0.nanMedian(axis: 1).values },
      .of("nanMedian, with NaN", [2, 3], .distinct) { withNaN($0).nanMedian(axis: 1, keepDims: true).values },
      .of("nanMedian of all", [2, 3], .distinct) { withNaN($0).nanMedian() },
      .of("mode", [2, 5], .distinct, reference: { $0[0].folded(axes: [1]) { $0.min()! } }) { $0.mode(axis: 1).values },
      .of("mode, with equals", [4], .distinct) { concatenated([$0, $0[1..<3]], axis: 0).mode(axis: 0).values * 2 },
      .of("norm inf", [2, 3], .distinct) { $0.norm(p: .infinity, axes: [1]) },
      .of("norm -inf", [2, 3], .distinct) { $0.norm(p: -.infinity, axes: [0]) },
      .of("norm 0", [2, 3]) { $0.norm(p: 0, axes: [0]) },
      .of("norm 0.5", [2, 3]) { $0.norm(p: 0.5, axes: [1]) },
      .of("renormalized", [2, 3]) { $0.renormalized(axis: 0, maximum: 0.5) },
      .of("renormalized, 1-norm", [3, 2]) { $0.renormalized(p: 1, axis: 1, maximum: 3) },
    ] + quantiles

  private static func withNaN(_ x: Tensor) -> Tensor {
    select(where: Tensor([false, true, false]), then: .nan, else: x)
  }

  private static let quantiles: [OperationCase] =
    QuantileInterpolation.allCases.map { interpolation in
      .of("quantile, \(interpolation)", [2, 5], .distinct) { $0.quantile(0.3, interpolation: interpolation) }
    } + [
      .of("quantiles", [5, 2], .distinct) { $0.quantiles([0, 0.35, 1], axis: 0, keepDims: true) }
    ]

  static let moreScans: [OperationCase] =
    [false, true].flatMap { exclusive in
      [false, true].flatMap { reversed in
        [
          OperationCase.of("cumulativeSum \(exclusive) \(reversed)", [3, 2]) {
            $0.cumulativeSum(axis: 0, exclusive: exclusive, reversed: reversed)
          },
          .of("cumulativeProduct \(exclusive) \(reversed)", [2, 5]) {
            $0.cumulativeProduct(axis: 1, exclusive: exclusive, reversed: reversed)
          },
        ]
      }
    } + [
      .of("cumulativeLogSumExp, reversed", [2, 5]) { $0.cumulativeLogSumExp(axis: 1, reversed: true) },
      .of("cumulativeMax, reversed", [2, 5], .distinct) { $0.cumulativeMax(axis: 1, reversed: true) },
      .of("cumulativeMin, reversed", [5, 2], .distinct) { $0.cumulativeMin(axis: 0, reversed: true) },
      .of("cumulativeMaxWithPlaces", [2, 5], .distinct) { $0.cumulativeMaxWithPlaces(axis: 1).values },
      .of("cumulativeMinWithPlaces", [2, 5], .distinct) { $0.cumulativeMinWithPlaces(axis: 1).values },
      .of("associativeScan", [2, 7, 2, 2]) { $0.associativeScan(axis: 1) { $0.matmul($1) } },
      .of(
        "associativeScan, reversed", [6],
        reference: { $0[0].rows { row in row.indices.map { row[$0...].reduce(1, *) } } }
      ) {
        $0.associativeScan(axis: 0, reversed: true) { $0 * $1 }
      },
      OperationCase("associativeScan of two", [[5, 2], [5, 2]], [.signed(0.3...1.2)]) { x in
        associativeScan(x, axis: 0) { [$0[0] * $1[0], $0[1] * $1[0] + $1[1]] }[1]
      },
      OperationCase("trapezoid, at points", [[2, 4], [4]], [.distinct]) { $0[0].trapezoid(at: $0[1]) },
      OperationCase("cumulativeTrapezoid, at points", [[4, 2], [4]], [.distinct]) {
        $0[0].cumulativeTrapezoid(at: $0[1], axis: 0)
      },
    ]

  static let combinations: [OperationCase] =
    [
      OperationCase("blockDiagonal", [[2, 3], [2], [1, 1]], [.signed(0.3...2)]) { blockDiagonal($0) },
      OperationCase("cartesianProduct", [[2], [3]], [.signed(0.3...2)]) { cartesianProduct($0) },
      .of("combinations", [4]) { $0.combinations(of: 2) },
      .of("combinations, repeating", [3]) { $0.combinations(of: 2, repeating: true) },
      OperationCase("gridCoordinates, cartesian", [[2], [3]], [.signed(0.3...2)]) { x in
        let grid = gridCoordinates(x, ordering: .cartesian)
        return grid[0] * grid[1].squared()
      },
      .of("chunked", [2, 5]) { x in
        let parts = x.chunked(3, axis: 1)
        return concatenated([parts[2], parts[0] * parts[1]], axis: 1)
      },
      .of("unflattened", [2, 6], reference: { Naive([2, 3, 2], $0[0].values) }) {
        $0.unflattened(axis: 1, to: [3, -1])
      },
      OperationCase("replacingDiagonal", [[3, 4], [3]], [.signed(0.3...2)]) {
        $0[0].replacingDiagonal(with: $0[1], offset: 1)
      },
      OperationCase("adding", [[4, 3], [5]], [.signed(0.3...2)]) {
        $0[0].adding($0[1], at: Tensor([0, 3, 0, 0, -1], dtype: .int64), Tensor([1, 2, 1, 0, 2], dtype: .int64))
      },
      OperationCase("adding, to rows", [[4, 3], [3]], [.signed(0.3...2)]) {
        $0[0].adding($0[1], at: Tensor([2, 2], dtype: .int64))
      },
      OperationCase("adding, to a slice", [[4, 3], [2, 1]], [.signed(0.3...2)]) {
        $0[0].adding($0[1], at: (0...).by(-2))
      },
      .of("subscript, index filled", [4, 3]) { x in
        var y = x
        y[Tensor([3, 0], dtype: .int64)] = Tensor(2, dtype: x.dtype)
        return y
      },
    ] + reduced

  private static let reduced: [OperationCase] = [Tensor.ScatterReduction.sum, .product, .mean, .max, .min].flatMap {
    reduction in
    [true, false].map { includingOwn in
      OperationCase(
        "scatterReducing \(reduction) \(includingOwn)", [[3, 2], [4, 2]], [.distinct], allowsSame: false
      ) {
        $0[0].scatterReducing(
          $0[1], along: 0, at: Tensor([[0, 2], [0, 1], [2, 2], [0, 0]], dtype: .int64), by: reduction,
          includingOwn: includingOwn)
      }
    }
  }

  static let steps: [OperationCase] = [
    .unary("angle", .signed(0.3...2), reference: { $0 < 0 ? Double.pi : 0 }) { angle($0) },
    OperationCase("heaviside", [[2, 3], [3]], [.signed(0.3...2)]) {
      heaviside($0[0] * Tensor([1, 0, 1], dtype: $0[0].dtype), atZero: $0[1])
    },
    .unary("softplus, beta and threshold", .signed(0.3...2)) { softplus($0, beta: 2.5, threshold: 3) },
    .unary(
      "select(where:of:standIn:then:else:)", .signed(0.3...2), reference: { $0 > 0 ? Foundation.log($0) : 7 }
    ) { select(where: $0 .> 0, of: $0, then: { log($0) }, else: 7) },
    .unary("rrelu", .signed(0.3...2), reference: { $0 > 0 ? $0 : 0.2 * $0 }) { rrelu($0, slopes: 0.1...0.3) },
    .of("rrelu, random", [2, 3]) {
      var generator = PhiloxGenerator(seed: 3)
      return rrelu($0.cast(to: .float64), using: &generator).cast(to: $0.dtype)
    },
    OperationCase("cosineDistance", [[2, 3], [2, 3]], [.distinct], allowsSame: false) { cosineDistance($0[0], $0[1]) },
  ]
}
