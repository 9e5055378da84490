import Pullback

extension Case {
  /// Matrix products, plain, of transposed operands, batched, and with gradients.
  static var matrixProducts: [Case] {
    var cases = [32, 64, 128, 256, 512, 1024, 2048].map { product($0, $0, $0) }
    cases += [product(128, 784, 512), product(1024, 1024, 8), product(8, 1024, 1024)]
    cases.append(
      Case(name: "gemm-tn/512", work: cube(512)) {
        let (a, b) = squares(512)
        return .whole { a.transposed().matmul(b) }
      })
    cases.append(
      Case(name: "gemm-nt/512", work: cube(512)) {
        let (a, b) = squares(512)
        return .whole { a.matmul(b.transposed()) }
      })
    cases.append(
      Case(name: "bmm/64x64x64x64", work: .operations(2 * 64 * 64 * 64 * 64)) {
        let a = InputData.uniform(1, [64, 64, 64]), b = InputData.uniform(2, [64, 64, 64])
        return .whole { a.matmul(b) }
      })
    cases.append(
      Case(name: "gemm-vjp/512", work: .operations(3 * 2 * 512 * 512 * 512)) {
        let (a, b) = squares(512)
        return vjp(of: { $0[0].matmul($0[1]) }, at: [a, b], cotangent: InputData.uniform(3, [512, 512]))
      })
    return cases
  }

  /// The product that a name such as `gemm-nn/300x70x5` or `gemm-nn-float64/512` describes; nil for any other name.
  static func product(named name: String) -> Case? {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "gemm-nn" || parts[0] == "gemm-nn-float64" else { return nil }
    let fields = parts[1].split(separator: "x", omittingEmptySubsequences: false)
    let extents = fields.compactMap { Int($0) }.filter { $0 > 0 }
    guard extents.count == fields.count, extents.count == 1 || extents.count == 3 else { return nil }
    let (m, k, n) = (extents[0], extents[extents.count / 2], extents[extents.count - 1])
    return product(m, k, n, parts[0] == "gemm-nn" ? .float32 : .float64)
  }

  private static func product(_ m: Int, _ k: Int, _ n: Int, _ dtype: DType = .float32) -> Case {
    let size = m == k && k == n ? "\(m)" : "\(m)x\(k)x\(n)"
    let kind = dtype == .float32 ? "gemm-nn" : "gemm-nn-\(dtype)"
    return Case(name: "\(kind)/\(size)", work: .operations(2 * Double(m * k * n), dtype)) {
      let a = InputData.uniform(1, [m, k]).cast(to: dtype), b = InputData.uniform(2, [k, n]).cast(to: dtype)
      return .whole { a.matmul(b) }
    }
  }

  private static func squares(_ n: Int) -> (Tensor, Tensor) {
    (InputData.uniform(1, [n, n]), InputData.uniform(2, [n, n]))
  }

  private static func cube(_ n: Int) -> Work { .operations(2 * Double(n * n * n)) }
}

/// Forward and backward with a given cotangent, gradients of all inputs.
func vjp(of function: @escaping ([Tensor]) -> Tensor, at inputs: [Tensor], cotangent: Tensor) -> Step {
  let leaves = inputs.map { $0.requiringGradient() }
  return .whole { function(leaves).backward(cotangent)[leaves[0]] }
}
