import Testing

@testable import Pullback

/// The computational graphs of a textbook's first chapter on backpropagation.
struct Shop {
  let apple = Tensor(100).requiringGradient(), apples = Tensor(2).requiringGradient()
  let orange = Tensor(150).requiringGradient(), oranges = Tensor(3).requiringGradient()
  let tax = Tensor(1.1).requiringGradient()

  var names: [String: Tensor] {
    ["apple": apple, "apples": apples, "orange": orange, "oranges": oranges, "tax": tax]
  }
}

@Suite struct PictureTests {
  @Test func aPictureShowsValuesAndGradients() {
    let shop = Shop()
    let price = shop.apple * shop.apples * shop.tax
    let scene = ScopeLayout.scene(of: Diagram(price.tape, names: shop.names.merging(["price": price]) { $1 }))
    #expect(scene.texts(.value) == ["1.1", "100", "2", "200", "220"])
    #expect(scene.texts(.gradient) == ["1", "1.1", "110", "2.2", "200"])
    #expect(scene.texts(.name) == ["apple", "apples", "price", "tax"])
    #expect(scene.texts(.sign) == ["×", "×"])
  }

  @Test func twoFruitsAreDrawnWithTheFiguresOfTheTextbook() {
    let shop = Shop()
    let price = (shop.apple * shop.apples + shop.orange * shop.oranges) * shop.tax
    let scene = ScopeLayout.scene(of: Diagram(price.tape, names: shop.names))
    #expect(scene.texts(.value) == ["1.1", "100", "150", "2", "200", "3", "450", "650", "715"])
    #expect(scene.texts(.gradient) == ["1", "1.1", "1.1", "1.1", "110", "165", "2.2", "3.3", "650"])
  }

  @Test func labelsStandAboveAndBelowTheirArrow() throws {
    let shop = Shop()
    let scene = ScopeLayout.scene(of: Diagram((shop.apple * shop.apples).tape))
    let value = try #require(scene.texts.first { $0.text == "200" })
    let gradient = try #require(scene.texts.first { $0.text == "1" && $0.style == .gradient })
    let line = try #require(
      scene.lines.first { $0.isStraight && $0.start.x < value.origin.x && $0.end.x > value.frame.maxX })
    #expect(value.frame.maxY < line.start.y && line.start.y < gradient.frame.y)
    #expect(value.origin.x == gradient.origin.x)
  }

  @Test func largeTensorsAreShownByTheirShape() {
    let x = Tensor.ones([2, 3]).requiringGradient()
    let scene = ScopeLayout.scene(of: Diagram((x * 2).sum().tape))
    #expect(scene.texts(.shape) == ["(2, 3)", "(2, 3)"])
    #expect(scene.texts(.gradient) == ["(2, 3)", "(2, 3)", "1"])
  }

  @Test func drawingLeavesTheTapeAsItIs() {
    let x = Tensor(3).requiringGradient()
    let y = x * x
    let first = y.tape.svg()
    #expect(first == y.tape.svg())
    #expect(y.backward()[x].item() == 6)
    #expect(!y.tape.svg().contains("class=\"gradient\""), "a released tape has no gradients to draw")
  }

  @Test func aResultOfSeveralElementsHasNoGradients() {
    let x = Tensor([1, 2]).requiringGradient()
    #expect(ScopeLayout.scene(of: Diagram((x * x).tape)).texts(.gradient).isEmpty)
    #expect(ScopeLayout.scene(of: Diagram((x * x).sum().tape, showsGradients: false)).texts(.gradient).isEmpty)
  }

  @Test func severalResultsLeaveOneNode() {
    let x = Tensor([1, 2, 3]).requiringGradient()
    let parts = [x[0], x[1]].recorded(as: "halves", wrt: [x]) { _ in [Tensor([1, 1, 0])] }
    let diagram = Diagram((parts[0] * parts[1]).tape)
    #expect(diagram.nodes.map(\.title).filter { $0 == "halves" }.count == 1)
    #expect(diagram.nodes.first { $0.title == "halves" }?.results.map(\.value) == ["1", "2"])
  }

  @Test func anUntrackedTensorHasAnEmptyPicture() {
    #expect(Tensor(1).tape.svg().hasSuffix("</svg>\n"))
    #expect(Tensor(1).tape.mermaid() == "flowchart LR")
  }

  @Test func namesAreEscaped() {
    let x = Tensor(1).requiringGradient()
    let text = (x * 2).tape.svg(names: ["<a & \"b\">\u{1}": x])
    #expect(text.contains(">&lt;a &amp; &quot;b&quot;&gt; </text>"))
    #expect(!text.unicodeScalars.contains("\u{1}"))
  }

  @Test func coloursFollowTheViewerOrTheCaller() {
    let x = Tensor(1).requiringGradient()
    let tape = (x * 2).tape
    #expect(tape.svg().contains("prefers-color-scheme: dark"))
    #expect(tape.svg(appearance: .dark).contains("#0d1117"))
    #expect(!tape.svg(appearance: .light).contains("#0d1117"))
  }

  @Test func numbersAreShort() {
    let texts = [220.00000000000003, -0.1, 1e-9, 123_456_789, 0.99999999, 12345, 0, .nan, -.infinity, 0.0012345678]
      .map { Caption.number($0) }
    #expect(texts == ["220", "−0.1", "1e-9", "1.2346e8", "1", "12345", "0", "NaN", "−∞", "0.0012346"])
  }

  @Test func valuesStandInTheBracketsOfTheirShape() {
    #expect(Caption.values([1, 2, 3, 4], [2, 2]) == "[[1, 2], [3, 4]]")
    #expect(Caption.values([5], [1]) == "[5]")
    #expect(Caption.values([5], []) == "5")
  }
}

extension Scene {
  /// The texts of a style, sorted.
  func texts(_ style: Text.Style) -> [String] { texts.filter { $0.style == style }.map(\.text).sorted() }
}
