import CKernels

/// Runs `body` without recording: what it computes is untracked, whatever it is computed from.
///
/// The scope belongs to the calling thread. Use it for updates of parameters and for evaluation.
///
/// ```swift
/// let w = Tensor([1, 2]).requiringGradient()
/// let y = withoutRecording { w * 2 }
/// print(y.isTracked)  // false
/// ```
public func withoutRecording<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
  let state = thread_state_current()!
  state.pointee.recording_disabled += 1
  defer { state.pointee.recording_disabled -= 1 }
  return try body()
}

/// Runs `body` with recording on, whatever the scopes around it say.
///
/// - Parameter keepingDifferentials: whether what is recorded is to be walked forward: Note [Walking forward].
func withRecording<Result>(keepingDifferentials: Bool = false, _ body: () throws -> Result) rethrows -> Result {
  let state = thread_state_current()!
  let outer = state.pointee.recording_disabled
  state.pointee.recording_disabled = 0
  if keepingDifferentials { state.pointee.keeping_differentials += 1 }
  defer {
    state.pointee.recording_disabled = outer
    if keepingDifferentials { state.pointee.keeping_differentials -= 1 }
  }
  return try body()
}

/// Whether operations on tracked tensors are being recorded on this thread.
@inline(__always)
var isRecording: Bool { thread_state_current()!.pointee.recording_disabled == 0 }

/// Whether entries recorded on this thread keep what carries changes forward, since a differential will be wanted.
@inline(__always)
var keepsDifferentials: Bool { thread_state_current()!.pointee.keeping_differentials != 0 }

extension Tensor {
  /// Whether operations on this tensor are recorded: it requires a gradient, or was computed from one that does.
  public var isTracked: Bool { entry != nil }

  /// This tensor as a leaf of a new graph: ``Gradients`` will have an entry for it.
  ///
  /// The result does not remember how `self` was computed. Only floating-point tensors carry gradients; asking for that
  /// of an integer or bool tensor is a mistake.
  ///
  /// ```swift
  /// let x = Tensor([1, 2, 3]).requiringGradient()
  /// print((x * x).sum().backward()[x])  // [2.0, 4.0, 6.0] : [3] float32
  /// ```
  public func requiringGradient() -> Tensor {
    guard dtype.isFloatingPoint else {
      return fail(
        .dtypeMismatch, "requiringGradient",
        "a tensor of \(dtype) has no gradient; convert it with cast(to: .float32) first")
    }
    return Tensor(elements, entry: Entry(leaf: elements))
  }

  /// This tensor without its history: gradients stop here.
  ///
  /// ```swift
  /// let x = Tensor(3).requiringGradient()
  /// print((x * x.detached()).backward()[x])  // 3.0
  /// ```
  public func detached() -> Tensor { Tensor(elements) }
}

// MARK: - Recording an operation

// How an operation, built in or your own, is put on the tape: compute the result, then say with respect to which
// operands it has derivatives, and what they are. A derivative is an autoclosure: it comes into being, and keeps what it
// captures alive, only if its operand is tracked. A derivative is itself made of operations on tensors, so it can be
// differentiated again. It may return a cotangent of any shape that broadcasting the operand could have produced: the
// engine sums it back to the operand's shape.
//
// Derivatives also carry changes forward, for `differential(at:of:)`. Those of an elementwise operation do so as they are,
// since a diagonal matrix is its own transpose: `symmetric: true` says this. A linear operation says `differential:`, which is
// most often the operation itself. For all others the engine transposes the derivative: Note [Walking forward].

extension Tensor {
  /// Records this result of an operation on `a`.
  ///
  /// - Parameters:
  ///   - name: the operation's name, as tapes and pictures show it.
  ///   - symmetric: whether the matrix of the derivative is its own transpose, as it is for every operation that works
  ///     element by element, broadcasting apart. A differential then takes `vjp` as it is.
  ///   - a: what the result was computed from.
  ///   - vjp: the cotangent of `a` from that of the result.
  ///   - jvp: the change of the result from that of `a`. If it is left out, a differential transposes `vjp`, which works
  ///     always, and costs about twice as much.
  ///
  /// ```swift
  /// func cubed(_ x: Tensor) -> Tensor {
  ///   withoutRecording { x * x * x }
  ///     .recorded(as: "cubed", wrt: x, { dy in dy * 3 * x * x })
  /// }
  /// let x = Tensor(2).requiringGradient()
  /// print(cubed(x).backward()[x])  // 12.0
  /// ```
  @inline(__always)
  public func recorded(
    as name: StaticString, symmetric: Bool = false,
    wrt a: Tensor, _ vjp: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor,
    differential jvp: @autoclosure () -> ((_ dx: consuming Tensor) -> Tensor)? = nil
  ) -> Tensor {
    guard let x = a.entry, isRecording else { return self }
    if keepsDifferentials, let jvp = jvp() {
      return recorded(name, [Edge(operand: x, vjp: .ofCotangent(vjp()), jvp: jvp)])
    }
    return Tensor(elements, entry: Entry(name, of: elements, symmetric: symmetric, x, .ofCotangent(vjp())))
  }

