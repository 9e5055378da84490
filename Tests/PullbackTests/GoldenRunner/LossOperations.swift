import Pullback

let lossOperations: [String: GoldenOperation] = [
  "bce": one {
    binaryCrossEntropy($0[0], $0[1], weight: $0.optional("weight", at: 2), reduction: try $0.reduction)
  },
  "bce_with_logits": one {
    binaryCrossEntropy(
      logits: $0[0], $0[1], weight: $0.optional("weight", at: 2), positiveWeight: $0.optional("pos_weight", at: 3),
      reduction: try $0.reduction)
  },
  "cosine_similarity": one {
    cosineSimilarity($0[0], $0[1], axis: $0.int("axis", default: -1), epsilon: $0.double("eps", default: 1e-8))
  },
  "cross_entropy": one { call in
    let axis = call[0].rank > 1 ? 1 : 0
    let weights = call.optional("weight", at: 2), smoothing = call.double("label_smoothing")
    if call[1].dtype.isFloatingPoint {
      return crossEntropy(
        call[0], distributions: call[1], classAxis: axis, weights: weights, labelSmoothing: smoothing,
        reduction: try call.reduction)
    }
    return crossEntropy(
      call[0], labels: call[1], classAxis: axis, weights: weights, ignoring: call.optionalInt("ignore_index"),
      labelSmoothing: smoothing, reduction: try call.reduction)
  },
  "huber_loss": one {
    huberLoss($0[0], $0[1], delta: $0.double("delta", default: 1), reduction: try $0.reduction)
  },
  "kl_div": one { call in
    let isBatchMean = call.string("reduction") == "batchmean"
    let loss = klDivergence(
      call[0], call[1], isLogarithm: call.flag("log_target"), reduction: isBatchMean ? .sum : try call.reduction)
    return isBatchMean ? loss / Double(call[0].shape[0]) : loss
  },
  "l1_loss": one { meanAbsoluteError($0[0], $0[1], reduction: try $0.reduction) },
  "mse_loss": one { meanSquaredError($0[0], $0[1], reduction: try $0.reduction) },
  "nll_loss": one {
    negativeLogLikelihood(
      $0[0], labels: $0[1], classAxis: $0[0].rank > 1 ? 1 : 0, weights: $0.optional("weight", at: 2),
      ignoring: $0.optionalInt("ignore_index"), reduction: try $0.reduction)
  },
  "smooth_l1_loss": one {
    smoothL1Loss($0[0], $0[1], beta: $0.double("beta", default: 1), reduction: try $0.reduction)
  },
]

extension GoldenCall {
  var reduction: LossReduction {
    get throws {
      switch string("reduction") {
      case "none": .none
      case "sum": .sum
      case "mean", "": .mean
      default: throw NotOffered("the reduction \(string("reduction"))")
      }
    }
  }
}
