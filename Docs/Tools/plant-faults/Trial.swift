import Foundation

/// The tests, run with one fault in force.
struct Trial {
  static let variable = "PULLBACK_PLANTED_FAULT"

  let number: Int
  /// The tests that failed, in the order of their failures; "a crash" if the tests did not end by themselves.
  let failures: [String]

  var isCaught: Bool { !failures.isEmpty }

  /// Builds the tests of a planting.
  static func build(_ planting: Planting) throws {
    let status = try run(
      "/usr/bin/env", ["swift", "build", "--build-tests", "-Xcc", "-O2"], in: planting.folder, output: nil)
    if status != 0 { throw Mistake("the package with the faults does not build") }
  }

  /// Runs the tests with a fault, or without one for number 0.
  init(_ number: Int, of planting: Planting, filter: [String]) throws {
    self.number = number
    let bundle = planting.folder.appending(path: ".build/debug/PullbackPackageTests.xctest")
    let output = planting.folder.appending(path: ".build/fault-\(number).txt")
    let status = try Trial.run(
      bundle.path(), ["--testing-library", "swift-testing"] + filter.flatMap { ["--filter", $0] },
      in: planting.folder, output: output, [Trial.variable: "\(number)", "SWIFT_BACKTRACE": "enable=no"])
    let text = try String(decoding: Data(contentsOf: output), as: UTF8.self)
    var failures: [String] = []
    for match in text.matches(of: /✘ Test (?:case passing .* to )?"?([A-Za-z0-9_]+)[^\n]* (?:recorded an issue|failed)/)
    {
      let name = String(match.1)
      if name != "run", !failures.contains(name) { failures.append(name) }
    }
    if status != 0, failures.isEmpty { failures = ["a crash"] }
    self.failures = status == 0 ? [] : failures
  }

  private static func run(
    _ program: String, _ arguments: [String], in folder: URL, output: URL?, _ environment: [String: String] = [:]
  ) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let output {
      _ = FileManager.default.createFile(atPath: output.path(), contents: nil)
      let handle = try FileHandle(forWritingTo: output)
      process.standardOutput = handle
      process.standardError = handle
    }
    try process.run()
    // A fault may make a loop endless.
    let watch = DispatchWorkItem { process.terminate() }
    if output != nil { DispatchQueue.global().asyncAfter(deadline: .now() + 300, execute: watch) }
    process.waitUntilExit()
    watch.cancel()
    return process.terminationStatus
  }
}
