@testable import Pullback

/// Evaluates golden cases.
struct GoldenRunner: Sendable {
  let goldens: Goldens

  /// Throws why the case fails, or ``NotOffered``.
  func run(_ golden: GoldenCase) throws {
    if golden.errorKind != nil { return try runError(golden) }
    try run(golden, .float64)
    if golden.checksFloat32 { try run(golden, .float32) }
  }

  private func run(_ golden: GoldenCase, _ dtype: DType) throws {
    do {
      try checked {
        switch golden.operation {
        case "train": try runTraining(golden, dtype)
        case "nth_derivative": try runDerivatives(golden, dtype)
        default: try runOperation(golden, dtype)
        }
      }
    } catch let failure as GoldenFailure {
      throw GoldenFailure("\(dtype): \(failure)")
    } catch let error as TensorError {
      throw GoldenFailure("\(dtype): \(error)")
    }
  }

  /// A class without a tolerance for float32 accepts anything there but other shapes.
  func comparison(_ tolerance: String, _ dtype: DType) throws -> GoldenComparison {
    guard let (relative, absolute) = goldens.tolerance(tolerance, dtype) else {
      guard dtype == .float32 else { throw GoldenFailure("there is no tolerance \(tolerance)") }
      return GoldenComparison(relative: .infinity, absolute: .infinity)
    }
    return GoldenComparison(relative: relative, absolute: absolute)
  }

  /// An array, in the element type of the run if it holds floating-point numbers.
  func array(_ key: String, _ golden: GoldenCase, _ dtype: DType) throws -> Tensor {
    let array = try goldens.array(key, of: golden)
    return array.dtype.isFloatingPoint ? array.cast(to: dtype) : array
  }

  // MARK: - One operation or graph

  private func runOperation(_ golden: GoldenCase, _ dtype: DType) throws {
    var leaves: [String: Tensor] = [:]
    var arguments: [Tensor] = []
    for input in golden.inputs {
      var x = try array(input.key, golden, dtype)
      if input.isLeaf {
        x = x.requiringGradient()
        leaves[input.role] = x
      }
      arguments.append(try viewed(x, by: input.view))
    }
    let outputs = try evaluate(golden, arguments, dtype)
    guard outputs.count == golden.outputs.count else {
      throw GoldenFailure("\(outputs.count) results, wanted \(golden.outputs.count)")
    }
    try checkOutputs(golden, outputs, dtype)

    // A result that depends on no leaf contributes nothing.
    var seeds: [(tensor: Tensor, cotangent: Tensor?)] = []
    var cotangents: [String: Tensor] = [:]
    for (output, expected) in Swift.zip(outputs, golden.outputs) {
      guard let key = expected.cotangent, output.isTracked else { continue }
      let cotangent = try array(key, golden, dtype)
      cotangents[expected.role] = golden.second == nil ? cotangent : cotangent.requiringGradient()
      seeds.append((output, cotangents[expected.role]))
    }
    let gradients = backward(from: seeds, recordingGradients: golden.second != nil)
    let found = leaves.mapValues { gradients[$0] }
    try checkGradients(golden, found, dtype)
    // Some second derivatives have no tolerance for float32: they are held to float64's only.
    if let second = golden.second, dtype == .float64 || goldens.tolerance(second.tolerance, dtype) != nil {
      try checkSecond(golden, second, leaves, found, cotangents, dtype)
    }
  }

  private func evaluate(_ golden: GoldenCase, _ arguments: [Tensor], _ dtype: DType) throws -> [Tensor] {
    if golden.operation == "graph" {
      let named = Dictionary(uniqueKeysWithValues: Swift.zip(golden.inputs.map(\.role), arguments))
      let values = try evaluateGraph(golden.attributes.list("nodes"), named, dtype)
      return try golden.attributes.list("results").map { try graphValue($0.string, values) }
    }
    return try goldenOperation(golden.operation)(
      GoldenCall(
        arguments: arguments, roles: golden.inputs.map(\.role), attributes: golden.attributes, dtype: dtype))
  }

