/// The form of one node of a picture: a circle, or the name of a leaf, with the line that leaves it and its labels.
///
/// All lengths are measured from the upper left corner.
struct NodeGeometry {
  static let radius = 20.0
  /// Above and below the line that a value leaves on.
  static let labelHeight = 20.0
  static let labelPadding = 8.0
  static let dotRadius = 3.0

  private let node: Diagram.Node
  /// The size of the circle or the name.
  private let bodyWidth: Double
  private let bodyHeight: Double
  private let isCircle: Bool
  let width: Double
  let height: Double
  /// How far from the middle lines may arrive.
  let inputReach: Double
  /// Where the lines leave, below the top.
  let outputs: [Double]

  init(_ node: Diagram.Node) {
    self.node = node
    let (body, isCircle) = NodeGeometry.body(node)
    bodyWidth = body.width
    bodyHeight = body.height
    let labels = Double(node.results.count) * NodeGeometry.labelHeight * 2
    let height = max(body.height, labels)
    self.height = height
    let texts = node.results.flatMap { NodeGeometry.labels($0) }
    let labelWidth = texts.map(\.frame.width).max() ?? 0
    width = body.width + labelWidth + 2 * NodeGeometry.labelPadding
    outputs = node.results.indices.map {
      height / 2 - labels / 2 + NodeGeometry.labelHeight * Double(2 * $0 + 1)
    }
    self.isCircle = isCircle
    inputReach = isCircle ? 0.75 * NodeGeometry.radius : body.height / 2 - 9
  }

  private static func body(_ node: Diagram.Node) -> (size: (width: Double, height: Double), isCircle: Bool) {
    let sign = Scene.Text(text: node.title, style: style(node), origin: .init(x: 0, y: 0), anchor: .start)
    if node.isLeaf {
      return ((node.title.isEmpty ? 2 * dotRadius : sign.frame.width + 6, 20), false)
    }
    let height = max(2 * radius, 14 * Double(node.operands.count), 30 * Double(node.results.count))
    let isCircle = sign.frame.width <= 2 * radius - 8 && height == 2 * radius
    return ((isCircle ? height : max(sign.frame.width + 24, 2 * radius), height), isCircle)
  }

  private static func style(_ node: Diagram.Node) -> Scene.Text.Style {
    if node.isLeaf { return .name }
    return node.title.unicodeScalars.count == 1 ? .sign : .word
  }

  /// The texts above and below the line that a value leaves on.
  private static func labels(_ result: Diagram.Result) -> [Scene.Text] {
    var texts = [
      Scene.Text(
        text: result.label, style: result.isAbbreviated ? .shape : .value, origin: .init(x: 0, y: -6), anchor: .start)
    ]
    if let gradient = result.gradient {
      texts.append(Scene.Text(text: gradient, style: .gradient, origin: .init(x: 0, y: 16), anchor: .start))
    }
    return texts
  }

  /// How far right of the circle's leftmost point a line arrives so far below the top, and in which direction.
  func arrival(atHeight input: Double) -> (inset: Double, sine: Double) {
    guard isCircle else { return (0, 0) }
    let sine = (height / 2 - input) / NodeGeometry.radius
    return (NodeGeometry.radius * (1 - (1 - sine * sine).squareRoot()), sine)
  }

  /// Draws the node with its upper left corner at a point, and its outgoing lines as far as `right`.
  func draw(at origin: Scene.Point, right: Double, in scene: inout Scene) {
    let middle = origin.y + height / 2
    let title = Scene.Text(
      text: node.title, style: NodeGeometry.style(node), origin: .init(x: origin.x + bodyWidth / 2, y: middle + 4.6),
      anchor: .middle)
    if node.isLeaf && node.title.isEmpty {
      scene.dots.append(.init(x: origin.x + NodeGeometry.dotRadius, y: middle))
    } else {
      scene.texts.append(title)
    }
    if !node.isLeaf {
      scene.shapes.append(
        .init(
          frame: .init(x: origin.x, y: middle - bodyHeight / 2, width: bodyWidth, height: bodyHeight),
          radius: min(bodyWidth / 2, NodeGeometry.radius), summary: node.summary))
    }
    for (result, output) in Swift.zip(node.results, outputs) {
      let y = origin.y + output
      scene.lines.append(.init(start: .init(x: origin.x + bodyWidth, y: y), end: .init(x: right, y: y)))
      for label in NodeGeometry.labels(result) {
        let x = origin.x + bodyWidth + NodeGeometry.labelPadding
        scene.texts.append(
          .init(text: label.text, style: label.style, origin: .init(x: x, y: y + label.origin.y), anchor: .start))
      }
    }
  }
}
