@testable import Pullback

/// A training run: a graph, its parameters, and an update rule.
private struct Training {
  let attributes: JSON
  var parameters: [String: Tensor] = [:]
  var state: [String: Tensor] = [:]
  var data: [String: Tensor] = [:]
  var batches: Tensor?

  var parameterNames: [String] { attributes.list("params").map(\.string) }

  /// The loss, the gradients after clipping, and the values of the nodes in one step.
  func evaluate(step: Int, _ dtype: DType) throws -> (
    loss: Tensor, gradients: [String: Tensor], values: [String: [Tensor]]
  ) {
    let leaves = parameters.mapValues { $0.requiringGradient() }
    let rows = batches?[step]
    let batch = data.mapValues { data in rows.map { data.gathering($0) } ?? data }
    let inputs = leaves.merging(batch) { first, _ in first }.merging(state) { first, _ in first }
    let values = try evaluateGraph(attributes.list("nodes"), inputs, dtype)
    let loss = try graphValue(attributes["loss"]!.string, values)
    let gradients = loss.backward()
    return (loss, leaves.mapValues { gradients[$0] }, values)
  }
}

extension GoldenRunner {
  func runTraining(_ golden: GoldenCase, _ dtype: DType) throws {
    var training = Training(attributes: golden.attributes)
    for input in golden.inputs {
      let array = try array(input.key, golden, dtype)
      let parts = input.role.split(separator: ".", maxSplits: 1).map(String.init)
      switch parts[0] {
      case "init": training.parameters[parts[1]] = array
      case "state": training.state[parts[1]] = array
      case "data": training.data[parts[1]] = array
      default: training.batches = array
      }
    }
    var update = try UpdateRule(golden.attributes["optimizer"]!)
    let steps = golden.attributes["steps"]!.int
    var losses: [Double] = []
    var found: [String: Tensor] = [:]
    for step in 0..<steps {
      var (loss, gradients, values) = try training.evaluate(step: step, dtype)
      losses.append(loss.item())
      if step == 0 { for (name, gradient) in gradients { found["grad0.\(name)"] = gradient } }
      if let limit = golden.attributes["clip_norm"], limit != .null { gradients = clipped(gradients, limit.double) }
      let rate = golden.attributes["schedule"].map { scheduledRate($0, update.rate, step, steps) } ?? update.rate
      for name in training.parameterNames {
        training.parameters[name] = update.updated(
          training.parameters[name]!, gradients[name]!, name: name, step: step + 1, rate: rate)
      }
      if case .object(let members)? = golden.attributes["state"] {
        for member in members {
          training.state[member.key] = try graphValue(member.value.string, values).detached()
        }
      }
    }
    found["losses"] = Tensor(losses, shape: [steps]).cast(to: dtype)
    for (name, value) in training.parameters.merging(training.state, uniquingKeysWith: { first, _ in first }) {
      found["final.\(name)"] = value
    }
    let comparison = try comparison(golden.tolerance, dtype)
    for output in golden.outputs {
      guard let got = found[output.role] else { throw GoldenFailure("\(output.role) was not computed") }
      try comparison.check(got, goldens.array(output.key, of: golden), output.role)
    }
  }

  private func clipped(_ gradients: [String: Tensor], _ limit: Double) -> [String: Tensor] {
    let squares = gradients.values.map { $0.squared().sum().item() as Double }
    let scale = Swift.min(1, limit / (squares.reduce(0, +).squareRoot() + 1e-6))
    return gradients.mapValues { $0 * scale }
  }

  private func scheduledRate(_ schedule: JSON, _ rate: Double, _ step: Int, _ steps: Int) -> Double {
    guard schedule.string == "cosine" || schedule["kind"]?.string == "cosine" else { return rate }
    let angle = Tensor(Double.pi * Double(step) / Double(steps), dtype: .float64)
    return rate * 0.5 * (1 + cos(angle).item())
  }
}

/// An optimizer's formula, on tensors that are not tracked.
private struct UpdateRule {
  let options: JSON
  let kind: String
  let rate: Double
  private var states: [String: [String: Tensor]] = [:]

  init(_ options: JSON) throws {
    self.options = options
    kind = options["kind"]!.string
    rate = options["lr"]!.double
    guard ["sgd", "adam", "adamw", "rmsprop", "adagrad"].contains(kind) else { throw NotOffered(kind) }
  }

  private func option(_ name: String, _ value: Double) -> Double { options[name]?.double ?? value }

  mutating func updated(_ p: Tensor, _ gradient: Tensor, name: String, step: Int, rate: Double) -> Tensor {
    var state = states[name] ?? [:]
    defer { states[name] = state }
    let decay = option("weight_decay", kind == "adamw" ? 0.01 : 0)
    let g = kind != "adamw" && decay != 0 ? gradient + p * decay : gradient
    switch kind {
    case "sgd": return p - descent(g, &state) * rate
    case "adam": return p - adam(g, &state, step) * rate
    case "adamw": return p * (1 - rate * decay) - adam(g, &state, step) * rate
    case "rmsprop": return p - meanSquare(g, &state) * rate
    default:
      state["v"] = (state["v"] ?? g * 0) + g * g
      return p - g / (sqrt(state["v"]!) + option("eps", 1e-10)) * rate
    }
  }

  private func descent(_ g: Tensor, _ state: inout [String: Tensor]) -> Tensor {
    let momentum = option("momentum", 0)
    if momentum == 0 { return g }
    let b = state["b"].map { $0 * momentum + g * (1 - option("dampening", 0)) } ?? g
    state["b"] = b
    return options["nesterov"]?.isTrue == true ? g + b * momentum : b
  }

  private func adam(_ g: Tensor, _ state: inout [String: Tensor], _ step: Int) -> Tensor {
    let betas = options["betas"]?.items.map(\.double) ?? [0.9, 0.999]
    state["m"] = (state["m"] ?? g * 0) * betas[0] + g * (1 - betas[0])
    state["v"] = (state["v"] ?? g * 0) * betas[1] + g * g * (1 - betas[1])
    var v = state["v"]!
    if options["amsgrad"]?.isTrue == true {
      state["largest"] = state["largest"].map { maximum($0, v) } ?? v
      v = state["largest"]!
    }
    func correction(_ beta: Double) -> Double { 1 - (0..<step).reduce(1) { power, _ in power * beta } }
    return state["m"]! / correction(betas[0]) / (sqrt(v) / correction(betas[1]).squareRoot() + option("eps", 1e-8))
  }

  private func meanSquare(_ g: Tensor, _ state: inout [String: Tensor]) -> Tensor {
    let alpha = option("alpha", 0.99), momentum = option("momentum", 0)
    state["v"] = (state["v"] ?? g * 0) * alpha + g * g * (1 - alpha)
    var spread = state["v"]!
    if options["centered"]?.isTrue == true {
      state["a"] = (state["a"] ?? g * 0) * alpha + g * (1 - alpha)
      spread = spread - state["a"]!.squared()
    }
    let u = g / (sqrt(spread) + option("eps", 1e-8))
    if momentum == 0 { return u }
    state["b"] = state["b"].map { $0 * momentum + u } ?? u
    return state["b"]!
  }
}
