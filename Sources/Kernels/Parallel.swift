import CKernels

/// Work split over the thread pool.
package enum Parallel {
  /// How many threads work together, the caller included.
  package static var threadCount: Int {
    get { Int(parallel_thread_count()) }
    set { parallel_set_thread_count(max(1, newValue)) }
  }

  /// Calls `body` for every chunk, on the calling thread and the pool's workers.
  ///
  /// What a chunk computes must not depend on the other chunks, nor on which thread computes it.
  package static func run(chunks: Int, _ body: (Int) -> Void) {
    if chunks <= 1 {
      if chunks == 1 { body(0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      // The pool calls back while this frame is alive, so the closure's address stays valid.
      withUnsafePointer(to: body) { context in
        parallel_for(chunks, callBody, UnsafeMutableRawPointer(mutating: context))
      }
    }
  }

  /// Splits `0 ..< count` into ranges of at least `grain` and calls `body` for each.
  ///
  /// The ranges are the same for any number of threads, and start at multiples of 64.
  @inlinable @inline(__always)
  package static func run(count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    if count <= grain {
      body(0..<count)
      return
    }
    let size = (max(grain, (count + 63) / 64) + 63) & ~63
    run(chunks: (count + size - 1) / size) { chunk in
      body(chunk * size..<min(count, (chunk + 1) * size))
    }
  }
}

private func callBody(_ context: UnsafeMutableRawPointer?, _ chunk: Int) {
  context!.assumingMemoryBound(to: ((Int) -> Void).self).pointee(chunk)
}
