extension Fault {
  static var all: [Fault] { elementwise + structural + layers + kernels }

  private static func operation(
    _ file: String, _ kind: Kind, _ context: String, _ expression: String? = nil, is faulty: String
  ) -> Fault {
    Fault(kind, "Pullback/Operations/\(file).swift", context, expression, is: faulty)
  }

  /// Derivatives of functions of single elements.
  private static var elementwise: [Fault] {
    [
      operation(
        "Arithmetic", .sign, #"as: "subtract", symmetric: true, wrt: aEntry, { dy in dy }, wrt: bEntry, { dy in -dy }"#,
        "-dy", is: "dy"),
      operation("Arithmetic", .operand, "wrt: a, { dy in dy * b }", "dy * b", is: "dy * a"),
      operation("Arithmetic", .factor, "wrt: b, { dy in dy * a }", "dy * a", is: "dy * a * 1.001"),
      operation("Arithmetic", .operand, "wrt: a, { dy in dy / b }", "dy / b", is: "dy / a"),
      operation("Arithmetic", .sign, "-(dy * y / b)", is: "dy * y / b"),
      operation(
        "Arithmetic", .factor, #".recorded(as: "negate", symmetric: true, wrt: entry, { dy in -dy })"#, "-dy",
        is: "dy * -1.001"),
      operation(
        "Arithmetic", .sign,
        "scalarFirst: true) { $0.pointee.binary.subtract }\n      .recorded(as: \"subtract\", symmetric: true, wrt: entry, { dy in -dy })",
        "-dy", is: "dy"),
      operation(
        "Exponential", .operand, #".recorded(as: "exp", symmetric: true, wrt: entry, withResult: { dy, y in dy * y })"#,
        "dy * y",
        is: "dy"),
      operation("Exponential", .factor, "dy * y * 0.6931471805599453", is: "dy * y * 0.6931"),
      operation("Exponential", .term, "dy * (y + 1)", is: "dy * y"),
      operation("Exponential", .factor, "dy / (x * 2.302585092994046)", is: "dy / (x * 2.3)"),
      operation("Exponential", .factor, "{ dy, y in dy / (y * 2) }", "dy / (y * 2)", is: "dy / y"),
      operation("Exponential", .sign, "dy * (y * y * y) * -0.5", is: "dy * (y * y * y) * 0.5"),
      operation("Exponential", .sign, "-(dy * y * y)", is: "dy * y * y"),
      operation("Exponential", .factor, "dy * x * 2", is: "dy * x"),
      operation(
        "Exponential", .term, "dy * (exponent * pow(a, exponent - 1))", is: "dy * (exponent * pow(a, exponent))"),
      operation("Exponential", .tie, "(a .== 0) .& (b .>= 0)", is: "(a .== 0) .& (b .> 0)"),
      operation("Trigonometric", .sign, "-(dy * sin(x))", is: "dy * sin(x)"),
      operation("Trigonometric", .term, "dy * (y * y + 1)", is: "dy * (y * y)"),
      operation("Trigonometric", .sign, "-(dy * rsqrt((1 - x) * (x + 1)))", is: "dy * rsqrt((1 - x) * (x + 1))"),
      operation("Trigonometric", .operand, "dy * sinh(x)", is: "dy * cosh(x)"),
      operation("Trigonometric", .factor, "g * dy * y * -2", is: "g * dy * y * -2.002"),
      operation("Special", .factor, "dy * exp(-(x * x)) * -1.1283791670955126", is: "dy * exp(-(x * x)) * -1.13"),
      operation("Special", .place, "dy * polygamma(order + 1, x)", is: "dy * polygamma(order, x)"),
      operation("Special", .term, "dy * (i1e(x) - sign(x) * y)", is: "dy * i1e(x)"),
      operation("LogSpace", .operand, "dy * sigmoid(logRatio(b, a))", is: "dy * sigmoid(logRatio(a, b))"),
      operation(
        "LogSpace", .tie, "wrt: b, { dy in dy * (a / select(where: (a .== 0) .& (b .== 0), then: 1, else: b)) }",
        "dy * (a / select(where: (a .== 0) .& (b .== 0), then: 1, else: b))", is: "dy * (a / b)"),
      operation(
        "Remainders", .sign, "wrt: b, { dy in -(dy * floor(a / b)) }", "-(dy * floor(a / b))", is: "dy * floor(a / b)"),
      operation("Remainders", .operand, "-(dy * truncated(a / b))", is: "-(dy * floor(a / b))"),
      operation("Comparison", .tie, "then: dy * 0.5, else: dy", "dy * 0.5", is: "dy"),
      operation(
        "Comparison", .operand, "wrt: b, { dy in select(where: condition, then: 0, else: dy) }",
        "select(where: condition, then: 0, else: dy)", is: "select(where: condition, then: dy, else: 0)"),
      operation("Activations", .term, "then: dy * (y + alpha), else: dy", "dy * (y + alpha)", is: "dy * y"),
      operation("Activations", .operand, "softplusGradient(dy, -x)", is: "softplusGradient(dy, x)"),
      operation("Activations", .factor, "g * dy * (1 - y * 2)", is: "g * dy * (1 - y)"),
      operation("SelfGatedActivations", .sign, "(2 - square)", is: "(2 + square)"),
    ]
  }

