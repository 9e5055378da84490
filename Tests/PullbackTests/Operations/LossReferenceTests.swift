import Foundation
import Testing

@testable import Pullback

/// Losses against PyTorch, in all reductions, with gradients.
@Suite struct LossReferenceTests {
  private static func matrix(_ values: [Double]) -> Tensor { Tensor(values, shape: [2, 3]) }

  private static let x = matrix([0.3, -1.2, 2.5, -0.7, 0.9, -2.1])
  private static let y = matrix([0.5, -0.4, 1.1, 0.2, -1.3, -2])
  private static let z = matrix([1.4, 0.2, -0.6, 0.8, -1.1, 0.5])
  private static let p = matrix([0.2, 0.7, 0.45, 0.9, 0.35, 0.6])
  private static let t = matrix([0, 1, 0.3, 1, 0.25, 0])
  private static let s = matrix([1, -1, 1, -1, 1, -1])
  private static let w = Tensor([0.5, 2, 3], dtype: .float64)
  private static let labels = Tensor([2, 0], dtype: .int64)

  private struct Row: Sendable {
    let name: String
    let losses: [Double]
    let mean: Double
    let gradient: [Double]
    let loss: @Sendable (Tensor, LossReduction) -> Tensor

    /// The losses of the examples, their mean, and the gradient of their sum.
    init(
      _ name: String, _ losses: [Double], mean: Double, gradient: [Double],
      _ loss: @escaping @Sendable (Tensor, LossReduction) -> Tensor
    ) {
      (self.name, self.losses, self.mean, self.gradient, self.loss) = (name, losses, mean, gradient, loss)
    }
  }

