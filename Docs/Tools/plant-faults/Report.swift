/// What the trials found, as a document.
struct Report {
  let faults: [Fault]
  let trials: [Trial]
  /// Which tests were run; all, if empty.
  let filter: [String]

  var caught: Int { trials.count(where: \.isCaught) }

  var text: String {
    """
    # Planted faults

    How good are the tests? `swift run plant-faults` plants \(faults.count) mistakes in a copy of the sources, one at a time: signs, \
    factors, wrong operands, dropped sums, wrong rules for ties. Then it runs \(tests). A mistake that no test notices would \
    have reached users. Of these, the tests caught **\(caught) of \(trials.count)**.

    | | where | mistake | instead of | stands | caught by |
    |---|---|---|---|---|---|
    \(trials.map(row).joined(separator: "\n"))

    """
  }

  private var tests: String { filter.isEmpty ? "the tests" : filter.joined(separator: ", ") }

  private func row(_ trial: Trial) -> String {
    let fault = faults[trial.number - 1]
    let file = fault.file.split(separator: "/").last ?? ""
    return
      "| \(trial.number) | \(file) | \(fault.kind.rawValue) | \(code(fault.expression)) | \(code(fault.faulty)) | \(catchers(trial)) |"
  }

  private func code(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return "`\(line.replacing("|", with: "\\|"))`"
  }

  private func catchers(_ trial: Trial) -> String {
    if !trial.isCaught { return "**nothing**" }
    let more = trial.failures.count - 2
    return trial.failures.prefix(2).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }
}
