import Foundation
import Synchronization

/// One run of the tool.
struct Experiment {
  private var isCheck = false
  /// Which tests are run; all, if empty.
  private var filter: [String] = []
  /// Which faults are tried; all, if empty.
  private var numbers: [Int] = []
  private let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private var folder: URL

  init(arguments: ArraySlice<String>) throws {
    folder = package.appending(path: ".build/planted-faults")
    var arguments = arguments
    while let argument = arguments.popFirst() {
      switch argument {
      case "--check": isCheck = true
      case "--filter": filter.append(try Experiment.value(of: argument, &arguments))
      case "--only":
        guard let number = Int(try Experiment.value(of: argument, &arguments)), Fault.all.indices ~= number - 1 else {
          throw Mistake("--only takes the number of a fault, 1 ... \(Fault.all.count)")
        }
        numbers.append(number)
      default: folder = URL(filePath: argument)
      }
    }
  }

  private static func value(of option: String, _ arguments: inout ArraySlice<String>) throws -> String {
    guard let value = arguments.popFirst() else { throw Mistake("\(option) takes a value") }
    return value
  }

  func run() throws {
    let planting = try Planting(Fault.all, of: package, in: folder)
    say("\(Fault.all.count) faults are planted in \(folder.path())")
    if isCheck { return }
    try Trial.build(planting)
    let sound = try Trial(0, of: planting, filter: filter)
    if sound.isCaught { throw Mistake("the tests fail without a fault: \(sound.failures.joined(separator: ", "))") }
    let report = Report(faults: Fault.all, trials: try trials(of: planting), filter: filter)
    say("caught \(report.caught) of \(report.trials.count)")
    if !numbers.isEmpty { return }
    try report.text.write(to: package.appending(path: "Docs/PlantedFaults.md"), atomically: true, encoding: .utf8)
  }

  /// One for each fault, on all processors.
  private func trials(of planting: Planting) throws -> [Trial] {
    let numbers = numbers.isEmpty ? Array(1...Fault.all.count) : numbers
    let results = Mutex<[Result<Trial, any Error>]>([])
    DispatchQueue.concurrentPerform(iterations: numbers.count) { index in
      let result = Result { try Trial(numbers[index], of: planting, filter: filter) }
      if case .success(let trial) = result {
        say("\(trial.number) \(trial.isCaught ? "caught by \(trial.failures.joined(separator: ", "))" : "NOT CAUGHT")")
      }
      results.withLock { $0.append(result) }
    }
    return try results.withLock { $0 }.map { try $0.get() }.sorted { $0.number < $1.number }
  }

  /// Prints a line at once, also into a file.
  private func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}
