import Foundation

@testable import Pullback

/// One case of the golden files: an operation, where its arrays are, and how closely a result must agree.
struct GoldenCase: Sendable {
  struct Input: Sendable {
    let role: String
    let key: String
    /// Whether the gradient with respect to it is wanted.
    let isLeaf: Bool
    /// What is done to the leaf before the operation gets it.
    let view: [JSON]
  }

  struct Output: Sendable {
    let role: String
    let key: String
    let cotangent: String?
  }

  /// Arrays by the role they belong to.
  typealias Keys = [(role: String, key: String)]

  struct Second: Sendable {
    let v: Keys
    let hvp: Keys
    let jv: Keys
    let tolerance: String
  }

  struct Alternative: Sendable {
    let outputs: Keys
    let gradients: Keys
  }

  let name: String
  let family: String
  private(set) var operation: String
  let attributes: JSON
  let inputs: [Input]
  let outputs: [Output]
  let gradients: Keys
  let tolerance: String
  let gradientTolerance: String
  let checksFloat32: Bool
  let second: Second?
  let alternatives: [Alternative]
  /// The class of the error that is expected instead of a result.
  private(set) var errorKind: String?

  init(_ json: JSON) {
    name = json["name"]!.string
    family = json["family"]!.string
    operation = json["op"]!.string
    attributes = json["attrs"] ?? .object([])
    inputs = json.list("inputs").map {
      Input(role: $0["role"]!.string, key: $0["key"]!.string, isLeaf: $0["diff"]!.isTrue, view: $0.list("view"))
    }
    outputs = json.list("outputs").map {
      Output(role: $0["role"]!.string, key: $0["key"]!.string, cotangent: $0["cotangent"]?.string)
    }
    gradients = GoldenCase.keys(json, "grads")
    tolerance = json["tol"]?.string ?? "exact"
    gradientTolerance = json["grad_tol"]?.string ?? tolerance
    checksFloat32 = json["f32"]?.isTrue ?? false
    second = json["second"].map {
      Second(
        v: GoldenCase.keys($0, "v"), hvp: GoldenCase.keys($0, "hvp"), jv: GoldenCase.keys($0, "jv"),
        tolerance: $0["tol"]!.string)
    }
    alternatives = json.list("alts").map {
      Alternative(outputs: GoldenCase.keys($0, "outputs"), gradients: GoldenCase.keys($0, "grads"))
    }
    errorKind = json["error_kind"]?.string
  }

  /// The same case with another operation, or another expected error.
  func renamed(_ operation: String, errorKind: String? = nil) -> GoldenCase {
    var copy = self
    copy.operation = operation
    copy.errorKind = errorKind
    return copy
  }

  private static func keys(_ json: JSON, _ name: String) -> Keys {
    json.list(name).map { ($0["of"]?.string ?? $0["role"]!.string, $0["key"]!.string) }
  }
}

/// The cases of a folder, their arrays and tolerances.
struct Goldens: Sendable {
  let cases: [GoldenCase]
  private let arrays: [String: SafeTensors]
  private let tolerances: JSON

  /// `[relative, absolute]`.
  func tolerance(_ name: String, _ dtype: DType) -> (relative: Double, absolute: Double)? {
    let pair = tolerances[name]?[dtype == .float32 ? "f32" : "f64"]
    guard case .array(let items)? = pair else { return nil }
    return (items[0].double, items[1].double)
  }

  func array(_ key: String, of golden: GoldenCase) throws -> Tensor {
    guard let tensor = arrays[golden.family]?[key] else { throw GoldenFailure("the array \(key) is missing") }
    return tensor
  }

  /// The folder that `PULLBACK_GOLDENS` names, else the one beside these sources.
  static var folder: String {
    if let folder = ProcessInfo.processInfo.environment["PULLBACK_GOLDENS"] { return folder }
    return URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Goldens"
  }

  init(folder: String) throws {
    guard let text = FileManager.default.contents(atPath: folder + "/index.json") else {
      throw GoldenFailure("there is no \(folder)/index.json")
    }
    let index = try JSON(parsing: text)
    cases = index.list("cases").map(GoldenCase.init)
    tolerances = index["tolerances"]!
    var arrays: [String: SafeTensors] = [:]
    for family in index.list("families") {
      arrays[family["name"]!.string] = try SafeTensors(contentsOf: folder + "/" + family["file"]!.string)
    }
    self.arrays = arrays
  }
}

/// Why a case failed.
struct GoldenFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Thrown for what this framework has no operation for.
struct NotOffered: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

extension JSON {
  var string: String { if case .string(let text) = self { text } else { "" } }
  var isTrue: Bool { self == .bool(true) }
  var int: Int { if case .integer(let number) = self { number } else { Int(double) } }
  var optionalInt: Int? { self == .null ? nil : int }
  var items: [JSON] { if case .array(let items) = self { items } else { [] } }
  var ints: [Int] { items.map(\.int) }

  /// A number, or one of the words that stand for infinities.
  var double: Double {
    switch self {
    case .integer(let number): Double(number)
    case .number(let number): number
    case .string("inf"): .infinity
    case .string("-inf"): -.infinity
    case .string(let text): Double(text) ?? .nan
    default: .nan
    }
  }

  func list(_ key: String) -> [JSON] { self[key]?.items ?? [] }
}
