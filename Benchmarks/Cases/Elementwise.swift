import Pullback

extension Case {
  /// Loops over elements, forward, and forward and backward with a given cotangent.
  static var elementwise: [Case] { multiplyAdds + unary + broadcasts }

  private static var multiplyAdds: [Case] { [1000, 100_000, 10_000_000].flatMap(multiplyAdd) }

  private static func multiplyAdd(_ n: Int) -> [Case] {
    func inputs() -> [Tensor] { (1...3).map { InputData.uniform($0, [n]) } }
    return [
      Case(name: "mul-add/\(n)", work: .bytes(16 * Double(n))) {
        let x = inputs()
        return .whole { x[0] * x[1] + x[2] }
      },
      Case(name: "mul-add-vjp/\(n)", work: .bytes(40 * Double(n))) {
        vjp(of: { $0[0] * $0[1] + $0[2] }, at: inputs(), cotangent: InputData.uniform(4, [n]))
      },
    ]
  }

  private static var unary: [Case] {
    let functions: [(String, (Tensor) -> Tensor)] = [
      ("exp", exp), ("tanh", tanh), ("sigmoid", sigmoid), ("relu", relu),
      ("gelu_tanh", { gelu($0, approximation: .tanh) }), ("gelu_erf", { gelu($0) }),
    ]
    let n = 1_000_000
    return functions.flatMap { name, function in
      [
        Case(name: "\(name)/\(n)", work: .bytes(8 * Double(n))) {
          let x = InputData.uniform(1, [n], -3, 3)
          return .whole { function(x) }
        },
        Case(name: "\(name)-vjp/\(n)", work: .bytes(20 * Double(n))) {
          vjp(
            of: { function($0[0]) }, at: [InputData.uniform(1, [n], -3, 3)], cotangent: InputData.uniform(2, [n]))
        },
      ]
    }
  }

  private static var broadcasts: [Case] {
    let shapes: [(String, Shape, Shape)] = [
      ("1000x1000+1000", [1000, 1000], [1000]), ("1000x1+1x1000", [1000, 1], [1, 1000]),
    ]
    return shapes.flatMap { name, a, b in
      func inputs() -> [Tensor] { [InputData.uniform(1, a), InputData.uniform(2, b)] }
      let operands = 4 * Double(a.count() + b.count())
      return [
        Case(name: "broadcast-add/\(name)", work: .bytes(operands + 4e6)) {
          let x = inputs()
          return .whole { x[0] + x[1] }
        },
        Case(name: "broadcast-add-vjp/\(name)", work: .bytes(2 * operands + 8e6)) {
          vjp(of: { $0[0] + $0[1] }, at: inputs(), cotangent: InputData.uniform(3, [1000, 1000]))
        },
      ]
    }
  }
}
