import PullbackLearning

@testable import Pullback

/// A training run: a graph, its parameters, and an optimizer.
private struct Training {
  let attributes: JSON
  let names: [String]
  /// In the order of the names.
  var parameters: [Tensor] = []
  var state: [String: Tensor] = [:]
  var data: [String: Tensor] = [:]
  var batches: Tensor?

  init(attributes: JSON) {
    self.attributes = attributes
    names = attributes.list("params").map(\.string)
  }

  /// The loss, and the values of the nodes, in one step.
  func evaluate(step: Int, _ dtype: DType) throws -> (loss: Tensor, values: [String: [Tensor]]) {
    let rows = batches?[step]
    var inputs = data.mapValues { data in rows.map { data.gathering($0) } ?? data }
    inputs.merge(state) { first, _ in first }
    for (name, parameter) in zip(names, parameters) { inputs[name] = parameter }
    let values = try evaluateGraph(attributes.list("nodes"), inputs, dtype)
    return (try graphValue(attributes["loss"]!.string, values), values)
  }
}

extension GoldenRunner {
  func runTraining(_ golden: GoldenCase, _ dtype: DType) throws {
    var training = Training(attributes: golden.attributes)
    var initial: [String: Tensor] = [:]
    for input in golden.inputs {
      let array = try array(input.key, golden, dtype)
      let parts = input.role.split(separator: ".", maxSplits: 1).map(String.init)
      switch parts[0] {
      case "init": initial[parts[1]] = array
      case "state": training.state[parts[1]] = array
      case "data": training.data[parts[1]] = array
      default: training.batches = array
      }
    }
    training.parameters = training.names.map { initial[$0]!.requiringGradient() }
    let found = try run(&training, golden.attributes, dtype)
    let comparison = try comparison(golden.tolerance, dtype)
    for output in golden.outputs {
      guard let got = found[output.role] else { throw GoldenFailure("\(output.role) was not computed") }
      try comparison.check(got, goldens.array(output.key, of: golden), output.role)
    }
  }

  /// All steps; returns the losses, the first gradients and the final values by the names of the case's outputs.
  private func run(_ training: inout Training, _ attributes: JSON, _ dtype: DType) throws -> [String: Tensor] {
    var optimizer = try optimizer(attributes["optimizer"]!)
    let steps = attributes["steps"]!.int
    let schedule = schedule(attributes["schedule"], optimizer.learningRate, steps)
    var losses: [Double] = []
    var found: [String: Tensor] = [:]
    for step in 0..<steps {
      let (loss, values) = try training.evaluate(step: step, dtype)
      losses.append(loss.item())
      var gradients = loss.backward()
      if step == 0 {
        for (name, parameter) in zip(training.names, training.parameters) {
          found["grad0.\(name)"] = gradients[parameter]
        }
      }
      if let limit = attributes["clip_norm"], limit != .null { gradients = gradients.clipped(toNorm: limit.double) }
      optimizer.learningRate = schedule(step)
      optimizer.update(&training.parameters, with: gradients)
      if case .object(let members)? = attributes["state"] {
        for member in members {
          training.state[member.key] = try graphValue(member.value.string, values).detached()
        }
      }
    }
    found["losses"] = Tensor(losses, shape: [steps]).cast(to: dtype)
    for (name, value) in zip(training.names, training.parameters) { found["final.\(name)"] = value }
    for (name, value) in training.state { found["final.\(name)"] = value }
    return found
  }

  private func schedule(_ options: JSON?, _ rate: Double, _ steps: Int) -> Schedule {
    guard let options, options.string == "cosine" || options["kind"]?.string == "cosine" else { return .constant(rate) }
    return .cosine(from: rate, steps: steps)
  }

  private func optimizer(_ options: JSON) throws -> any Optimizer {
    func option(_ name: String, _ value: Double) -> Double { options[name]?.double ?? value }
    let rate = options["lr"]!.double
    let betas = options["betas"]?.items.map(\.double) ?? [0.9, 0.999]
    let isAMSGrad = options["amsgrad"]?.isTrue == true
    switch options["kind"]!.string {
    case "sgd":
      return SGD(
        learningRate: rate, momentum: option("momentum", 0), dampening: option("dampening", 0),
        weightDecay: option("weight_decay", 0), isNesterov: options["nesterov"]?.isTrue == true)
    case "adam":
      return Adam(
        learningRate: rate, betas: (betas[0], betas[1]), epsilon: option("eps", 1e-8),
        weightDecay: option("weight_decay", 0), isAMSGrad: isAMSGrad)
    case "adamw":
      return AdamW(
        learningRate: rate, betas: (betas[0], betas[1]), epsilon: option("eps", 1e-8),
        weightDecay: option("weight_decay", 0.01), isAMSGrad: isAMSGrad)
    case "rmsprop":
      return RMSprop(
        learningRate: rate, alpha: option("alpha", 0.99), epsilon: option("eps", 1e-8),
        momentum: option("momentum", 0), weightDecay: option("weight_decay", 0),
        isCentered: options["centered"]?.isTrue == true)
    case "adagrad":
      return Adagrad(
        learningRate: rate, epsilon: option("eps", 1e-10), weightDecay: option("weight_decay", 0))
    case let kind: throw NotOffered(kind)
    }
  }
}
