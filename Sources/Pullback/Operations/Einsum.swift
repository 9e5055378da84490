// Sums of products by subscripts, as diagonals, permutations and matrix products.

/// The sum of products that a line of subscripts describes, after Einstein's convention.
///
/// Each operand has a group of letters, one for each axis; letters that the output does not name are summed over.
/// A letter twice in one group walks a diagonal; `...` stands for axes that broadcast. Without `->` the output has the
/// letters that occur once, in alphabetical order, after the axes of the dots. Operands are contracted in pairs, the pair
/// with the smallest result first.
///
/// VJP: the same sum with the operand's letters and the output's exchanged.
///
/// ```swift
/// let a = Tensor([[1, 2], [3, 4]]), v = Tensor([1, 10])
/// print(einsum("ij,j->i", a, v), einsum("ii", a), einsum("ij->j", a))
/// // [21.0, 43.0] : [2] float32 5.0 [4.0, 6.0] : [2] float32
/// ```
///
/// - Precondition: there is a group for each operand with a letter for each axis, a letter has one extent everywhere (or 1,
///   which stretches), and the output's letters occur in the groups, each once; else traps, or throws inside
///   ``checked(_:)``.
public func einsum(_ equation: String, _ operands: Tensor...) -> Tensor { einsum(equation, operands) }

/// The sum of products that a line of subscripts describes: ``einsum(_:_:)-(_,Tensor...)`` for an array of operands.
///
/// ```swift
/// let a = Tensor([[1, 2], [3, 4]])
/// print(einsum("ij,kj->ik", [a, a]) == a.matmul(a.transposed()))  // true
/// ```
public func einsum(_ equation: String, _ operands: [Tensor]) -> Tensor {
  do {
    let subscripts = try Subscripts(equation, operands.map(\.shape))
    if let first = operands.first, let other = operands.first(where: { $0.dtype != first.dtype }) {
      return mixed("einsum", first, other)
    }
    var terms = Swift.zip(operands, subscripts.groups).map { operand, labels in
      Term(tensor: operand, labels: labels).withDiagonalsTaken(extents: subscripts.extents)
    }
    while terms.count > 1 {
      let (i, j) = cheapestPair(terms, subscripts)
      let right = terms.remove(at: j), left = terms.remove(at: i)
      terms.append(try contract(left, right, keeping: wanted(by: terms, subscripts)))
    }
    return terms[0].summed(keeping: Set(subscripts.output)).permuted(to: subscripts.output)
  } catch {
    return fail(error)
  }
}

/// An axis of an operand of `einsum`: a letter, or a place among those that the dots stand for, counted from the end.
private enum Label: Hashable {
  case letter(Character)
  case dots(Int)
}

/// What the subscripts say.
private struct Subscripts {
  private(set) var groups: [[Label]] = []
  private(set) var output: [Label] = []
  /// The extent of each label; 1 only if it is 1 everywhere.
  private(set) var extents: [Label: Int] = [:]

