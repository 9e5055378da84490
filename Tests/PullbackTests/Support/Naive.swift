import Pullback

/// An array with the plainest possible operations, to compare with.
struct Naive: Sendable {
  let shape: [Int]
  var values: [Double]

  init(_ shape: [Int], _ values: [Double]) {
    self.shape = shape
    self.values = values
  }

  init(_ tensor: Tensor) { self.init(Array(tensor.shape), tensor.scalars()) }

  /// An array whose elements are computed from their indices.
  init(_ shape: [Int], _ element: ([Int]) -> Double) {
    self.shape = shape
    values = Naive.indices(of: shape).map(element)
  }

  /// All indices in row-major order.
  static func indices(of shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { prefixes, extent in
      prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } }
    }
  }

  subscript(index: [Int]) -> Double {
    var offset = 0
    for (place, extent) in Swift.zip(index, shape) { offset = offset * extent + place }
    return values[offset]
  }

  func map(_ f: (Double) -> Double) -> Naive { Naive(shape, values.map(f)) }

  /// The element that stands at an index of a shape that this broadcasts to.
  func stretched(_ index: [Int]) -> Double {
    let own = index.suffix(shape.count)
    return self[Swift.zip(own, shape).map { $1 == 1 ? 0 : $0 }]
  }

  static func broadcast(_ a: Naive, _ b: Naive, _ f: (Double, Double) -> Double) -> Naive {
    let rank = Swift.max(a.shape.count, b.shape.count)
    func padded(_ shape: [Int]) -> [Int] { [Int](repeating: 1, count: rank - shape.count) + shape }
    let shape = Swift.zip(padded(a.shape), padded(b.shape)).map { $0 == 1 ? $1 : $0 }
    return Naive(shape) { f(a.stretched($0), b.stretched($0)) }
  }

  /// The elements along axes folded into one by a function of all of them.
  func folded(axes: [Int], _ f: ([Double]) -> Double) -> Naive {
    let kept = shape.indices.filter { !axes.contains($0) }
    var groups: [[Int]: [Double]] = [:]
    for (index, value) in Swift.zip(Naive.indices(of: shape), values) {
      groups[kept.map { index[$0] }, default: []].append(value)
    }
    return Naive(kept.map { shape[$0] }) { f(groups[$0] ?? []) }
  }

  /// Each row of the last axis replaced by as many numbers.
  func rows(_ f: ([Double]) -> [Double]) -> Naive {
    let count = shape.last ?? 1
    guard count > 0 else { return self }
    return Naive(shape, stride(from: 0, to: values.count, by: count).flatMap { f(Array(values[$0..<$0 + count])) })
  }

  /// The axes in another order.
  func permuted(_ axes: [Int]) -> Naive {
    Naive(axes.map { shape[$0] }) { index in
      var source = [Int](repeating: 0, count: shape.count)
      for (position, axis) in axes.enumerated() { source[axis] = index[position] }
      return self[source]
    }
  }

  /// The product of matrices, with broadcast leading axes.
  static func matmul(_ a: Naive, _ b: Naive) -> Naive {
    let rank = Swift.max(a.shape.count, b.shape.count)
    func padded(_ x: Naive) -> Naive { Naive([Int](repeating: 1, count: rank - x.shape.count) + x.shape, x.values) }
    let (a, b) = (padded(a), padded(b))
    let (m, k, n) = (a.shape[rank - 2], a.shape[rank - 1], b.shape[rank - 1])
    let batch = (0..<rank - 2).map { Swift.max(a.shape[$0], b.shape[$0]) }
    return Naive(batch + [m, n]) { index in
      let (lead, row, column) = (Array(index.dropLast(2)), index[rank - 2], index[rank - 1])
      return (0..<k).reduce(0) { $0 + a.stretched(lead + [row, $1]) * b.stretched(lead + [$1, column]) }
    }
  }
}
