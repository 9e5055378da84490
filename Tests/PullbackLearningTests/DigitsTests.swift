import Pullback
import PullbackLearning
import Testing

@testable import digits

@Suite struct DigitsTests {
  @Test func readsItsOptions() throws {
    #expect(try Options([]) == Options(["--epochs", "60"]))
    let options = try Options(["--epochs=3", "--seed", "18446744073709551615", "--output", "a b"])
    #expect(options.epochs == 3 && options.seed == .max && options.output == "a b")
    #expect(try Options(["--help"]).isHelp)
  }

  @Test(arguments: [
    (["--speed"], "there is no option \"--speed\""), (["7"], "there is no option \"7\""),
    (["--epochs"], "--epochs needs a value"),
    (["--epochs", "0"], "--epochs needs a whole number in 1 ... 100000, not \"0\""),
    (["--epochs", "many"], "--epochs needs a whole number in 1 ... 100000, not \"many\""),
    (["--seed", "-1"], "--seed needs a whole number of at least 0, not \"-1\""),
    (["--help=no"], "an option that takes no value was given \"no\""),
  ])
  func refusesWrongOptions(_ arguments: [String], _ message: String) {
    let error = #expect(throws: UsageError.self) { try Options(arguments) }
    #expect(error?.description == message)
  }

  @Test func theDigitsAreAllThere() throws {
    let data = try HandwrittenDigits.load()
    #expect(data.inputs.shape == [1797, 64] && data.targets.shape == [1797])
    #expect(data.inputs.min().item() == 0 && data.inputs.max().item() == 1)
    #expect(data.targets.min().item() == 0 && data.targets.max().item() == 9)
    #expect((data.inputs.sum().item(as: Double.self) * 16) == 561_718)
  }

  @Test func theSameSeedGivesTheSameLosses() throws {
    func losses() throws -> [Double] {
      let (training, test) = try HandwrittenDigits.load().split(at: HandwrittenDigits.trainingCount)
      var generator = PhiloxGenerator(seed: 9)
      var network = Network(hiddenCount: 30, using: &generator)
      return train(&network, on: training[0..<320], testedWith: test, epochs: 2, using: &generator).map(\.trainingLoss)
    }
    let first = try losses()
    #expect(first[1] < first[0])
    #expect(try losses() == first)
  }

  @Test func numericalGradientsAgree() throws {
    var generator = PhiloxGenerator(seed: 9)
    let network = Network(hiddenCount: 3, using: &generator)
    let comparison = GradientComparison(of: network, on: try HandwrittenDigits.load()[0..<4])
    #expect(comparison.largestDifference < 1e-7)
  }

  @Test func theLossCurveShowsEveryEpoch() {
    let epochs = (1...12).map { Epoch(trainingLoss: 1 / Double($0), testLoss: 2 / Double($0)) }
    let svg = LossCurve(epochs).svg()
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
    #expect(
      svg.split(separator: "<polyline points=\"").dropFirst().allSatisfy { line in
        line.prefix { $0 != "\"" }.split(separator: " ").count == 12
      })
    #expect(LossCurve([Epoch(trainingLoss: .nan, testLoss: .infinity)]).svg().contains("nan") == false)
  }
}
