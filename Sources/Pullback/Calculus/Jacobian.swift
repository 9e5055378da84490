// Whole matrices of derivatives.

/// How a Jacobian is computed.
public enum JacobianMode: Sendable, Hashable {
  /// By rows or by columns, whichever are fewer.
  case automatic
  /// By columns, a differential for each element of the input.
  case forward
  /// By rows, a pullback for each element of the result.
  case reverse
}

/// All first derivatives of a function: element `[i…, j…]` is the derivative of element `[i…]` of the result with respect
/// to element `[j…]` of the input.
///
/// The function is evaluated once, and its tape replayed for many rows, or walked forward for many columns, at once.
///
/// ```swift
/// print(jacobian(at: Tensor([1, 2])) { x in x * x })
/// // [[2.0, 0.0],
/// //  [0.0, 4.0]] : [2, 2] float32
/// ```
///
/// Of several inputs, or of a structure of tensors, there is one such tensor in the place of each:
///
/// ```swift
/// let (byW, byB) = jacobian(at: Tensor([2, 3]), Tensor(1)) { w, b in w * w + b }
/// print(byW, byB)
/// // [[4.0, 0.0],
/// //  [0.0, 6.0]] : [2, 2] float32 [1.0, 1.0] : [2] float32
/// ```
///
/// - Parameters:
///   - input: where; tensors or structures of them.
///   - mode: how; ``JacobianMode/automatic`` unless you know better.
///   - chunkSize: how many rows or columns are computed at once, which takes as much more memory than a single one. By
///     default as many as hold some four million elements of the inputs or the result. With 1, each is a replay of its own,
///     which derivatives of your own that look at the values of their cotangent need.
///   - function: from the inputs to a tensor.
/// - Returns: in the place of each tensor of the inputs, one of the result's shape followed by that tensor's.
public func jacobian<each Input: TensorStructure>(
  at input: repeat each Input, mode: JacobianMode = .automatic, chunkSize: Int? = nil,
  of function: (repeat each Input) throws -> Tensor
) rethrows -> (repeat each Input) {
  let evaluation = try Evaluation(at: repeat each input, walkingForward: mode != .reverse, of: function)
  var blocks = evaluation.jacobianBlocks(mode, chunkSize)[0].makeIterator()
  return evaluation.mappingInputs { _ in blocks.next()! }
}

/// All first derivatives of a function whose result is a structure of tensors.
///
/// ```swift
/// let blocks = jacobianBlocks(at: Tensor([1, 2]), Tensor(3)) { x, a in [x * a, x.sum()] }
/// print(blocks[0][1], blocks[1][0])  // [1.0, 2.0] : [2] float32 [1.0, 1.0] : [2] float32
/// ```
///
/// The parameters are those of ``jacobian(at:mode:chunkSize:of:)``.
///
/// - Returns: for each tensor of the result a row, in it for each tensor of the inputs the derivatives of the one with
///   respect to the other, of their shapes one after the other.
public func jacobianBlocks<each Input: TensorStructure, Output: TensorStructure>(
  at input: repeat each Input, mode: JacobianMode = .automatic, chunkSize: Int? = nil,
  of function: (repeat each Input) throws -> Output
) rethrows -> [[Tensor]] {
  try Evaluation(at: repeat each input, walkingForward: mode != .reverse, of: function).jacobianBlocks(mode, chunkSize)
}

/// All second derivatives of a function of one result: element `[i…, j…]` is the derivative with respect to elements
/// `[i…]` and `[j…]` of the input.
///
/// ```swift
/// print(hessian(at: Tensor([1, 2])) { x in (x * x * x).sum() })
/// // [[6.0,  0.0],
/// //  [0.0, 12.0]] : [2, 2] float32
/// ```
///
/// - Precondition: the result has one element; else traps, or throws inside ``checked(_:)``.
public func hessian(at x: Tensor, of function: (Tensor) throws -> Tensor) rethrows -> Tensor {
  try jacobian(at: x, mode: .reverse) { x in try gradient(at: x, of: function) }
}

