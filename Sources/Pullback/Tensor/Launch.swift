import CKernels
import Kernels

// How kernels are called: at once, and, where a function is being compiled, once more at each call of what becomes of it.
// Note [Programs].

extension Program {
  /// Whether a program is being recorded on this thread.
  @inline(__always)
  static var isRecording: Bool { thread_state_current()!.pointee.program != nil }
}

/// Makes a kernel call, and notes it if a program is being recorded.
///
/// `call` captures addresses and numbers only: an object would be kept that the recording should release.
@inline(__always)
func launch(_ call: @autoclosure () -> () -> Void) {
  if Program.isRecording { Program.current.note(call()) }
  call()()
}

/// The same for addresses of objects that nobody else keeps until the call has been made.
@inline(__always)
func launch<Objects>(keeping objects: Objects, _ call: @autoclosure () -> () -> Void) {
  if Program.isRecording { Program.current.note(call()) }
  withExtendedLifetime(objects) { call()() }
}

/// The same for a call that can fail: it says what is wrong, and returns false. A program that makes it stops there.
@inline(__always)
func launch<Objects>(keeping objects: Objects, succeeding call: @autoclosure () -> () -> Bool) -> Bool {
  if Program.isRecording { Program.current.note(call()) }
  return withExtendedLifetime(objects) { call()() }
}