  init(_ equation: String, _ shapes: [Shape]) throws(TensorError) {
    let text = equation.filter { $0 != " " }
    let sides = text.split(separator: "->", omittingEmptySubsequences: false).map(String.init)
    let inputs = sides[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard sides.count <= 2, inputs.count == shapes.count else {
      throw Self.mistake("'\(equation)' describes \(inputs.count) operands, and there are \(shapes.count)")
    }
    var dotCount = 0
    for (input, shape) in Swift.zip(inputs, shapes) {
      let labels = try Self.labels(input, rank: shape.rank, equation)
      dotCount = max(dotCount, labels.count { if case .dots = $0 { true } else { false } })
      try add(labels, shape, equation)
    }
    if sides.count == 2 {
      output = try Self.labels(sides[1], dotCount: dotCount, equation)
      try checkOutput(equation)
    } else {
      output = implicitOutput(dotCount: dotCount)
    }
    guard output.count <= Shape.maximumRank else {
      throw Self.mistake("'\(equation)' gives more than \(Shape.maximumRank) axes")
    }
  }

  private static func mistake(_ message: String, _ kind: TensorError.Kind = .invalidArgument) -> TensorError {
    TensorError(kind: kind, operation: "einsum", message: message)
  }

  /// The labels of a group; the dots stand for the axes that are left.
  private static func labels(_ group: String, rank: Int, _ equation: String) throws(TensorError) -> [Label] {
    let letters = group.count { $0 != "." }
    guard group.contains(".") ? letters <= rank : letters == rank else {
      throw mistake("the group '\(group)' of '\(equation)' has \(letters) letters for \(rank) axes", .shapeMismatch)
    }
    return try labels(group, dotCount: rank - letters, equation)
  }

  private static func labels(_ group: String, dotCount: Int, _ equation: String) throws(TensorError) -> [Label] {
    var labels: [Label] = []
    let parts = group.split(separator: "...", omittingEmptySubsequences: false)
    guard parts.count <= 2 else { throw mistake("the group '\(group)' of '\(equation)' has dots twice") }
    for (position, part) in parts.enumerated() {
      if position == 1 { labels += (0..<dotCount).reversed().map { .dots($0) } }
      for letter in part {
        guard letter.isASCII, letter.isLetter else {
          throw mistake("'\(letter)' in '\(equation)' is no letter; axes are named by letters, the rest by '...'")
        }
        labels.append(.letter(letter))
      }
    }
    return labels
  }

  private mutating func add(_ labels: [Label], _ shape: Shape, _ equation: String) throws(TensorError) {
    for (label, extent) in Swift.zip(labels, shape) {
      let known = extents[label] ?? 1
      guard extent == known || extent == 1 || known == 1 else {
        throw Self.mistake(
          "in '\(equation)' the axis \(Self.name(label)) has the extents \(known) and \(extent)", .shapeMismatch)
      }
      extents[label] = extents[label] == nil || known == 1 ? extent : known
    }
    groups.append(labels)
  }

  private static func name(_ label: Label) -> String {
    switch label {
    case .letter(let letter): "'\(letter)'"
    case .dots(let place): "\(-place - 1) of the dots"
    }
  }

  private func checkOutput(_ equation: String) throws(TensorError) {
    guard Set(output).count == output.count else {
      throw Self.mistake("the output of '\(equation)' names an axis twice")
    }
    for label in output where extents[label] == nil {
      throw Self.mistake("the output of '\(equation)' names \(Self.name(label)), which no operand has")
    }
  }

  private func implicitOutput(dotCount: Int) -> [Label] {
    var counts: [Character: Int] = [:]
    for case .letter(let letter) in groups.joined() { counts[letter, default: 0] += 1 }
    let once = counts.filter { $0.value == 1 }.keys.sorted()
    return (0..<dotCount).reversed().map { .dots($0) } + once.map { .letter($0) }
  }
}

/// A tensor whose axes have labels.
private struct Term {
  let tensor: Tensor
  let labels: [Label]

  func extent(_ label: Label) -> Int { labels.firstIndex(of: label).map { tensor.shape[$0] } ?? 1 }

  /// Each label once: repeated ones become diagonals. Axes that others stretch (1 here, more elsewhere) go.
  func withDiagonalsTaken(extents: [Label: Int]) -> Term {
    var term = self
    while let (first, second) = term.repeated() {
      let largest = Swift.max(term.tensor.shape[first], term.tensor.shape[second])
      let stretched = term.tensor.shape.replacing(axis: first, with: largest).replacing(axis: second, with: largest)
      var labels = term.labels
      let label = labels.remove(at: second)
      labels.remove(at: first)
      term = Term(
        tensor: term.tensor.broadcast(to: stretched).diagonal(axes: (first, second)), labels: labels + [label])
    }
    let stretched = term.labels.indices.filter { term.tensor.shape[$0] == 1 && extents[term.labels[$0]] != 1 }
    if stretched.isEmpty { return term }
    return Term(
      tensor: term.tensor.squeezed(axes: stretched),
      labels: term.labels.indices.filter { !stretched.contains($0) }.map { term.labels[$0] })
  }

