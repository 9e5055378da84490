/// Writes a scene as SVG.
struct SVGWriter {
  private(set) var text: String

  init(_ scene: Scene, _ appearance: PictureAppearance) {
    let size = scene.size
    let box = [size.x, size.y, size.width, size.height].map(SVGWriter.decimal)
    text = """
      <svg xmlns="http://www.w3.org/2000/svg" class="pullback-tape" viewBox="\(box.joined(separator: " "))" \
      width="\(box[2])" height="\(box[3])" role="img">
      <title>Computational graph</title>
      <style>
      \(SVGWriter.style(appearance))
      </style>
      <rect class="background" x="\(box[0])" y="\(box[1])" width="\(box[2])" height="\(box[3])"/>

      """
    for scope in scene.scopes { write(scope) }
    for line in scene.lines { write(line) }
    for dot in scene.dots {
      text += "<circle class=\"dot\" cx=\"\(SVGWriter.decimal(dot.x))\" cy=\"\(SVGWriter.decimal(dot.y))\" r=\"3\"/>\n"
    }
    for shape in scene.shapes { write(shape) }
    for text in scene.texts { write(text) }
    text += "</svg>\n"
  }

  private mutating func write(_ scope: Scene.ScopeBox) {
    text += "<rect class=\"scope\" \(SVGWriter.attributes(scope.frame)) rx=\"10\"/>\n"
  }

  private mutating func write(_ shape: Scene.Shape) {
    text += "<rect class=\"node\" \(SVGWriter.attributes(shape.frame)) rx=\"\(SVGWriter.decimal(shape.radius))\">"
    text += "<title>\(SVGWriter.escaped(shape.summary))</title></rect>\n"
  }

  private mutating func write(_ line: Scene.Line) {
    let point = { (point: Scene.Point) in "\(SVGWriter.decimal(point.x)) \(SVGWriter.decimal(point.y))" }
    let (a, b) = line.controls
    let cosine = (1 - line.arrival * line.arrival).squareRoot()
    // The line ends inside the arrowhead, whose tip is at the end.
    var end = line.end
    if line.hasArrowhead { (end.x, end.y) = (end.x - 5 * cosine, end.y - 5 * line.arrival) }
    let path = line.isStraight ? "H\(SVGWriter.decimal(end.x))" : "C\(point(a)) \(point(b)) \(point(end))"
    text += "<path class=\"line\" d=\"M\(point(line.start))\(path)\"/>\n"
    guard line.hasArrowhead else { return }
    let (dx, dy) = (cosine, line.arrival)
    let back = Scene.Point(x: line.end.x - 9 * dx, y: line.end.y - 9 * dy)
    let corners = [
      line.end, Scene.Point(x: back.x + 4 * dy, y: back.y - 4 * dx),
      Scene.Point(x: back.x - 4 * dy, y: back.y + 4 * dx),
    ]
    text += "<path class=\"arrowhead\" d=\"M\(corners.map(point).joined(separator: "L"))Z\"/>\n"
  }

  private mutating func write(_ label: Scene.Text) {
    let (x, y) = (SVGWriter.decimal(label.origin.x), SVGWriter.decimal(label.origin.y))
    text += "<text class=\"\(label.style)\" x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(label.anchor)\">"
    text += "\(SVGWriter.escaped(label.text))</text>\n"
  }

  private static func attributes(_ frame: Scene.Rectangle) -> String {
    let numbers = [frame.x, frame.y, frame.width, frame.height].map(decimal)
    return "x=\"\(numbers[0])\" y=\"\(numbers[1])\" width=\"\(numbers[2])\" height=\"\(numbers[3])\""
  }

  /// A number with at most one decimal place.
  static func decimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    if tenths % 10 == 0 { return "\(tenths / 10)" }
    return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
  }

  /// Text without what XML gives a meaning or does not allow.
  static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": result += " "
      default: result.unicodeScalars.append(character)
      }
    }
  }
}

// MARK: - Colours

extension SVGWriter {
  private struct Palette {
    let background, ink, line, node, gradient, name, scope: String
  }

  private static let light = Palette(
    background: "#ffffff", ink: "#1f2328", line: "#6e7781", node: "#f6f8fa", gradient: "#bc4c00", name: "#0550ae",
    scope: "#57606a")
  private static let dark = Palette(
    background: "#0d1117", ink: "#e6edf3", line: "#8b949e", node: "#21262d", gradient: "#ffa657", name: "#79c0ff",
    scope: "#8b949e")

  private static func style(_ appearance: PictureAppearance) -> String {
    let sizes = Scene.Text.Style.allCases.map { style in
      ".pullback-tape .\(style) { font-size: \(decimal(Scene.Text.size(of: style)))px }"
    }
    let form = """
      .pullback-tape text { font-family: "Helvetica Neue", Helvetica, Arial, "DejaVu Sans", sans-serif }
      \(sizes.joined(separator: "\n"))
      .pullback-tape .shape { font-style: italic }
      .pullback-tape .line { fill: none; stroke-width: 1.4 }
      .pullback-tape .node { stroke-width: 1.6 }
      .pullback-tape .scope { stroke-dasharray: 5 4 }
      """
    switch appearance {
    case .light: return form + "\n" + colours(light)
    case .dark: return form + "\n" + colours(dark)
    case .automatic:
      return form + "\n" + colours(light) + "\n@media (prefers-color-scheme: dark) {\n" + colours(dark) + "\n}"
    }
  }

  private static func colours(_ palette: Palette) -> String {
    """
    .pullback-tape .background { fill: \(palette.background) }
    .pullback-tape text { fill: \(palette.ink) }
    .pullback-tape .line { stroke: \(palette.line) }
    .pullback-tape .arrowhead, .pullback-tape .dot { fill: \(palette.line) }
    .pullback-tape .node { fill: \(palette.node); stroke: \(palette.ink) }
    .pullback-tape text.gradient { fill: \(palette.gradient) }
    .pullback-tape text.name { fill: \(palette.name) }
    .pullback-tape text.scope { fill: \(palette.scope) }
    .pullback-tape rect.scope { fill: \(palette.scope); fill-opacity: 0.07; stroke: \(palette.scope) }
    """
  }
}
