import CKernels

/// What is wrong with a call: the sentence that a trap prints, as a value.
///
/// Mistakes in a program (shapes, types, axes, indices) stop it with this sentence, unless they happen inside
/// ``checked(_:)``, which throws it instead. Bad data from outside is always thrown.
///
/// ```swift
/// do {
///   try checked { _ = Tensor([1, 2]).reshaped(to: [3]) }
/// } catch let error as TensorError {
///   print(error.kind, error.operation)  // shapeMismatch reshape
/// }
/// ```
public struct TensorError: Error, Hashable, Sendable {
  /// The class of a mistake.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Shapes that an operation cannot combine.
    case shapeMismatch
    /// Element types that an operation does not accept or combine.
    case dtypeMismatch
    /// An axis that does not exist or is named twice.
    case invalidAxis
    /// An index or a label outside its range.
    case indexOutOfRange
    /// Any other argument that makes no sense.
    case invalidArgument
    /// The maximum, minimum and the like of no elements.
    case emptyReduction
    /// A matrix that has no such decomposition, inverse or solution.
    case linearAlgebraFailure
    /// A size beyond what an Int can count.
    case sizeOverflow
    /// Memory that the system does not have.
    case outOfMemory
    /// A replay that the tape does not allow.
    case autogradMisuse
    /// A NaN or an infinity where ``detectingAnomalies(infinities:_:)`` forbids it.
    case nonFiniteValue
  }

  /// The class of the mistake.
  public let kind: Kind
  /// The operation that was called.
  public let operation: String
  /// What is wrong, and the way out.
  public let message: String

  /// An error of a given kind.
  public init(kind: Kind, operation: String, message: String) {
    self.kind = kind
    self.operation = operation
    self.message = message
  }
}

extension TensorError: CustomStringConvertible {
  /// The operation and the sentence, as in `matmul: shapes [2, 3] and [2, 3] …`.
  public var description: String { "\(operation): \(message)" }
}

/// Runs `body` so that a mistake in it is thrown as a ``TensorError`` instead of stopping the program.
///
/// Inside the scope an operation that cannot be carried out answers with a stand-in (a NaN scalar) that later operations
/// accept, changes nothing, and the scope throws the first such error when `body` ends. The scope belongs to the calling
/// thread: work that `body` hands to other threads is not covered.
///
/// ```swift
/// do {
///   try checked { _ = Tensor.zeros([2, 3]) + Tensor.zeros([2, 4]) }
/// } catch let error as TensorError {
///   print(error.kind)  // shapeMismatch
/// }
/// ```
///
/// - Returns: what `body` returns.
/// - Throws: the first mistake in `body`, else what `body` throws.
public func checked<Result>(_ body: () throws -> Result) throws -> Result {
  let scope = CheckedScope()
  let state = thread_state_current()!
  let (outer, recordingDisabled) = (state.pointee.checked_scope, state.pointee.recording_disabled)
  // The pointer is in use only during this call, which keeps `scope` alive.
  state.pointee.checked_scope = Unmanaged.passUnretained(scope).toOpaque()
  let result = Swift.Result { try body() }
  state.pointee.checked_scope = outer
  state.pointee.recording_disabled = recordingDisabled
  return try withExtendedLifetime(scope) {
    if let error = scope.firstError { throw error }
    return try result.get()
  }
}

private final class CheckedScope {
  var firstError: TensorError?
}

/// Whether mistakes are being collected by ``checked(_:)`` on this thread.
var isChecked: Bool { thread_state_current()!.pointee.checked_scope != nil }

/// Whether a mistake has been remembered by ``checked(_:)`` on this thread.
var hasFailed: Bool {
  guard let scope = thread_state_current()!.pointee.checked_scope else { return false }
  return Unmanaged<CheckedScope>.fromOpaque(scope).takeUnretainedValue().firstError != nil
}

/// Reports a mistake of the caller: inside ``checked(_:)`` it is remembered and a stand-in returned, else it traps.
@inline(never)
@discardableResult
func fail(_ kind: TensorError.Kind, _ operation: some CustomStringConvertible, _ message: @autoclosure () -> String)
  -> Tensor
{
  fail(TensorError(kind: kind, operation: operation.description, message: message()))
}

/// The same for a call that answers whether it succeeded.
@inline(never)
func failed(_ kind: TensorError.Kind, _ operation: StaticString, _ message: @autoclosure () -> String) -> Bool {
  fail(kind, operation, message())
  return false
}

@inline(never)
@discardableResult
func fail(_ error: TensorError) -> Tensor {
  let state = thread_state_current()!
  guard let scope = state.pointee.checked_scope else {
    fatalError(error.description)
  }
  let checked = Unmanaged<CheckedScope>.fromOpaque(scope).takeUnretainedValue()
  if checked.firstError == nil {
    checked.firstError = error
    // Nothing more is recorded in this scope, so that no derivative ever meets a stand-in.
    state.pointee.recording_disabled += 1
  }
  return .standIn
}