  /// Records this result of an operation on `a` whose derivative is written with the result `y`.
  ///
  /// Capturing the result in the closure instead would keep its whole history alive in a cycle.
  ///
  /// ```swift
  /// func root(_ x: Tensor) -> Tensor {
  ///   withoutRecording { sqrt(x) }
  ///     .recorded(as: "root", wrt: x, withResult: { dy, y in dy / (y * 2) })
  /// }
  /// let x = Tensor(9).requiringGradient()
  /// print(root(x).backward()[x])  // 0.16666667
  /// ```
  @inline(__always)
  public func recorded(
    as name: StaticString, symmetric: Bool = false, wrt a: Tensor,
    withResult vjp: @autoclosure () -> (_ dy: consuming Tensor, _ y: Tensor) -> Tensor
  ) -> Tensor {
    recorded(as: name, symmetric: symmetric, wrt: a.entry, withResult: vjp())
  }

  /// Records this result of an operation on `a` and `b`.
  ///
  /// ```swift
  /// func area(_ a: Tensor, _ b: Tensor) -> Tensor {
  ///   withoutRecording { a * b }.recorded(as: "area", wrt: a, { dy in dy * b }, wrt: b, { dy in dy * a })
  /// }
  /// let a = Tensor(2).requiringGradient(), b = Tensor(3).requiringGradient()
  /// let gradients = area(a, b).backward()
  /// print(gradients[a], gradients[b])  // 3.0 2.0
  /// ```
  @inline(__always)
  public func recorded(
    as name: StaticString, symmetric: Bool = false,
    wrt a: Tensor, _ aVJP: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor,
    differential aJVP: @autoclosure () -> ((_ da: consuming Tensor) -> Tensor)? = nil,
    wrt b: Tensor, _ bVJP: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor,
    differential bJVP: @autoclosure () -> ((_ db: consuming Tensor) -> Tensor)? = nil
  ) -> Tensor {
    guard a.entry != nil || b.entry != nil, isRecording else { return self }
    if keepsDifferentials, let aJVP = aJVP(), let bJVP = bJVP() {
      var edges: [Edge] = []
      if let operand = a.entry { edges.append(Edge(operand: operand, vjp: .ofCotangent(aVJP()), jvp: aJVP)) }
      if let operand = b.entry { edges.append(Edge(operand: operand, vjp: .ofCotangent(bVJP()), jvp: bJVP)) }
      return recorded(name, edges)
    }
    return recorded(as: name, symmetric: symmetric, wrt: a.entry, aVJP(), wrt: b.entry, bVJP())
  }

  /// Records this result of an operation on `a` and `b`; the derivative for `b` is written with the result.
  ///
  /// ```swift
  /// func ratio(_ a: Tensor, _ b: Tensor) -> Tensor {
  ///   withoutRecording { a / b }
  ///     .recorded(as: "ratio", wrt: a, { dy in dy / b }, wrt: b, withResult: { dy, y in -(dy * y / b) })
  /// }
  /// let a = Tensor(6).requiringGradient(), b = Tensor(2).requiringGradient()
  /// let gradients = ratio(a, b).backward()
  /// print(gradients[a], gradients[b])  // 0.5 -1.5
  /// ```
  @inline(__always)
  public func recorded(
    as name: StaticString, symmetric: Bool = false,
    wrt a: Tensor, _ aVJP: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor,
    wrt b: Tensor, withResult bVJP: @autoclosure () -> (_ dy: consuming Tensor, _ y: Tensor) -> Tensor
  ) -> Tensor {
    guard a.entry != nil || b.entry != nil, isRecording else { return self }
    return Tensor(
      elements,
      entry: Entry(
        name, of: elements, symmetric: symmetric, a.entry, a.entry == nil ? nil : .ofCotangent(aVJP()), b.entry,
        b.entry == nil ? nil : .ofCotangentAndResult(bVJP()), result: b.entry == nil ? nil : elements))
  }

