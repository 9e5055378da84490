import DocExamples
import Pullback
import Testing

/// The extractor itself: what it finds in a document, and what it says when a document is wrong.
@Suite struct DocExamplesTests {
  @Test func aDocCommentsBlocksStandAlone() {
    let document = """
      /// Twice a number.
      ///
      /// ```swift
      /// print(2 * 3)  // 6
      /// ```
      ///
      /// ```swift
      /// print(2 * 4)
      /// ```
      func twice() {}
      """
    let found = programs(in: document, isSwift: true)
    #expect(found.map { $0.map(\.firstLine) } == [[4], [8]])
    #expect(found[0][0].lines.map(\.text) == ["print(2 * 3)  // 6"])
    #expect(found[0][0].lines.map(\.indentation) == [4])
  }

  @Test func theBlocksUnderOneHeadingOfAnArticleAreOneProgram() {
    let document = """
      # Title
      ```swift
      let x = 1
      ```
      ### Some text
      ```swift
      print(x)
      ```
      ## Next
      ```
      not Swift
      ```
      ```swift notest
      neither run
      ```
      ````markdown
      ```swift
      nor this, which shows how to write a block
      ```
      ````
      ```swift
      print(2)
      ```
      """
    #expect(programs(in: document, isSwift: false).map { $0.map(\.firstLine) } == [[3, 7], [22]])
  }

  @Test func outputStandsBehindTheCallOrBelowIt() {
    let document = """
      ```swift
      print(x)  // 3.0
      print("//", (1))
      // [[1.0],
      //  [2.0]]

      // a remark
      let y = sprint(x)  // no output
      print(
        y)  // 4.0
      print(z)
      for i in 0..<2 {
        print(i)
      }
      // 0
      // 1
      ```
      """
    #expect(
      programs(in: document, isSwift: false)[0].flatMap(shownOutputs) == [
        ShownOutput(line: 2, endLine: 2, output: ["3.0"]),
        ShownOutput(line: 3, endLine: 3, output: ["[[1.0],", " [2.0]]"]),
        ShownOutput(line: 9, endLine: 10, output: ["4.0"]),
        ShownOutput(line: 11, endLine: 11, output: nil),
        ShownOutput(line: 13, endLine: 14, output: ["0", "1"]),
      ])
  }

  @Test func onlyTheShownOutputIsAllowed() {
    let shown = ShownOutput(line: 1, endLine: 1, output: ["1", "", "2"])
    #expect(shown.allows("1  \n\n2\n"))
    #expect(!shown.allows("1\n2\n"))
    #expect(!ShownOutput(line: 1, endLine: 1, output: nil).allows("1\n"))
    let anything = ShownOutput(line: 1, endLine: 1, output: ["…"])
    #expect(anything.allows("0.73 seconds\n") && !anything.isClaim)
  }

  @Test func lastDigitsMayDiffer() {
    let shown = ShownOutput(line: 1, endLine: 1, output: ["[0.33333334, 2.0] : [2] float32"])
    #expect(shown.allows("[0.3333333, 2.0] : [2] float32\n"))
    #expect(!shown.allows("[0.33334, 2.0] : [2] float32\n"))
    #expect(!shown.allows("[0.33333334,  2.0] : [2] float32\n"))
    #expect(!shown.allows("[0.33333334, 2.0] : [2] float64\n"))
    #expect(!shown.allows("0.33333334, 2.0 : [2] float32\n"))
  }

  @Test func theCompilerIsToldWhereTheCodeStands() {
    let source = Generator(
      path: "Sources/Pullback/A.swift", document: "  /// ```swift\n  /// let x = Tensr()\n  /// ```"
    ).source
    #expect(source.contains("#sourceLocation(file: \"Sources/Pullback/A.swift\", line: 2)\n      let x = Tensr()\n"))
  }

  @Test func importsAndExtensionsMoveToFileScope() {
    let source = Generator(
      path: "Docs/A.md",
      document: """
        ```swift
        import Foundation
        extension Tensor {
          func twice() -> Tensor { self * 2 }
        }
        print(Tensor(1).twice())  // 2.0
        ```
        """
    ).source
    #expect(source.contains("\nimport Foundation\n"))
    #expect(source.contains("line: 3)\nprivate extension Tensor {\n"))
    #expect(source.contains("line: 2)\n\n\n\n\nprint(Tensor(1).twice())"))
  }

  @Test func aPlantedWrongOutputIsAnIssueAtItsLine() {
    let example = Example(
      file: "Docs/Planted.md", line: 6, run: { Documentation.print(2, line: 7) },
      outputs: [ShownOutput(line: 7, endLine: 7, output: ["3"])])
    withKnownIssue {
      example.check()
    } matching: { issue in
      issue.sourceLocation?.line == 7 && issue.comments.first?.rawValue.contains("Docs/Planted.md:7") == true
    }
  }

  @Test func outputThatNeverComesIsAnIssue() {
    let example = Example(
      file: "Docs/Planted.md", line: 6, run: {},
      outputs: [ShownOutput(line: 7, endLine: 7, output: ["3"])])
    withKnownIssue { example.check() }
  }

  @Test func anExampleThatThrowsOrTrapsIsAnIssue() {
    let programs: [@Sendable () throws -> Void] = [
      { throw CancellationError() },
      { _ = Tensor([1, 2]) + Tensor([1, 2, 3]) },
    ]
    for run in programs {
      let example = Example(file: "Docs/Planted.md", line: 6, run: run, outputs: [])
      withKnownIssue { example.check() }
    }
  }
}
