/// A mistake that somebody could have made: one expression of the sources, and what stands there instead.
struct Fault {
  enum Kind: String {
    case sign = "a sign"
    case factor = "a factor"
    case operand = "a wrong operand"
    case sum = "a dropped sum"
    case tie = "a wrong rule for ties or bounds"
    case term = "a missing term"
    case place = "a wrong place"
  }

  let kind: Kind
  /// The file, below `Sources`.
  let file: String
  /// A stretch of the file that occurs once, and tells which of several equal expressions is meant.
  let context: String
  /// The expression, which occurs once in the context.
  let expression: String
  let faulty: String

  init(_ kind: Kind, _ file: String, _ context: String, _ expression: String? = nil, is faulty: String) {
    self.kind = kind
    self.file = file
    self.context = context
    self.expression = expression ?? context
    self.faulty = faulty
  }

  var isInSwift: Bool { file.hasSuffix(".swift") }

  /// The context with both forms in it, of which a number read at the start chooses one.
  func planted(as number: Int) -> String {
    let condition = isInSwift ? "is_fault_planted(\(number))" : "planted_fault == \(number)"
    return context.replacing(expression, with: "(\(condition) ? (\(faulty)) : (\(expression)))")
  }

  /// Why the fault cannot be planted in a text, if it cannot.
  func obstacle(in text: String) -> String? {
    let places = text.ranges(of: context).count
    if places != 1 { return "its context occurs \(places) times in \(file): \(context)" }
    let inContext = context.ranges(of: expression).count
    return inContext == 1 ? nil : "its expression occurs \(inContext) times in its context: \(expression)"
  }
}