  private func checkOutputs(_ golden: GoldenCase, _ outputs: [Tensor], _ dtype: DType) throws {
    let comparison = try comparison(golden.tolerance, dtype)
    for (output, expected) in Swift.zip(outputs, golden.outputs) {
      let keys = [expected.key] + golden.alternatives.flatMap(\.outputs).filter { $0.role == expected.role }.map(\.key)
      try checkAny(keys) { key in
        let want = try goldens.array(key, of: golden)
        if want.dtype.isFloatingPoint, output.dtype != dtype {
          throw GoldenFailure("\(expected.role) is \(output.dtype), wanted \(dtype)")
        }
        try comparison.check(output, want, expected.role)
      }
    }
  }

  private func checkGradients(_ golden: GoldenCase, _ found: [String: Tensor], _ dtype: DType) throws {
    let comparison = try comparison(golden.gradientTolerance, dtype)
    for (role, key) in golden.gradients {
      guard let gradient = found[role] else { throw GoldenFailure("\(role) is no leaf") }
      let keys = [key] + golden.alternatives.flatMap(\.gradients).filter { $0.role == role }.map(\.key)
      try checkAny(keys) { key in
        try comparison.check(gradient, goldens.array(key, of: golden), "the gradient of \(role)")
      }
    }
  }

  /// Throws what the first key gives unless one of them passes.
  private func checkAny(_ keys: [String], _ check: (String) throws -> Void) throws {
    do { try check(keys[0]) } catch {
      for key in keys.dropFirst() where (try? check(key)) != nil { return }
      throw error
    }
  }

  /// With g the gradients: `hvp = d⟨g, v⟩/d leaves` and `jv = d⟨g, v⟩/d cotangents`.
  private func checkSecond(
    _ golden: GoldenCase, _ second: GoldenCase.Second, _ leaves: [String: Tensor], _ gradients: [String: Tensor],
    _ cotangents: [String: Tensor], _ dtype: DType
  ) throws {
    var seeds: [(tensor: Tensor, cotangent: Tensor?)] = []
    for (role, key) in second.v {
      if let gradient = gradients[role], gradient.isTracked {
        seeds.append((gradient, try array(key, golden, dtype)))
      }
    }
    let found = backward(from: seeds)
    // Some classes have no tolerance for float32: second derivatives that are not held to it there.
    if dtype == .float32, goldens.tolerance(second.tolerance, dtype) == nil { return }
    let comparison = try comparison(second.tolerance, dtype)
    for (role, key) in second.hvp {
      try comparison.check(found[leaves[role]!], goldens.array(key, of: golden), "the Hessian product of \(role)")
    }
    for (role, key) in second.jv {
      try comparison.check(found[cotangents[role]!], goldens.array(key, of: golden), "the Jacobian product of \(role)")
    }
  }

  // MARK: - Derivatives of order 1, 2, …

  private func runDerivatives(_ golden: GoldenCase, _ dtype: DType) throws {
    let x = try array(golden.inputs[0].key, golden, dtype).requiringGradient()
    let function = try goldenOperation(golden.attributes["fn"]!.string)
    let attributes = golden.attributes["fn_attrs"] ?? .object([])
    var y = try function(GoldenCall(arguments: [x], roles: ["x"], attributes: attributes, dtype: dtype))[0]
    let comparison = try comparison(golden.tolerance, dtype)
    for output in golden.outputs {
      y = y.isTracked ? y.sum().backward(recordingGradients: true)[x] : Tensor.zeros(x.shape, dtype: dtype)
      try comparison.check(y, goldens.array(output.key, of: golden), output.role)
    }
  }
}

// MARK: - Graphs

/// The values of all nodes, in order, by their names.
func evaluateGraph(_ nodes: [JSON], _ inputs: [String: Tensor], _ dtype: DType) throws -> [String: [Tensor]] {
  var values = inputs.mapValues { [$0] }
  for node in nodes {
    let arguments = try node.list("args").map { try graphValue($0.string, values) }
    let operation = node["op"]!.string
    if operation == "detach" {
      values[node["id"]!.string] = [arguments[0].detached()]
    } else {
      let call = GoldenCall(
        arguments: arguments, roles: nil, attributes: node["attrs"] ?? .object([]), dtype: dtype)
      values[node["id"]!.string] = try goldenOperation(operation)(call)
    }
  }
  return values
}

/// The value of an input or node; `id#k` is output k of a node.
func graphValue(_ name: String, _ values: [String: [Tensor]]) throws -> Tensor {
  let parts = name.split(separator: "#")
  let position = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
  guard let outputs = values[String(parts[0])], position < outputs.count else {
    throw GoldenFailure("the graph names \(name), which is nowhere")
  }
  return outputs[position]
}
