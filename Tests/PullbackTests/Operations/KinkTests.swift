import Testing

@testable import Pullback

/// Gradients where calculus does not say what they are: the subgradient of least norm where there is one, else the limit.
///
/// Each row gives a function, where it is evaluated, and the gradients of the sum of its values with respect to each
/// operand.
@Suite struct KinkTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let operands: [Tensor]
    let gradients: [[Double]]
    let function: @Sendable ([Tensor]) -> Tensor

    init(
      _ name: String, _ operands: [[Double]], _ gradients: [[Double]], shapes: [Shape]? = nil,
      _ function: @escaping @Sendable ([Tensor]) -> Tensor
    ) {
      testDescription = name
      self.operands = operands.enumerated().map { Tensor($1, shape: shapes?[$0] ?? [$1.count]) }
      self.gradients = gradients
      self.function = function
    }
  }

  @Test(arguments: elementwise + infinities + binary + folds + scans + indexing)
  func gradientsAreAsTheConventionsSay(_ row: Row) {
    let leaves = row.operands.map { $0.requiringGradient() }
    let y = row.function(leaves)
    let gradients = y.backward(Tensor.ones(y.shape, dtype: y.dtype))
    for (position, (leaf, wanted)) in Swift.zip(leaves, row.gradients).enumerated() {
      let found: [Double] = gradients[leaf].scalars()
      let isRight = found.count == wanted.count && Swift.zip(found, wanted).allSatisfy(KinkTests.agree)
      #expect(isRight, "operand \(position): \(found), wanted \(wanted)")
    }
  }

  /// To the four digits that the table gives, or both not a number.
  private static func agree(_ a: Double, _ b: Double) -> Bool {
    if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
    return a == b || Swift.abs(a - b) <= 6e-4 * Swift.max(Swift.abs(b), 1e-300) || Swift.abs(a - b) < 1e-15
  }

  private static func one(
    _ name: String, _ x: [Double], _ gradient: [Double], _ function: @escaping @Sendable (Tensor) -> Tensor
  ) -> Row { Row(name, [x], [gradient]) { function($0[0]) } }

  private static let inf = Double.infinity, nan = Double.nan

  static let elementwise: [Row] = [
    one("abs", [-1, 0, -0.0, 1], [-1, 0, 0, 1]) { abs($0) },
    one("sign", [-1, 0, 1], [0, 0, 0]) { sign($0) },
    one("relu", [-1, 0, 1], [0, 0, 1]) { relu($0) },
    one("relu6", [0, 6, 3, 7], [0, 0, 1, 0]) { relu6($0) },
    one("leakyReLU", [-1, 0, 1], [0.1, 0.1, 1]) { leakyReLU($0, slope: 0.1) },
    one("elu", [-1, 0, 1], [0.36788, 1, 1]) { elu($0) },
    one("celu", [-1, 0, 1], [0.60653, 1, 1]) { celu($0, alpha: 2) },
    one("selu", [0, 1], [1.7581, 1.0507]) { selu($0) },
    one("hardTanh", [-1, 0, 1, 2], [0, 1, 0, 0]) { hardTanh($0) },
    one("hardSigmoid", [-3, 0, 3], [0, 1 / 6.0, 0]) { hardSigmoid($0) },
    one("hardSwish", [-3, 0, 3], [0, 0.5, 1]) { hardSwish($0) },
    one("hardShrink", [-0.5, 0, 0.5, 1], [0, 0, 0, 1]) { hardShrink($0) },
    one("softShrink", [-0.5, 0, 0.5, 1], [0, 0, 0, 1]) { softShrink($0) },
    one("threshold", [0.5, 1], [0, 1]) { threshold($0, above: 0.5, else: 0) },
    Row("prelu", [[-1, 0, 1], [0.25]], [[0.25, 0.25, 1], [-1]]) { prelu($0[0], weight: $0[1]) },
    one("softsign", [-1, 0, 1], [0.25, 1, 0.25]) { softsign($0) },
    one("softplus", [0, -100, 100], [0.5, 3.72e-44, 1]) { softplus($0) },
    one("logSigmoid", [0, -100, 100], [0.5, 1, 3.72e-44]) { logSigmoid($0) },
    one("sqrt", [0, -1, 4], [inf, nan, 0.25]) { sqrt($0) },
    one("rsqrt", [0, 4], [-inf, -0.0625]) { rsqrt($0) },
    one("cbrt", [0, 8], [inf, 1 / 12.0]) { cbrt($0) },
    one("log", [0, -1, 2], [inf, -1, 0.5]) { log($0) },
    one("log2", [0, 1], [inf, 1.4427]) { log2($0) },
    one("log10", [0, 1], [inf, 0.43429]) { log10($0) },
    one("log(onePlus:)", [-1, 0], [inf, 1]) { log(onePlus: $0) },
    one("reciprocal", [0, 2], [-inf, -0.25]) { reciprocal($0) },
    one("asin", [1, 2], [inf, nan]) { asin($0) },
    one("acos", [1, -1], [-inf, -inf]) { acos($0) },
    one("acosh", [1, 2], [inf, 0.57735]) { acosh($0) },
    one("atanh", [1, 0.5], [inf, 1.33333]) { atanh($0) },
    one("floor and the like", [0.5, 1], [0, 0]) { floor($0) + ceil($0) + rounded($0) + truncated($0) },
    one("fractionalPart", [1.5, -1.5, 2], [1, 1, 1]) { fractionalPart($0) },
    one("clamped", [-1, 0, 0.5, 1, 2], [0, 0, 1, 0, 0]) { $0.clamped(to: 0...1) },
    one("pow(x, 2)", [0, -2], [0, -4]) { pow($0, 2) },
    one("pow(x, 0)", [0, 2, nan], [0, 0, 0]) { pow($0, 0) },
    one("pow(x, 0.5)", [0, 4], [inf, 0.25]) { pow($0, 0.5) },
    one("pow(x, -1)", [0, 2], [-inf, -0.25]) { pow($0, -1) },
    one("pow(0, x)", [0, 1, -1], [0, 0, -inf]) { pow(0, $0) },
    one("entropyTerm", [0, 1], [inf, -1]) { entropyTerm($0) },
    one("sinc", [0, 0.5], [0, -1.27324]) { sinc($0) },
    one("replacingNonFinite", [nan, inf, 1], [0, 0, 1]) { $0.replacingNonFinite() },
    one("logit", [0, 1, 0.5], [inf, inf, 4]) { logit($0) },
    one("logit, epsilon", [0, 0.5, 0.95], [0, 4, 0]) { logit($0, epsilon: 0.1) },
    one("erfInverse", [1, 0], [inf, 0.88623]) { erfInverse($0) },
    one("erfc", [0, 1], [-1.12838, -0.41511]) { erfc($0) },
    one("logGamma", [0, -1, 1], [-inf, nan, -0.57722]) { logGamma($0) },
    one("expMinusOne", [0], [1]) { expMinusOne($0) },
    one("exp2", [0, 1], [0.69315, 1.38629]) { exp2($0) },
    one("i0", [0, 1], [0, 0.56516]) { i0($0) },
    one("angle", [-1, 0, 1], [0, 0, 0]) { angle($0) },
    one("sqrt of a square", [0], [nan]) { sqrt($0.squared()) },
    one("where, sqrt", [-1], [nan]) { select(where: $0 .> 0, then: sqrt($0), else: 0) },
    one("where of, sqrt", [-1, 4], [0, 0.25]) { select(where: $0 .> 0, of: $0, then: { sqrt($0) }, else: 0) },
    one("where of, log", [0, 4], [0, 0.25]) { select(where: $0 .> 0, of: $0, then: { log($0) }, else: 0) },
    one("where of, 1/x", [0, 2], [0, -0.25]) { select(where: $0 .!= 0, of: $0, then: { 1 / $0 }, else: 0) },
    one("where of, exp", [1e5, 0], [0, 1]) { select(where: $0 .< 10, of: $0, then: { exp($0) }, else: 0) },
    one("replacing", [5, 1], [0, 1]) { $0.replacing(with: 9, where: $0 .> 2) },
    one("gelu", [0, 1], [0.5, 1.08332]) { gelu($0) },
    one("silu", [0, 1], [0.5, 0.92767]) { silu($0) },
  ]

  static let infinities: [Row] = [
    one("sigmoid", [-inf, inf, nan], [0, 0, nan]) { sigmoid($0) },
    one("tanh", [-inf, inf, nan], [0, 0, nan]) { tanh($0) },
    one("silu", [-inf, inf, nan], [0, 1, nan]) { silu($0) },
    one("gelu", [-inf, inf, nan], [0, 1, nan]) { gelu($0) },
    one("gelu by tanh", [-inf, inf, nan], [0, 1, nan]) { gelu($0, approximation: .tanh) },
    one("mish", [-inf, inf, nan], [0, 1, nan]) { mish($0) },
    one("softplus", [-inf, inf, nan], [0, 1, nan]) { softplus($0) },
    one("logSigmoid", [-inf, inf, nan], [1, 0, nan]) { logSigmoid($0) },
    one("elu", [-inf, inf], [0, 1]) { elu($0) },
    one("relu", [-inf, inf], [0, 1]) { relu($0) },
    one("leakyReLU", [-inf, inf], [0.01, 1]) { leakyReLU($0) },
    one("clamped", [-inf, inf, nan], [0, 0, 0]) { $0.clamped(to: 0...1) },
    one("hardTanh", [-inf, inf], [0, 0]) { hardTanh($0) },
    one("abs", [-inf, inf], [-1, 1]) { abs($0) },
    one("exp", [-inf, inf, nan], [0, inf, nan]) { exp($0) },
    one("log", [-inf, inf, nan], [0, 0, nan]) { log($0) },
    one("sqrt", [-inf, inf, nan], [nan, 0, nan]) { sqrt($0) },
    one("squared", [-inf, inf, nan], [-inf, inf, nan]) { $0.squared() },
    one("erf", [-inf, inf, nan], [0, 0, nan]) { erf($0) },
    one("sinc", [-inf, inf, nan], [nan, nan, nan]) { sinc($0) },
  ]

  private static func two(
    _ name: String, _ a: Double, _ b: Double, _ da: Double, _ db: Double,
    _ function: @escaping @Sendable (Tensor, Tensor) -> Tensor
  ) -> Row { Row("\(name) (\(a), \(b))", [[a], [b]], [[da], [db]]) { function($0[0], $0[1]) } }

  static let binary: [Row] = [
    two("pow", 0, 0, 0, 0) { pow($0, $1) },
    two("pow", 0, 2, 0, 0) { pow($0, $1) },
    two("pow", 0, -1, -inf, -inf) { pow($0, $1) },
    two("pow", 0, 0.5, inf, 0) { pow($0, $1) },
    two("pow", -2, 2, -4, nan) { pow($0, $1) },
    two("pow", -2, 0, 0, nan) { pow($0, $1) },
    two("pow", -2, 0.5, nan, nan) { pow($0, $1) },
    two("pow", inf, 0, 0, inf) { pow($0, $1) },
    two("maximum", 1, 1, 0.5, 0.5) { maximum($0, $1) },
    two("minimum", 1, 1, 0.5, 0.5) { minimum($0, $1) },
    two("maximum", nan, 1, 1, 1) { maximum($0, $1) },
    two("minimum", nan, 1, 1, 1) { minimum($0, $1) },
    two("maximumNumber", 1, 1, 0.5, 0.5) { maximumNumber($0, $1) },
    two("maximumNumber", nan, 1, 0, 1) { maximumNumber($0, $1) },
    two("minimumNumber", 1, 1, 0.5, 0.5) { minimumNumber($0, $1) },
    two("minimumNumber", 1, nan, 1, 0) { minimumNumber($0, $1) },
    two("atan2", 0, 0, 0, 0) { atan2(y: $0, x: $1) },
    two("hypot", 0, 0, 0, 0) { hypot($0, $1) },
    two("hypot", 3, 4, 0.6, 0.8) { hypot($0, $1) },
    two("xlogy", 0, 0, 0, 0) { xlogy($0, $1) },
    two("xlogy", 0, 2, 0.69315, 0) { xlogy($0, $1) },
    two("xlogy", 2, 0, -inf, inf) { xlogy($0, $1) },
    two("xlog1py", 0, -1, 0, 0) { xlog1py($0, $1) },
    two("remainder", 5, 3, 1, -1) { remainder($0, $1) },
    two("remainder", -5, 3, 1, 2) { remainder($0, $1) },
    two("truncatingRemainder", 5, 3, 1, -1) { truncatingRemainder($0, $1) },
    two("truncatingRemainder", -5, 3, 1, 1) { truncatingRemainder($0, $1) },
    two("remainder", 5, 0, 1, -inf) { remainder($0, $1) },
    two("truncatingRemainder", 5, 0, 1, -inf) { truncatingRemainder($0, $1) },
    two("floorDivide", 5, 3, 0, 0) { floorDivide($0, $1) },
    two("heaviside", 0, 3, 0, 1) { heaviside($0, atZero: $1) },
    two("heaviside", 2, 3, 0, 0) { heaviside($0, atZero: $1) },
    two("copySign", 0, 1, 0, 0) { copySign(of: $1, to: $0) },
    two("copySign", 2, -1, -1, 0) { copySign(of: $1, to: $0) },
    two("divide", 1, 0, inf, -inf) { $0 / $1 },
    two("logAddExp", 0, 0, 0.5, 0.5) { logAddExp($0, $1) },
    two("logAddExp", inf, 0, 1, 0) { logAddExp($0, $1) },
    // Both limits exist along the diagonal only; the shares are those of any equal operands.
    two("logAddExp", -inf, -inf, 0.5, 0.5) { logAddExp($0, $1) },
    Row("lerp", [[1], [3], [0.25]], [[0.75], [0.25], [2]]) { lerp($0[0], $0[1], $0[2]) },
    Row(
      "clamped by tensors", [[0, 1, -1, 2], [0, 0, 0, 0], [1, 1, 1, 1]],
      [[0.5, 0.5, 0, 0], [0.5, 0, 1, 0], [0, 0.5, 0, 1]]
    ) { $0[0].clamped(lower: $0[1], upper: $0[2]) },
    Row("clamped, bounds crossed", [[0, 1.5, 3], [2, 2, 2], [1, 1, 1]], [[0, 0, 0], [0, 0, 0], [1, 1, 1]]) {
      $0[0].clamped(lower: $0[1], upper: $0[2])
    },
  ]

  static let folds: [Row] = [
    one("max of ties", [3, 1, 3, 3], [1 / 3.0, 0, 1 / 3.0, 1 / 3.0]) { $0.max() },
    one("max with place of ties", [3, 1, 3, 3], [1, 0, 0, 0]) { $0.maxWithPlace(axis: 0).values },
    one("max along an axis of ties", [3, 1, 3, 3], [1 / 3.0, 0, 1 / 3.0, 1 / 3.0]) { $0.max(axis: 0) },
    one("min of ties", [1, 3, 1], [0.5, 0, 0.5]) { $0.min() },
    one("minAndMax", [1, 3, 1], [0.5, 1, 0.5]) {
      let (low, high) = $0.minAndMax()
      return low + high
    },
    one("max with NaN", [1, nan, 3], [0, 1, 0]) { $0.max() },
    one("product, one zero", [2, 0, 3], [0, 6, 0]) { $0.product() },
    one("product, two zeros", [0, 0, 3], [0, 0, 0]) { $0.product() },
    one("norm", [0, 0], [0, 0]) { $0.norm() },
    one("norm 1", [0, -2], [0, -1]) { $0.norm(p: 1) },
    one("norm inf of ties", [2, -2, 1], [0.5, -0.5, 0]) { $0.norm(p: .infinity) },
    one("norm -inf of ties", [1, -1, 2], [0.5, -0.5, 0]) { $0.norm(p: -.infinity) },
    one("norm inf", [0, 0], [0, 0]) { $0.norm(p: .infinity) },
    one("norm 0.5", [0, 1], [0, 1]) { $0.norm(p: 0.5) },
    one("norm 1.5", [0, 0], [0, 0]) { $0.norm(p: 1.5) },
    one("norm 3", [0, 0], [0, 0]) { $0.norm(p: 3) },
    one("norm 0", [0, 2], [0, 0]) { $0.norm(p: 0) },
    one("standardDeviation", [2, 2, 2], [0, 0, 0]) { $0.standardDeviation() },
    one("standardDeviation, correction 1", [1, 2, 4], [-0.43644, -0.10911, 0.54554]) {
      $0.standardDeviation(correction: 1)
    },
    one("variance of too few", [2], [nan]) { $0.variance(correction: 1) },
    one("logSumExp of -inf", [-inf, -inf], [0, 0]) { $0.logSumExp() },
    one("softmax of -inf", [-inf, -inf], [nan, nan]) { $0.softmax() * Tensor([1, 2], dtype: .float64) },
    one("softmax beside -inf", [-inf, 0], [0, 0]) { $0.softmax() * Tensor([1, 2], dtype: .float64) },
    one("softmax far apart", [1000, 0], [0, 0]) { $0.softmax() * Tensor([1, 2], dtype: .float64) },
    one("median, even", [4, 1, 3, 2], [0, 0, 0, 1]) { $0.median() },
    one("median of ties", [2, 2, 1], [0.5, 0.5, 0]) { $0.median() },
    one("median along an axis", [2, 2, 1], [1, 0, 0]) { $0.median(axis: 0).values },
    one("nanMedian", [nan, 3, 1], [0, 0, 1]) { $0.nanMedian() },
    one("smallest", [3, 1, 2], [0, 0, 1]) { $0.smallest(at: 1).values },
    one("smallest of ties", [1, 1], [1, 0]) { $0.smallest(at: 0).values },
    one("mode", [2, 2, 1], [0, 1, 0]) { $0.mode(axis: 0).values },
    one("quantile", [1, 2, 3, 4], [0.25, 0.75, 0, 0]) { $0.quantile(0.25) },
    one("quantile of ties", [1, 1, 1], [0, 1, 0]) { $0.quantile(0.5) },
    one("nanSum", [nan, 1], [0, 1]) { $0.nanSum() },
    one("nanMean", [nan, 1, 3], [0, 0.5, 0.5]) { $0.nanMean() },
  ]

  static let scans: [Row] = [
    one("cumulativeMax", [1, 1, 0, 2, 2], [1, 2, 0, 1, 1]) { $0.cumulativeMax(axis: 0) },
    one("cumulativeMin", [2, 2, 3, 1, 1], [1, 2, 0, 1, 1]) { $0.cumulativeMin(axis: 0) },
    one("cumulativeProduct", [2, 0, 3], [1, 8, 0]) { $0.cumulativeProduct(axis: 0) },
    one("cumulativeLogSumExp", [-inf, 0], [1, 1]) { $0.cumulativeLogSumExp(axis: 0) },
    one("trapezoid", [1, 2, 3], [0.5, 1, 0.5]) { $0.trapezoid() },
  ]

  private static let zeros = Tensor([0, 0], dtype: .int64)

  static let indexing: [Row] = [
    one("sorted, ties", [2, 1, 2], [10, 1, 100]) { $0.sorted().values * Tensor([1, 10, 100], dtype: .float64) },
    one("topK, ties", [3, 1, 3], [1, 0, 0]) { $0.topK(1).values },
    one("gathering twice", [1, 2, 3], [2, 0, 1]) { $0.gathering(Tensor([0, 0, 2], dtype: .int64)) },
    one("gathering from the end", [1, 2], [0, 1]) { $0.gathering(Tensor([-1], dtype: .int64)) },
    Row("scattered twice", [[1, 2], [5, 7]], [[0, 1], [0, 1]]) { $0[0].scattered($0[1], along: 0, at: zeros) },
    Row("replacingRows twice", [[1, 2], [5, 7]], [[0, 1], [0, 1]]) { $0[0].replacingRows($0[1], at: zeros, axis: 0) },
    Row("index assigned twice", [[1, 2], [5, 7]], [[0, 1], [0, 1]]) { x in
      var y = x[0]
      y[zeros] = x[1]
      return y
    },
    Row("addingRows twice", [[1, 2], [5, 7]], [[1, 1], [1, 1]]) { $0[0].addingRows($0[1], at: zeros, axis: 0) },
    Row("scattered, maxima tie", [[1, 1], [1, 1]], [[1 / 3.0, 1], [1 / 3.0, 1 / 3.0]]) {
      $0[0].scatterReducing($0[1], along: 0, at: zeros, by: .max)
    },
    Row("scattered, product with zeros", [[1, 1], [0, 0]], [[0, 1], [0, 0]]) {
      $0[0].scatterReducing($0[1], along: 0, at: zeros, by: .product)
    },
    Row("scattered, product with one zero", [[1, 1], [0, 6]], [[0, 1], [6, 0]]) {
      $0[0].scatterReducing($0[1], along: 0, at: zeros, by: .product)
    },
    Row("scattered, product with a zero of its own", [[0, 1], [2, 3]], [[6, 1], [0, 0]]) {
      $0[0].scatterReducing($0[1], along: 0, at: zeros, by: .product)
    },
    one("padded, reflected", [1, 2, 3], [10, 10101, 1000]) {
      $0.padded([(1, 1)], mode: .reflect) * Tensor([1, 10, 100, 1000, 10000], dtype: .float64)
    },
    Row("renormalized", [[3, 4]], [[0.128, -0.096]], shapes: [[1, 2]]) {
      $0[0].renormalized(axis: 0, maximum: 1) * Tensor([1, 0], dtype: .float64)
    },
  ]
}
