@testable import Pullback

/// The arguments and attributes that an operation is called with.
struct GoldenCall {
  let arguments: [Tensor]
  /// The names of the arguments; nil inside a graph, where they only have positions.
  let roles: [String]?
  let attributes: JSON
  let dtype: DType

  subscript(_ position: Int) -> Tensor { arguments[position] }

  /// An argument that may be left out.
  func optional(_ role: String, at position: Int) -> Tensor? {
    if let place = roles?.firstIndex(of: role) { return arguments[place] }
    // Some operations list the last arguments in an attribute.
    let names = attributes.list("names").map(\.string)
    if let place = names.firstIndex(of: role) { return arguments[arguments.count - names.count + place] }
    if roles != nil || !names.isEmpty { return nil }
    return position < arguments.count ? arguments[position] : nil
  }

  /// An attribute; nil if it is missing or null.
  func attribute(_ name: String) -> JSON? {
    attributes[name].flatMap { $0 == .null ? nil : $0 }
  }

  func int(_ name: String, default value: Int = 0) -> Int { attribute(name)?.int ?? value }
  func ints(_ name: String) -> [Int] { attribute(name)?.ints ?? [] }
  func double(_ name: String, default value: Double = 0) -> Double { attribute(name)?.double ?? value }
  func flag(_ name: String, default value: Bool = false) -> Bool { attribute(name)?.isTrue ?? value }
  func string(_ name: String) -> String { attribute(name)?.string ?? "" }
  func optionalInt(_ name: String) -> Int? { attribute(name)?.int }
  func optionalInts(_ name: String) -> [Int]? { attribute(name)?.ints }
}

/// A golden operation in terms of this framework.
typealias GoldenOperation = @Sendable (GoldenCall) throws -> [Tensor]

/// An operation of one result.
func one(_ body: @escaping @Sendable (GoldenCall) throws -> Tensor) -> GoldenOperation {
  { call in [try body(call)] }
}

/// A function of one tensor.
func unary(_ body: @escaping @Sendable (Tensor) throws -> Tensor) -> GoldenOperation {
  { call in [try body(call[0])] }
}

/// A function of two tensors.
func binary(_ body: @escaping @Sendable (Tensor, Tensor) throws -> Tensor) -> GoldenOperation {
  { call in [try body(call[0], call[1])] }
}

/// All golden operations that this framework has. An operation that is not here counts as not offered.
let goldenOperations: [String: GoldenOperation] = [
  elementwiseOperations, reductionOperations, shapeOperations, indexingOperations, productOperations,
  linearAlgebraOperations, lossOperations, layerOperations,
].reduce(into: [:]) { $0.merge($1) { _, _ in fatalError("an operation is in two tables") } }

func goldenOperation(_ name: String) throws -> GoldenOperation {
  guard let operation = goldenOperations[name] else { throw NotOffered(name) }
  return operation
}
