import Testing

@testable import Pullback

/// Nothing in a picture may cover anything else, whatever the graph.
@Suite struct LayoutTests {
  @Test(arguments: 0..<60)
  func nothingOverlapsInRandomGraphs(seed: Int) {
    var random = Steps(state: UInt64(seed))
    let (result, names) = randomGraph(&random)
    check(ScopeLayout.scene(of: Diagram(result.tape, names: names)))
  }

  @Test func aLongChainStaysLevel() {
    let w = (0..<40).map { Tensor(Double($0)).requiringGradient() }
    var x = Tensor(1).requiringGradient()
    for k in 0..<40 { x = tanh(x * w[k]) }
    let scene = ScopeLayout.scene(of: Diagram(x.tape))
    check(scene)
    #expect(scene.size.height < 250, "leaves join the main line; they do not bend it")
  }

  @Test func nothingOverlapsInATransformerOfTwoHundredOperations() {
    let scene = ScopeLayout.scene(of: Diagram(transformer(blocks: 6).tape))
    #expect((190...260).contains(scene.shapes.count))
    check(scene)
  }

  @Test func manyUsesOfOneValue() {
    let x = Tensor(1).requiringGradient()
    var sum = x * 2
    for _ in 0..<60 { sum = sum + x * x }
    check(ScopeLayout.scene(of: Diagram(sum.tape)))
  }

  @Test func aScopeThatWasEnteredTwiceAtOnceIsStillDrawn() {
    // Recordings of one scope object on both sides of one outside: a cycle between the box and what is around it.
    let scope = Scope(name: "twice", parent: nil)
    let x = Tensor(1).requiringGradient()
    let first = scope.run { x * 2 }
    let between = first * 3
    let last = scope.run { between * first }
    let scene = ScopeLayout.scene(of: Diagram(last.tape))
    #expect(scene.scopes.isEmpty && scene.shapes.count == 3)
    check(scene)
  }

  @Test func scopesContainTheirOperationsAndNothingElse() throws {
    let x = Tensor(1).requiringGradient(), w = Tensor(2).requiringGradient()
    let hidden = named("hidden") { tanh(x * w) }
    let scene = ScopeLayout.scene(of: Diagram((hidden * x).tape))
    let box = try #require(scene.scopes.first).frame
    let inside = scene.shapes.filter { box.contains($0.frame) }
    #expect(inside.count == 2 && scene.shapes.count == 3)
    check(scene)
  }

  // MARK: - Helpers

  /// Blocks of attention and perceptrons with their residual connections, written out in elementary operations.
  private func transformer(blocks: Int) -> Tensor {
    func weight(_ shape: Int...) -> Tensor { Tensor.full(Shape(shape), 0.1).requiringGradient() }
    func normalized(_ x: Tensor) -> Tensor {
      let centered = x - x.mean(axis: -1, keepDims: true)
      return centered * rsqrt((centered * centered).mean(axis: -1, keepDims: true) + 1e-5) * weight(4)
    }
    var x = weight(3, 4)
    for block in 0..<blocks {
      named("block \(block)") {
        named("attention") {
          let y = normalized(x)
          let (q, k, v) = (y.matmul(weight(4, 4)), y.matmul(weight(4, 4)), y.matmul(weight(4, 4)))
          let scores = (q.matmul(k.transposed()) * 0.5).softmax()
          x = x + scores.matmul(v).matmul(weight(4, 4))
        }
        named("perceptron") {
          x = x + gelu(normalized(x).matmul(weight(4, 8)) + weight(8)).matmul(weight(8, 4)) + weight(4)
        }
      }
    }
    return x.sum()
  }

  /// Leaves, unary and binary operations on recent values, long skips, joins of many, and nested scopes.
  private func randomGraph(_ random: inout Steps) -> (Tensor, [String: Tensor]) {
    var values = (0...random.below(6)).map { Tensor(Double($0) / 2).requiringGradient() }
    var names: [String: Tensor] = [:]
    for (number, leaf) in values.enumerated() where random.below(3) > 0 { names["a long name \(number)"] = leaf }
    grow(&values, by: 5 + random.below(60), depth: 0, &random)
    let unused = values.suffix(8)
    return (unused.dropFirst().reduce(unused.first!) { $0 + $1 }, names)
  }

