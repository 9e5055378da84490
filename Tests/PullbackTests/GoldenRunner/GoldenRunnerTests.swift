import Testing

@testable import Pullback

/// The runner must be able to fail.
@Suite struct GoldenRunnerTests {
  private func runner() throws -> GoldenRunner { GoldenRunner(goldens: try Goldens(folder: Goldens.folder)) }

  @Test func comparisonsFollowTheTolerance() throws {
    let comparison = GoldenComparison(relative: 1e-3, absolute: 1e-4)
    let want = Tensor([1, -2, 1000], dtype: .float64)
    try comparison.check(want, want, "equal")
    try comparison.check(Tensor([1.0009, -2.001, 1000.9], dtype: .float64), want, "close")
    let nonFinite = Tensor([.nan, .infinity, 0] as [Double], shape: [3])
    try comparison.check(nonFinite, nonFinite, "not finite")
    let wrong: [Tensor] = [
      Tensor([1, -2, 1002], dtype: .float64), Tensor([1, 2, 1000], dtype: .float64), Tensor([1, -2], dtype: .float64),
      Tensor([.nan, -2, 1000] as [Double], shape: [3]), Tensor([1, -2, .infinity] as [Double], shape: [3]),
      Tensor([1, -2, 1000], dtype: .int64), Tensor([[1, -2, 1000]], dtype: .float64),
    ]
    for got in wrong { #expect(throws: GoldenFailure.self) { try comparison.check(got, want, "wrong") } }
    let infinite = Tensor([.infinity] as [Double], shape: [1])
    #expect(throws: GoldenFailure.self) { try comparison.check(-infinite, infinite, "sign") }
    #expect(throws: GoldenFailure.self) { try comparison.check(Tensor([1e300], dtype: .float64), infinite, "finite") }
  }

  @Test func anotherOperationFailsAndAMissingOneIsNotOffered() throws {
    let runner = try runner()
    for (operation, other) in [("sin", "cos"), ("add", "sub"), ("matmul", "add"), ("sum", "mean"), ("relu", "abs")] {
      let golden = try #require(runner.goldens.cases.first { $0.operation == operation && $0.errorKind == nil })
      try runner.run(golden)
      #expect(throws: GoldenFailure.self) { try runner.run(golden.renamed(other)) }
      #expect(throws: NotOffered.self) { try runner.run(golden.renamed("no_such_operation")) }
    }
    let failing = try #require(runner.goldens.cases.first { $0.errorKind == "shape_mismatch" && $0.operation == "add" })
    try runner.run(failing)
    #expect(throws: GoldenFailure.self) { try runner.run(failing.renamed("mse_loss", errorKind: "invalid_axis")) }
  }
}
