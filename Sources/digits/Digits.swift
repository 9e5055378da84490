import Foundation
import Pullback
import PullbackLearning

/// Trains a two-layer network on real handwritten digits, compares its gradients with numerical ones, and draws two
/// pictures.
@main
struct Digits {
  static func main() {
    do {
      let options = try Options(CommandLine.arguments.dropFirst())
      if options.isHelp { return print(Options.usage) }
      try run(options)
    } catch let error as UsageError {
      stop("\(error)\n\(Options.usage)", code: 2)
    } catch {
      stop("\(error)", code: 1)
    }
  }

  private static func run(_ options: Options) throws {
    let (training, test) = try HandwrittenDigits.load().split(at: HandwrittenDigits.trainingCount)
    // The folder is made first, so that a wrong one is not found out after the work.
    let folder = URL(filePath: options.output, directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)

    var generator = PhiloxGenerator(seed: options.seed)
    var network = Network(hiddenCount: 200, using: &generator)
    print("\(training.count) digits to learn from, \(test.count) to test with; \(network.parameterCount) parameters")
    let history = train(&network, on: training, testedWith: test, epochs: options.epochs, using: &generator)

    print("\ngradients of a batch of 10, every parameter moved by ±0.0001 against backpropagation:")
    print(GradientComparison(of: network, on: training[0..<10]))

    let curve = folder.appending(path: "digits-loss.svg"), tape = folder.appending(path: "digits-tape.svg")
    try LossCurve(history).svg().write(to: curve, atomically: true, encoding: .utf8)
    let names = Dictionary(uniqueKeysWithValues: network.parameters.map { ($0.name, $0.value) })
    try network.loss(training[0..<4]).tape.svg(names: names).write(to: tape, atomically: true, encoding: .utf8)
    print("\npictures: \(curve.path(percentEncoded: false)) \(tape.path(percentEncoded: false))")
    print("test accuracy \((network.accuracy(on: test) * 100).fixed(2)) %")
  }

  private static func stop(_ message: String, code: Int32) -> Never {
    Terminal.standardError.write("digits: \(message)\n")
    exit(code)
  }
}
