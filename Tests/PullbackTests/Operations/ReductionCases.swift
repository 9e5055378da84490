import Foundation
import Pullback

extension OperationCase {
  static let reductions: [OperationCase] =
    folds("sum", reference: { $0.reduce(0, +) }) { $0.sum(axes: $1, keepDims: $2) }
    + folds("mean", reference: { $0.reduce(0, +) / Double($0.count) }) { $0.mean(axes: $1, keepDims: $2) }
    + folds("max", .distinct, reference: { $0.max()! }) { $0.max(axes: $1, keepDims: $2) }
    + folds("min", .distinct, reference: { $0.min()! }) { $0.min(axes: $1, keepDims: $2) }
    + folds("product", reference: { $0.reduce(1, *) }) { $0.product(axes: $1, keepDims: $2) }
    + folds("variance", reference: variance) { $0.variance(axes: $1, keepDims: $2) }
    + folds("standardDeviation", reference: { variance($0).squareRoot() }) {
      $0.standardDeviation(axes: $1, keepDims: $2)
    }
    + folds("logSumExp", reference: { Foundation.log($0.map(Foundation.exp).reduce(0, +)) }) {
      $0.logSumExp(axes: $1, keepDims: $2)
    }
    + folds("norm", reference: { $0.map { $0 * $0 }.reduce(0, +).squareRoot() }) { $0.norm(axes: $1, keepDims: $2) }
    + folds("norm 1", reference: { $0.map { Swift.abs($0) }.reduce(0, +) }) { $0.norm(p: 1, axes: $1, keepDims: $2) }
    + folds("norm 3") { $0.norm(p: 3, axes: $1, keepDims: $2) } + rows

  private static func variance(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count)
  }

  private static func folds(
    _ name: String, _ domain: Domain = .signed(0.3...2), reference: (@Sendable ([Double]) -> Double)? = nil,
    _ function: @escaping @Sendable (Tensor, [Int]?, Bool) -> Tensor
  ) -> [OperationCase] {
    let axes: [[Int]?] = [nil, [0], [-1], [0, 2]]
    return axes.map { axes in
      let positions = (axes ?? [0, 1, 2]).map { $0 < 0 ? $0 + 3 : $0 }
      var slow: Reference?
      if let reference { slow = { operands in operands[0].folded(axes: positions, reference) } }
      let label = axes.map(\.description) ?? "all"
      return OperationCase.of("\(name) \(label)", [2, 2, 3], domain, reference: slow) { function($0, axes, false) }
    } + [OperationCase.of("\(name), kept", [2, 3], domain) { function($0, [1], true) }]
  }

  private static func shares(_ row: [Double]) -> [Double] {
    let terms = row.map(Foundation.exp)
    return terms.map { $0 / terms.reduce(0, +) }
  }

  private static let rows: [OperationCase] = [
    .of("softmax", [2, 4], reference: { $0[0].rows(shares) }) { $0.softmax() },
    .of("softmax of columns", [3, 2]) { $0.softmax(axis: 0) },
    .of("logSoftmax", [2, 4], reference: { $0[0].rows { shares($0).map(Foundation.log) } }) { $0.logSoftmax() },
    .of("logSoftmax of columns", [3, 2]) { $0.logSoftmax(axis: 0) },
    .of("cumulativeSum", [2, 4], reference: { $0[0].rows { row in row.indices.map { row[0...$0].reduce(0, +) } } }) {
      $0.cumulativeSum(axis: 1)
    },
    .of("cumulativeSum, reversed", [2, 4]) { $0.cumulativeSum(axis: 0, exclusive: true, reversed: true) },
    .of("cumulativeProduct", [2, 5], reference: { $0[0].rows { row in row.indices.map { row[0...$0].reduce(1, *) } } })
    {
      $0.cumulativeProduct(axis: 1)
    },
    .of("cumulativeLogSumExp", [2, 5]) { $0.cumulativeLogSumExp(axis: -1) },
    .of(
      "cumulativeMax", [2, 5], .distinct, reference: { $0[0].rows { row in row.indices.map { row[0...$0].max()! } } }
    ) {
      $0.cumulativeMax(axis: 1)
    },
    .of("cumulativeMin", [2, 5], .distinct) { $0.cumulativeMin(axis: 1) },
    .of("differences", [2, 5]) { $0.differences(order: 2) },
    .of("trapezoid", [2, 5]) { $0.trapezoid(step: 0.5) },
    .of("cumulativeTrapezoid", [2, 5]) { $0.cumulativeTrapezoid() },
    .of("sorted", [2, 5], .distinct, reference: { $0[0].rows { $0.sorted() } }) { $0.sorted().values },
    .of("topK", [2, 5], .distinct) { $0.topK(3).values },
    .of("maxWithPlace", [2, 5], .distinct) { $0.maxWithPlace(axis: 1).values },
    .of("minWithPlace", [2, 5], .distinct) { $0.minWithPlace(axis: 0).values },
    .of("smallest", [2, 5], .distinct) { $0.smallest(at: 1).values },
    .of("median", [2, 5], .distinct) { $0.median(axis: 1).values },
    .of("median of all", [5], .distinct) { $0.median() },
    .of("quantile", [2, 5], .distinct) { $0.quantile(0.3) },
  ]
}
