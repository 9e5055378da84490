extension Profile {
  /// The events in the JSON format of Chrome's tracing, which Perfetto opens: recording on one track, replaying on another,
  /// each operation within the named scopes that it was recorded in.
  ///
  /// ```swift
  /// let x = Tensor(2).requiringGradient()
  /// let profile = withProfiling { x * x }.profile
  /// print(profile.chromeTrace.hasPrefix(#"{"traceEvents":[{"name":"multiply","cat":"forward","ph":"X""#))  // true
  /// ```
  public var chromeTrace: String {
    let operations = events.map { event in
      Self.slice(
        event.name, event.isBackward ? "backward" : "forward", on: event.isBackward, event.start, event.end,
        arguments: ["\"bytes\":\(event.bytes)"] + (event.scope.map { ["\"scope\":\"\(Self.escaped($0))\""] } ?? []))
    }
    let scopes = [false, true].flatMap { isBackward in
      Self.stretches(events.filter { $0.isBackward == isBackward }).map {
        Self.slice($0.name, "scope", on: isBackward, $0.start, $0.end)
      }
    }
    let lines = operations + scopes + [Self.name(of: false, "forward"), Self.name(of: true, "backward")]
    return "{\"traceEvents\":[" + lines.joined(separator: ",\n") + "],\"displayTimeUnit\":\"ns\"}"
  }

  /// How long a named scope lasted without a break.
  private struct Stretch {
    let name: String
    let start: Duration
    var end: Duration
  }

  /// The named scopes of consecutive events, outer ones before inner ones.
  private static func stretches(_ events: [Event]) -> [Stretch] {
    var stretches: [Stretch] = []
    /// Which of these are open, the outermost first.
    var open: [Int] = []
    for event in events {
      let names = event.scope?.split(separator: "/", omittingEmptySubsequences: false).map(String.init) ?? []
      let common = zip(open, names).prefix { stretches[$0].name == $1 }.count
      open.removeSubrange(common...)
      for name in names[common...] {
        open.append(stretches.count)
        stretches.append(Stretch(name: name, start: event.start, end: event.end))
      }
      for number in open { stretches[number].end = event.end }
    }
    return stretches
  }

  /// Beginning and end in whole nanoseconds, so that what lies within another slice still does when it is written down.
  private static func slice(
    _ name: String, _ category: String, on isBackward: Bool, _ start: Duration, _ end: Duration,
    arguments: [String] = []
  ) -> String {
    "{\"name\":\"\(escaped(name))\",\"cat\":\"\(category)\",\"ph\":\"X\",\"pid\":1,\"tid\":\(track(isBackward)),"
      + "\"ts\":\(Double(start.nanoseconds) / 1000),\"dur\":\(Double(end.nanoseconds - start.nanoseconds) / 1000),"
      + "\"args\":{\(arguments.joined(separator: ","))}}"
  }

  private static func name(of isBackward: Bool, _ name: String) -> String {
    "{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":\(track(isBackward)),\"args\":{\"name\":\"\(name)\"}}"
  }

  private static func track(_ isBackward: Bool) -> Int { isBackward ? 2 : 1 }

  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, character in
      switch character {
      case "\"", "\\": result += "\\\(character)"
      case "\u{0}"..<"\u{20}": result += " "
      default: result.unicodeScalars.append(character)
      }
    }
  }
}
