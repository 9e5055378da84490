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
  ],
  swiftLanguageModes: [.v6]
)
