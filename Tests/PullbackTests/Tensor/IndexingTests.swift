import Testing

@testable import Pullback

/// Reading and writing by subscript against the plainest possible loops.
@Suite struct IndexingTests {
  /// One axis of a subscript, and the places it means.
  private static func index(extent: Int, _ noise: inout Noise) -> (index: AxisIndex, places: [Int], keepsAxis: Bool) {
    switch noise.next(5) {
    case 0 where extent > 0:
      let place = noise.next(2 * extent) - extent
      return (.place(place), [(place + extent) % extent], false)
    case 1: return (.all, Array(0..<extent), true)
    default:
      let a = noise.next(extent + 1), b = a + noise.next(extent - a + 1), step = [1, 2, 3, -1, -2][noise.next(5)]
      let places = step > 0 ? Array(stride(from: a, to: b, by: step)) : Array(stride(from: b - 1, through: a, by: step))
      // Half of the ends are counted from the back.
      let start = noise.next() < 0.5 && a < extent ? a - extent : a
      let end: Int? = b == extent ? nil : noise.next() < 0.5 ? b - extent : b
      return (.range(start: start, end: end, step: step), places, true)
    }
  }

  @Test(arguments: [256, 1031, 20_000])
  func stretchesAreCopiedFromAnywhere(count: Int) throws {
    // Places around a page's boundary: how a copy goes about it depends on the distance between source and result.
    let x = Tensor.arange(count + 1100, dtype: .float32)
    for start in 1004...1030 {
      let copy = concatenated([x[start..<start + count], x[..<1]], axis: 0)
      let expected = (start..<start + count).map(Float.init) + [0]
      try #require(copy.scalars(as: Float.self) == expected, "from \(start)")
    }
  }

  @Test func slicesAgreeWithLoops() throws {
    var noise = Noise(seed: 8)
    for _ in 0..<500 {
      let shape = Shape((0..<3).map { _ in noise.next(5) })
      let x = Tensor.arange(shape.count(), dtype: .int64).reshaped(to: shape).cast(to: .float64)
      let naive = Naive(x)
      let parts = shape.map { IndexingTests.index(extent: $0, &noise) }
      let found = x[parts[0].index, parts[1].index, parts[2].index]
      let kept = parts.indices.filter { parts[$0].keepsAxis }
      let expected = Naive(kept.map { parts[$0].places.count }) { index in
        var source = parts.map { $0.places.first ?? 0 }
        for (position, axis) in kept.enumerated() { source[axis] = parts[axis].places[index[position]] }
        return naive[source]
      }
      try expectSameBits(
        found, Tensor(expected.values, shape: Shape(expected.shape)), "\(parts.map(\.index)) of \(shape)")

      // Written back, the part is what was read, and everything else is as before.
      var y = Tensor.zeros(shape, dtype: .float64)
      y[parts[0].index, parts[1].index, parts[2].index] = found
      var z = x
      z[parts[0].index, parts[1].index, parts[2].index] = Tensor(0, dtype: .float64)
      try expectSameBits(y + z, x, "the parts of \(shape)")
    }
  }

  @Test func indicesOutOfRangeChangeNothing() {
    let x = Tensor([[1, 2, 3], [4, 5, 6]])
    func kind(_ body: (Tensor) -> Tensor) -> TensorError.Kind? {
      do { try checked { _ = body(x) } } catch { return (error as? TensorError)?.kind }
      return nil
    }
    for place in [2, -3, .max, .min] {
      #expect(kind { $0[place] } == .indexOutOfRange)
      #expect(kind { $0[Tensor([0, place] as [Int], shape: [2])] } == .indexOutOfRange)
      #expect(kind { $0.gathering(Tensor([place] as [Int], shape: [1])) } == .indexOutOfRange)
      #expect(kind { $0.gathered(along: 0, at: Tensor([place] as [Int], shape: [1, 1])) } == .indexOutOfRange)
      #expect(
        kind { $0.scatterAdding(Tensor([[1]]), along: 0, at: Tensor([place] as [Int], shape: [1, 1])) }
          == .indexOutOfRange)
      var y = x
      #expect(throws: TensorError.self) { try checked { y[place] = Tensor(0) } }
      #expect(throws: TensorError.self) { try checked { y[Tensor([place] as [Int], shape: [1])] = Tensor(0) } }
      #expect(y == x)
    }
    #expect(kind { $0[0..<3] } == .indexOutOfRange && kind { $0[0, 0, 0] } == .invalidArgument)
    #expect(kind { $0[(0...).by(0)] } == .invalidArgument && kind { $0[(0...).by(.min)] } == .invalidArgument)
    #expect(kind { $0[.ellipsis, .ellipsis] } == .invalidArgument)
    for label in [3, -1, .max, .min] {
      #expect(kind { softmaxCrossEntropy($0, labels: [0, label]) } == .indexOutOfRange)
    }
    #expect(kind { $0[Tensor([true, false, true])] } == .shapeMismatch)
  }

  @Test func masksAndIndexTensorsPick() {
    let x = Tensor([[1, 2, 3], [4, 5, 6]])
    #expect(x[x .> 2.5] == Tensor([3, 4, 5, 6]))
    #expect(x[Tensor([true, false])] == Tensor([[1, 2, 3]]))
    #expect(x[0..., Tensor([2, 0], dtype: .int64)] == Tensor([[3, 1], [6, 4]]))
    #expect(x[Tensor([[1], [0]], dtype: .int64), Tensor([0, 2], dtype: .int64)] == Tensor([[4, 6], [1, 3]]))
    var y = x
    y[x .> 2.5] = Tensor(0)
    #expect(y == Tensor([[1, 2, 0], [0, 0, 0]]))
    y[Tensor([0, 0], dtype: .int64), 0] = Tensor([7, 8])
    #expect(y[0, 0] == Tensor(8))
    let leaf = x.requiringGradient()
    #expect(leaf[Tensor([1, 1, 1], dtype: .int64)].sum().backward()[leaf] == Tensor([[0, 0, 0], [3, 3, 3]]))
    #expect(leaf[Tensor([] as [Int], shape: [0])].sum().backward()[leaf] == Tensor.zeros([2, 3]))
  }
}
