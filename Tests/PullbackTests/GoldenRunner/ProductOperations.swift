@testable import Pullback

let productOperations: [String: GoldenOperation] = [
  "cross": binary { cross($0, $1) },
  "dot": binary { dot($0, $1) },
  "einsum": one { einsum($0.string("equation"), $0.arguments) },
  "kron": binary { kron($0, $1) },
  "linear": one { linear($0[0], weight: $0[1].transposed(), bias: $0.optional("b", at: 2)) },
  "matmul": binary { $0.matmul($1) },
  "outer": binary { outer($0, $1) },
  "tensordot": one { call in
    let axes = call.attributes.list("axes")
    if axes.isEmpty { return tensordot(call[0], call[1], axes: call.int("axes")) }
    func several(_ axes: JSON) -> [Int] { axes.items.isEmpty ? [axes.int] : axes.ints }
    return tensordot(call[0], call[1], axes: (several(axes[0]), several(axes[1])))
  },
]
