import Kernels

/// What tensors and tapes hold at a moment, for leak tests and budgets. All threads count.
///
/// ```swift
/// let x = Tensor.zeros([1000]).requiringGradient()
/// let memory = MemoryStatistics.current
/// print(x.count, memory.liveBytes >= 4000, memory.liveEntries >= 1)  // 1000 true true
/// ```
public struct MemoryStatistics: Sendable, Hashable {
  /// The bytes of all tensors.
  public let liveBytes: Int
  /// The most there were since the start of the program, or ``resetPeak()``.
  public let peakLiveBytes: Int
  /// The bytes kept for reuse.
  public let cachedBytes: Int
  /// How many buffers the tensors share.
  public let liveBuffers: Int
  /// How often the system was asked for a block that was not kept for reuse, since the start of the program; steps that
  /// repeat soon stop adding to it.
  public let systemAllocations: Int
  /// How many recorded operations and leaves are alive.
  public let liveEntries: Int

  /// The statistics of this moment.
  public static var current: MemoryStatistics {
    let memory = Memory.statistics
    return MemoryStatistics(
      liveBytes: Int(memory.live_bytes), peakLiveBytes: Int(memory.peak_live_bytes),
      cachedBytes: Int(memory.cached_bytes), liveBuffers: Int(memory.live_blocks),
      systemAllocations: Int(memory.system_allocations), liveEntries: Entry.liveCount)
  }

  /// Lets the peak begin anew from what is alive now.
  public static func resetPeak() { Memory.resetPeak() }

  /// Gives the bytes kept for reuse back to the system.
  public static func releaseCache() { Memory.trim() }

  /// Limits the bytes kept for reuse.
  public static func limitCache(to byteCount: Int) { Memory.setCacheLimit(byteCount) }
}

extension MemoryStatistics: CustomStringConvertible {
  /// As in `1.5 MB in 12 buffers (peak 2 MB, cached 0 B), 40 entries`.
  public var description: String {
    "\(liveBytes.shortByteCount) in \(liveBuffers) buffers (peak \(peakLiveBytes.shortByteCount), cached "
      + "\(cachedBytes.shortByteCount)), \(liveEntries) entries"
  }
}
