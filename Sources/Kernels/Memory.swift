package import CKernels

/// The pool that all buffers come from.
package enum Memory {
  /// A 64-byte aligned block, or nil if the system has no more.
  @inlinable @inline(__always)
  package static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    memory_allocate(byteCount)
  }

  /// Gives a block back; `byteCount` as it was asked for.
  @inlinable @inline(__always)
  package static func release(_ block: UnsafeMutableRawPointer, _ byteCount: Int) {
    memory_release(block, byteCount)
  }

  package static var statistics: memory_statistics { memory_get_statistics() }
  /// What the calling thread has allocated, less what it has released: no other thread disturbs it.
  package static var bytesOfThread: Int { Int(memory_thread_bytes()) }
  package static func trim() { memory_trim() }
  package static func resetPeak() { memory_reset_peak() }
  package static func setCacheLimit(_ byteCount: Int) { memory_set_cache_limit(byteCount) }
}
