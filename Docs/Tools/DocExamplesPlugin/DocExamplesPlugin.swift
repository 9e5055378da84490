import Foundation
import PackagePlugin

/// Turns the examples of every document of the package into tests of the target that uses this plugin.
@main
struct DocExamplesPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let tool = try context.tool(named: "doc-examples").url
    return documents(in: context.package.directoryURL).map { path in
      let document = context.package.directoryURL.appending(path: path)
      let name = path.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined() + ".swift"
      let output = context.pluginWorkDirectoryURL.appending(path: name)
      return .buildCommand(
        displayName: "Examples of \(path)", executable: tool,
        arguments: [path, document.path(percentEncoded: false), output.path(percentEncoded: false)],
        inputFiles: [document], outputFiles: [output])
    }
  }

  /// The documents, as paths in the package: all Swift sources, and all Markdown at the top and under `Docs`.
  private func documents(in package: URL) -> [String] {
    let files = FileManager.default
    let sources = files.enumerator(atPath: package.appending(path: "Sources").path(percentEncoded: false))
    let docs = files.enumerator(atPath: package.appending(path: "Docs").path(percentEncoded: false))
    let swift = (sources?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".swift") }.map { "Sources/\($0)" }
    let markdown = (docs?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".md") }.map { "Docs/\($0)" }
    return (["README.md", "CONTRIBUTING.md"] + swift + markdown).sorted()
  }
}
