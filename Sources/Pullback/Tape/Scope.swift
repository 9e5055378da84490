import CKernels

/// Runs `body` as a named part of the program: pictures draw a box around what it records, and reports name it.
///
/// Scopes nest; each call is a scope of its own. The scope belongs to the calling thread.
///
/// ```swift
/// let x = Tensor([1, 2]).requiringGradient()
/// let code = named("encoder") { tanh(x * 3) }
/// print(code.tape.lines.map { $0.scope ?? "outside" })  // ["outside", "encoder", "encoder"]
/// ```
///
/// - Parameters:
///   - name: what the part is called.
///   - fileID: the place in the source that reports give; by default that of the call.
///   - line: the line there.
///   - body: what runs.
/// - Returns: what `body` returns.
public func named<Result, Failure: Error>(
  _ name: String, fileID: StaticString = #fileID, line: UInt = #line, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  try Scope(name: name, parent: Scope.current, fileID: fileID, line: line).run(body)
}

/// A named part of a program, while it runs; entries recorded meanwhile refer to it.
final class Scope: Sendable {
  let name: String
  let parent: Scope?
  /// Where it was opened.
  let fileID: StaticString
  let line: UInt

  init(name: String, parent: Scope?, fileID: StaticString = #fileID, line: UInt = #line) {
    self.name = name
    self.parent = parent
    self.fileID = fileID
    self.line = line
  }

  /// The names from the outermost scope to this one, as in `encoder/attention`.
  var path: String { parent.map { "\($0.path)/\(name)" } ?? name }

  /// The scopes from the outermost to this one.
  var ancestry: [Scope] { (parent?.ancestry ?? []) + [self] }
}

extension Scope {
  /// Runs `body` inside this scope.
  func run<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let state = thread_state_current()!
    let outer = state.pointee.named_scope
    // The pointer is in use only during this call, which keeps `self` alive.
    state.pointee.named_scope = Unmanaged.passUnretained(self).toOpaque()
    defer { withExtendedLifetime(self) { state.pointee.named_scope = outer } }
    return try body()
  }

  /// The innermost scope that the calling thread is in.
  @inline(__always)
  static var current: Scope? {
    thread_state_current()!.pointee.named_scope.map { Unmanaged.fromOpaque($0).takeUnretainedValue() }
  }
}
