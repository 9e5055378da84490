extension Checklist {
  /// All sections.
  static let all: [Checklist] = [elementwise, activations, binary, reductions, scans, shapes]
}
