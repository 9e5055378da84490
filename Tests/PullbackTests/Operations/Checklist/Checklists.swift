extension Checklist {
  /// All sections.
  static let all: [Checklist] = [
    elementwise, activations, binary, reductions, scans, linearAlgebra, shapes, networks, transforms, random, losses,
  ]
}
