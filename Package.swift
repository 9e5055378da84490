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
  platforms: [.macOS(.v26)],  // for InlineArray; Linux needs no such line
  products: [
    .library(name: "Pullback", targets: ["Pullback"]),
    .library(name: "PullbackLearning", targets: ["PullbackLearning"]),
    .executable(name: "digits", targets: ["digits"]),
    .executable(name: "benchmarks", targets: ["benchmarks"]),
  ],
  targets: [
    .target(name: "CKernels", exclude: [], cSettings: cSettings, linkerSettings: [.linkedLibrary("m")]),
    .target(name: "Kernels", dependencies: ["CKernels"], swiftSettings: swiftSettings),
    .target(name: "Pullback", dependencies: ["Kernels"], swiftSettings: swiftSettings),
    .target(name: "PullbackLearning", dependencies: ["Pullback"], swiftSettings: swiftSettings),
    .target(name: "CDigits", path: "Sources/digits/Data", exclude: ["digits.csv", "SOURCE.md"], cSettings: cSettings),
    .executableTarget(
      name: "digits", dependencies: ["CDigits", "Pullback", "PullbackLearning"], exclude: ["Data"],
      swiftSettings: swiftSettings),
    .target(name: "CMachineLimits", path: "Benchmarks/CMachineLimits", cSettings: cSettings),
    .executableTarget(
      name: "benchmarks", dependencies: ["CMachineLimits", "Kernels", "Pullback", "PullbackLearning"],
      path: "Benchmarks", exclude: ["CMachineLimits"], swiftSettings: swiftSettings),
    .testTarget(
      name: "PullbackLearningTests", dependencies: ["Kernels", "Pullback", "PullbackLearning", "digits"],
      swiftSettings: swiftSettings),

    .testTarget(
      name: "PullbackTests", dependencies: ["Pullback", "PullbackLearning", "Kernels"], exclude: ["Goldens"],
      swiftSettings: swiftSettings),

    // Mistakes planted in a copy of the sources, to see whether the tests notice.
    .executableTarget(name: "plant-faults", path: "Docs/Tools/plant-faults", swiftSettings: swiftSettings),

    // The examples of all documents, as tests.
    .target(name: "DocExamples", path: "Docs/Tools/DocExamples", swiftSettings: swiftSettings),
    .executableTarget(
      name: "doc-examples", dependencies: ["DocExamples"], path: "Docs/Tools/doc-examples", swiftSettings: swiftSettings
    ),
    .plugin(
      name: "DocExamplesPlugin", capability: .buildTool(), dependencies: ["doc-examples"],
      path: "Docs/Tools/DocExamplesPlugin"),
    .testTarget(
      name: "DocumentationTests", dependencies: ["DocExamples", "Pullback", "PullbackLearning", "plant-faults"],
      swiftSettings: swiftSettings, plugins: ["DocExamplesPlugin"]),
  ],
  swiftLanguageModes: [.v6]
)
