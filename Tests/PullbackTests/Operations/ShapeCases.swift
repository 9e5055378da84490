import Pullback

extension OperationCase {
  static let shapes: [OperationCase] = [
    .of("reshaped", [2, 3], reference: { Naive([3, 2], $0[0].values) }) { $0.reshaped(to: [3, -1]) },
    .of("permuted", [2, 3, 2], reference: { $0[0].permuted([2, 0, 1]) }) { $0.permuted(axes: [2, 0, 1]) },
    .of("transposed", [2, 3], reference: { $0[0].permuted([1, 0]) }) { $0.transposed() },
    .of("movedAxes", [2, 3, 2], reference: { $0[0].permuted([1, 2, 0]) }) { $0.movedAxes([0], to: [-1]) },
    .of("broadcast", [2, 1]) { $0.broadcast(to: [3, 2, 4]) },
    .of("sum(toShape:)", [2, 3]) { $0.sum(toShape: [2, 1]) },
    .of("squeezed", [2, 1, 3]) { $0.squeezed() },
    .of("expanded", [2, 3]) { $0.expanded(at: 1) },
    .of("flattened", [2, 3, 2]) { $0.flattened(from: 1) },
    .of("contiguous", [2, 3]) { $0.transposed().contiguous() },
    .of("cast", [2, 3], order: 0) { $0.cast(to: .float32) },
    .of("subscript, slice", [4, 5]) { $0[1..<3, (0..<5).by(2)] },
    .of("subscript, slice backwards", [4, 5]) { $0[(0...).by(-1), -1] },
    .of("subscript, new axis", [4, 5]) { $0[.newAxis, .ellipsis, 2] },
    OperationCase("subscript, slice assigned", [[4, 3], [3]], [.signed(0.3...2)]) { x in
      var y = x[0]
      y[1..<3] = x[1] * 2
      return y
    },
    OperationCase("subscript, steps assigned", [[5, 3], [3, 3]], [.signed(0.3...2)]) { x in
      var y = x[0]
      y[(0...).by(2)] = x[1]
      return y
    },
    OperationCase("subscript, index assigned", [[4, 3], [2, 3]], [.signed(0.3...2)]) { x in
      var y = x[0]
      y[Tensor([3, 0], dtype: .int64)] = x[1]
      return y
    },
    .of("padded", [2, 3]) { $0.padded([(before: 1, after: 0), (before: 0, after: 2)], with: 3) },
    OperationCase("concatenated", [[2, 3], [2, 1], [2, 2]], [.signed(0.3...2)]) { concatenated($0, axis: 1) },
    OperationCase("stacked", [[2, 3], [2, 3]], [.signed(0.3...2)]) { stacked($0, axis: 1) },
    .of("split", [2, 5]) { x in
      let parts = x.split(sizes: [2, 1, 2], axis: 1)
      return parts[0] * parts[2]
    },
    .of("split, a part unused", [6]) { $0.split(count: 3, axis: 0)[1].squared() },
    .of("unstacked", [3, 2]) { $0.unstacked()[1] * $0.unstacked()[2] },
    .of("reversed", [2, 3]) { $0.reversed(axes: [1, 0]) },
    .of("rolled", [2, 5]) { $0.rolled(by: [2, -1], axes: [1, 0]) },
    .of("rolled flat", [2, 3]) { $0.rolled(by: -2) },
    .of("tiled", [2, 3]) { $0.tiled([2, 1, 2]) },
    .of("repeated", [2, 3]) { $0.repeated(2, axis: 1) },
    .of("repeated unequally", [2, 3]) { $0.repeated([1, 0, 2], axis: 1) },
    .of("quarterTurned", [2, 3]) { $0.quarterTurned() },
    OperationCase("gridCoordinates", [[2], [3]], [.signed(0.3...2)]) { x in
      let grid = gridCoordinates(x)
      return grid[0] * grid[1].squared()
    },
    .of("diagonal", [3, 4]) { $0.diagonal(offset: 1) },
    .of("diagEmbed", [2, 3]) { $0.diagEmbed(offset: -1) },
    .of("trace", [3, 3]) { $0.trace() },
    .of("tril", [3, 4]) { $0.tril(offset: 1) },
    .of("triu", [3, 4]) { $0.triu() },
    .of("bandPart", [3, 4]) { $0.bandPart(lower: 1, upper: 1) },
    .of("symmetrised", [3, 3]) { $0.symmetrised() },
  ]

  static let indexing: [OperationCase] = [
    .of("gathering", [4, 3]) { $0.gathering(Tensor([0, 2, 2, -1, 2], dtype: .int64), axis: 0) },
    .of("gathering columns", [2, 4]) { $0.gathering(Tensor([[1, 1], [0, 3]], dtype: .int64), axis: 1) },
    .of("gathered", [3, 2]) { $0.gathered(along: 0, at: Tensor([[0, 2], [2, 2]], dtype: .int64)) },
    .of("subscript, index", [4, 3]) { $0[Tensor([1, 1, 3], dtype: .int64), 1...] },
    .of("subscript, indices", [4, 3]) { $0[Tensor([1, 1, 3], dtype: .int64), Tensor([0, 2, 0], dtype: .int64)] },
    .of("subscript, mask", [4]) { $0[Tensor([true, false, true, true])] },
    .of("selecting", [2, 3]) { $0.selecting(where: Tensor([true, false, true])) },
    OperationCase("replacing", [[2, 3], [3]], [.signed(0.3...2)]) {
      $0[0].replacing(with: $0[1], where: Tensor([true, false, true]))
    },
    OperationCase("scattered", [[4, 2], [2, 2]], [.signed(0.3...2)]) {
      $0[0].scattered($0[1], along: 0, at: Tensor([[0, 3], [2, 1]], dtype: .int64))
    },
    OperationCase("scatterAdding", [[4, 2], [3, 2]], [.signed(0.3...2)]) {
      $0[0].scatterAdding($0[1], along: 0, at: Tensor([[0, 3], [0, 1], [2, 3]], dtype: .int64))
    },
    OperationCase("addingRows", [[3, 2], [4, 2]], [.signed(0.3...2)]) {
      $0[0].addingRows($0[1], at: Tensor([0, 2, 0, 0], dtype: .int64), axis: 0, scale: -0.5)
    },
    OperationCase("replacingRows", [[3, 2], [2, 2]], [.signed(0.3...2)]) {
      $0[0].replacingRows($0[1], at: Tensor([2, 0], dtype: .int64), axis: 0)
    },
    OperationCase("scatterReducing product", [[3, 2], [4, 2]], [.signed(0.3...2)]) {
      $0[0].scatterReducing(
        $0[1], along: 0, at: Tensor([[0, 2], [0, 1], [2, 2], [0, 0]], dtype: .int64), by: .product)
    },
    OperationCase("scatterReducing max", [[3, 2], [4, 2]], [.distinct], allowsSame: false) {
      $0[0].scatterReducing($0[1], along: 0, at: Tensor([[0, 2], [0, 1], [2, 2], [0, 0]], dtype: .int64), by: .max)
    },
    OperationCase("scatterReducing mean", [[3, 2], [4, 2]], [.signed(0.3...2)]) {
      $0[0].scatterReducing(
        $0[1], along: 0, at: Tensor([[0, 2], [0, 1], [2, 2], [0, 0]], dtype: .int64), by: .mean)
    },
    OperationCase("maskedScattering", [[4], [3]], [.signed(0.3...2)]) {
      $0[0].maskedScattering($0[1], where: Tensor([true, false, false, true]))
    },
  ]
}
