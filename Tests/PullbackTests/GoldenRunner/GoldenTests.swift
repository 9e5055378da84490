import Dispatch
import Synchronization
import Testing

@testable import Pullback

/// Values and derivatives of every operation against those that other systems found.
@Suite struct GoldenTests {
  private enum Outcome {
    case passed
    case failed(String)
    case notOffered(String)
  }

  @Test func goldenCases() throws {
    let goldens = try Goldens(folder: Goldens.folder)
    let runner = GoldenRunner(goldens: goldens)
    let outcomes = Mutex([Outcome?](repeating: nil, count: goldens.cases.count))
    DispatchQueue.concurrentPerform(iterations: goldens.cases.count) { place in
      let outcome = GoldenTests.outcome(of: goldens.cases[place], runner)
      outcomes.withLock { $0[place] = outcome }
    }
    report(goldens.cases, outcomes.withLock { $0.map { $0! } })
  }

  private static func outcome(of golden: GoldenCase, _ runner: GoldenRunner) -> Outcome {
    do {
      try runner.run(golden)
      return .passed
    } catch let missing as NotOffered {
      return .notOffered(missing.description)
    } catch {
      return .failed("\(golden.name) (\(golden.operation)): \(error)")
    }
  }

  private struct Counts {
    var passed = 0
    var failed = 0
    var missing = 0
  }

  private func report(_ cases: [GoldenCase], _ outcomes: [Outcome]) {
    var families: [String] = []
    var counts: [String: Counts] = [:]
    var total = Counts()
    var missing: [String: Int] = [:]
    for (golden, outcome) in Swift.zip(cases, outcomes) {
      if counts[golden.family] == nil { families.append(golden.family) }
      var family = counts[golden.family] ?? Counts()
      switch outcome {
      case .passed:
        family.passed += 1
        total.passed += 1
      case .failed(let reason):
        family.failed += 1
        total.failed += 1
        Issue.record("\(reason)")
      case .notOffered(let what):
        family.missing += 1
        total.missing += 1
        missing[what, default: 0] += 1
      }
      counts[golden.family] = family
    }
    #expect(total.passed > 0)
    var lines = families.map { family in
      let count = counts[family]!
      let name = family + String(repeating: " ", count: Swift.max(1, 20 - family.count))
      return "\(name)\(count.passed) passed, \(count.failed) failed, \(count.missing) not offered"
    }
    if !missing.isEmpty {
      let list = missing.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
      lines.append("not offered: " + list.joined(separator: ", "))
    }
    lines.append("goldens: \(total.passed) passed, \(total.failed) failed, \(total.missing) not offered")
    print(lines.joined(separator: "\n"))
  }
}