  private func repeated() -> (Int, Int)? {
    for (second, label) in labels.enumerated() {
      if let first = labels[..<second].firstIndex(of: label) { return (first, second) }
    }
    return nil
  }

  /// The sum over the labels that nobody wants.
  func summed(keeping wanted: Set<Label>) -> Term {
    let axes = labels.indices.filter { !wanted.contains(labels[$0]) }
    if axes.isEmpty { return self }
    return Term(tensor: tensor.sum(axes: Array(axes)), labels: labels.filter { wanted.contains($0) })
  }

  /// The axes in the order of `order`, which names each of them.
  func permuted(to order: [Label]) -> Tensor {
    if order == labels { return tensor }
    return tensor.permuted(axes: order.map { labels.firstIndex(of: $0)! })
  }

  /// The groups of axes in order, each merged into one axis.
  func merged(_ groups: [[Label]]) -> Tensor {
    permuted(to: Array(groups.joined()))
      .reshaped(to: Shape(groups.map { $0.reduce(1) { $0 * extent($1) } }))
  }
}

/// The labels that the output or other terms have.
private func wanted(by terms: [Term], _ subscripts: Subscripts) -> Set<Label> {
  terms.reduce(into: Set(subscripts.output)) { $0.formUnion($1.labels) }
}

/// The pair of terms whose product is smallest.
private func cheapestPair(_ terms: [Term], _ subscripts: Subscripts) -> (Int, Int) {
  if terms.count == 2 { return (0, 1) }
  var best = (cost: Double.infinity, pair: (0, 1))
  for j in 1..<terms.count {
    for i in 0..<j {
      let others = terms.indices.filter { $0 != i && $0 != j }.map { terms[$0] }
      let kept = Set(terms[i].labels + terms[j].labels).intersection(wanted(by: others, subscripts))
      let cost = kept.reduce(1.0) { $0 * Double(subscripts.extents[$1] ?? 1) }
      if cost < best.cost { best = (cost, (i, j)) }
    }
  }
  return best.pair
}

/// The product of two terms, summed over what is not wanted any more.
private func contract(_ a: Term, _ b: Term, keeping wanted: Set<Label>) throws(TensorError) -> Term {
  let (aLabels, bLabels) = (Set(a.labels), Set(b.labels))
  let a = a.summed(keeping: wanted.union(bLabels)), b = b.summed(keeping: wanted.union(aLabels))
  let common = a.labels.filter { bLabels.contains($0) }
  let batch = common.filter { wanted.contains($0) }, summed = common.filter { !wanted.contains($0) }
  let left = a.labels.filter { !bLabels.contains($0) }, right = b.labels.filter { !aLabels.contains($0) }
  let labels = batch + left + right
  guard labels.count <= Shape.maximumRank else {
    throw TensorError(
      kind: .invalidArgument, operation: "einsum",
      message: "a product of two operands has more than \(Shape.maximumRank) axes")
  }
  let shape = Shape(batch.map(a.extent) + left.map(a.extent) + right.map(b.extent))
  let product: Tensor
  if summed.isEmpty {
    // An outer product for each place of the batch: stretched, not multiplied as matrices.
    product = a.merged([batch, left, []]) * b.merged([batch, [], right])
  } else if left.isEmpty, right.isEmpty, !batch.isEmpty {
    product = (a.merged([batch, summed]) * b.merged([batch, summed])).sum(axis: -1)
  } else {
    product = a.merged([batch, left, summed]).matmul(b.merged([batch, summed, right]))
  }
  return Term(tensor: product.reshaped(to: shape), labels: labels)
}
