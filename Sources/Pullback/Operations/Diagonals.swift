// Diagonals and triangles of matrices.

import Kernels

/// A diagonal of a shape: two axes that are walked together.
private struct Diagonal {
  let first: Int
  let second: Int
  let offset: Int
  /// How many places the diagonal has.
  let count: Int

  init?(of shape: Shape, offset: Int, axes: (Int, Int), for operation: StaticString) {
    guard let first = resolve(axes.0, in: shape, for: operation),
      let second = resolve(axes.1, in: shape, for: operation)
    else { return nil }
    guard first != second else {
      fail(.invalidAxis, operation, "a diagonal of shape \(shape) needs two different axes, not \(axes.0) twice")
      return nil
    }
    (self.first, self.second, self.offset) = (first, second, offset)
    count = Swift.max(
      0,
      offset >= 0
        ? Swift.min(shape[first], shape[second] - offset) : Swift.min(shape[first] + offset, shape[second]))
  }

  /// The shape without the two axes, and with the diagonal at the end.
  func shape(in whole: Shape) -> Shape {
    var result = Shape()
    for axis in 0..<whole.rank where axis != first && axis != second { result.append(whole[axis]) }
    result.append(count)
    return result
  }

  /// The strides and the first place of the diagonal in memory laid out by `strides`.
  func view(_ strides: Axes, rank: Int) -> (strides: Axes, offset: Int) {
    var result = Axes(repeating: 0)
    var place = 0
    for axis in 0..<rank where axis != first && axis != second {
      result[place] = strides[axis]
      place += 1
    }
    result[place] = strides[first] + strides[second]
    if count == 0 { return (result, 0) }
    return (result, offset >= 0 ? offset * strides[second] : -offset * strides[first])
  }
}

extension Tensor {
  /// The diagonal of the matrices in two axes, as a last axis that takes their place. A view.
  ///
  /// - Parameters:
  ///   - offset: which diagonal: 0 is the main one, positive ones lie above it, negative ones below.
  ///   - axes: the axes of rows and columns.
  ///
  /// VJP: `dx` is zero with `dy` on the diagonal.
  ///
  /// ```swift
  /// let x = Tensor([[1, 2], [3, 4]])
  /// print(x.diagonal(), x.diagonal(offset: 1))  // [1.0, 4.0] : [2] float32 [2.0] : [1] float32
  /// ```
  ///
  /// - Precondition: the axes exist and differ; else traps, or throws inside ``checked(_:)``.
  public func diagonal(offset: Int = 0, axes: (Int, Int) = (-2, -1)) -> Tensor {
    guard let diagonal = Diagonal(of: shape, offset: offset, axes: axes, for: "diagonal") else { return .standIn }
    return walking(diagonal)
  }

  private func walking(_ diagonal: Diagonal) -> Tensor {
    let (strides, offset) = diagonal.view(elements.layout.strides, rank: rank)
    let whole = shape
    return viewed(diagonal.shape(in: whole), strides, offset: offset, for: "diagonal")
      .recorded(as: "diagonal", wrt: self, { dy in dy.placed(on: diagonal, of: whole) })
  }

  /// Zeros of a shape with this tensor on a diagonal: the adjoint of ``walking(_:)``.
  private func placed(on diagonal: Diagonal, of whole: Shape) -> Tensor {
    let (strides, offset) = diagonal.view(Layout.rowMajorStrides(whole), rank: whole.rank)
    return place(self, on: strides, offset: offset, of: whole, "diagEmbed").recorded(
      as: "diagEmbed", wrt: self, { dy in dy.walking(diagonal) })
  }

