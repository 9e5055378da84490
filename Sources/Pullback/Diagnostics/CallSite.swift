#if canImport(Runtime)
  import Runtime
#endif

/// The calls that are in progress on a thread, of which the place in the user's source can be read later.
///
/// Operators take no `#fileID` and `#line`, so the stack has to tell. Capturing it takes some tenths of a millisecond, and
/// reading the debugging information milliseconds: for use while a fault is being searched only. Where the toolchain has no
/// backtraces, or a program no debugging information, the place is not known.
struct CallSite {
  #if canImport(Runtime)
    private let backtrace: Backtrace?
    /// How many calls are kept: more than this library ever has between an operation and its caller. Reading the
    /// debugging information takes its time for each.
    private static let depth = 20
  #endif

  /// The calls of this moment.
  init() {
    #if canImport(Runtime)
      backtrace = try? Backtrace.capture(limit: CallSite.depth, top: 0)
    #endif
  }

  /// The innermost place outside of this library, as in `Model.swift:12`.
  var place: String? {
    #if canImport(Runtime)
      for frame in backtrace?.symbolicated()?.frames ?? [] {
        // Line 0 is the compiler's own code.
        guard let location = frame.symbol?.sourceLocation, location.line > 0, !Self.isOurs(location.path) else {
          continue
        }
        return "\(location.path.split(separator: "/").last ?? "?"):\(location.line)"
      }
    #endif
    return nil
  }

  /// Whether a source file belongs to this library or to what it is made of.
  ///
  /// Optimised code names the files of inlined calls from the folder it was compiled in, all others from the root.
  private static func isOurs(_ path: String) -> Bool {
    if path.isEmpty || path.hasPrefix("/<") { return true }
    // …/Sources/Pullback/Diagnostics/CallSite.swift
    let sources = #filePath.split(separator: "/").dropLast(3)
    let parts = path.split(separator: "/")
    guard let end = parts.lastIndex(of: "Sources"), end + 1 < parts.count else { return false }
    let folder = parts[...end]
    let isInSources = path.hasPrefix("/") ? sources == folder : sources.suffix(folder.count) == folder
    return isInSources && ["Pullback", "PullbackLearning", "Kernels", "CKernels"].contains(parts[end + 1])
  }
}
