/// The colours of a picture.
public enum PictureAppearance: Sendable {
  /// Dark on a light background, or light on a dark one, as the viewer of the picture is set.
  case automatic
  /// Dark on a light background.
  case light
  /// Light on a dark background.
  case dark
}

extension Tape {
  /// The computational graph as an SVG picture, drawn as textbooks draw it.
  ///
  /// Operations are circles, joined by arrows from left to right. Above an arrow stands the value that it carries, below
  /// it, in another colour, the gradient of the result with respect to that value; tensors of more than a few elements
  /// are shown by their shape. Parts recorded in a named scope stand in a box.
  ///
  /// The gradients come from a replay that retains the tape. There are none if the result has more than one element, or
  /// if a part of the tape is released. Numbers that are not tracked are not on the tape, nor in the picture. The layout
  /// is made for graphs of up to some hundred operations.
  ///
  /// ```swift
  /// let apple = Tensor(100).requiringGradient(), count = Tensor(2).requiringGradient()
  /// let picture = (apple * count).tape.svg(names: ["apple": apple, "count": count])
  /// print(picture.hasPrefix("<svg"))  // true
  /// ```
  ///
  /// With Foundation, `try picture.write(toFile: "price.svg", atomically: true, encoding: .utf8)` makes it a file.
  ///
  /// - Parameters:
  ///   - names: how leaves, results and any values between are called.
  ///   - showsGradients: whether gradients are drawn.
  ///   - appearance: the colours.
  public func svg(
    names: [String: Tensor] = [:], showsGradients: Bool = true, appearance: PictureAppearance = .automatic
  ) -> String {
    let diagram = Diagram(self, names: names, showsGradients: showsGradients)
    return SVGWriter(ScopeLayout.scene(of: diagram), appearance).text
  }
}