  private func grow(_ values: inout [Tensor], by count: Int, depth: Int, _ random: inout Steps) {
    for _ in 0..<count {
      let a = values[values.count - 1 - random.below(min(values.count, 10))]
      let b = values[random.below(values.count)]
      switch random.below(12) {
      case 0: values.append(tanh(a))
      case 1: values.append(Tensor(0.123456).requiringGradient())
      case 2: values.append(softplus(a) * b)
      case 3:
        values.append(stacked([a, b, a, values[0], b, values[values.count - 1]].map { $0.reshaped(to: []) }).sum())
      case 4 where depth < 3 && count > 3:
        named("scope \(depth)") { grow(&values, by: random.below(count / 2) + 1, depth: depth + 1, &random) }
      default: values.append(a * b)
      }
    }
  }

  private func check(_ scene: Scene, sourceLocation: SourceLocation = #_sourceLocation) {
    var frames = scene.shapes.map { ("circle", $0.frame.inset(by: -0.8)) }
    for text in scene.texts where text.style != .sign && text.style != .word { frames.append((text.text, text.frame)) }
    var problems: [String] = []
    for i in frames.indices {
      for j in frames[..<i] where j.1.overlaps(frames[i].1) { problems.append("\(j.0) covers \(frames[i].0)") }
      if !scene.size.contains(frames[i].1) { problems.append("\(frames[i].0) is cut off") }
    }
    let texts = frames.filter { $0.0 != "circle" }
    for line in scene.lines {
      let near = line.frame
      let texts = texts.filter { $0.1.overlaps(near) }
      let shapes = scene.shapes.filter { $0.frame.overlaps(near) }
      for point in texts.isEmpty && shapes.isEmpty ? [] : line.points {
        for (name, frame) in texts where frame.inset(by: 2).contains(point) {
          problems.append("a line crosses \(name)")
        }
        if shapes.contains(where: { $0.covers(point) }) { problems.append("a line crosses a circle") }
      }
    }
    for shape in scene.shapes {
      let sign = scene.texts.first { ($0.style == .sign || $0.style == .word) && shape.frame.contains($0.frame) }
      if sign == nil { problems.append("a sign is wider than its circle") }
    }
    for i in scene.scopes.indices {
      let box = scene.scopes[i].frame
      for j in scene.scopes[..<i] where j.frame.overlaps(box) && !j.frame.contains(box) && !box.contains(j.frame) {
        problems.append("scopes overlap")
      }
      for (name, frame) in frames where box.overlaps(frame) && !box.contains(frame) {
        problems.append("the edge of a scope crosses \(name)")
      }
    }
    let found = problems.prefix(3).joined(separator: "; ")
    #expect(problems.isEmpty, "\(found)", sourceLocation: sourceLocation)
  }
}

/// A small seeded generator.
private struct Steps {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }
}

extension Scene.Rectangle {
  fileprivate func overlaps(_ other: Self) -> Bool {
    x < other.maxX && other.x < maxX && y < other.maxY && other.y < maxY
  }

  fileprivate func contains(_ other: Self) -> Bool {
    x <= other.x && y <= other.y && maxX >= other.maxX && maxY >= other.maxY
  }

  fileprivate func contains(_ point: Scene.Point) -> Bool {
    x < point.x && point.x < maxX && y < point.y && point.y < maxY
  }

  fileprivate func inset(by distance: Double) -> Self {
    Self(x: x + distance, y: y + distance, width: width - 2 * distance, height: height - 2 * distance)
  }
}

extension Scene.Shape {
  /// Whether a point is inside, and not just at the rim.
  fileprivate func covers(_ point: Scene.Point) -> Bool {
    let core = frame.inset(by: radius)
    let (dx, dy) = (max(core.x - point.x, point.x - core.maxX, 0), max(core.y - point.y, point.y - core.maxY, 0))
    return (dx * dx + dy * dy).squareRoot() < radius - 1
  }
}

extension Scene.Line {
  fileprivate var points: [Scene.Point] {
    (0...20).map { step in
      let t = Double(step) / 20
      return isStraight ? Scene.Point(x: start.x + t * (end.x - start.x), y: start.y) : point(at: t)
    }
  }

  /// What the line lies in.
  fileprivate var frame: Scene.Rectangle {
    let (x, y) = (min(start.x, end.x), min(start.y, end.y))
    return Scene.Rectangle(
      x: x - 1, y: y - 16, width: abs(end.x - start.x) + 2, height: abs(end.y - start.y) + 32)
  }
}
