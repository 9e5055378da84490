import PullbackLearning

/// The losses of the epochs as a picture.
struct LossCurve {
  private let history: [Epoch]
  private let highest: Double

  private static let width = 720.0, height = 400.0
  private static let left = 64.0, right = 24.0, top = 40.0, bottom = 52.0

  init(_ history: [Epoch]) {
    self.history = history
    let losses = history.flatMap { [$0.trainingLoss, $0.testLoss] }.filter(\.isFinite)
    highest = LossCurve.roundedUp(losses.max() ?? 1)
  }

  /// The picture, in the SVG format.
  func svg() -> String {
    let (width, height) = (LossCurve.width.fixed(0), LossCurve.height.fixed(0))
    let lines =
      [
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" "
          + "width=\"\(width)\" height=\"\(height)\" "
          + "font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#333\">",
        "<rect width=\"\(width)\" height=\"\(height)\" fill=\"#fff\"/>",
      ] + grid() + [
        text("epoch", x: (LossCurve.left + LossCurve.width - LossCurve.right) / 2, y: LossCurve.height - 12, "middle"),
        text("loss", x: LossCurve.left, y: 22, "middle"),
      ] + curve(history.map(\.trainingLoss), color: "#1f77b4", name: "training", place: 0)
      + curve(history.map(\.testLoss), color: "#d95f02", name: "test", place: 1) + ["</svg>", ""]
    return lines.joined(separator: "\n")
  }

  private func x(_ epoch: Int) -> Double {
    let share = history.count > 1 ? Double(epoch - 1) / Double(history.count - 1) : 0.5
    return LossCurve.left + share * (LossCurve.width - LossCurve.left - LossCurve.right)
  }

  private func y(_ loss: Double) -> Double {
    let share = loss.isFinite ? loss / highest : 1
    return LossCurve.height - LossCurve.bottom - share * (LossCurve.height - LossCurve.top - LossCurve.bottom)
  }

  /// Lines and numbers for a few losses and epochs.
  private func grid() -> [String] {
    let losses = (0...5).map { highest * Double($0) / 5 }
    let step = max(1, Int(LossCurve.roundedUp(Double(history.count) / 8)))
    let epochs = [1] + stride(from: step, through: history.count, by: step).filter { $0 > 1 }
    return losses.flatMap { loss in
      [
        "<line x1=\"\(LossCurve.left.fixed(1))\" y1=\"\(y(loss).fixed(1))\" "
          + "x2=\"\((LossCurve.width - LossCurve.right).fixed(1))\" y2=\"\(y(loss).fixed(1))\" stroke=\"#ddd\"/>",
        text(loss.fixed(highest < 0.5 ? 3 : 2), x: LossCurve.left - 8, y: y(loss) + 4, "end"),
      ]
    } + epochs.map { text("\($0)", x: x($0), y: LossCurve.height - LossCurve.bottom + 20, "middle") }
  }

  /// A line through the losses, and its name in the legend.
  private func curve(_ losses: [Double], color: String, name: String, place: Int) -> [String] {
    let points = losses.enumerated().map { "\(x($0 + 1).fixed(1)),\(y($1).fixed(1))" }.joined(separator: " ")
    let legend = LossCurve.width - LossCurve.right - 190 + 105 * Double(place)
    return [
      "<polyline points=\"\(points)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\" stroke-linejoin=\"round\"/>",
      "<line x1=\"\(legend.fixed(1))\" y1=\"18\" x2=\"\((legend + 24).fixed(1))\" y2=\"18\" stroke=\"\(color)\" "
        + "stroke-width=\"2\"/>",
      text(name, x: legend + 30, y: 22, "start"),
    ]
  }

  private func text(_ content: String, x: Double, y: Double, _ anchor: String) -> String {
    "<text x=\"\(x.fixed(1))\" y=\"\(y.fixed(1))\" text-anchor=\"\(anchor)\">\(content)</text>"
  }

  /// The next number of the form 1, 2 or 5 times a power of ten.
  private static func roundedUp(_ value: Double) -> Double {
    var power = 1e-6
    while power * 10 <= value { power *= 10 }
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= value } ?? power * 10
  }
}
