// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]
let cSettings: [CSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "Pullback",
  products: [
    .library(name: "Pullback", targets: ["Pullback"])
  ],
  targets: [
    .target(name: "CKernels", exclude: [], cSettings: cSettings, linkerSettings: [.linkedLibrary("m")]),
    .target(name: "Kernels", dependencies: ["CKernels"], swiftSettings: swiftSettings),
    .target(name: "Pullback", dependencies: ["Kernels"], swiftSettings: swiftSettings),

    .testTarget(
      name: "PullbackTests", dependencies: ["Pullback", "Kernels"], exclude: ["Goldens"], swiftSettings: swiftSettings),

    // The examples of all documents, as tests.
    .target(name: "DocExamples", path: "Docs/Tools/DocExamples", swiftSettings: swiftSettings),
    .executableTarget(
      name: "doc-examples", dependencies: ["DocExamples"], path: "Docs/Tools/doc-examples", swiftSettings: swiftSettings
    ),
    .plugin(
      name: "DocExamplesPlugin", capability: .buildTool(), dependencies: ["doc-examples"],
      path: "Docs/Tools/DocExamplesPlugin"),
    .testTarget(
      name: "DocumentationTests", dependencies: ["DocExamples", "Pullback"], swiftSettings: swiftSettings,
      plugins: ["DocExamplesPlugin"]),
  ],
  swiftLanguageModes: [.v6]
)
