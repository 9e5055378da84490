import PullbackLearning

/// What the command line asks for.
struct Options: Equatable {
  var epochs = 60
  var seed: UInt64 = 1
  var output = "digits-output"
  var isHelp = false

  static let usage = """
    usage: digits [--epochs N] [--seed N] [--output FOLDER] [--help]

    Trains a two-layer network on 1,437 handwritten digits and tests it on 360 others.

      --epochs N         how often it sees each digit; by default 60
      --seed N           where the random numbers begin; the same seed gives the same losses; by default 1
      --output FOLDER    where the pictures go; by default digits-output
      --help             this text
    """

  init(_ arguments: some Sequence<String>) throws(UsageError) {
    var arguments = CommandLineArguments(arguments)
    while let option = try arguments.nextOption() {
      switch option {
      case "--epochs": epochs = try arguments.integer(of: option, in: 1...100_000)
      case "--seed": seed = try arguments.integer(of: option, in: 0 ... .max)
      case "--output": output = try arguments.value(of: option)
      case "--help", "-h": isHelp = true
      default: throw UsageError("there is no option \"\(option)\"")
      }
    }
  }
}
