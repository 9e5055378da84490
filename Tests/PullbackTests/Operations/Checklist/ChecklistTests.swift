import Testing

@testable import Pullback

/// Every operation that is expected is there and has cases, and every operation that is there has cases.
@Suite struct ChecklistTests {
  private static let names = Set(OperationCase.all.flatMap { [$0.name, $0.operation] })

  @Test func everyRowIsProved() throws {
    let functions = try PublicFunctions()
    for section in Checklist.all {
      #expect(section.rows.flatMap { Array($0.numbers) } == Array(section.numbers), "the numbers of \(section.title)")
      for row in section.rows {
        #expect(!row.cases.isEmpty || !row.functions.isEmpty || row.lacking != nil, "\(row): nothing proves it")
        for name in row.cases where !ChecklistTests.names.contains(name) {
          Issue.record("\(row): there is no case \(name)")
        }
        for name in row.functions where !functions.contains(name) || Checklist.withoutDerivative[name] == nil {
          Issue.record("\(row): \(name) is no function without derivative")
        }
      }
    }
  }

  @Test func everyCaseIsNamedAfterItsFunction() throws {
    let functions = try PublicFunctions()
    let strange = OperationCase.all.map(\.operation).filter { !functions.contains($0) }
    #expect(strange.isEmpty, "there are no functions \(strange)")
  }

  @Test func everyFunctionHasACaseOrNoDerivative() throws {
    let functions = try PublicFunctions()
    #expect(functions.fullNames.count > 300)
    let known = Set(OperationCase.all.map(\.operation)).union(Checklist.withoutDerivative.keys)
    let missing = functions.missing(from: known)
    #expect(missing.isEmpty, "add cases for \(missing), or reasons why they have no derivative")
    for name in Checklist.withoutDerivative.keys where !functions.contains(name) {
      Issue.record("there is no function \(name)")
    }
  }

  @Test func aFunctionWithoutCaseIsNoticed() throws {
    let known = Set(OperationCase.all.map(\.operation)).subtracting(["hardSwish", "sum(toShape:)"])
    let missing = try PublicFunctions().missing(from: known)
    #expect(missing.contains("hardSwish(_:)") && !missing.contains("sum(axes:keepDims:)"))
  }

  /// Distinct operations, whatever their shapes and arguments, whose derivatives the cases check.
  @Test func atLeast250OperationsAreDifferentiable() {
    let once = Set(OperationCase.all.filter { $0.order > 0 }.map(\.operation))
    let twice = Set(OperationCase.all.filter { $0.order > 1 }.map(\.operation))
    print("\(once.count) differentiable operations in \(OperationCase.all.count) cases, \(twice.count) of them twice")
    #expect(once.count >= 250)
    #expect(once == twice)
  }

  @Test func whatIsLackingIsListed() {
    for row in Checklist.all.flatMap(\.rows) { if let lacking = row.lacking { print("\(row): \(lacking)") } }
  }
}
