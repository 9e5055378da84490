import Pullback

extension Case {
  /// Folds along axes, softmax and cross-entropy.
  static var reductions: [Case] { folds + softmaxes + crossEntropies }

  private static var folds: [Case] {
    let functions: [(String, (Tensor, [Int]?) -> Tensor)] = [
      ("sum", { $0.sum(axes: $1) }), ("max", { $0.max(axes: $1) }),
    ]
    let axes: [(String, [Int]?)] = [("all", nil), ("axis0", [0]), ("axis1", [1])]
    return functions.flatMap { name, function in
      axes.map { label, axes in
        Case(name: "\(name)-\(label)/4096x1024", work: .bytes(4 * 4096 * 1024)) {
          let x = InputData.uniform(1, [4096, 1024])
          return .whole { function(x, axes) }
        }
      }
    }
  }

  private static var softmaxes: [Case] {
    let functions: [(String, (Tensor) -> Tensor)] = [
      ("softmax", { $0.softmax() }), ("log_softmax", { $0.logSoftmax() }),
    ]
    return functions.map { name, function in
      Case(name: "\(name)/1024x1000", work: .bytes(8 * 1024 * 1000)) {
        let x = InputData.uniform(1, [1024, 1000], -3, 3)
        return .whole { function(x) }
      }
    }
  }

  private static var crossEntropies: [Case] { [(128, 10), (1024, 1000), (256, 32_000)].map(crossEntropy) }

  private static func crossEntropy(rows: Int, columns: Int) -> Case {
    Case(name: "softmax-xent-vjp/\(rows)x\(columns)", work: .bytes(12 * Double(rows * columns))) {
      let logits = InputData.uniform(1, [rows, columns], -3, 3).requiringGradient()
      let labels = InputData.integers(2, [rows], below: columns)
      return .whole { softmaxCrossEntropy(logits, labels: labels).backward()[logits] }
    }
  }
}
