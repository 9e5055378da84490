import Pullback

let indexingOperations: [String: GoldenOperation] = [
  "gather": one { $0[0].gathered(along: $0.int("axis"), at: $0[1]) },
  "index_add": one {
    $0[0].addingRows($0[2], at: $0[1], axis: $0.int("axis"), scale: $0.double("alpha", default: 1))
  },
  "index_leading": one { call in
    switch call.arguments.count {
    case 2: call[0][call[1]]
    case 3: call[0][call[1], call[2]]
    case 4: call[0][call[1], call[2], call[3]]
    default: throw NotOffered("index_leading with \(call.arguments.count - 1) indices")
    }
  },
  "index_select": one { $0[0].gathering($0[1], axis: $0.int("axis")) },
  "masked_fill": one { $0[0].replacing(with: $0.double("value"), where: $0[1]) },
  "masked_select": one { $0[0].selecting(where: $0[1]) },
  "one_hot": one { oneHot($0[0], classes: $0.int("classes")) },
  "scatter": one { $0[0].scattered($0[2], along: $0.int("axis"), at: $0[1]) },
  "scatter_add": one { $0[0].scatterAdding($0[2], along: $0.int("axis"), at: $0[1]) },
  "take_flat": one { $0[0].reshaped(to: [-1]).gathering($0[1]) },
]