  /// Derivatives of reductions, shapes, places and products.
  private static var structural: [Fault] {
    [
      operation(
        "Reductions", .factor, "dy.reshaped(to: kept).broadcast(to: shape)",
        is: "dy.reshaped(to: kept).broadcast(to: shape) * 1.001"),
      operation("Reductions", .tie, "chosen / chosen.sum(axes: axes, keepDims: true)", is: "chosen"),
      operation("Reductions", .operand, "pairs * right, pairs * left", "pairs * right", is: "pairs * left"),
      operation("Reductions", .tie, "select(where: y .== 0, then: 0, else: dy / (nonzero(y) * 2))", is: "dy / (y * 2)"),
      operation("Scans", .place, "dy.cumulativeSum(axis: axis, reversed: true)", is: "dy.cumulativeSum(axis: axis)"),
      operation(
        "Softmax", .term,
        "g * (dy - (dy * y).sum(axis: -1, keepDims: true)) - dy * (g * y).sum(axis: -1, keepDims: true)",
        is: "g * (dy - (dy * y).sum(axis: -1, keepDims: true))"),
      operation("Softmax", .sum, "g - (g * exp(y)).sum(axis: -1, keepDims: true)", is: "g - g * exp(y)"),
      operation("Shaping", .place, "dy.permuted(axes: inverse)", is: "dy.permuted(axes: axes)"),
      operation("Rearranging", .place, "dy.reversed(axes: axes)", is: "dy"),
      operation("Diagonals", .operand, "dy.symmetrised()", is: "dy"),
      operation(
        "Gathering", .place, "dy.gatheringRows(places, axis: axis)", is: "dy.gatheringRows(places, axis: axis) * 1.001"),
      operation("Scattering", .term, "counts = counts + 1", is: "counts = counts + 0"),
      operation(
        "MatrixProduct", .operand, "multiply(a, transposed: !aT, dy, transposed: false)",
        is: "multiply(a, transposed: !aT, dy * 1.001, transposed: false)"),
      operation("Linear", .sum, "wrt: bias, { dy in dy.sum(axis: 0) }", "dy.sum(axis: 0)", is: "dy.mean(axis: 0)"),
      operation(
        "LinearAlgebra/Cholesky", .factor, "product.diagonal().diagEmbed() * 0.5", is: "product.diagonal().diagEmbed()"),
      operation(
        "LinearAlgebra/Solve", .sign, "-transpose.matmul(dy).matmul(transpose)",
        is: "transpose.matmul(dy).matmul(transpose)"),
      operation("LinearAlgebra/Solve", .sign, "return [-da, db]", "-da", is: "da"),
      operation("LinearAlgebra/Solve", .tie, "unit ? 1 : 0", is: "0"),
      operation(
        "LinearAlgebra/Determinant", .operand, "self.inverse(factors).transposed()", is: "self.inverse(factors)"),
      operation("LinearAlgebra/Eigen", .sign, "turning - turning.diagonal().diagEmbed()", is: "turning"),
      operation("LinearAlgebra/SVD", .sign, "(row - column) * (row + column)", is: "(column - row) * (row + column)"),
      operation("LinearAlgebra/QR", .term, "m.tril() + m.tril(offset: -1).transposed()", is: "m.tril()"),
    ]
  }

