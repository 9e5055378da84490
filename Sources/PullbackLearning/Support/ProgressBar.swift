/// A bar that shows how far a loop has come.
///
/// On a terminal it is redrawn in place; elsewhere, in a file or a log, it prints only the lines given to
/// ``finish(_:)``, so that nothing but plain text is written.
///
/// ```swift
/// import PullbackLearning
///
/// var bar = ProgressBar("epoch 1", total: 100)
/// for _ in 0..<100 { bar.advance() }
/// bar.finish("epoch 1: loss 0.5")
/// ```
public struct ProgressBar {
  private let label: String
  private let total: Int
  private let output: Terminal
  private let isInteractive: Bool
  private var done = 0
  private var shown = ""

  /// The number of cells.
  private static let width = 30

  /// A bar for so many steps, on the standard output.
  public init(_ label: String, total: Int) {
    self.init(label, total: total, output: .standardOutput, isInteractive: Terminal.standardOutput.isInteractive)
  }

  init(_ label: String, total: Int, output: Terminal, isInteractive: Bool) {
    self.label = label
    self.total = total
    self.output = output
    self.isInteractive = isInteractive
  }

  /// Counts a step; `note` follows the bar.
  public mutating func advance(by steps: Int = 1, note: @autoclosure () -> String = "") {
    done += steps
    guard isInteractive else { return }
    let line = self.line(note: note())
    if line == shown { return }
    shown = line
    output.replaceLine(with: line)
  }

  /// Replaces the bar by a line that stays.
  public mutating func finish(_ line: String) {
    if isInteractive { output.replaceLine(with: "") }
    output.write(line + "\n")
  }

  /// The bar as text.
  func line(note: String) -> String {
    let fraction = total > 0 ? Swift.min(1, Double(done) / Double(total)) : 1
    let filled = Int(fraction * Double(ProgressBar.width))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: ProgressBar.width - filled)
    let percent = "\(Int(fraction * 100)) %".padded(left: 5)
    return "\(label) \(bar) \(percent)" + (note.isEmpty ? "" : "  \(note)")
  }
}
