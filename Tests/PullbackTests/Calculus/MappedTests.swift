import Testing

@testable import Pullback

/// Functions of one example, mapped over many.
@Suite struct MappedTests {
  private static let count = 3

  // MARK: - Every operation

  /// Which operands of a row are mapped over: all, and each alone where there are several.
  private static func choices(_ row: OperationCase) -> [[Bool]] {
    let positions = row.shapes.indices
    let single = positions.map { position in positions.map { $0 == position } }
    return [positions.map { _ in true }] + (positions.count > 1 ? single : [])
  }

  /// For each operand, its examples along a first axis, or the one value that all examples share.
  private static func operands(_ row: OperationCase, _ isMapped: [Bool]) -> [Tensor] {
    row.shapes.indices.map { position in
      isMapped[position]
        ? stacked((0..<count).map { row.operand(position, example: $0) })
        : row.operand(position, shape: row.shapes[position])
    }
  }

  private static func example(_ place: Int, _ operands: [Tensor], _ isMapped: [Bool]) -> [Tensor] {
    Swift.zip(operands, isMapped).map { $1 ? $0[place] : $0 }
  }

  /// A function of all operands, mapped over some of them.
  private static func overExamples(
    _ operands: [Tensor], _ isMapped: [Bool], _ function: ([Tensor]) -> [Tensor]
  ) -> [Tensor] {
    let examples = Swift.zip(operands, isMapped).filter(\.1).map(\.0)
    return mapped(over: examples) { (examples: [Tensor]) -> [Tensor] in
      var examples = examples.makeIterator()
      return function(Swift.zip(operands, isMapped).map { $1 ? examples.next()! : $0 })
    }
  }

  @Test func valuesAreThoseOfSingleCalls() {
    forEveryRow { row in
      for isMapped in Self.choices(row) {
        let operands = Self.operands(row, isMapped)
        let all = Self.overExamples(operands, isMapped) { [row.function($0)] }[0]
        let single = stacked((0..<Self.count).map { row.function(Self.example($0, operands, isMapped)) })
        try expectClose(all, single, tolerance: 1e-12, "mapped over \(isMapped), the value")
      }
    }
  }

  @Test func gradientsInsideAreThoseOfEachExample() {
    forEveryRow(of: OperationCase.all.filter { $0.order > 0 }) { row in
      for isMapped in Self.choices(row) {
        let operands = Self.operands(row, isMapped)
        func gradients(_ operands: [Tensor]) -> [Tensor] {
          gradient(at: operands) { operands in
            let y = row.function(operands)
            return (y * Tensor.arange(y.count, from: 1, dtype: y.dtype).reshaped(to: y.shape)).sum()
          }
        }
        let all = Self.overExamples(operands, isMapped, gradients)
        let single = (0..<Self.count).map { gradients(Self.example($0, operands, isMapped)) }
        for position in row.shapes.indices {
          try expectClose(
            all[position], stacked(single.map { $0[position] }), tolerance: 1e-11,
            "mapped over \(isMapped), gradient \(position)")
        }
      }
    }
  }

  @Test func gradientsFromOutsideAreThoseOfTheSum() {
    forEveryRow(of: OperationCase.all.filter { $0.order > 0 }) { row in
      for isMapped in Self.choices(row) {
        let operands = Self.operands(row, isMapped)
        func weighted(_ y: Tensor, _ place: Int) -> Tensor { (y * Double(place + 1)).sum() }
        let all = gradient(at: operands) { operands in
          let values = Self.overExamples(operands, isMapped) { [row.function($0)] }[0]
          return (0..<Self.count).map { weighted(values[$0], $0) }.reduce(Tensor(0, dtype: .float64), +)
        }
        let single = gradient(at: operands) { operands in
          (0..<Self.count).map { weighted(row.function(Self.example($0, operands, isMapped)), $0) }
            .reduce(Tensor(0, dtype: .float64), +)
        }
        for (position, (a, b)) in Swift.zip(all, single).enumerated() {
          try expectClose(a, b, tolerance: 1e-11, "mapped over \(isMapped), gradient \(position)")
        }
      }
    }
  }

  @Test func jacobiansAreThoseOfSingleReplays() {
    forEveryRow(of: OperationCase.all.filter { $0.order > 0 }) { row in
      let operands = row.operands()
      for (position, x) in operands.enumerated() where x.rank + row.function(operands).rank <= Shape.maximumRank {
        for mode in [JacobianMode.forward, .reverse] {
          func of(_ chunkSize: Int?) -> Tensor {
            jacobian(at: x, mode: mode, chunkSize: chunkSize) { x in
              var all = operands
              all[position] = x
              return row.function(all)
            }
          }
          let replays = of(1)
          try expectClose(of(nil), replays, tolerance: 1e-11, "\(mode), operand \(position)")
          try expectClose(of(2), replays, tolerance: 1e-11, "\(mode), operand \(position), in chunks")
        }
      }
    }
  }

