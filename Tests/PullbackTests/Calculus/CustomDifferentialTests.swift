import Testing

@testable import Pullback

@Suite struct CustomDifferentialTests {
  /// `a · b²`, counting the calls of its differential; wrong by a factor if asked.
  private func product(_ a: Tensor, _ b: Tensor, factor: Double = 1, calls: Calls = Calls()) -> Tensor {
    withoutRecording { a * b * b }
      .recorded(
        as: "product", wrt: [a, b],
        pullback: { dy in [dy * b * b, dy * a * b * 2] },
        differential: { changes in
          calls.count += 1
          return (changes[0] * b * b + changes[1] * a * b * 2) * factor
        })
  }

  private let a = Tensor([1, 2], dtype: .float64), b = Tensor([3, 5], dtype: .float64)

  @Test func differentialsUseIt() throws {
    let calls = Calls()
    let push = differential(at: a, b) { a, b in exp(product(a, b, calls: calls)) }
    let plain = differential(at: a, b) { a, b in exp(a * b * b) }
    let (da, db) = (Tensor([0.1, -0.2], dtype: .float64), Tensor([1, 0.3], dtype: .float64))
    try expectClose(push(da, db), plain(da, db), tolerance: 1e-13, "the differential")
    #expect(calls.count == 1)
    let doubled = differential(at: a, b) { a, b in product(a, b, factor: 2) }
    try expectClose(doubled(da, db), (da * b * b + db * a * b * 2) * 2, tolerance: 1e-13, "as given")
  }

  @Test func replaysDoNot() {
    let calls = Calls()
    let (da, db) = gradient(at: a, b) { a, b in product(a, b, calls: calls).sum() }
    #expect(da == b * b && db == a * b * 2 && calls.count == 0)
  }

  @Test func oneOperandMayBeUntracked() throws {
    let b = b
    let push = differential(at: a) { a in product(a, b) }
    try expectClose(push(a), a * b * b, tolerance: 1e-14, "the differential")
  }

  @Test func secondDerivativesGoThroughBoth() {
    let check = checkGradient(at: a, b, order: 2) { a, b in product(a, b) }
    #expect(check.isCorrect, "\(check)")
    let wrong = checkGradient(at: a, b, order: 2) { a, b in product(a, b, factor: 1.01) }
    #expect(!wrong.isCorrect, "a wrong differential is found")
  }

  private final class Calls { var count = 0 }
}
