/// Shapes that do not broadcast, with the axes that differ marked.
///
/// ```
/// add: shapes [8, 3, 4] and [5, 4] do not broadcast; axes are aligned at the end and must be equal or 1
///     8  3  4
///     ·  5  4
///        ^
/// ```
struct ShapeMismatch {
  let operation: StaticString
  let shapes: [Shape]

  init(_ operation: StaticString, _ shapes: [Shape]) {
    self.operation = operation
    self.shapes = shapes
  }

  var error: TensorError {
    let rank = shapes.map(\.rank).max() ?? 0
    var rows = shapes.map { shape in
      (0..<rank).map { axis in
        let own = axis - (rank - shape.rank)
        return own < 0 ? "·" : String(shape[own])
      }
    }
    rows.append(
      (0..<rank).map { axis in
        let extents = Set(rows.map { $0[axis] }).subtracting(["1", "·"])
        return extents.count > 1 ? "^" : ""
      })
    let widths = (0..<rank).map { axis in rows.map { $0[axis].count }.max() ?? 0 }
    let picture = rows.map { row in
      var line = "   "
      for (cell, width) in Swift.zip(row, widths) {
        line += " " + String(repeating: " ", count: width + 1 - cell.count) + cell
      }
      return line.last == " " ? String(line.reversed().drop { $0 == " " }.reversed()) : line
    }
    let names = shapes.map(\.description)
    let list = names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
    return TensorError(
      kind: .shapeMismatch, operation: operation.description,
      message: "shapes \(list) do not broadcast; axes are aligned at the end and must be equal or 1\n"
        + picture.joined(separator: "\n"))
  }
}
