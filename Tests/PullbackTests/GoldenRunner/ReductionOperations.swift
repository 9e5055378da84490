import Pullback

let reductionOperations: [String: GoldenOperation] = [
  "all": folding { $0.all(axes: $1, keepDims: $2) },
  "any": folding { $0.any(axes: $1, keepDims: $2) },
  "argmax": one { call in
    guard let axis = call.optionalInt("axis") else { return keepingRank(call, call[0].argMax()) }
    return call[0].argMax(axis: axis, keepDims: call.flag("keepdims"))
  },
  "argmin": one { call in
    guard let axis = call.optionalInt("axis") else { return keepingRank(call, call[0].argMin()) }
    return call[0].argMin(axis: axis, keepDims: call.flag("keepdims"))
  },
  "cummax": one { $0[0].cumulativeMax(axis: $0.int("axis")) },
  "cummin": one { $0[0].cumulativeMin(axis: $0.int("axis")) },
  "cumprod": one { $0[0].cumulativeProduct(axis: $0.int("axis")) },
  "cumsum": one { $0[0].cumulativeSum(axis: $0.int("axis")) },
  "diff": one { $0[0].differences(order: $0.int("n", default: 1), axis: $0.int("axis", default: -1)) },
  "log_softmax": one { $0[0].logSoftmax(axis: $0.int("axis", default: -1)) },
  "logcumsumexp": one { $0[0].cumulativeLogSumExp(axis: $0.int("axis")) },
  "logsumexp": folding { $0.logSumExp(axes: $1, keepDims: $2) },
  "max": folding { $0.max(axes: $1, keepDims: $2) },
  "max_with_index": { call in
    let (values, places) = call[0].maxWithPlace(axis: call.int("axis"), keepDims: call.flag("keepdims"))
    return [values, places]
  },
  "mean": folding { $0.mean(axes: $1, keepDims: $2) },
  "min": folding { $0.min(axes: $1, keepDims: $2) },
  "norm": one {
    $0[0].norm(p: $0.double("ord", default: 2), axes: $0.optionalInts("axes"), keepDims: $0.flag("keepdims"))
  },
  "prod": folding { $0.product(axes: $1, keepDims: $2) },
  "softmax": one { $0[0].softmax(axis: $0.int("axis", default: -1)) },
  "sort": { call in
    let (values, places) = call[0].sorted(axis: call.int("axis", default: -1), descending: call.flag("descending"))
    return [values, places]
  },
  "std": one {
    $0[0].standardDeviation(
      axes: $0.optionalInts("axes"), correction: $0.double("ddof"), keepDims: $0.flag("keepdims"))
  },
  "sum": folding { $0.sum(axes: $1, keepDims: $2) },
  "topk": { call in
    let (values, places) = call[0].topK(
      call.int("k"), axis: call.int("axis", default: -1), largest: call.attribute("largest")?.isTrue ?? true)
    return [values, places]
  },
  "var": one {
    $0[0].variance(axes: $0.optionalInts("axes"), correction: $0.double("ddof"), keepDims: $0.flag("keepdims"))
  },
]

/// A fold along axes, with the attributes that all folds have.
private func folding(_ body: @escaping @Sendable (Tensor, [Int]?, Bool) -> Tensor) -> GoldenOperation {
  one { body($0[0], $0.optionalInts("axes"), $0.flag("keepdims")) }
}

private func keepingRank(_ call: GoldenCall, _ y: Tensor) -> Tensor {
  call.flag("keepdims") ? y.reshaped(to: [Int](repeating: 1, count: call[0].rank)) : y
}
