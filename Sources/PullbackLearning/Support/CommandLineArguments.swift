/// A mistake in the arguments of a command, in one sentence.
package struct UsageError: Error, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// The arguments of a command, read from first to last.
///
/// An option's value is the next argument, or follows the name after an equals sign.
package struct CommandLineArguments {
  private var rest: ArraySlice<String>
  private var attachedValue: String?

  package init(_ arguments: some Sequence<String>) { rest = Array(arguments)[...] }

  /// The next option's name, as in `--seed`; nil at the end.
  package mutating func nextOption() throws(UsageError) -> String? {
    if let attachedValue { throw UsageError("an option that takes no value was given \"\(attachedValue)\"") }
    guard let argument = rest.popFirst() else { return nil }
    guard argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") else { return argument }
    attachedValue = String(argument[argument.index(after: equals)...])
    return String(argument[..<equals])
  }

  /// The value of the option just read.
  package mutating func value(of option: String) throws(UsageError) -> String {
    if let value = attachedValue.take() { return value }
    guard let value = rest.popFirst() else { throw UsageError("\(option) needs a value") }
    return value
  }

  /// The value of the option just read, as a whole number of a range.
  package mutating func integer<Integer: FixedWidthInteger>(
    of option: String, in range: ClosedRange<Integer>
  ) throws(UsageError) -> Integer {
    let text = try value(of: option)
    guard let number = Integer(text), range.contains(number) else {
      let wanted =
        range.upperBound == .max
        ? "a whole number of at least \(range.lowerBound)"
        : "a whole number in \(range.lowerBound) ... \(range.upperBound)"
      throw UsageError("\(option) needs \(wanted), not \"\(text)\"")
    }
    return number
  }
}