  /// Derivatives of layers and losses.
  private static var layers: [Fault] {
    [
      operation(
        "NeuralNetworks/LayerNorm", .term,
        "inverse * (g - g.mean(axis: 1, keepDims: true) - normal * (g * normal).mean(axis: 1, keepDims: true))",
        is: "inverse * (g - normal * (g * normal).mean(axis: 1, keepDims: true))"),
      operation("NeuralNetworks/Attention", .factor, "dMask * scale", is: "dMask"),
      operation("NeuralNetworks/Attention", .operand, "dScores.transposed().matmul(q)", is: "dScores.matmul(q)"),
      operation(
        "NeuralNetworks/BatchNorm", .sign, "return [dx, -dx.channelSums,", "-dx.channelSums", is: "dx.channelSums"),
      operation("NeuralNetworks/Embedding", .operand, "dy / share", is: "dy"),
      operation("Losses/CrossEntropy", .factor, "reduction == .mean ? dy / count :", "dy / count", is: "dy"),
      operation(
        "Losses/CrossEntropy", .operand,
        "softmaxGradient(vector * (scale.rank == 0 ? scale : scale.expanded(at: 1)), x.softmax())",
        "x.softmax()", is: "x"),
      operation(
        "Losses/Regression", .sign, "scaledDifference(prediction, target, dy, -2 * factor)",
        is: "scaledDifference(prediction, target, dy, 2 * factor)"),
    ]
  }

  private static func kernel(
    _ file: String, _ kind: Kind, _ context: String, _ expression: String? = nil, is faulty: String
  ) -> Fault {
    Fault(kind, "CKernels/\(file)", context, expression, is: faulty)
  }

  /// Loops over elements.
  private static var kernels: [Fault] {
    [
      kernel(
        "Floating.inc", .tie, "BINARY(relu_gradient, b <= 0 ? (vector)0 : a)", "b <= 0 ? (vector)0 : a",
        is: "b < 0 ? (vector)0 : a"),
      kernel("Floating.inc", .tie, "((p < b) & (b < q)) ? a : (vector)0", is: "((p <= b) & (b <= q)) ? a : (vector)0"),
      kernel(
        "Floating.inc", .operand, "BINARY(leaky_relu_gradient, b > 0 ? a : p * a)", "b > 0 ? a : p * a",
        is: "b > 0 ? a : p * b"),
      kernel("Floating.inc", .term, "a * (1 - b * b)", is: "a * (1 - b)"),
      kernel("Floating.inc", .factor, "a * b * (1 - b)", is: "a * b * ((scalar)1.001 - b)"),
      kernel(
        "Rows.inc", .term, "load_upto(y + i, n) * (load_upto(dy + i, n) - total)",
        is: "load_upto(y + i, n) * load_upto(dy + i, n)"),
      kernel(
        "Rows.inc", .sum, "load_upto(dy + i, n) - exponential(load_upto(y + i, n)) * total",
        is: "load_upto(dy + i, n) - exponential(load_upto(y + i, n))"),
      kernel(
        "Normalisation.inc", .term, "inverse * (g - g_mean - normal * product_mean)",
        is: "inverse * (g - normal * product_mean)"),
      kernel(
        "Pooling.inc", .tie, "return b > a || (b != b && a == a);", "b > a || (b != b && a == a)",
        is: "b >= a || (b != b && a == a)"),
      kernel("Scan.c", .tie, "minimum ? value <= old : value >= old", is: "minimum ? value < old : value > old"),
      kernel(
        "Indices.c", .place, "index[i] < 0 ? index[i] + extent : index[i]",
        is: "index[i] < 0 ? index[i] + extent - 1 : index[i]"),
      kernel("Update.inc", .sign, "shrunk * parameter - step", is: "shrunk * parameter + step"),
      kernel("FoldPlace.inc", .tie, "EXCEEDS(row[c], best[c])", is: "!EXCEEDS(best[c], row[c])"),
    ]
  }
}
