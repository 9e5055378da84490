import Pullback

extension OperationCase {
  /// A random tensor made of parameters, the same in every run.
  private static func drawn(
    _ name: String, _ shapes: [Shape], _ domains: [Domain], order: Int = 2,
    _ function: @escaping @Sendable ([Tensor], inout PhiloxGenerator) -> Tensor
  ) -> OperationCase {
    OperationCase(name, shapes, domains, order: order) {
      var generator = PhiloxGenerator(seed: 5)
      return function($0, &generator)
    }
  }

  static let sampling: [OperationCase] = [
    drawn("uniform", [[2, 3], [3]], [.within(-1...0), .within(1...2)]) {
      .uniform(low: $0[0], high: $0[1], using: &$1)
    },
    drawn("normal", [[2, 3], [3]], [.signed(0.3...2), .within(0.5...2)]) {
      .normal(mean: $0[0], standardDeviation: $0[1], using: &$1)
    },
    drawn("laplace", [[2, 3], [3]], [.signed(0.3...2), .within(0.5...2)]) {
      .laplace(location: $0[0], scale: $0[1], using: &$1)
    },
    drawn("gumbel", [[2, 3], [3]], [.signed(0.3...2), .within(0.5...2)]) {
      .gumbel(location: $0[0], scale: $0[1], using: &$1)
    },
    drawn("cauchy", [[2, 3], [3]], [.signed(0.3...2), .within(0.5...2)]) {
      .cauchy(location: $0[0], scale: $0[1], using: &$1)
    },
    drawn("exponential", [[2, 3]], [.within(0.5...2)]) { .exponential(rate: $0[0], using: &$1) },
    // Whether a draw is accepted depends on the parameter, so differences do not show an implicit gradient.
    drawn("gamma", [[2, 3]], [.within(0.5...3)], order: 0) { .gamma(concentration: $0[0], using: &$1) },
    drawn("beta", [[2, 3], [3]], [.within(0.5...3)], order: 0) { .beta($0[0], $0[1], using: &$1) },
    drawn("dirichlet", [[2, 3]], [.within(0.5...3)], order: 0) { .dirichlet(concentration: $0[0], using: &$1) },
    drawn("studentT", [[2, 3]], [.within(2...5)], order: 0) { .studentT(degreesOfFreedom: $0[0], using: &$1) },
  ]
}