  private static let rows: [Row] = [
    Row(
      "meanSquaredError", [0.04, 0.64, 1.96, 0.81, 4.84, 0.01],
      mean: 1.383333333333,
      gradient: [-0.4, -1.6, 2.8, -1.8, 4.4, -0.2]
    ) { meanSquaredError($0, y, reduction: $1) },
    Row(
      "meanAbsoluteError", [0.2, 0.8, 1.4, 0.9, 2.2, 0.1],
      mean: 0.9333333333333,
      gradient: [-1, -1, 1, -1, 1, -1]
    ) { meanAbsoluteError($0, y, reduction: $1) },
    Row(
      "smoothL1Loss", [0.02666666666667, 0.425, 1.025, 0.525, 1.825, 0.006666666666667],
      mean: 0.6388888888889,
      gradient: [-0.2666666666667, -1, 1, -1, 1, -0.1333333333333]
    ) { smoothL1Loss($0, y, beta: 0.75, reduction: $1) },
    Row(
      "huberLoss", [0.02, 0.31875, 0.76875, 0.39375, 1.36875, 0.005],
      mean: 0.4791666666667,
      gradient: [-0.2, -0.75, 0.75, -0.75, 0.75, -0.1]
    ) { huberLoss($0, y, delta: 0.75, reduction: $1) },
    Row(
      "gaussianNLLLoss",
      [0.2142195769876, 1.197743918378, 2.697462462874, 1.316258275376, 7.308313185241, 0.671859054655],
      mean: 2.234309412252,
      gradient: [-1, -1.142857142857, 3.111111111111, -1, 6.285714285714, -0.1666666666667]
    ) { gaussianNLLLoss($0, y, variance: p, full: true, reduction: $1) },
    Row(
      "poissonNLLLoss",
      [1.349858807576, 5.665275755455, 9.932493960703, 4.360666847334, 1.784603111157, 0.122456428253],
      mean: 3.869225818413,
      gradient: [1.349858807576, -2.698805788088, 11.2824939607, -2.503414696209, 1.709603111157, 0.122456428253]
    ) { poissonNLLLoss($0, 3 * t, full: true, reduction: $1) },
    Row(
      "poissonNLLLoss of rates", [0.3, 0.6530353046181, 1.675338337713, 1.770024788959, 0.97902037841, 2.1],
      mean: 1.246236468283,
      gradient: [1, 1.499999979167, 0.64000000144, 3.28571422449, 0.1666666759259, -1]
    ) { poissonNLLLoss(abs($0), 3 * t, isLogarithm: false, reduction: $1) },
    Row(
      "binaryCrossEntropy",
      [0.1708710488937, 1.024297727137, 0.8230003804316, 0.9928674439969, 0.3556538561562, 0.06931171390785],
      mean: 0.5726670284205,
      gradient: [
        0.1148885033623, -0.5379673484493, 0.2808638189904, -0.6013689949513, 0.1613323259188, 0.06545809271737,
      ]
    ) { binaryCrossEntropy(sigmoid($0), t, weight: p, reduction: $1) },
    Row(
      "binaryCrossEntropy of logits",
      [0.1708710488937, 2.048595454273, 0.8443006086906, 0.4964337219985, 0.3855048201953, 0.06931171390785],
      mean: 0.6691695613265,
      gradient: [
        0.1148885033623, -1.075934696899, 0.2603821103847, -0.3006844974757, 0.1360404073984, 0.06545809271737,
      ]
    ) { binaryCrossEntropy(logits: $0, t, weight: p, positiveWeight: w, reduction: $1) },
    Row(
      "klDivergence", [0, 1.2, -1.111191841298, 0.7, -0.57157359028, 0],
      mean: 0.03620576140371,
      gradient: [-0, -1, -0.3, -1, -0.25, -0]
    ) { klDivergence($0, t, reduction: $1) },
    Row(
      "klDivergence of logarithms",
      [0.32974425414, 0.5362560368285, -4.205832433525, 1.099262482344, -0.5995699446748, 0.01353352832366],
      mean: -0.4711010127606,
      gradient: [-1.6487212707, -0.6703200460356, -3.004166023946, -1.22140275816, -0.272531793034, -0.1353352832366]
    ) { klDivergence($0, y, isLogarithm: true, reduction: $1) },
    Row(
      "hingeEmbeddingLoss", [0.3, 2, 2.5, 1.5, 0.9, 2.9],
      mean: 1.683333333333,
      gradient: [1, -1, 1, -1, 1, -1]
    ) { hingeEmbeddingLoss($0, s, margin: 0.8, reduction: $1) },
    Row(
      "marginRankingLoss", [0.5, 0, 0, 0, 0, 0.2],
      mean: 0.1166666666667,
      gradient: [-1, 0, -0, 0, -0, 1]
    ) { marginRankingLoss($0, y, s, margin: 0.3, reduction: $1) },
    Row(
      "softMarginLoss",
      [0.5543552444685, 0.263282467338, 0.07888973429255, 0.4031860488855, 0.3411538747321, 0.1155195231798],
      mean: 0.2927311488161,
      gradient: [
        -0.4255574831883, 0.231475216501, -0.07585818002124, 0.3318122278318, -0.289050497375, 0.1090968211956,
      ]
    ) { softMarginLoss($0, s, reduction: $1) },
    Row(
      "cosineEmbeddingLoss", [0.04792887345354, 1.005245527357],
      mean: 0.5265872004055,
      gradient: [
        -0.1041266698083, -0.03417787771175, -0.003910180924691, 0.09690411977325, -0.3069089720718, -0.16383378986,
      ]
    ) { cosineEmbeddingLoss($0, y, s[0..., 0], margin: -0.5, reduction: $1) },
    Row(
      "multiMarginLoss", [0, 0.8816666666667],
      mean: 0.4408333333333,
      gradient: [0, 0, 0, -0.7666666666667, 0.7666666666667, 0]
    ) { multiMarginLoss($0, labels: labels, power: 2, margin: 0.7, weights: w, reduction: $1) },
    Row(
      "multilabelMarginLoss", [0.1833333333333, 0.2066666666667],
      mean: 0.195,
      gradient: [-0.1, 0.1, 0, 0.1, -0.2, 0.1]
    ) {
      multilabelMarginLoss($0 * 0.3, isTarget: Tensor([[true, false, true], [false, true, false]]), reduction: $1)
    },
    Row(
      "multilabelSoftMarginLoss", [2.946803919929, 0.9768197811487],
      mean: 1.961811850539,
      gradient: [
        0.09574041946861, -0.512349855666, 0.6241418199788, -0.1113646286947, 0.3072996684167, 0.1090968211956,
      ]
    ) { multilabelSoftMarginLoss($0, t, weight: w, reduction: $1) },
    Row(
      "tripletMarginLoss", [1.680701028235, 1.737280237672],
      mean: 1.708990632953,
      gradient: [
        -0.01817838125743, -0.2908562815396, 0.8907508615875, -0.160117866224, 0.9567566656841, -0.001976728638194,
      ]
    ) { tripletMarginLoss($0, y, z, margin: 2, p: 3, swapping: true, reduction: $1) },
    Row(
      "crossEntropy", [0.918300545748, 1.465441960879],
      mean: 0.6810692876076,
      gradient: [
        0.2366342587076, -0.07309542128636, -0.1635388374212, -0.3096700272478, 0.4791750314161, -0.1695050041683,
      ]
    ) { crossEntropy($0, labels: labels, weights: w, labelSmoothing: 0.2, reduction: $1) },
    Row(
      "crossEntropy of distributions", [6.828132819124, 1.555237766555],
      mean: 4.191685292839,
      gradient: [0.2288279668895, -1.67483724043, 1.44600927354, -0.2451500414641, 0.3987446130246, -0.1535945715605]
    ) { crossEntropy($0, distributions: t, weights: w, labelSmoothing: 0.2, reduction: $1) },
  ]

