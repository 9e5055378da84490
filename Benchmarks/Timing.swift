import CMachineLimits
import Pullback

/// What timing a case found, in seconds per unit of work.
struct Measurement {
  let median: Double
  let minimum: Double
  let samples: Int
  /// The sum of the absolute values of what the first call returned.
  let check: Double
  var footprint: Footprint
  /// Medians of the parts, for a step that times its own.
  var parts: (forward: Double, backward: Double)?
}

/// How long cases are timed.
///
/// A sample in which the system took the processor away is not clean; the median is over the clean ones if there are
/// enough of them, the minimum over all.
struct Timing {
  /// Seconds for each case.
  let budget: Double

  private static let warmUp = 0.15
  private static let sampleDuration = 0.002
  private static let sampleCounts = 9...400
  /// Budgets that may be spent on waiting for clean samples.
  private static let stretch = 4.0

  func measure(_ benchmark: Case) -> Measurement {
    let step = benchmark.prepare()
    return Footprint.withPeak {
      switch step {
      case .whole(let step): measure(step, units: Double(benchmark.units))
      case .inParts(let step): measure(step, units: Double(benchmark.units))
      }
    }
  }

  private func measure(_ step: () -> Tensor, units: Double) -> Measurement {
    let check = step().checksum
    let begin = machine_clock()
    var fastest = Double.infinity
    var calls = 0
    while calls < 2 || machine_clock() - begin < min(Timing.warmUp, budget) {
      let start = machine_clock()
      _ = step()
      fastest = min(fastest, machine_clock() - start)
      calls += 1
    }
    let repeats = max(1, Int((Timing.sampleDuration / fastest).rounded()))
    let (all, clean) = samples {
      let start = machine_clock()
      for _ in 0..<repeats { _ = step() }
      return (machine_clock() - start) / Double(repeats) / units
    }
    return Measurement(
      median: median(clean.count >= 3 ? clean : all), minimum: all.min()!, samples: all.count, check: check,
      footprint: Footprint.measure { _ = step() })
  }

  private func measure(_ step: () -> Parts, units: Double) -> Measurement {
    let check = step().result.checksum
    let (all, clean) = samples { step() }
    let used = clean.count >= 3 ? clean : all
    let total: (Parts) -> Double = { ($0.forward + $0.backward) / units }
    return Measurement(
      median: median(used.map(total)), minimum: all.map(total).min()!, samples: all.count, check: check,
      footprint: Footprint.measure { _ = step() },
      // A unit is one direction of an operation, so each part has half of them.
      parts: (median(used.map { $0.forward / units }), median(used.map { $0.backward / units })))
  }

  /// Samples until the budget is spent: all of them, and those that were not interrupted.
  private func samples<Sample>(_ take: () -> Sample) -> (all: [Sample], clean: [Sample]) {
    var all: [Sample] = [], clean: [Sample] = []
    let begin = machine_clock()
    while all.count < Timing.sampleCounts.upperBound {
      let spent = machine_clock() - begin
      let enough = clean.count >= Timing.sampleCounts.lowerBound || spent > Timing.stretch * budget
      if spent > budget, all.count >= 3, enough { break }
      let before = machine_interruptions()
      let sample = take()
      all.append(sample)
      if machine_interruptions() == before { clean.append(sample) }
    }
    return (all, clean)
  }

  private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