  // MARK: - Transforms

  @Test func callsNest() throws {
    let a = Tensor([[1, 2], [3, 4], [5, 6]], dtype: .float64), b = Tensor([[1, -1], [2, 0.5]], dtype: .float64)
    let products = mapped(over: a) { x in mapped(over: b) { y in x.matmul(y) + x.sum() * y.max() } }
    let expected = a.matmul(b.transposed()) + a.sum(axis: 1, keepDims: true) * b.max(axis: 1)
    try expectClose(products, expected, tolerance: 1e-14, "the products")
    let gradients = gradient(at: a, b) { a, b in
      mapped(over: a) { x in mapped(over: b) { y in tanh(x.matmul(y)) } }.sum()
    }
    let plain = gradient(at: a, b) { a, b in tanh(a.matmul(b.transposed())).sum() }
    try expectClose(gradients.0, plain.0, tolerance: 1e-14, "the gradient of a")
    try expectClose(gradients.1, plain.1, tolerance: 1e-14, "the gradient of b")
  }

  @Test func jacobiansGoThroughMappedFunctions() throws {
    let x = Tensor([[0.1, 0.2], [0.3, -0.4]], dtype: .float64), w = Tensor([[1, 2], [3, -1]], dtype: .float64)
    func f(_ x: Tensor) -> Tensor { mapped(over: x) { row in tanh(w.matmul(row)) * row.sum() } }
    func plain(_ x: Tensor) -> Tensor { tanh(x.matmul(w.transposed())) * x.sum(axis: 1, keepDims: true) }
    for mode in [JacobianMode.forward, .reverse] {
      try expectClose(jacobian(at: x, mode: mode, of: f), jacobian(at: x, mode: mode, of: plain), tolerance: 1e-14, "J")
    }
    try expectClose(
      hessian(at: x) { f($0).sum() }, hessian(at: x) { plain($0).sum() }, tolerance: 1e-13, "the Hessian")
    let inside = mapped(over: x) { row in jacobian(at: row) { row in tanh(w.matmul(row)) } }
    let single = stacked((0..<2).map { place in jacobian(at: x[place]) { row in tanh(w.matmul(row)) } })
    try expectClose(inside, single, tolerance: 1e-14, "Jacobians inside")
  }

  @Test func jacobiansCanBeDifferentiated() throws {
    let x = Tensor([0.3, -0.7, 1.1], dtype: .float64), w = Tensor([0.5, 2, -1], dtype: .float64)
    let (dx, dw) = gradient(at: x, w) { x, w in jacobian(at: x) { x in sin(x * w) * x.sum() }.squared().sum() }
    let (ex, ew) = gradient(at: x, w) { x, w in
      jacobian(at: x, chunkSize: 1) { x in sin(x * w) * x.sum() }.squared().sum()
    }
    try expectClose(dx, ex, tolerance: 1e-13, "dx")
    try expectClose(dw, ew, tolerance: 1e-13, "dw")
  }

  @Test func valuesFromOutsideAreTrackedThroughTheFunction() throws {
    let w = Tensor([2, 3], dtype: .float64).requiringGradient(), x = Tensor([[1, 1], [2, 5]], dtype: .float64)
    let y = mapped(over: x) { x in (w * x).sum() * w[0] }
    let plain = (w * x).sum(axis: 1) * w[0]
    try expectClose(y, plain, tolerance: 1e-15, "the value")
    try expectClose(y.sum().backward()[w], plain.sum().backward()[w], tolerance: 1e-15, "the gradient")
  }

  @Test func aReplayInsideGivesLeavesFromOutsideTheirGradientsForEachExample() {
    let w = Tensor([2, 3]).requiringGradient(), x = Tensor([[1, 1], [2, 5]])
    let gradients = mapped(over: x) { x in (w * x).sum().backward()[w] }
    #expect(gradients == x)
  }

  @Test func checkpointsAndScansOfStructuresGoThrough() throws {
    let x = Tensor([[0.5, 1], [2, -1]], dtype: .float64)
    let pair = mapped(over: ["a": x, "b": x * 2]) { s in
      gradient(at: s) { s in checkpoint { tanh(s["a"]!) * s["b"]! }.sum() }
    }
    let plain = gradient(at: ["a": x, "b": x * 2]) { s in (tanh(s["a"]!) * s["b"]!).sum() }
    for key in ["a", "b"] { try expectClose(pair[key]!, plain[key]!, tolerance: 1e-15, key) }
    let outside = gradient(at: x) { x in mapped(over: x) { x in checkpoint { tanh(x) * x } }.sum() }
    try expectClose(outside, gradient(at: x) { x in (tanh(x) * x).sum() }, tolerance: 1e-15, "from outside")
  }

