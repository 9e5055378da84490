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

/// Whether operations on tracked tensors are being recorded on this thread.
@inline(__always)
var isRecording: Bool { thread_state_current()!.pointee.recording_disabled == 0 }

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

extension Tensor {
  /// Records this result of an operation on `a`.
  ///
  /// - Parameters:
  ///   - name: the operation's name, as tapes and pictures show it.
  ///   - a: what the result was computed from.
  ///   - vjp: the cotangent of `a` from that of the result.
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
    as name: StaticString, wrt a: Tensor, _ vjp: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor
  ) -> Tensor {
    guard let x = a.entry, isRecording else { return self }
    return Tensor(elements, entry: Entry(name, of: elements, x, .ofCotangent(vjp())))
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
    as name: StaticString, wrt a: Tensor,
    withResult vjp: @autoclosure () -> (_ dy: consuming Tensor, _ y: Tensor) -> Tensor
  ) -> Tensor {
    guard let x = a.entry, isRecording else { return self }
    return Tensor(
      elements,
      entry: Entry(name, of: elements, x, .ofCotangentAndResult(vjp()), result: elements))
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
    as name: StaticString,
    wrt a: Tensor, _ aVJP: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor,
    wrt b: Tensor, _ bVJP: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor
  ) -> Tensor {
    guard a.entry != nil || b.entry != nil, isRecording else { return self }
    return Tensor(
      elements,
      entry: Entry(
        name, of: elements, a.entry, a.entry == nil ? nil : .ofCotangent(aVJP()), b.entry,
        b.entry == nil ? nil : .ofCotangent(bVJP())))
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
    as name: StaticString,
    wrt a: Tensor, _ aVJP: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor,
    wrt b: Tensor, withResult bVJP: @autoclosure () -> (_ dy: consuming Tensor, _ y: Tensor) -> Tensor
  ) -> Tensor {
    guard a.entry != nil || b.entry != nil, isRecording else { return self }
    return Tensor(
      elements,
      entry: Entry(
        name, of: elements, a.entry, a.entry == nil ? nil : .ofCotangent(aVJP()), b.entry,
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
    as name: StaticString,
    wrt a: Tensor, withResult aVJP: @autoclosure () -> (_ dy: consuming Tensor, _ y: Tensor) -> Tensor,
    wrt b: Tensor, withResult bVJP: @autoclosure () -> (_ dy: consuming Tensor, _ y: Tensor) -> Tensor
  ) -> Tensor {
    guard a.entry != nil || b.entry != nil, isRecording else { return self }
    return Tensor(
      elements,
      entry: Entry(
        name, of: elements, a.entry, a.entry == nil ? nil : .ofCotangentAndResult(aVJP()), b.entry,
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
    as name: StaticString,
    wrt a: Tensor, _ aVJP: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor,
    wrt b: Tensor, _ bVJP: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor,
    wrt c: Tensor, _ cVJP: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor
  ) -> Tensor {
    guard a.entry != nil || b.entry != nil || c.entry != nil, isRecording else { return self }
    var edges: [Edge] = []
    if let operand = a.entry { edges.append(Edge(operand: operand, vjp: .ofCotangent(aVJP()))) }
    if let operand = b.entry { edges.append(Edge(operand: operand, vjp: .ofCotangent(bVJP()))) }
    if let operand = c.entry { edges.append(Edge(operand: operand, vjp: .ofCotangent(cVJP()))) }
    return Tensor(elements, entry: Entry(name, of: elements, .multiple(edges)))
  }

  /// Records this result of an operation on an operand that has died, of which only the entry is left.
  @inline(__always)
  func recorded(
    as name: StaticString, wrt a: Entry?, _ vjp: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor
  ) -> Tensor {
    guard let a, isRecording else { return self }
    return Tensor(elements, entry: Entry(name, of: elements, a, .ofCotangent(vjp())))
  }

  /// Records this result of an operation on an operand that has died; the derivative is written with the result.
  @inline(__always)
  func recorded(
    as name: StaticString, wrt a: Entry?,
    withResult vjp: @autoclosure () -> (_ dy: consuming Tensor, _ y: Tensor) -> Tensor
  ) -> Tensor {
    guard let a, isRecording else { return self }
    return Tensor(
      elements,
      entry: Entry(name, of: elements, a, .ofCotangentAndResult(vjp()), result: elements))
  }

  /// Records this result of an operation on two operands of which only the entries are left.
  @inline(__always)
  func recorded(
    as name: StaticString,
    wrt a: Entry?, _ aVJP: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor,
    wrt b: Entry?, _ bVJP: @autoclosure () -> (_ dy: consuming Tensor) -> Tensor
  ) -> Tensor {
    guard a != nil || b != nil, isRecording else { return self }
    return Tensor(
      elements,
      entry: Entry(
        name, of: elements, a, a == nil ? nil : .ofCotangent(aVJP()), b, b == nil ? nil : .ofCotangent(bVJP())))
  }

  /// Whether operations on this tensor are being recorded.
  @inline(__always)
  var isRecorded: Bool { entry != nil && isRecording }

  /// Records this result of an operation on any number of operands, each with a derivative of its own.
  ///
  /// ```swift
  /// func total(_ xs: [Tensor]) -> Tensor {
  ///   withoutRecording { xs.dropFirst().reduce(xs[0], +) }.recorded(as: "total", wrt: xs) { position, dy in dy }
  /// }
  /// let x = Tensor(9).requiringGradient()
  /// print(total([x, x, x]).backward()[x])  // 3.0
  /// ```
  ///
  /// - Parameters:
  ///   - name: the operation's name, as tapes and pictures show it.
  ///   - operands: what the result was computed from.
  ///   - vjp: the cotangent of the operand at a position, from that of the result.
  public func recorded(
    as name: StaticString, wrt operands: [Tensor], _ vjp: @escaping (_ position: Int, _ dy: Tensor) -> Tensor
  ) -> Tensor {
    guard isRecording else { return self }
    var edges: [Edge] = []
    for (position, operand) in operands.enumerated() {
      if let entry = operand.entry {
        edges.append(Edge(operand: entry, vjp: .ofCotangent({ dy in vjp(position, dy) })))
      }
    }
    if edges.isEmpty { return self }
    return Tensor(elements, entry: Entry(name, of: elements, .multiple(edges)))
  }

  /// Records this result of an operation whose operands' cotangents are computed together.
  ///
  /// ```swift
  /// func squaredDistance(_ a: Tensor, _ b: Tensor) -> Tensor {
  ///   withoutRecording { (a - b).squared() }
  ///     .recorded(
  ///       as: "squaredDistance", wrt: [a, b],
  ///       jointly: { dy in
  ///         let da = dy * (a - b) * 2
  ///         return [da, -da]
  ///       })
  /// }
  /// let a = Tensor(5).requiringGradient(), b = Tensor(2).requiringGradient()
  /// let gradients = squaredDistance(a, b).backward()
  /// print(gradients[a], gradients[b])  // 6.0 -6.0
  /// ```
  ///
  /// - Parameters:
  ///   - name: the operation's name, as tapes and pictures show it.
  ///   - operands: what the result was computed from.
  ///   - vjp: from the cotangent of the result, the cotangents of all operands in order; nil stands for zero, and what
  ///     belongs to an operand that is not tracked is ignored.
  public func recorded(
    as name: StaticString, wrt operands: [Tensor], jointly vjp: @escaping (_ dy: consuming Tensor) -> [Tensor?]
  ) -> Tensor {
    [self].recorded(as: name, wrt: operands, keepingResults: false) { (dys: consuming [Tensor?], _) in
      guard let dy = dys[0].take() else { return [] }
      return vjp(consume dy)
    }[0]
  }

  /// Records this result of an operation whose operands' cotangents are computed together, with the help of the result.
  ///
  /// ```swift
  /// func geometricMean(_ a: Tensor, _ b: Tensor) -> Tensor {
  ///   withoutRecording { sqrt(a * b) }
  ///     .recorded(
  ///       as: "geometricMean", wrt: [a, b],
  ///       jointlyWithResult: { dy, y in
  ///         let half = dy * y / 2
  ///         return [half / a, half / b]
  ///       })
  /// }
  /// let a = Tensor(2).requiringGradient(), b = Tensor(8).requiringGradient()
  /// let gradients = geometricMean(a, b).backward()
  /// print(gradients[a], gradients[b])  // 1.0 0.25
  /// ```
  public func recorded(
    as name: StaticString, wrt operands: [Tensor],
    jointlyWithResult vjp: @escaping (_ dy: consuming Tensor, _ y: Tensor) -> [Tensor?]
  ) -> Tensor {
    [self].recorded(as: name, wrt: operands, keepingResults: true) { (dys: consuming [Tensor?], ys) in
      guard let dy = dys[0].take() else { return [] }
      return vjp(consume dy, ys[0])
    }[0]
  }
}

extension [Tensor] {
  /// Records these results of one operation, whose operands' cotangents are computed together.
  ///
  /// - Parameter vjp: from the cotangents of the results (nil where a result was not used), the cotangents of all
  ///   operands in order; nil stands for zero.
  public func recorded(
    as name: StaticString, wrt operands: [Tensor], _ vjp: @escaping (_ dys: [Tensor?]) -> [Tensor?]
  ) -> [Tensor] {
    recorded(as: name, wrt: operands, keepingResults: false) { dys, _ in vjp(dys) }
  }

  /// Records these results of one operation, whose operands' cotangents are written with the results.
  ///
  /// - Parameter vjp: from the cotangents of the results (nil where a result was not used) and the results, the
  ///   cotangents of all operands in order; nil stands for zero.
  public func recorded(
    as name: StaticString, wrt operands: [Tensor],
    withResults vjp: @escaping (_ dys: [Tensor?], _ ys: [Tensor]) -> [Tensor?]
  ) -> [Tensor] {
    recorded(as: name, wrt: operands, keepingResults: true, vjp)
  }

  fileprivate func recorded(
    as name: StaticString, wrt operands: [Tensor], keepingResults: Bool,
    _ vjp: @escaping (_ dys: consuming [Tensor?], _ ys: [Tensor]) -> [Tensor?]
  ) -> [Tensor] {
    guard isRecording, !isEmpty, operands.contains(where: \.isTracked) else { return self }
    let positions = operands.indices.filter { operands[$0].isTracked }
    let joint = Joint(
      operands: positions.map { operands[$0].entry! }, results: keepingResults ? map(\.elements) : [],
      resultCount: count,
      vjp: { (dys: consuming [Tensor?], ys) in
        let terms = vjp(consume dys, ys)
        return positions.map { $0 < terms.count ? terms[$0] : nil }
      })
    let entry = Entry(name, of: self[0].elements, .joint(joint))
    if count == 1 { return [Tensor(self[0].elements, entry: entry)] }
    return enumerated().map { index, result in
      result.dtype.isFloatingPoint ? result.projected(from: entry, index) : result
    }
  }
}

extension Tensor {
  /// These elements as one of the results that an entry has.
  func projected(from entry: Entry, _ index: Int) -> Tensor {
    Tensor(elements, entry: Entry(projectionOf: entry, elements, index))
  }
}