  /// The tensor with other values on a diagonal.
  ///
  /// VJP: `dx` is `dy`, 0 on the diagonal; `dvalues` is that diagonal of `dy`.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).replacingDiagonal(with: Tensor([8, 9])))
  /// // [[8.0, 2.0],
  /// //  [3.0, 9.0]] : [2, 2] float32
  /// ```
  ///
  /// - Parameters:
  ///   - values: what ``diagonal(offset:axes:)`` will give, or something that stretches to it.
  ///   - offset: which diagonal.
  ///   - axes: the axes of rows and columns.
  /// - Precondition: the axes exist and differ, and the values stretch to the diagonal and have the tensor's dtype; else
  ///   traps, or throws inside ``checked(_:)``.
  public func replacingDiagonal(with values: Tensor, offset: Int = 0, axes: (Int, Int) = (-2, -1)) -> Tensor {
    guard let diagonal = Diagonal(of: shape, offset: offset, axes: axes, for: "replacingDiagonal") else {
      return .standIn
    }
    let target = diagonal.shape(in: shape)
    guard values.shape.broadcast(with: target) == target else {
      return fail(
        .shapeMismatch, "replacingDiagonal", "values of shape \(values.shape) do not stretch to the diagonal, \(target)"
      )
    }
    let mask = Tensor.ones(target, dtype: .bool).placed(on: diagonal, of: shape)
    return select(where: mask, then: values.broadcast(to: target).placed(on: diagonal, of: shape), else: self)
  }

  /// Square matrices that are zero but for a diagonal, which holds the last axis.
  ///
  /// VJP: `dx` is that diagonal of `dy`.
  ///
  /// ```swift
  /// print(Tensor([1, 2]).diagEmbed())
  /// // [[1.0, 0.0],
  /// //  [0.0, 2.0]] : [2, 2] float32
  /// ```
  ///
  /// - Parameters:
  ///   - offset: which diagonal; the matrices have room for it.
  ///   - axes: where the axes of rows and columns stand in the result.
  /// - Precondition: the tensor is no scalar, and the axes exist in the result and differ; else traps, or throws inside
  ///   ``checked(_:)``.
  public func diagEmbed(offset: Int = 0, axes: (Int, Int) = (-2, -1)) -> Tensor {
    guard rank > 0, rank < Shape.maximumRank else {
      return fail(.invalidArgument, "diagEmbed", "shape \(shape); expected from 1 to \(Shape.maximumRank - 1) axes")
    }
    let extent = shape[-1] + Swift.abs(offset)
    guard let first = resolve(axes.0, in: shape.inserting(1, at: 0), for: "diagEmbed"),
      let second = resolve(axes.1, in: shape.inserting(1, at: 0), for: "diagEmbed")
    else { return .standIn }
    var whole = Shape()
    var others = shape.droppingLast(1).makeIterator()
    for axis in 0...rank { whole.append(axis == first || axis == second ? extent : others.next() ?? 1) }
    guard let diagonal = Diagonal(of: whole, offset: offset, axes: (first, second), for: "diagEmbed")
    else { return .standIn }
    return placed(on: diagonal, of: whole)
  }

  /// The diagonal of a matrix, or the square matrix that has a vector on its diagonal.
  ///
  /// ```swift
  /// print(Tensor([1, 2]).diag().diag())  // [1.0, 2.0] : [2] float32
  /// ```
  ///
  /// - Precondition: the tensor has one or two axes; else traps, or throws inside ``checked(_:)``.
  public func diag(offset: Int = 0) -> Tensor {
    switch rank {
    case 1: diagEmbed(offset: offset)
    case 2: diagonal(offset: offset)
    default: fail(.shapeMismatch, "diag", "shape \(shape); expected a vector or a matrix, diagonal takes any rank")
    }
  }

  /// The sum of the diagonal of the matrices in two axes.
  ///
  /// VJP: `dx` is zero with `dy` along the diagonal.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).trace())  // 5.0
  /// ```
  public func trace(offset: Int = 0, axes: (Int, Int) = (-2, -1)) -> Tensor {
    guard let diagonal = Diagonal(of: shape, offset: offset, axes: axes, for: "trace") else { return .standIn }
    return walking(diagonal).sum(axis: -1)
  }
}

// MARK: - Triangles

