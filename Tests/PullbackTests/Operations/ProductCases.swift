import Pullback

extension OperationCase {
  static let products: [OperationCase] =
    matmuls + [
      OperationCase("linear", [[4, 3], [3, 2], [2]], [.signed(0.3...2)]) {
        linear($0[0], weight: $0[1], bias: $0[2])
      },
      OperationCase("linear without bias", [[2, 2, 3], [3, 2]], [.signed(0.3...2)]) {
        linear($0[0], weight: $0[1])
      },
      OperationCase("linear, relu", [[4, 3], [3, 2], [2]], [.signed(0.5...2)]) {
        linear($0[0], weight: $0[1], bias: $0[2], activation: .relu)
      },
      OperationCase("dot", [[4], [4]], [.signed(0.3...2)]) { dot($0[0], $0[1]) },
      OperationCase("vecdot", [[2, 4], [2, 4]], [.signed(0.3...2)]) { vecdot($0[0], $0[1]) },
      OperationCase("outer", [[3], [2]], [.signed(0.3...2)]) { outer($0[0], $0[1]) },
      OperationCase("inner", [[2, 3], [2, 3]], [.signed(0.3...2)]) { inner($0[0], $0[1]) },
      OperationCase("tensordot", [[2, 3, 2], [3, 2, 2]], [.signed(0.3...2)]) {
        tensordot($0[0], $0[1], axes: ([1, 2], [0, 1]))
      },
      OperationCase("kron", [[2, 2], [2, 3]], [.signed(0.3...2)]) { kron($0[0], $0[1]) },
      OperationCase("cross", [[2, 3], [2, 3]], [.signed(0.3...2)]) { cross($0[0], $0[1]) },
      OperationCase("einsum", [[2, 2, 3], [2, 3, 2]], [.signed(0.3...2)]) { einsum("bij,bjk->bik", $0[0], $0[1]) },
      OperationCase("einsum with diagonal and sum", [[3, 3], [3, 2]], [.signed(0.3...2)]) {
        einsum("ii,ij->j", $0[0], $0[1])
      },
      OperationCase("addmm", [[2, 2], [2, 3], [3, 2]], [.signed(0.3...2)]) {
        addmm($0[0], $0[1], $0[2], beta: 0.5, alpha: 2)
      },
    ]

  private static let matmulShapes: [[Shape]] = [
    [[2, 3], [3, 4]], [[3], [3]], [[3], [3, 2]], [[2, 3], [3]], [[2, 2, 3], [3, 2]], [[2, 2, 3], [2, 3, 1]],
    [[2, 1, 2, 3], [3, 3, 2]], [[2, 2], [2, 2]],
  ]

  private static let matmuls: [OperationCase] = matmulShapes.map { shapes in
    let isMatrices = shapes.allSatisfy { $0.rank > 1 }
    let slow: Reference = { operands in Naive.matmul(operands[0], operands[1]) }
    return OperationCase("matmul", shapes, [.signed(0.3...2)], reference: isMatrices ? slow : nil) {
      $0[0].matmul($0[1])
    }
  }
}
