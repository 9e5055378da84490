import Pullback

let linearAlgebraOperations: [String: GoldenOperation] = [
  "diag_embed": one { $0[0].diagEmbed(offset: $0.int("offset")) },
  "diagonal": one {
    $0[0].diagonal(offset: $0.int("offset"), axes: ($0.int("axis1", default: -2), $0.int("axis2", default: -1)))
  },
  "trace": unary { $0.trace() },
  "tril": one { $0[0].tril(offset: $0.int("k")) },
  "triu": one { $0[0].triu(offset: $0.int("k")) },
]
