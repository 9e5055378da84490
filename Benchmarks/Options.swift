import PullbackLearning

/// What the command line asks for.
struct Options {
  var filters: [String] = []
  var threads: Int?
  var budget = 0.5
  var isListing = false
  var isJSON = false
  var isHelp = false

  static let usage = """
    usage: benchmarks [--filter PREFIX]… [--threads N] [--budget SECONDS] [--list] [--json]

      --filter PREFIX    only cases whose names begin so; may be repeated. Matrix products of any size can be asked
                         for: gemm-nn/MxKxN, gemm-nn-float64/MxKxN
      --threads N        how many threads compute together; by default one for each processor
      --budget SECONDS   how long each case is timed; by default 0.5
      --list             the names of the cases
      --json             one JSON object a line in place of the table
    """

  init(_ arguments: some Sequence<String>) throws(UsageError) {
    var arguments = CommandLineArguments(arguments)
    while let option = try arguments.nextOption() {
      switch option {
      case "--filter": filters.append(try arguments.value(of: option))
      case "--threads": threads = try arguments.integer(of: option, in: 1...1024)
      case "--budget":
        let text = try arguments.value(of: option)
        guard let seconds = Double(text), seconds > 0, seconds.isFinite else {
          throw UsageError("--budget needs a positive number of seconds, not \"\(text)\"")
        }
        budget = seconds
      case "--list": isListing = true
      case "--json": isJSON = true
      case "--help", "-h": isHelp = true
      default: throw UsageError("there is no option \"\(option)\"")
      }
    }
  }

  /// The cases that the filters let through, and products that only a filter describes.
  func cases() throws(UsageError) -> [Case] {
    let all = Case.all
    var chosen = all.filter { benchmark in
      filters.isEmpty || filters.contains { benchmark.name.hasPrefix($0) }
    }
    for filter in filters {
      if let product = Case.product(named: filter), !all.contains(where: { $0.name == product.name }) {
        chosen.append(product)
      }
    }
    if chosen.isEmpty { throw UsageError("no case begins with \(filters.joined(separator: ", ")); see --list") }
    return chosen
  }
}
