import Pullback
import PullbackLearning

/// A block of a GPT: attention and a perceptron, each behind a normalisation and beside a shortcut.
struct TransformerBlock: Module {
  private var firstNorm: LayerNorm
  private var qkv: Linear
  private var projection: Linear
  private var secondNorm: LayerNorm
  private var up: Linear
  private var down: Linear
  private let heads: Int

  init(width: Int, heads: Int, seed: UInt64) {
    self.heads = heads
    firstNorm = LayerNorm(width)
    qkv = linearLayer(seed, width, 3 * width)
    projection = linearLayer(seed + 2, width, width)
    secondNorm = LayerNorm(width)
    up = linearLayer(seed + 4, width, 4 * width)
    down = linearLayer(seed + 6, 4 * width, width)
  }

  /// For `x` of shape `[batch, time, width]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let parts = qkv(firstNorm(x)).split(count: 3, axis: -1).map(splitHeads)
    let seen = scaledDotProductAttention(parts[0], parts[1], parts[2], causal: true)
    let attended = x + projection(seen.transposed(1, 2).reshaped(to: x.shape))
    return attended + down(gelu(up(secondNorm(attended)), approximation: .tanh))
  }

  /// `[batch, heads, time, width / heads]`
  private func splitHeads(_ x: Tensor) -> Tensor {
    x.reshaped(to: [x.shape[0], x.shape[1], heads, x.shape[2] / heads]).transposed(1, 2)
  }

  mutating func forEachParameter(_ body: (_ name: String, _ parameter: inout Tensor) -> Void) {
    firstNorm.forEachParameter(in: "firstNorm", body)
    qkv.forEachParameter(in: "qkv", body)
    projection.forEachParameter(in: "projection", body)
    secondNorm.forEachParameter(in: "secondNorm", body)
    up.forEachParameter(in: "up", body)
    down.forEachParameter(in: "down", body)
  }
}

/// A small GPT over characters.
struct GPT: Module {
  private var tokens: Embedding
  private var positions: Tensor
  private var blocks: [TransformerBlock]
  private var norm: LayerNorm
  private var head: Linear

  init(width: Int, heads: Int, layers: Int, vocabulary: Int, time: Int) {
    let seed: UInt64 = 500
    tokens = Embedding(table: InputData.uniform(seed, [vocabulary, width], -0.1, 0.1))
    positions = InputData.uniform(seed + 1, [time, width], -0.1, 0.1).requiringGradient()
    blocks = (0..<layers).map { TransformerBlock(width: width, heads: heads, seed: seed + 10 * UInt64($0 + 1)) }
    norm = LayerNorm(width)
    let bound = 1 / Double(width).squareRoot()
    head = Linear(weight: InputData.uniform(seed + 2, [width, vocabulary], -bound, bound))
  }

  /// For tokens `[batch, time]` and labels `[batch · time]`.
  func loss(_ text: Tensor, labels: Tensor) -> Tensor {
    let x = blocks.reduce(tokens(text) + positions) { x, block in block(x) }
    return softmaxCrossEntropy(head(norm(x)).flattened(from: 0, through: 1), labels: labels)
  }

  mutating func forEachParameter(_ body: (_ name: String, _ parameter: inout Tensor) -> Void) {
    tokens.forEachParameter(in: "tokens", body)
    body("positions", &positions)
    blocks.forEachParameter(in: "blocks", body)
    norm.forEachParameter(in: "norm", body)
    head.forEachParameter(in: "head", body)
  }
}
