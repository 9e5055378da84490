import Testing

@testable import Pullback

/// Jacobians and Hessians of several inputs and of structures.
@Suite struct JacobianTests {
  private let x = Tensor([[0.5, -1], [2, 0.3]], dtype: .float64)
  private let w = Tensor([1.5, -0.7], dtype: .float64)
  private let f = { (x: Tensor, w: Tensor) in tanh(x.matmul(w)) * w.sum() }

  /// All inputs in one vector.
  private func flattened(_ function: @escaping (Tensor, Tensor) -> Tensor) -> (Tensor) -> Tensor {
    { z in function(z[0..<4].reshaped(to: [2, 2]), z[4..<6]) }
  }
  private var z: Tensor { concatenated([x.reshaped(to: [4]), w], axis: 0) }

  @Test(arguments: [JacobianMode.automatic, .forward, .reverse], [nil, 1, 3])
  func blocksAreThoseOfTheWholeMatrix(mode: JacobianMode, chunkSize: Int?) throws {
    let whole = jacobian(at: z, mode: mode, of: flattened(f))
    let (byX, byW) = jacobian(at: x, w, mode: mode, chunkSize: chunkSize, of: f)
    #expect(byX.shape == [2, 2, 2] && byW.shape == [2, 2])
    try expectClose(byX.reshaped(to: [2, 4]), whole[.all, 0..<4], tolerance: 1e-13, "by x")
    try expectClose(byW, whole[.all, 4..<6], tolerance: 1e-13, "by w")
  }

  @Test(arguments: [JacobianMode.forward, .reverse])
  func structuresHaveABlockForEachTensor(mode: JacobianMode) throws {
    let byName = jacobian(at: ["x": x, "w": w], mode: mode) { f($0["x"]!, $0["w"]!) }
    let (byX, byW) = jacobian(at: x, w, of: f)
    try expectClose(byName["x"]!, byX, tolerance: 1e-13, "by x")
    try expectClose(byName["w"]!, byW, tolerance: 1e-13, "by w")
    let blocks = jacobianBlocks(at: x, w, mode: mode) { x, w in
      ["a": f(x, w), "b": w * 2, "c": Tensor([1, 2], dtype: .int64)]
    }
    #expect(blocks.map(\.count) == [2, 2, 2])
    try expectClose(blocks[0][1], byW, tolerance: 1e-13, "a by w")
    #expect(blocks[1][0] == Tensor.zeros([2, 2, 2], dtype: .float64))
    #expect(blocks[1][1] == Tensor.eye(2, dtype: .float64) * 2)
    #expect(blocks[2][0].shape == [2, 2, 2] && blocks[2][1].shape == [2, 2])
  }

  @Test func emptyAndIntegerInputsHaveEmptyAndZeroBlocks() {
    let index = Tensor([1, 0], dtype: .int64), none = Tensor.zeros([0], dtype: .float64)
    for mode in [JacobianMode.forward, .reverse] {
      let (byX, byIndex, byNone) = jacobian(at: w, index, none, mode: mode) { x, index, none in
        concatenated([x.gathering(index), none], axis: 0)
      }
      #expect(byX.scalars() == [0, 1, 1, 0] && byIndex.shape == [2, 2] && byNone.shape == [2, 0])
    }
  }

  @Test func hessiansHaveABlockForEachPair() throws {
    let g = { (x: Tensor, w: Tensor) in f(x, w).squared().sum() }
    let whole = hessian(at: z, of: flattened(g))
    let blocks = hessianBlocks(at: x, w, of: g)
    #expect(blocks[0][1].shape == [2, 2, 2])
    try expectClose(blocks[0][0].reshaped(to: [4, 4]), whole[0..<4, 0..<4], tolerance: 1e-12, "x x")
    try expectClose(blocks[0][1].reshaped(to: [4, 2]), whole[0..<4, 4..<6], tolerance: 1e-12, "x w")
    try expectClose(blocks[1][0].reshaped(to: [2, 4]), whole[4..<6, 0..<4], tolerance: 1e-12, "w x")
    try expectClose(blocks[1][1], whole[4..<6, 4..<6], tolerance: 1e-12, "w w")
  }

  @Test func blocksAreDifferentiable() throws {
    let leaf = w.requiringGradient()
    let (_, byW) = jacobian(at: x, leaf, of: f)
    let found = byW.squared().sum().backward()[leaf]
    let check = checkGradient(at: w) { w in jacobian(at: w) { f(x, $0) }.squared().sum() }
    #expect(check.isCorrect, "\(check)")
    try expectClose(
      found, gradient(at: w) { w in jacobian(at: w) { f(x, $0) }.squared().sum() }, tolerance: 1e-12, "of squares")
  }
}
