/// A picture as shapes at their places: what is written as SVG, and what tests look at.
struct Scene {
  struct Point { var x, y: Double }

  struct Rectangle {
    var x, y, width, height: Double
    var maxX: Double { x + width }
    var maxY: Double { y + height }
  }

  /// A circle, or what it becomes around a longer sign: a rectangle with round ends.
  struct Shape {
    let frame: Rectangle
    let radius: Double
    let summary: String
  }

  struct Text {
    enum Style: String, CaseIterable { case sign, word, name, value, shape, gradient, scope }

    let text: String
    let style: Style
    let origin: Point
    let anchor: Anchor
  }

  enum Anchor: String { case start, middle, end }

  /// A line that carries a value: straight, or bent once in each direction.
  struct Line {
    var start: Point
    var end: Point
    /// Where the line heads at its end, as the sine of the angle to the right.
    var arrival = 0.0
    var hasArrowhead = false
  }

  struct ScopeBox {
    let frame: Rectangle
    let depth: Int
  }

  var shapes: [Shape] = []
  var texts: [Text] = []
  var lines: [Line] = []
  var scopes: [ScopeBox] = []
  /// Points where a leaf without a name begins, or a line branches.
  var dots: [Point] = []
  var size = Rectangle(x: 0, y: 0, width: 0, height: 0)
}

extension Scene {
  private static let margin = 16.0

  /// Makes the size such that everything is inside, with a margin.
  mutating func fit() {
    var (left, top, right, bottom) = (0.0, 0.0, 0.0, 0.0)
    let frames = shapes.map(\.frame) + texts.map(\.frame) + scopes.map(\.frame)
    let points = lines.flatMap { line in [line.start, line.controls.0, line.controls.1, line.end] } + dots
    for frame in frames + points.map({ Rectangle(x: $0.x, y: $0.y, width: 0, height: 0) }) {
      (left, top) = (min(left, frame.x), min(top, frame.y))
      (right, bottom) = (max(right, frame.maxX), max(bottom, frame.maxY))
    }
    size = Rectangle(
      x: left - Self.margin, y: top - Self.margin, width: right - left + 2 * Self.margin,
      height: bottom - top + 2 * Self.margin)
  }
}

extension Scene.Text {
  var size: Double { Scene.Text.size(of: style) }

  static func size(of style: Style) -> Double {
    switch style {
    case .sign: 18
    case .name: 14
    case .word, .value, .gradient: 13
    case .shape, .scope: 12
    }
  }

  /// What the text covers, at most.
  var frame: Scene.Rectangle {
    let width = TextMetrics.width(of: text, size: size)
    let x =
      switch anchor {
      case .start: origin.x
      case .middle: origin.x - width / 2
      case .end: origin.x - width
      }
    return Scene.Rectangle(x: x, y: origin.y - 0.8 * size, width: width, height: size)
  }
}

extension Scene.Line {
  /// The points that bend the line: it leaves to the right, and arrives in its direction.
  var controls: (Scene.Point, Scene.Point) {
    let reach = max((end.x - start.x) / 2, 12)
    let cosine = (1 - arrival * arrival).squareRoot()
    let back = min(reach, hasArrowhead ? 30 : reach)
    return (
      Scene.Point(x: start.x + reach, y: start.y),
      Scene.Point(x: end.x - back * cosine, y: end.y - back * arrival)
    )
  }

  var isStraight: Bool { abs(start.y - end.y) < 0.05 && arrival == 0 }

  /// A point of the line, from 0 at its start to 1 at its end.
  func point(at t: Double) -> Scene.Point {
    let (a, b) = controls
    let s = 1 - t
    let weights = (s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t)
    return Scene.Point(
      x: weights.0 * start.x + weights.1 * a.x + weights.2 * b.x + weights.3 * end.x,
      y: weights.0 * start.y + weights.1 * a.y + weights.2 * b.y + weights.3 * end.y)
  }
}
