import Kernels
import PullbackLearning

/// Times the cases that the command line names.
@main
struct Benchmarks {
  static func main() {
    do {
      let options = try Options(CommandLine.arguments.dropFirst())
      if options.isHelp { return print(Options.usage) }
      let cases = try options.cases()
      if options.isListing { return cases.forEach { print($0.name) } }
      if let threads = options.threads { Parallel.threadCount = threads }
      run(cases, options)
    } catch {
      Terminal.standardError.write("benchmarks: \(error)\n\(Options.usage)\n")
      exit(withCode: 2)
    }
  }

  private static func run(_ cases: [Case], _ options: Options) {
    let threads = Parallel.threadCount
    let report = Report(threads: threads, limits: options.isJSON ? nil : MachineLimits(threads: threads))
    let timing = Timing(budget: options.budget)
    let progress = options.isJSON || !Terminal.standardError.isInteractive ? nil : Terminal.standardError
    var lines: [String] = []
    for (index, benchmark) in cases.enumerated() {
      progress?.replaceLine(with: "[\(index + 1)/\(cases.count)] \(benchmark.name)")
      let result = timing.measure(benchmark)
      if options.isJSON {
        Terminal.standardOutput.write(report.json(benchmark, result) + "\n")
      } else {
        lines.append(report.line(benchmark, result))
      }
    }
    progress?.replaceLine(with: "")
    if !options.isJSON { print(report.heading, lines.joined(separator: "\n"), separator: "\n") }
  }
}
