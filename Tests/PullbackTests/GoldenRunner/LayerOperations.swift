import Pullback

let layerOperations: [String: GoldenOperation] = [:]