  @Test func axesOfExamplesAndResultsCanBeChosen() {
    let x = Tensor([[1, 2, 3], [4, 5, 6]])
    #expect(mapped(over: x, axis: 1) { $0 * 2 } == (x * 2).transposed())
    #expect(mapped(over: x, axis: -1, resultAxis: -1) { $0 * 2 } == x * 2)
    let (sum, double) = mapped(over: x) { ($0.sum(), $0 * 2) }
    #expect(sum == x.sum(axis: 1) && double == x * 2)
    #expect(mapped(over: x) { _ in Tensor([7, 8]) } == Tensor([[7, 8], [7, 8]]))
  }

  @Test func integersAndConditionsAreMapped() {
    let table = Tensor([[1, 2], [3, 4], [5, 6]]), places = Tensor([[0, 2], [1, 1]], dtype: .int64)
    #expect(mapped(over: places) { table.gathering($0) } == table.gathering(places))
    let x = Tensor([[1, -2], [-3, 4]])
    #expect(mapped(over: x) { select(where: $0 .> 0, then: $0, else: 0) } == select(where: x .> 0, then: x, else: 0))
    var y = Tensor.zeros([2, 2])
    y = mapped(over: x) { row in
      var result = Tensor.zeros([2])
      result[1] = row[0]
      return result
    }
    #expect(y == Tensor([[0, 1], [0, -3]]))
  }

  @Test func gradientsPerSampleAverageToTheGradientOfTheMean() throws {
    var noise = Noise(seed: 5)
    let weights = [noise.tensor([4, 3]), noise.tensor([3])], x = noise.tensor([6, 4])
    let labels = Tensor([0, 2, 1, 1, 0, 2], dtype: .int64)
    let each = perSampleGradients(at: weights, over: x, labels) { weights, x, label in
      softmaxCrossEntropy((x.matmul(weights[0]) + weights[1]).expanded(at: 0), labels: label.expanded(at: 0))
    }
    let mean = gradient(at: weights) { softmaxCrossEntropy(x.matmul($0[0]) + $0[1], labels: labels) }
    for (each, mean) in Swift.zip(each, mean) {
      try expectClose(each.mean(axis: 0), mean, tolerance: 1e-14, "the mean")
    }
  }

  @Test(arguments: [1, 2, 5, 7]) func gradientsForEachSampleComeInChunks(chunkSize: Int) throws {
    var noise = Noise(seed: 12)
    let x = noise.tensor([5, 3]), y = noise.tensor([5]), model = ["w": noise.tensor([3]), "b": noise.tensor([])]
    let loss = { (model: [String: Tensor], x: Tensor, y: Tensor) in
      (tanh(x.matmul(model["w"]!)) + model["b"]! - y).squared()
    }
    let whole = perSampleGradients(at: model, over: x, y, of: loss)
    let chunks = perSampleGradients(at: model, over: x, y, chunkSize: chunkSize, of: loss)
    for (name, gradients) in whole {
      try expectClose(try #require(chunks[name]), gradients, tolerance: 1e-14, "\(name) in chunks of \(chunkSize)")
    }
    #expect(throws: TensorError.self) {
      try checked { _ = perSampleGradients(at: model, over: x, y, chunkSize: 0, of: loss) }
    }
    #expect(throws: TensorError.self) {
      try checked { _ = perSampleGradients(at: model, over: x, y[..<4], chunkSize: 2, of: loss) }
    }
  }

  // MARK: - Mistakes

  @Test func whatDependsOnValuesIsRefused() {
    let x = Tensor([[1, 2], [3, 4]])
    for body in [{ Tensor($0.sum().item()) }, { $0.selecting(where: $0 .> 1) }] as [(Tensor) -> Tensor] {
      #expect { try checked { mapped(over: x, of: body) } } throws: { error in
        "\(error)".contains("no single value inside mapped(over:)")
      }
    }
  }

  @Test func examplesMustBeAsManyInEachInput() {
    #expect(throws: TensorError.self) { try checked { mapped(over: Tensor([1, 2]), Tensor([1, 2, 3])) { $0 + $1 } } }
    #expect(throws: TensorError.self) { try checked { mapped(over: Tensor.zeros([0, 2])) { $0 * 2 } } }
    #expect(throws: TensorError.self) { try checked { mapped(over: Tensor(1)) { $0 * 2 } } }
    #expect(throws: TensorError.self) { try checked { mapped(over: Tensor([[1, 2]])) { $0 + Tensor([1, 2, 3]) } } }
  }
}
