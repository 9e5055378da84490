@testable import Pullback

extension GoldenRunner {
  /// A case that must fail with an error of a kind.
  func runError(_ golden: GoldenCase) throws {
    do {
      try checked {
        if golden.operation == "scenario" {
          try runScenario(golden.attributes["scenario"]!.string)
        } else {
          let arguments = try golden.inputs.map { input in
            let x = try array(input.key, golden, .float64)
            return try viewed(input.isLeaf ? x.requiringGradient() : x, by: input.view)
          }
          _ = try goldenOperation(golden.operation)(
            GoldenCall(
              arguments: arguments, roles: golden.inputs.map(\.role), attributes: golden.attributes, dtype: .float64))
        }
      }
    } catch let error as TensorError {
      guard error.kind == GoldenRunner.kinds[golden.errorKind!] else {
        throw GoldenFailure("\(error.kind), wanted \(golden.errorKind!): \(error)")
      }
      return
    }
    throw GoldenFailure("no error, wanted \(golden.errorKind!)")
  }

  private static let kinds: [String: TensorError.Kind] = [
    "shape_mismatch": .shapeMismatch, "invalid_axis": .invalidAxis, "index_out_of_range": .indexOutOfRange,
    "invalid_argument": .invalidArgument, "empty_reduction": .emptyReduction,
    "linalg_failure": .linearAlgebraFailure, "size_overflow": .sizeOverflow, "out_of_memory": .outOfMemory,
    "autograd_misuse": .autogradMisuse,
  ]

  private func runScenario(_ name: String) throws {
    let x = Tensor([1, 2]).requiringGradient()
    switch name {
    case "backward_nonscalar_without_cotangent": _ = (x * 2).backward()
    case "cotangent_wrong_shape": _ = (x * 2).backward(Tensor([1, 1, 1]))
    case "second_backward_without_retain":
      let loss = (x * x).sum()
      _ = loss.backward()
      _ = loss.backward()
    case "backward_on_untracked": _ = Tensor([1]).sum().backward()
    default: throw NotOffered("the scenario \(name)")
    }
  }
}