  /// Records this result of an operation on `a` and `b`; both derivatives are written with the result.
  ///
  /// ```swift
  /// func distance(_ a: Tensor, _ b: Tensor) -> Tensor {
  ///   withoutRecording { sqrt(a * a + b * b) }
  ///     .recorded(as: "distance", wrt: a, withResult: { dy, y in dy * a / y }, wrt: b, withResult: { dy, y in dy * b / y })
  /// }
  /// let a = Tensor(3).requiringGradient(), b = Tensor(4).requiringGradient()
  /// let gradients = distance(a, b).backward()
  /// print(gradients[a], gradients[b])  // 0.6 0.8
  /// ```
  @inline(__always)
  public func recorded(
    as name: StaticString, symmetric: Bool = false,
    wrt a: Tensor, withResult aVJP: @autoclosure () -> (_ dy: consuming Tensor, _ y: Tensor) -> Tensor,
    wrt b: Tensor, withResult bVJP: @autoclosure () -> (_ dy: consuming Tensor, _ y: Tensor) -> Tensor
  ) -> Tensor {
    guard a.entry != nil || b.entry != nil, isRecording else { return self }
    return Tensor(
      elements,
      entry: Entry(
        name, of: elements, symmetric: symmetric, a.entry, a.entry == nil ? nil : .ofCotangentAndResult(aVJP()),
        b.entry,
        b.entry == nil ? nil : .ofCotangentAndResult(bVJP()), result: elements))
  }

  /// Records this result of an operation on `a`, `b` and `c`.
  ///
  /// ```swift
  /// func volume(_ a: Tensor, _ b: Tensor, _ c: Tensor) -> Tensor {
  ///   withoutRecording { a * b * c }
  ///     .recorded(
  ///       as: "volume", wrt: a, { dy in dy * b * c }, wrt: b, { dy in dy * a * c }, wrt: c, { dy in dy * a * b })
  /// }
  /// let a = Tensor(2).requiringGradient()
  /// print(volume(a, Tensor(3), Tensor(4)).backward()[a])  // 12.0
  /// ```
  @inline(__always)
  public func recorded(
    as name: StaticString, symmetric: Bool = false,
    wrt a: Tensor, _ aVJP: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor,
    differential aJVP: @autoclosure () -> ((_ da: consuming Tensor) -> Tensor)? = nil,
    wrt b: Tensor, _ bVJP: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor,
    differential bJVP: @autoclosure () -> ((_ db: consuming Tensor) -> Tensor)? = nil,
    wrt c: Tensor, _ cVJP: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor,
    differential cJVP: @autoclosure () -> ((_ dc: consuming Tensor) -> Tensor)? = nil
  ) -> Tensor {
    guard a.entry != nil || b.entry != nil || c.entry != nil, isRecording else { return self }
    let keeps = keepsDifferentials
    var edges: [Edge] = []
    if let operand = a.entry {
      edges.append(Edge(operand: operand, vjp: .ofCotangent(aVJP()), jvp: keeps ? aJVP() : nil))
    }
    if let operand = b.entry {
      edges.append(Edge(operand: operand, vjp: .ofCotangent(bVJP()), jvp: keeps ? bJVP() : nil))
    }
    if let operand = c.entry {
      edges.append(Edge(operand: operand, vjp: .ofCotangent(cVJP()), jvp: keeps ? cJVP() : nil))
    }
    return recorded(name, edges, symmetric: symmetric)
  }

  /// Records this result of an operation with a derivative for each of several operands.
  func recorded(_ name: StaticString, _ edges: [Edge], symmetric: Bool = false) -> Tensor {
    Tensor(elements, entry: Entry(name, of: elements, .multiple(edges), symmetric: symmetric))
  }

  /// Records this result of an operation on an operand that has died, of which only the entry is left.
  @inline(__always)
  func recorded(
    as name: StaticString, symmetric: Bool = false, wrt a: Entry?,
    _ vjp: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor
  ) -> Tensor {
    guard let a, isRecording else { return self }
    return Tensor(elements, entry: Entry(name, of: elements, symmetric: symmetric, a, .ofCotangent(vjp())))
  }

  /// Records this result of an operation on an operand that has died; the derivative is written with the result.
  @inline(__always)
  func recorded(
    as name: StaticString, symmetric: Bool = false, wrt a: Entry?,
    withResult vjp: @autoclosure () -> (_ dy: consuming Tensor, _ y: Tensor) -> Tensor
  ) -> Tensor {
    guard let a, isRecording else { return self }
    return Tensor(
      elements,
      entry: Entry(name, of: elements, symmetric: symmetric, a, .ofCotangentAndResult(vjp()), result: elements))
  }

  /// Records this result of an operation on two operands of which only the entries are left.
  @inline(__always)
  func recorded(
    as name: StaticString, symmetric: Bool = false,
    wrt a: Entry?, _ aVJP: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor,
    wrt b: Entry?, _ bVJP: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor
  ) -> Tensor {
    guard a != nil || b != nil, isRecording else { return self }
    return Tensor(
      elements,
      entry: Entry(
        name, of: elements, symmetric: symmetric, a, a == nil ? nil : .ofCotangent(aVJP()), b,
        b == nil ? nil : .ofCotangent(bVJP())))
  }

  /// Whether operations on this tensor are being recorded.
  @inline(__always)
  var isRecorded: Bool { entry != nil && isRecording }
}
