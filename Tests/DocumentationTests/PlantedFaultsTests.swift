import Foundation
import Testing

@testable import plant_faults

@Suite struct PlantedFaultsTests {
  /// A fault whose place has changed would be left out of the count silently.
  @Test func everyFaultCanStillBePlanted() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources")
    for fault in Fault.all {
      let text = try String(contentsOf: sources.appending(path: fault.file), encoding: .utf8)
      #expect(fault.obstacle(in: text) == nil)
      #expect(fault.faulty != fault.expression)
    }
    #expect(Fault.all.count >= 60)
  }
}