/// All second derivatives of a function of several tensors with one result.
///
/// ```swift
/// let blocks = hessianBlocks(at: Tensor([1, 2]), Tensor(3)) { x, a in (x * x).sum() * a }
/// print(blocks[0][1], blocks[1][0], blocks[1][1])
/// // [2.0, 4.0] : [2] float32 [2.0, 4.0] : [2] float32 0.0
/// ```
///
/// - Parameters:
///   - input: where; tensors or structures of them.
///   - function: with one element as its result.
/// - Returns: for each two tensors of the inputs, in order, the derivatives with respect to both, of their shapes one after
///   the other.
/// - Precondition: the result has one element; else traps, or throws inside ``checked(_:)``.
public func hessianBlocks<each Input: TensorStructure>(
  at input: repeat each Input, of function: (repeat each Input) throws -> Tensor
) rethrows -> [[Tensor]] {
  try jacobianBlocks(at: repeat each input, mode: .reverse) { (input: repeat each Input) -> [Tensor] in
    let gradients = try gradient(at: repeat each input, of: function)
    var tensors: [Tensor] = []
    for structure in repeat each gradients { tensors += structure.allTensors }
    return tensors
  }
}

extension Evaluation {
  /// The derivatives of each tensor of the result with respect to each tensor of the inputs.
  fileprivate func jacobianBlocks(_ mode: JacobianMode, _ chunkSize: Int?) -> [[Tensor]] {
    let inputs = inputTensors, results = result.allTensors
    let inputCount = inputs.reduce(0) { $0 + $1.count }, resultCount = results.reduce(0) { $0 + $1.count }
    let chunkSize = Swift.max(1, chunkSize ?? (1 << 22) / Swift.max(inputCount, resultCount, 1))
    let isForward = mode == .forward || mode == .automatic && inputCount < resultCount
    return isForward ? columns(inputs, results, chunkSize) : rows(inputs, results, chunkSize)
  }

  private func rows(_ inputs: [Tensor], _ results: [Tensor], _ chunkSize: Int) -> [[Tensor]] {
    results.map { result in
      let rows = overBasis(of: result, chunkSize) { gradientTensors(of: result, from: $0) }
      return inputs.indices.map { index in
        let shape = Shape(result.shape.array + inputs[index].shape.array)
        return rows?[index].reshaped(to: shape) ?? Tensor.zeros(shape, dtype: inputs[index].dtype)
      }
    }
  }

  private func columns(_ inputs: [Tensor], _ results: [Tensor], _ chunkSize: Int) -> [[Tensor]] {
    let replay = forwardReplay, tracked = inputs.filter(\.isTracked)
    let columns = inputs.map { x in
      overBasis(of: x, chunkSize) { change in
        // Other inputs do not change.
        var found = (replay?(tracked.map { $0.entry === x.entry ? change : nil }) ?? []).makeIterator()
        return results.map { result in
          (result.isTracked ? found.next() ?? nil : nil) ?? Tensor.zeros(result.shape, dtype: result.dtype)
        }
      }
    }
    return results.indices.map { index in
      Swift.zip(inputs, columns).map { x, columns in
        let shape = Shape(results[index].shape.array + x.shape.array)
        guard let columns else { return Tensor.zeros(shape, dtype: results[index].dtype) }
        return columns[index].reshaped(to: [x.count, results[index].count]).transposed().reshaped(to: shape)
      }
    }
  }

  /// The results of a function for the unit vectors of a tensor's space, in row-major order along a first axis; nil where
  /// there are none.
  private func overBasis(of x: Tensor, _ chunkSize: Int, _ function: (Tensor) -> [Tensor]) -> [Tensor]? {
    if x.count == 0 || !x.dtype.isFloatingPoint { return nil }
    let chunks = stride(from: 0, to: x.count, by: chunkSize).map { start in
      let count = Swift.min(chunkSize, x.count - start)
      let vectors = Tensor.eye(count, columns: x.count, offset: start, dtype: x.dtype)
      if count == 1 { return function(vectors.reshaped(to: x.shape)).map { $0.expanded(at: 0) } }
      return mapped(over: vectors) { function($0.reshaped(to: x.shape)) }
    }
    if chunks.count == 1 { return chunks[0] }
    return chunks[0].indices.map { index in concatenated(chunks.map { $0[index] }, axis: 0) }
  }
}
