import Kernels
import PullbackLearning

/// Results as lines of JSON or of a table.
struct Report {
  let threads: Int
  let limits: MachineLimits?

  func json(_ benchmark: Case, _ result: Measurement) -> String {
    var fields = [
      "\"case\": \"\(benchmark.name)\"", "\"threads\": \(threads)", "\"median_s\": \(result.median)",
      "\"min_s\": \(result.minimum)", "\"samples\": \(result.samples)",
      "\"check\": \(result.check.isFinite ? "\(result.check)" : "null")",
    ]
    let footprint = result.footprint
    fields += [
      "\"page_faults\": \(footprint.pageFaults)", "\"malloc_calls\": \(footprint.mallocCalls)",
      "\"pool_misses\": \(footprint.poolMisses)",
    ]
    if let peak = footprint.peakBytes { fields.append("\"peak_bytes\": \(peak)") }
    if let parts = result.parts {
      fields.append("\"parts_median_s\": {\"forward\": \(parts.forward), \"backward\": \(parts.backward)}")
    }
    return "{\(fields.joined(separator: ", "))}"
  }

  /// What stands above the table.
  var heading: String {
    let machine = "\(threads) thread\(threads == 1 ? "" : "s"), \(InstructionSet.current)"
    let columns = row("case", "median", "min", "rate", "of limit", "faults", "malloc", "peak")
    return [machine, limits?.description, "", columns].compactMap { $0 }.joined(separator: "\n")
  }

  func line(_ benchmark: Case, _ result: Measurement) -> String {
    let (rate, share) = rating(benchmark.work, result)
    return row(
      benchmark.name, Report.duration(result.median), Report.duration(result.minimum), rate,
      share.map { "\(($0 * 100).fixed(0)) %" } ?? "", result.footprint.pageFaults.fixed(1),
      result.footprint.mallocCalls.fixed(0), result.footprint.peakBytes.map { "\($0 >> 10) KiB" } ?? "")
  }

  private func row(_ name: String, _ cells: String...) -> String {
    let widths = [11, 11, 15, 9, 8, 8, 12]
    return zip(cells, widths).reduce(name.padded(right: 40)) { $0 + $1.0.padded(left: $1.1) }
  }

  /// The rate at the minimum, and its share of the machine's limit.
  private func rating(_ work: Work, _ result: Measurement) -> (rate: String, share: Double?) {
    switch work {
    case .operations(let count, let dtype):
      let rate = count / result.minimum
      // A register holds half as many numbers of twice the size.
      let limit = (limits?.operationsPerSecond ?? 0) * 4 / Double(dtype.byteCount)
      return ("\((rate / 1e9).fixed(1)) GFLOP/s", limit > 0 ? rate / limit : nil)
    case .bytes(let count):
      let rate = count / result.minimum
      return ("\((rate / 1e9).fixed(1)) GB/s", limits.map { rate / $0.bytesPerSecond(for: count) })
    case .entry: return ("\((result.median * 1e9).fixed(0)) ns/entry", nil)
    case .unknown: return ("", nil)
    }
  }

  /// A time with three digits, as in `1.25 ms`.
  static func duration(_ seconds: Double) -> String {
    let units = [("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)]
    let (unit, scale) = units.first { seconds >= $0.1 } ?? units.last!
    let value = seconds / scale
    return "\(value.fixed(value < 10 ? 2 : value < 100 ? 1 : 0)) \(unit)"
  }
}