  @Test func valuesAndGradientsAgree() throws {
    for row in Self.rows {
      let each = row.loss(Self.x, .none)
      try expectClose(each, Tensor(row.losses, shape: each.shape), tolerance: 1e-11, row.name)
      let sum = row.losses.reduce(0, +)
      try expectClose(row.loss(Self.x, .sum), Tensor(sum, dtype: .float64), tolerance: 1e-11, "\(row.name), sum")
      try expectClose(row.loss(Self.x, .mean), Tensor(row.mean, dtype: .float64), tolerance: 1e-11, "\(row.name), mean")
      let slope = Self.matrix(row.gradient)
      try expectClose(gradient(at: Self.x) { row.loss($0, .sum) }, slope, tolerance: 1e-11, "\(row.name), gradient")
      // The mean is the sum divided by something that does not depend on x.
      let meanSlope = gradient(at: Self.x) { row.loss($0, .mean) }
      let factor = sum == 0 ? 0 : row.mean / sum
      try expectClose(meanSlope, slope * factor, tolerance: 1e-11, "\(row.name), gradient of the mean")
    }
  }

  private static let logits = Tensor(
    [
      0.35, 0.82, 0.33, -1.3, 0.91, 0.45, -0.54, 0.58, 0.36, 0.29, 0.03, 0.55, -0.74, -0.16, -0.48, 0.6, 0.04, -0.29,
      -0.78, -0.26, 0.01, -0.28, 1.29, 1.01, -2.71, -1.89, -0.17, -0.42, 0.21, 0.22, 2.12, -1.11, -0.38, 2.04, 0.65,
      0.66, -0.51, -1.65, 0.17, 0.11, -1.23, -0.68, -0.07, -0.94, -0.1, 0.1, 0.04, -0.51, 0.59, 0.89, 0.32, -0.82, 0.73,
      -0.5, 0.88, -1.07, 0.91, -0.02, -1.25, -0.31, 0.05, 0.27, -0.98, -1.11, 0.2, -0.47, 0.24, 0.76, -1.65, 0.25, 1.22,
      -0.3,
    ], shape: [6, 3, 4])

  @Test func alignmentsAgree() throws {
    func loss(_ x: Tensor, _ reduction: LossReduction) -> Tensor {
      ctcLoss(
        x.logSoftmax(), labels: Tensor([[1, 1, 2], [3, 2, 0], [0, 0, 0]], dtype: .int64), inputLengths: [6, 5, 3],
        labelLengths: [3, 2, 0], reduction: reduction)
    }
    let each = Tensor([7.0185965413135865, 2.170647949178562, 6.321589741649763], shape: [3])
    try expectClose(loss(Self.logits, .none), each, tolerance: 1e-13, "each")
    try expectClose(loss(Self.logits, .sum), each.sum(), tolerance: 1e-13, "sum")
    try expectClose(loss(Self.logits, .mean), Tensor(3.248815298892302, dtype: .float64), tolerance: 1e-13, "mean")
    let slope: [Double] =
      [
        0.01353844880152, -0.04806693760786, 0.0288716740127, 0.00565681479364, 0.006049571013144, 0.0407052189671,
        0.01512511057112, -0.06187990055136, -0.246990233914, 0.0805057722901, 0.06207410339062, 0.1044103582333,
        -0.06475954555038, -0.007176754797804, 0.01823628495469, 0.05370001539349, 0.002720376306624, 0.04131498262122,
        0.005793003191402, -0.04982836211925, -0.2919931770172, 0.03093333284938, 0.1486856484679, 0.1123741956999,
        -0.01727933978333, -0.07976062537367, 0.05455358805804, 0.04248637709896, -0.001881324935348, 0.0186419248769,
        -0.01506814154822, -0.001692458393332, -0.3146865061669, 0.2096995949826, 0.05223099050142, 0.05275592068293,
        -0.02396138885486, -0.0120304142316, -0.004094088742848, 0.0400858918293, 0.001478543648388, 0.03979213104887,
        -0.06912061111832, 0.02784993642106, 0, 0, 0, 0, 0.00242754212318, 0.01045519639634, -0.02096255631032,
        0.008079817790791, -0.02027445544459, 0.01859775196256, -0.008840798355426, 0.01051750183745, 0, 0, 0, 0,
        -0.01888624614637, 0.04747116514938, -0.04052764604335, 0.01194272704034, 0, 0, 0, 0, 0, 0, 0, 0,
      ]
    try expectClose(
      gradient(at: Self.logits) { loss($0, .mean) }, Tensor(slope, shape: [6, 3, 4]), tolerance: 1e-12, "gradient")
    let otherBlank = ctcLoss(
      Self.logits.logSoftmax(), labels: Tensor([[1, 1, 2], [0, 2, 0], [0, 0, 0]], dtype: .int64),
      inputLengths: [6, 5, 3], labelLengths: [3, 2, 0], blank: 3, reduction: .none)
    try expectClose(
      otherBlank, Tensor([5.50136913461768, 2.4886017863751735, 4.091589741649763], shape: [3]), tolerance: 1e-13,
      "blank")
  }

