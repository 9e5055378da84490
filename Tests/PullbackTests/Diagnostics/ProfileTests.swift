import Foundation
import Testing

@testable import Pullback

@Suite struct ProfileTests {
  private func run() -> Profile {
    let w = Tensor.ones([100, 100]).requiringGradient()
    return withProfiling {
      let hidden = named("model") { named("layer \"1\"") { tanh(w * 2) } * w }
      return hidden.sum().backward()
    }.profile
  }

  @Test func operationsAreCounted() throws {
    let rows = Dictionary(uniqueKeysWithValues: run().operations.map { ($0.name, $0) })
    #expect(Set(rows.keys) == ["multiply", "tanh", "sum"])
    let multiply = try #require(rows["multiply"])
    #expect(multiply.calls == 2 && multiply.replays == 2 && multiply.resultBytes == 80_000)
    #expect(multiply.forwardTime > .zero && multiply.backwardTime > .zero)
    #expect(multiply.totalTime == multiply.forwardTime + multiply.backwardTime)
  }

  @Test func scopesContainWhatIsWithin() {
    let scopes = run().scopes
    #expect(Set(scopes.map(\.name)) == ["model", "model/layer \"1\""])
    #expect(scopes.first { $0.name == "model" }?.calls == 3)
    #expect(scopes.first { $0.name != "model" }?.calls == 2)
  }

  @Test func theTraceIsJSON() throws {
    let data = Data(run().chromeTrace.utf8)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let all = try #require(object["traceEvents"] as? [[String: Any]])
    let events = all.filter { $0["cat"] as? String != "scope" && $0["ph"] as? String == "X" }
    #expect(events.count == 8)
    let names = events.map { "\($0["cat"]!) \($0["name"]!)" }
    #expect(names.prefix(4) == ["forward multiply", "forward tanh", "forward multiply", "forward sum"])
    #expect(names.suffix(4) == ["backward sum", "backward multiply", "backward tanh", "backward multiply"])
    #expect((events[1]["args"] as? [String: Any])?["scope"] as? String == "model/layer \"1\"")
  }

  @Test func theTraceShowsScopesAroundTheirOperations() throws {
    let data = Data(run().chromeTrace.utf8)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let events = try #require(object["traceEvents"] as? [[String: Any]]).filter { $0["ph"] as? String == "X" }
    func span(_ event: [String: Any]) -> ClosedRange<Double> {
      let start = event["ts"] as! Double
      return start...start + (event["dur"] as! Double)
    }
    // A sum may differ in its last bit from what was written.
    func lies(_ inner: [String: Any], in outer: [String: Any]) -> Bool {
      span(outer).lowerBound <= span(inner).lowerBound && span(inner).upperBound <= span(outer).upperBound + 1e-6
    }
    let scopes = events.filter { $0["cat"] as? String == "scope" }
    let names = scopes.map { "\($0["tid"]!) \($0["name"]!)" }
    #expect(names == ["1 model", "1 layer \"1\"", "2 model", "2 layer \"1\""])
    #expect(lies(scopes[1], in: scopes[0]) && lies(scopes[3], in: scopes[2]))
    for operation in events where operation["cat"] as? String != "scope" {
      let path = (operation["args"] as! [String: Any])["scope"] as? String
      for name in path?.split(separator: "/") ?? [] {
        let scope = scopes.first { $0["name"] as! String == name && $0["tid"] as! Int == operation["tid"] as! Int }
        #expect(lies(operation, in: try #require(scope)))
      }
    }
  }

  @Test func theTableHasARowForEachOperation() {
    let lines = run().description.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 4 + 1 + 3)
    #expect(lines[0].hasPrefix("operation  calls") && lines[5].hasPrefix("scope"))
    #expect(Set(lines.prefix(4).map(\.count)).count == 1, "columns are aligned")
  }

  @Test func aTapeIsProfiledWithoutBeingReleased() {
    let x = Tensor([1, 2]).requiringGradient()
    let y = exp(x)
    let profile = y.tape.profile()
    #expect(profile.operations.map(\.name) == ["exp"])
    #expect(profile.operations[0].replays == 1 && profile.operations[0].calls == 0)
    #expect(y.backward(Tensor([1, 1]))[x] == y.detached())
  }

  @Test func observersNest() throws {
    let x = Tensor(-1).requiringGradient()
    let (error, profile) = withProfiling {
      #expect(throws: TensorError.self) { try checked { detectingAnomalies { _ = log(x * 2) } } }
    }
    #expect(error?.operation == "log")
    #expect(profile.operations.map(\.name).sorted() == ["log", "multiply"])
  }
}

@Suite(.serialized) struct MemoryStatisticsTests {
  @Test func descriptionsAreShort() {
    let statistics = MemoryStatistics(
      liveBytes: 1_536_000, peakLiveBytes: 2_000_000_000, cachedBytes: 0, liveBuffers: 3,
      systemAllocations: 0, liveEntries: 7)
    #expect(statistics.description == "1.536 MB in 3 buffers (peak 2 GB, cached 0 B), 7 entries")
  }

  @Test func aLargeTensorIsCounted() {
    // Other tests run meanwhile; so much they do not use.
    let bytes = 1 << 28
    let before = MemoryStatistics.current.liveBytes
    let x = Tensor.zeros([bytes / 4])
    #expect(MemoryStatistics.current.liveBytes - before > bytes / 2)
    #expect(MemoryStatistics.current.peakLiveBytes >= x.count * 4)
  }
}
