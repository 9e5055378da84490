import Foundation
import Pullback

private func logistic(_ x: Double) -> Double { 1 / (1 + Foundation.exp(-x)) }

extension OperationCase {
  static let activations: [OperationCase] = [
    .unary("sigmoid", .signed(0.3...2), reference: logistic) { sigmoid($0) },
    .unary("logSigmoid", .signed(0.3...2), reference: { Foundation.log(logistic($0)) }) { logSigmoid($0) },
    .unary("softplus", .signed(0.3...2), reference: { Foundation.log1p(Foundation.exp($0)) }) { softplus($0) },
    .unary("relu", .signed(0.3...2), reference: { Swift.max(0, $0) }) { relu($0) },
    .unary("relu6", .signed(0.3...2), reference: { Swift.max(0, $0) }) { relu6($0) },
    .unary("clamped(lower:upper:), numbers", .distinct, reference: { Swift.min(Swift.max($0, -0.2), 0.25) }) {
      $0.clamped(lower: -0.2, upper: 0.25)
    },
    .unary("clamped(to:)", .distinct, reference: { Swift.min(Swift.max($0, -0.2), 0.25) }) {
      $0.clamped(to: -0.2...0.25)
    },
    .unary("hardTanh", .signed(0.3...0.9), reference: { $0 }) { hardTanh($0) },
    .unary("hardSigmoid", .signed(0.3...2), reference: { $0 / 6 + 0.5 }) { hardSigmoid($0) },
    .unary("hardSwish", .signed(0.3...2), reference: { $0 * ($0 / 6 + 0.5) }) { hardSwish($0) },
    .unary("leakyReLU", .signed(0.3...2), reference: { $0 > 0 ? $0 : 0.1 * $0 }) { leakyReLU($0, slope: 0.1) },
    .unary("elu", .signed(0.3...2), reference: { $0 > 0 ? $0 : 1.5 * Foundation.expm1($0) }) { elu($0, alpha: 1.5) },
    .unary("celu", .signed(0.3...2), reference: { $0 > 0 ? $0 : 1.5 * Foundation.expm1($0 / 1.5) }) {
      celu($0, alpha: 1.5)
    },
    .unary("selu", .signed(0.3...2)) { selu($0) },
    .unary(
      "gelu", .signed(0.3...2), reference: { $0 * 0.5 * Foundation.erfc(-$0 / 2.0.squareRoot()) }
    ) { gelu($0) },
    .unary("gelu, tanh", .signed(0.3...2)) { gelu($0, approximation: .tanh) },
    .unary("silu", .signed(0.3...2), reference: { $0 * logistic($0) }) { silu($0) },
    .unary("mish", .signed(0.3...2), reference: { $0 * Foundation.tanh(Foundation.log1p(Foundation.exp($0))) }) {
      mish($0)
    },
    .unary("softsign", .signed(0.3...2), reference: { $0 / (1 + Swift.abs($0)) }) { softsign($0) },
    .unary("hardShrink", .signed(0.6...2)) { hardShrink($0) },
    .unary("softShrink", .signed(0.6...2)) { softShrink($0) },
    .unary("tanhShrink", .signed(0.3...2), reference: { $0 - Foundation.tanh($0) }) { tanhShrink($0) },
    .unary("threshold", .signed(0.3...2)) { threshold($0, above: 0.1, else: 7) },
    .unary("squareplus", .signed(0.3...2)) { squareplus($0) },
    .unary("reluSquared", .signed(0.3...2)) { reluSquared($0) },
    OperationCase("prelu", [[2, 3], [3]], [.signed(0.3...2)]) { prelu($0[0], weight: $0[1]) },
  ]
}
