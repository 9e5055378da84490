import Foundation
import Pullback

extension OperationCase {
  static let arithmetic: [OperationCase] =
    [
      binary("+", [.signed(0.3...2)], reference: { $0 + $1 }) { $0 + $1 },
      binary("-(_:_:)", [.signed(0.3...2)], reference: { $0 - $1 }) { $0 - $1 },
      binary("*", [.signed(0.3...2)], reference: { $0 * $1 }) { $0 * $1 },
      binary("/", [.signed(0.3...2)], reference: { $0 / $1 }) { $0 / $1 },
      binary("pow", [.within(0.4...2), .signed(0.3...2)], reference: Foundation.pow) { pow($0, $1) },
      binary("atan2", [.signed(0.3...2)], reference: Foundation.atan2) { atan2(y: $0, x: $1) },
      binary("hypot", [.signed(0.3...2)], reference: Foundation.hypot) { hypot($0, $1) },
      binary("logAddExp", [.signed(0.3...2)], reference: { Foundation.log(Foundation.exp($0) + Foundation.exp($1)) }) {
        logAddExp($0, $1)
      },
      binary("logAddExp2", [.signed(0.3...2)]) { logAddExp2($0, $1) },
      binary("xlogy", [.signed(0.3...2), .within(0.4...2)], allowsSame: false, reference: { $0 * Foundation.log($1) }) {
        xlogy($0, $1)
      },
      binary(
        "xlog1py", [.signed(0.3...2), .within(0.4...2)], allowsSame: false, reference: { $0 * Foundation.log1p($1) }
      ) { xlog1py($0, $1) },
      binary("squaredDifference", [.signed(0.3...2)], reference: { ($0 - $1) * ($0 - $1) }) {
        squaredDifference($0, $1)
      },
      binary("scaleByPowerOfTwo", [.signed(0.3...2)], reference: { $0 * Foundation.exp2($1) }) {
        scaleByPowerOfTwo($0, $1)
      },
      binary("maximum", [.distinct], allowsSame: false, reference: { $0 > $1 ? $0 : $1 }) { maximum($0, $1) },
      binary("minimum", [.distinct], allowsSame: false, reference: { $0 < $1 ? $0 : $1 }) { minimum($0, $1) },
      binary("maximumNumber", [.distinct], allowsSame: false) { maximumNumber($0, $1) },
      binary("minimumNumber", [.distinct], allowsSame: false) { minimumNumber($0, $1) },
      binary("remainder", [.within(1.1...1.9), .within(0.6...0.95)], allowsSame: false) { remainder($0, $1) },
      binary("truncatingRemainder", [.within(1.1...1.9), .within(0.6...0.95)], allowsSame: false) {
        truncatingRemainder($0, $1)
      },
      binary("floorDivide", [.within(1.1...1.9), .within(0.6...0.95)], allowsSame: false) { floorDivide($0, $1) },
      binary("copySign", [.signed(0.3...2)], reference: { Foundation.copysign($0, $1) }) { copySign(of: $1, to: $0) },
    ].flatMap { $0 } + scalars

  private static let scalars: [OperationCase] = [
    .unary("-(_:)", .signed(0.3...2), reference: { -$0 }) { -$0 },
    .unary("+, scalar", .signed(0.3...2), reference: { $0 + 3 }) { $0 + 3 },
    .unary("-(_:_:), scalar", .signed(0.3...2), reference: { $0 - 3 }) { $0 - 3 },
    .unary("-(_:_:), scalar first", .signed(0.3...2), reference: { 3 - $0 }) { 3 - $0 },
    .unary("*, scalar", .signed(0.3...2), reference: { $0 * 3 }) { $0 * 3 },
    .unary("/, scalar", .signed(0.3...2), reference: { $0 / 3 }) { $0 / 3 },
    .unary("/, scalar first", .signed(0.3...2), reference: { 3 / $0 }) { 3 / $0 },
    .unary("-=", .signed(0.3...2), reference: { 2.5 - $0 }) { x in
      var y = 3 - x
      y -= 0.5
      return y
    },
    .unary("*=", .signed(0.3...2), reference: { 2 * $0 * $0 }) { x in
      var y = x * 2
      y *= x
      return y
    },
    .unary("/=", .signed(0.3...2), reference: { ($0 + 3) / $0 / 2 }) { x in
      var y = x + 3
      y /= x
      y /= 2
      return y
    },
    .unary("+=", .signed(0.3...2), reference: { 2 * $0 }) { x in
      var y = x
      y += x
      return y
    },
    OperationCase("lerp", [[2, 3], [3], []], [.signed(0.3...2)]) { lerp($0[0], $0[1], $0[2]) },
    OperationCase("addProduct", [[2, 3], [3], []], [.signed(0.3...2)]) { addProduct($0[0], $0[1], $0[2], scale: 2) },
    OperationCase("addQuotient", [[2, 3], [3], []], [.signed(0.3...2)]) { addQuotient($0[0], $0[1], $0[2]) },
    OperationCase(
      "clamped(lower:upper:)", [[2, 3], [3], [1]], [.distinct, .within(-0.02...0.02), .within(1.1...1.12)]
    ) {
      $0[0].clamped(lower: $0[1], upper: $0[2])
    },
    OperationCase("select", [[2, 3], [3]], [.signed(0.3...2)]) { x in
      select(where: Tensor([true, false, true]), then: x[0], else: x[1])
    },
  ]

