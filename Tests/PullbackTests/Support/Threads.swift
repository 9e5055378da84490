import Foundation

/// Runs `body` on a thread with a small stack and waits for it.
func onSmallStack(_ byteCount: Int = 512 * 1024, _ body: @escaping @Sendable () -> Void) {
  let finished = DispatchSemaphore(value: 0)
  let thread = Thread {
    body()
    finished.signal()
  }
  thread.stackSize = byteCount
  thread.start()
  finished.wait()
}

/// Runs `body` once on each of several threads at the same time and waits for all.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let group = DispatchGroup()
  for number in 0..<count {
    group.enter()
    Thread.detachNewThread {
      body(number)
      group.leave()
    }
  }
  group.wait()
}