extension Tensor {
  /// The lower triangles of the matrices in the last two axes: zero above a diagonal.
  ///
  /// VJP: `dx` is the same triangle of `dy`.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).tril())
  /// // [[1.0, 0.0],
  /// //  [3.0, 4.0]] : [2, 2] float32
  /// ```
  ///
  /// - Parameter offset: the last diagonal that is kept; 0 is the main one, positive ones lie above it.
  public func tril(offset: Int = 0) -> Tensor { banded("tril", from: nil, through: offset) }

  /// The upper triangles of the matrices in the last two axes: zero below a diagonal.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [3, 4]]).triu(offset: 1))
  /// // [[0.0, 2.0],
  /// //  [0.0, 0.0]] : [2, 2] float32
  /// ```
  ///
  /// - Parameter offset: the first diagonal that is kept; 0 is the main one, positive ones lie above it.
  public func triu(offset: Int = 0) -> Tensor { banded("triu", from: offset, through: nil) }

  /// The matrices in the last two axes with zeros outside a band around the diagonal.
  ///
  /// VJP: `dx` is the same band of `dy`.
  ///
  /// ```swift
  /// print(Tensor.ones([3, 3]).bandPart(lower: 0, upper: 1))
  /// // [[1.0, 1.0, 0.0],
  /// //  [0.0, 1.0, 1.0],
  /// //  [0.0, 0.0, 1.0]] : [3, 3] float32
  /// ```
  ///
  /// - Parameters:
  ///   - lower: how many diagonals below the main one are kept; nil keeps all.
  ///   - upper: how many diagonals above the main one are kept; nil keeps all.
  public func bandPart(lower: Int?, upper: Int?) -> Tensor {
    banded("bandPart", from: lower.map { -$0 }, through: upper)
  }

  private func banded(_ operation: StaticString, from first: Int?, through last: Int?) -> Tensor {
    guard rank >= 2 else {
      return fail(.shapeMismatch, operation, "shape \(shape); expected matrices in the last two axes")
    }
    let row = Tensor.arange(shape[-2], dtype: .int64).expanded(at: 1), column = Tensor.arange(shape[-1], dtype: .int64)
    let diagonal = column - row
    var kept = Tensor.ones([], dtype: .bool)
    if let first { kept = kept .& (diagonal .>= Double(first)) }
    if let last { kept = kept .& (diagonal .<= Double(last)) }
    return select(where: kept, then: self, else: 0)
  }

  /// The mean of the matrices in the last two axes and their transposes.
  ///
  /// VJP: `dx = (dy + dyᵀ) / 2`.
  ///
  /// ```swift
  /// print(Tensor([[1, 2], [4, 3]]).symmetrised())
  /// // [[1.0, 3.0],
  /// //  [3.0, 3.0]] : [2, 2] float32
  /// ```
  ///
  /// - Precondition: the matrices are square; else traps, or throws inside ``checked(_:)``.
  public func symmetrised() -> Tensor {
    guard isSquareMatrix("symmetrised") else { return .standIn }
    return withoutRecording { (self + transposed()) * 0.5 }
      .recorded(as: "symmetrised", wrt: self, { dy in dy.symmetrised() })
  }

  /// Whether the last two axes hold square matrices of a floating-point type; if not, that is a mistake of `operation`.
  func isSquareMatrix(_ operation: StaticString) -> Bool {
    guard isMatrix(operation) else { return false }
    if shape[-1] == shape[-2] { return true }
    fail(.shapeMismatch, operation, "shape \(shape); expected square matrices in the last two axes")
    return false
  }

  /// Whether the last two axes hold matrices of a floating-point type; if not, that is a mistake of `operation`.
  func isMatrix(_ operation: StaticString) -> Bool {
    guard rank >= 2 else {
      fail(.shapeMismatch, operation, "shape \(shape); expected matrices in the last two axes")
      return false
    }
    guard dtype.isFloatingPoint else {
      _ = unsupported(operation, dtype)
      return false
    }
    return true
  }
}
