import Kernels

extension Tape {
  /// Lets go what the operations saved for their derivatives, without replaying them, and tells how many bytes of tensors went
  /// with each: what the tape cost in memory.
  ///
  /// The tape counts as replayed afterwards. The last operations go first, as in a replay; what several saved counts for the
  /// last of them that goes, and what a tensor of the program still holds for none.
  ///
  /// ```swift
  /// let x = Tensor.ones([1000]).requiringGradient()
  /// let tape = sin(x * x).sum().tape
  /// let bytes = tape.releaseSaved()
  /// print(zip(tape.lines, bytes).map { "\($0.operation) \($1)" })  // ["leaf 0", "multiply 0", "sin 4000", "sum 0"]
  /// ```
  ///
  /// The sine saved its operand; the product saved `x`, which is there anyway.
  ///
  /// - Returns: bytes, for each of the lines.
  @discardableResult
  public func releaseSaved() -> [Int] {
    var bytes = [Int](repeating: 0, count: entries.count)
    for number in entries.indices.reversed() where !entries[number].isLeaf {
      let before = Memory.bytesOfThread
      Replay.release(entries[number])
      bytes[number] = before - Memory.bytesOfThread
    }
    return bytes
  }
}

extension Replay {
  /// Claims an entry as a replay would, and lets go what it holds.
  fileprivate static func release(_ entry: Entry) {
    let isClaimed = lock.withLock { _ in
      // What another replay has claimed belongs to it: Note [Claiming entries].
      if entry.isReplayed { return false }
      entry.isReplayed = true
      return true
    }
    if !isClaimed { return }
    entry.saved = Saved()
    entry.releaseOperands()
  }
}
