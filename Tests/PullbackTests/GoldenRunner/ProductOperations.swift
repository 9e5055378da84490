import Pullback

let productOperations: [String: GoldenOperation] = [
  "linear": one { linear($0[0], weight: $0[1].transposed(), bias: $0.optional("b", at: 2)) },
  "matmul": binary { $0.matmul($1) },
]

let linearAlgebraOperations: [String: GoldenOperation] = [:]
