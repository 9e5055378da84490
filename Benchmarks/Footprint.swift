import CMachineLimits
import Pullback

/// What a step asks of the system once it has run for a while, and the memory it takes.
struct Footprint {
  /// Page faults, calls of `malloc` and blocks that the pool of tensors' memory had to get from the system, of one step.
  let pageFaults: Double
  let mallocCalls: Double
  let poolMisses: Double
  /// The most bytes in main memory above those held before the first step; nil where the platform does not tell.
  var peakBytes: Int?

  private static let stepCount = 20
  private static let longest = 1.0

  /// Runs some steps more, as many as a second has room for.
  static func measure(_ step: () -> Void) -> Footprint {
    let before = machine_count_requests(), misses = MemoryStatistics.current.systemAllocations
    let begin = machine_clock()
    var steps = 0
    while steps < stepCount, steps == 0 || machine_clock() - begin < longest {
      step()
      steps += 1
    }
    let after = machine_count_requests()
    return Footprint(
      pageFaults: Double(after.page_faults - before.page_faults) / Double(steps),
      mallocCalls: Double(after.malloc_calls - before.malloc_calls) / Double(steps),
      poolMisses: Double(MemoryStatistics.current.systemAllocations - misses) / Double(steps))
  }

  /// Calls `body` and adds the most memory it took.
  static func withPeak(_ body: () -> Measurement) -> Measurement {
    MemoryStatistics.releaseCache()
    machine_reset_peak_resident_bytes()
    let before = machine_resident_bytes()
    var result = body()
    let peak = machine_peak_resident_bytes()
    if before >= 0, peak >= 0 { result.footprint.peakBytes = Int(peak - before) }
    return result
  }
}
