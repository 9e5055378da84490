// How operations on matrices report bad data.
//
// Decompositions convert float32 operands to float64: they lose digits to cancellation, and float64 has some to spare. The
// conversions are recorded, so derivatives are computed in float64 too.

extension TensorError {
  /// A matrix that has no such decomposition, inverse or solution: which one of a batch, and why.
  static func matrix(_ place: Int, of shape: Shape, _ operation: StaticString, _ reason: String) -> TensorError {
    let batch = shape.droppingLast(2)
    var name = "the matrix"
    if batch.rank > 0 {
      var (rest, index) = (place, [Int]())
      for axis in (0..<batch.rank).reversed() {
        index.insert(rest % batch[axis], at: 0)
        rest /= batch[axis]
      }
      name = "matrix \(index.count == 1 ? String(index[0]) : index.description) of the batch"
    }
    return TensorError(
      kind: .linearAlgebraFailure, operation: operation.description, message: "\(name) (shape \(shape)) \(reason)")
  }
}
