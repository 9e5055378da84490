import CKernels

/// A named part of a program, while it runs; entries recorded meanwhile refer to it.
final class Scope: Sendable {
  let name: String
  let parent: Scope?

  init(name: String, parent: Scope?) {
    self.name = name
    self.parent = parent
  }

  /// The names from the outermost scope to this one, as in `encoder/attention`.
  var path: String { parent.map { "\($0.path)/\(name)" } ?? name }

  /// The scopes from the outermost to this one.
  var ancestry: [Scope] { (parent?.ancestry ?? []) + [self] }
}

extension Scope {
  /// The innermost scope that the calling thread is in.
  @inline(__always)
  static var current: Scope? {
    thread_state_current()!.pointee.named_scope.map { Unmanaged.fromOpaque($0).takeUnretainedValue() }
  }
}