  /// Three equal labels need the blank in between: five steps, and there are four.
  @Test func labelsThatCannotBeSaid() {
    let labels = Tensor([[1, 1, 1]], dtype: .int64), x = Self.logits[0..<4, 0..<1]
    func loss(_ x: Tensor, zeroInfinity: Bool) -> Tensor {
      ctcLoss(x, labels: labels, inputLengths: [4], labelLengths: [3], zeroInfinity: zeroInfinity)
    }
    #expect(loss(x, zeroInfinity: false).item() == Double.infinity)
    #expect(loss(x, zeroInfinity: true).item() == 0.0)
    for zeroInfinity in [false, true] {
      #expect((gradient(at: x) { loss($0, zeroInfinity: zeroInfinity) } .== 0).all().item(as: Bool.self))
    }
  }

  /// Far from certain and hopeless sequences, where probabilities underflow.
  @Test func longSequencesDoNotUnderflow() {
    let time = 400, x = Tensor.zeros([time, 1, 2], dtype: .float64).logSoftmax()
    let loss = ctcLoss(
      x, labels: Tensor.ones([1, 100], dtype: .int64), inputLengths: [time], labelLengths: [100], reduction: .sum)
    // A hundred runs of ones with gaps between, of 400 steps: choose 200 borders of 401 for (start, end) pairs.
    let ways = lgamma(402.0) - lgamma(201.0) - lgamma(202.0)
    #expect(abs(loss.item() - (Double(time) * log(2.0) - ways)) < 1e-9)
  }

  @Test func mistakesAreThrownWhenChecked() {
    let x = Self.logits.logSoftmax(), labels = Tensor([[1], [2], [3]], dtype: .int64)
    let mistakes: [(TensorError.Kind, () -> Tensor)] = [
      (.shapeMismatch, { ctcLoss(x, labels: labels, inputLengths: [6, 6], labelLengths: [1, 1, 1]) }),
      (.shapeMismatch, { ctcLoss(x[0], labels: labels, inputLengths: [6, 6, 6], labelLengths: [1, 1, 1]) }),
      (.invalidArgument, { ctcLoss(x, labels: labels, inputLengths: [6, 7, 6], labelLengths: [1, 1, 1]) }),
      (.invalidArgument, { ctcLoss(x, labels: labels, inputLengths: [6, 6, 6], labelLengths: [1, 2, 1]) }),
      (.invalidArgument, { ctcLoss(x, labels: labels, inputLengths: [6, 6, 6], labelLengths: [1, 1, 1], blank: 3) }),
      (.indexOutOfRange, { ctcLoss(x, labels: labels + 1, inputLengths: [6, 6, 6], labelLengths: [1, 1, 1]) }),
    ]
    for (place, (kind, mistake)) in mistakes.enumerated() {
      let error = #expect(throws: TensorError.self) { try checked { mistake() } }
      #expect(error?.kind == kind, "mistake \(place)")
    }
  }
}
