import Testing

@testable import Pullback

/// What gradients of losses, layers and matrices are where calculus does not say.
@Suite struct NetworkConventionTests {
  /// The gradient of the sum of a function's result, at a matrix or vector.
  private func slopes(_ values: [Double], _ shape: Shape? = nil, _ function: (Tensor) -> Tensor) -> [Double] {
    let x = Tensor(values, shape: shape ?? [values.count])
    return gradient(at: x) { function($0).sum() }.flattened().scalars()
  }

  private func expect(
    _ found: [Double], _ expected: [Double], tolerance: Double = 1e-12,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let agree =
      found.count == expected.count
      && Swift.zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance * Swift.max(1, abs($1)) }
    #expect(agree, "\(found), expected \(expected)", sourceLocation: sourceLocation)
  }

  private func vector(_ values: Double...) -> Tensor { Tensor(values, shape: [values.count]) }

  @Test func lossesAtTheirKinks() {
    let zero = vector(0, 0, 0)
    expect(slopes([0, 0, 0]) { meanAbsoluteError($0, zero, reduction: .sum) }, [0, 0, 0])
    expect(slopes([1, -1, 0]) { smoothL1Loss($0, zero, reduction: .sum) }, [1, -1, 0])
    expect(slopes([2, -2, 3]) { huberLoss($0, zero, delta: 2, reduction: .sum) }, [2, -2, 2])
    expect(slopes([0.3]) { marginRankingLoss($0, vector(0), vector(1), margin: 0.3) }, [0])
    expect(slopes([1]) { hingeEmbeddingLoss($0, vector(-1)) }, [0])
    expect(slopes([1]) { hingeLoss($0, vector(1)) }, [0])
    expect(slopes([0]) { softMarginLoss($0, vector(1)) }, [-0.5])
    expect(slopes([0]) { poissonNLLLoss($0, vector(1)) }, [0])
    // The margin of exactly 1 between the right and the wrong class.
    expect(slopes([1, 0], [1, 2]) { multiMarginLoss($0, labels: Tensor([0], dtype: .int64)) }, [0, 0])
    expect(
      slopes([1, 0], [1, 2]) { cosineEmbeddingLoss($0, Tensor([[0, 1]], dtype: .float64), vector(-1)) }, [0, 0])
  }

  @Test func probabilitiesAtTheirEnds() {
    #expect(binaryCrossEntropy(vector(0, 1), vector(1, 0), reduction: .sum).item() == 200)
    expect(slopes([0, 1]) { binaryCrossEntropy($0, vector(1, 0), reduction: .sum) }, [-1e12, 1e12])
    expect(
      slopes([0, 100, -100]) { binaryCrossEntropy(logits: $0, vector(0.5, 0.5, 0.5), reduction: .sum) }, [0, 0.5, -0.5])
    // A target of 0 contributes nothing, also to its own gradient.
    expect(slopes([-1, -2]) { klDivergence($0, vector(0, 1), reduction: .sum) }, [0, -1])
    expect(slopes([0, 1]) { klDivergence(vector(-1, -2), $0, reduction: .sum) }, [0, 3])
    // A variance below epsilon counts as epsilon, and keeps its gradient.
    expect(slopes([1]) { gaussianNLLLoss($0, vector(0), variance: vector(0)) }, [1e6])
    expect(slopes([0]) { gaussianNLLLoss(vector(1), vector(0), variance: $0) }, [-4.999995e11])
  }

  @Test func zeroVectors() {
    let direction = Tensor([[1, 0]], dtype: .float64)
    expect(slopes([0, 0], [1, 2]) { cosineSimilarity($0, direction) }, [1e8, 0])
    expect(slopes([1, 0], [1, 2]) { cosineSimilarity(Tensor.zeros([1, 2], dtype: .float64), $0) }, [0, 0])
    expect(slopes([0, 0]) { $0.normalized() }, [1e12, 1e12])
    expect(slopes([0, 0]) { $0.normalized(safe: true) }, [0, 0])
    expect(slopes([1, 2], [1, 2]) { pairwiseDistances($0, Tensor([[1, 2]], dtype: .float64)) }, [0, 0])
    let half = 0.5.squareRoot()
    expect(slopes([1, 2]) { pairwiseDistance($0, vector(1, 2)) }, [half, half])
    expect(slopes([0, 0]) { rmsNorm($0, weight: vector(1, 2), epsilon: 1e-6) }, [1000, 2000])
  }

  @Test func tiesAndPaddingOfPools() {
    expect(slopes([1, 1, 1, 1], [1, 4]) { maxPool1D($0, kernel: 2) }, [1, 0, 1, 0])
    expect(slopes([1, 1, 1, 1], [1, 2, 2]) { maxPool2D($0, kernel: 3, stride: 1, padding: 1) }, [4, 0, 0, 0])
    expect(slopes([1, 1, 1], [1, 3]) { adaptiveMaxPool1D($0, output: 1) }, [1, 0, 0])
    expect(
      slopes([1, 1, 1, 1], [1, 1, 2, 2]) { fractionalMaxPool2D($0, kernel: 2, output: 1, samples: .zeros([1, 1, 2])) },
      [1, 0, 0, 0])
    let third = 1.0 / 3
    expect(
      slopes([1, 2, 3], [1, 3]) { avgPool1D($0, kernel: 3, stride: 1, padding: 1) }, [2 * third, 1, 2 * third])
    expect(
      slopes([1, 2, 3], [1, 3]) { avgPool1D($0, kernel: 3, stride: 1, padding: 1, countIncludesPadding: false) },
      [5 * third / 2, 4 * third, 5 * third / 2])
    expect(slopes([1, 2], [1, 2]) { upsampled($0, to: [4]) }, [2, 2])
    expect(slopes([0, 0, 0, 0], [2, 2]) { lpPool2D($0.expanded(at: 0), p: 2, kernel: 2) }, [0, 0, 0, 0])
  }

  @Test func matricesThatAreSingular() {
    expect(slopes([1, 2, 2, 4], [2, 2]) { $0.det() }, [4, -2, -2, 1])
    expect(slopes([0, 0, 0, 0], [2, 2]) { $0.det() }, [0, 0, 0, 0])
    expect(slopes([0, 1, 0, 0], [2, 2]) { $0.matrixExp() }, [1.5, 1, 13.0 / 6, 1.5])
    expect(slopes([1, 0, 0, 0], [2, 2]) { $0.pinv() }, [-1, 1, 1, 0])
    expect(slopes([0, 0], [2, 1]) { $0.matrixNorm(.nuclear) }.map(abs), [1, 0])
  }

  /// In both types, the first of two bad matrices is named.
  @Test(arguments: [DType.float32, .float64]) func errorsNameTheFirstBadMatrix(dtype: DType) throws {
    let identity = Tensor.eye(2, dtype: dtype), singular = Tensor([[1, 2], [2, 4]], dtype: dtype)
    let batch = stacked([identity, singular, identity, singular])
    let calls: [(String, () throws -> Tensor)] = [
      ("inverse", { try batch.inverse() }), ("solve", { try solve(batch, identity) }),
      ("cholesky", { try (batch - identity * 3).cholesky() }),
      ("cholesky", { try batch.replacing(with: -1, where: batch .== 4).cholesky() }),
      ("solveTriangular", { try solveTriangular(batch.replacing(with: 0, where: batch .== 4), identity, upper: true) }),
      ("inverse", { try batch.matrixPower(-3) }),
    ]
    for (place, (operation, call)) in calls.enumerated() {
      let error = #expect(throws: TensorError.self) { _ = try call() }
      #expect(error?.kind == .linearAlgebraFailure && error?.operation == operation, "call \(place)")
      #expect(error?.message.contains("matrix \(place == 2 ? 0 : 1) of the batch") == true, "\(error?.message ?? "")")
    }
  }

  @Test func whatIsDroppedOrPaddedGetsNothing() {
    var generator = PhiloxGenerator(seed: 1)
    expect(slopes([1, 2]) { dropout($0, probability: 1, using: &generator) }, [0, 0])
    expect(slopes([1, 2]) { dropout($0, probability: 0, using: &generator) }, [1, 1])
    let indices = Tensor([0, 1, 0, -1], dtype: .int64)
    expect(slopes([1, 2, 3], [3, 1]) { embedding(indices, in: $0, paddingIndex: 0) }, [0, 1, 1])
    expect(slopes([1, 2, 3], [3, 1]) { embedding(indices, in: $0, paddingIndex: -1) }, [2, 1, 0])
    expect(slopes([1, 2, 3], [3, 1]) { embedding(indices, in: $0, scaleByFrequency: true) }, [1, 1, 1])
    expect(
      slopes([1, 2, 3], [3, 1]) { embeddingBag(indices, offsets: [0, 2], in: $0, paddingIndex: 0) }, [0, 1, 1])
  }
}
