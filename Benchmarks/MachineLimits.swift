import CMachineLimits

/// What the machine can do at most, measured.
struct MachineLimits {
  /// Fused multiply-adds in float32, in operations a second; 0 if unknown.
  let operationsPerSecond: Double
  /// Bytes a second that a copy moves, for some sizes of what is worked on, smallest first.
  private let copyRates: [(bytes: Int, rate: Double)]

  init(threads: Int) {
    operationsPerSecond = machine_peak_flops(Int32(threads))
    copyRates = [32 << 10, 512 << 10, 8 << 20, 32 << 20, 128 << 20].map { ($0, machine_copy_rate(Int32(threads), $0)) }
  }

  /// The rate of a copy of about so many bytes: caches make small ones faster.
  ///
  /// Work that uses the same bytes again while they are still in a cache may exceed it.
  func bytesPerSecond(for bytes: Double) -> Double {
    (copyRates.first { bytes <= Double($0.bytes) * 1.5 } ?? copyRates.last!).rate
  }

  var description: String {
    let copies = copyRates.map { "\(($0.rate / 1e9).fixed(0)) (\(MachineLimits.size($0.bytes)))" }
    return "limits: \((operationsPerSecond / 1e9).fixed(0)) GFLOP/s; copies in GB/s: " + copies.joined(separator: ", ")
  }

  private static func size(_ bytes: Int) -> String {
    bytes >= 1 << 20 ? "\(bytes >> 20) MiB" : "\(bytes >> 10) KiB"
  }
}
