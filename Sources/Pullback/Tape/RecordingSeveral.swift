// Operations on any number of operands, and operations with several results: the other forms of Recording.swift.

extension Tensor {
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
    return recorded(name, edges)
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