  static let elementary: [OperationCase] = [
    .unary("exp", .signed(0.3...2), reference: Foundation.exp) { exp($0) },
    .unary("exp2", .signed(0.3...2), reference: Foundation.exp2) { exp2($0) },
    .unary("expMinusOne", .signed(0.3...2), reference: Foundation.expm1) { expMinusOne($0) },
    .unary("log", .within(0.3...3), reference: Foundation.log) { log($0) },
    .unary("log2", .within(0.3...3), reference: Foundation.log2) { log2($0) },
    .unary("log10", .within(0.3...3), reference: Foundation.log10) { log10($0) },
    .unary("log(onePlus:)", .within(-0.6...2), reference: Foundation.log1p) { log(onePlus: $0) },
    .unary("sqrt", .within(0.3...3), reference: Foundation.sqrt) { sqrt($0) },
    .unary("rsqrt", .within(0.3...3), reference: { 1 / Foundation.sqrt($0) }) { rsqrt($0) },
    .unary("cbrt", .signed(0.3...3), reference: Foundation.cbrt) { cbrt($0) },
    .unary("reciprocal", .signed(0.3...3), reference: { 1 / $0 }) { reciprocal($0) },
    .unary("squared", .signed(0.3...2), reference: { $0 * $0 }) { $0.squared() },
    .unary("pow, constant exponent", .within(0.4...2), reference: { Foundation.pow($0, 2.5) }) { pow($0, 2.5) },
    .unary("pow, whole exponent", .signed(0.3...2), reference: { $0 * $0 * $0 }) { pow($0, 3) },
    .unary("pow, constant base", .signed(0.3...2), reference: Foundation.exp2) { pow(2, $0) },
    .unary("sin", .signed(0.3...2), reference: Foundation.sin) { sin($0) },
    .unary("cos", .signed(0.3...2), reference: Foundation.cos) { cos($0) },
    .unary("tan", .signed(0.3...1), reference: Foundation.tan) { tan($0) },
    .unary("asin", .signed(0.1...0.8), reference: Foundation.asin) { asin($0) },
    .unary("acos", .signed(0.1...0.8), reference: Foundation.acos) { acos($0) },
    .unary("atan", .signed(0.3...2), reference: Foundation.atan) { atan($0) },
    .unary("sinh", .signed(0.3...2), reference: Foundation.sinh) { sinh($0) },
    .unary("cosh", .signed(0.3...2), reference: Foundation.cosh) { cosh($0) },
    .unary("tanh", .signed(0.3...2), reference: Foundation.tanh) { tanh($0) },
    .unary("asinh", .signed(0.3...2), reference: Foundation.asinh) { asinh($0) },
    .unary("acosh", .within(1.3...3), reference: Foundation.acosh) { acosh($0) },
    .unary("atanh", .signed(0.1...0.8), reference: Foundation.atanh) { atanh($0) },
    .unary("abs", .signed(0.3...2), reference: { Swift.abs($0) }) { abs($0) },
    .unary("sign", .signed(0.3...2), reference: { $0 > 0 ? 1 : -1 }) { sign($0) },
    .unary("floor", .signed(0.3...0.9), reference: Foundation.floor) { floor($0) },
    .unary("ceil", .signed(0.3...0.9), reference: Foundation.ceil) { ceil($0) },
    .unary("rounded", .signed(0.6...0.9), reference: Foundation.rint) { rounded($0) },
    .unary("truncated", .signed(0.3...0.9), reference: Foundation.trunc) { truncated($0) },
    .unary("fractionalPart", .signed(0.3...0.9)) { fractionalPart($0) },
    .unary("degrees", .signed(0.3...2), reference: { $0 * 180 / Double.pi }) { degrees($0) },
    .unary("radians", .signed(0.3...2), reference: { $0 * Double.pi / 180 }) { radians($0) },
    .unary("replacingNonFinite", .signed(0.3...2)) { $0.replacingNonFinite(nan: 0, infinity: 9, negativeInfinity: -9) },
    .unary("log1mexp", .within(0.2...2), reference: { Foundation.log(1 - Foundation.exp(-$0)) }) { log1mexp($0) },
    .unary("entropyTerm", .within(0.2...2), reference: { -$0 * Foundation.log($0) }) { entropyTerm($0) },
    .unary("logit", .within(0.1...0.9), reference: { Foundation.log($0 / (1 - $0)) }) { logit($0) },
  ]

  static let special: [OperationCase] = [
    .unary("erf", .signed(0.3...2), reference: Foundation.erf) { erf($0) },
    .unary("erfc", .signed(0.3...2), reference: Foundation.erfc) { erfc($0) },
    .unary("erfInverse", .signed(0.1...0.8)) { erfInverse($0) },
    .unary("logGamma", .within(0.4...4), reference: { Foundation.lgamma($0) }) { logGamma($0) },
    .unary("digamma", .within(0.6...4)) { digamma($0) },
    .unary("polygamma", .within(0.8...4)) { polygamma(1, $0) },
    .unary("i0", .signed(0.3...2)) { i0($0) },
    .unary("i0e", .signed(0.3...2)) { i0e($0) },
    .unary("i1", .signed(0.3...2)) { i1($0) },
    .unary("i1e", .signed(0.3...2)) { i1e($0) },
    .unary("normalCDF", .signed(0.3...2), reference: { 0.5 * Foundation.erfc(-$0 / 2.0.squareRoot()) }) {
      normalCDF($0)
    },
    .unary("logNormalCDF", .signed(0.3...2)) { logNormalCDF($0) },
    .unary("normalQuantile", .within(0.1...0.9)) { normalQuantile($0) },
    .unary("erfcx", .signed(0.3...2)) { erfcx($0) },
    .unary("sinc", .signed(0.3...0.9)) { sinc($0) },
  ]
}
