import CMachineLimits
import Pullback

extension Case {
  /// Long chains of small operations: the price of recording and replaying one.
  static var chains: [Case] {
    [1, 100].flatMap { elements in
      // Two operations a link, up to ten million in all; a hundred elements each of so many would be 4 GB.
      ([1000, 10_000, 100_000] + (elements == 1 ? [1_000_000, 5_000_000] : [])).map { links in
        Case(name: "chain/\(elements)-element/\(links)", work: .entry, units: 2 * links) {
          let x = Tensor.full(elements == 1 ? [] : [elements], 0.5).requiringGradient()
          return .inParts { chain(from: x, links: links) }
        }
      }
    }
  }

  /// `x · 1.0001 + 0.0001` again and again; the release of the graph counts as backward.
  private static func chain(from x: Tensor, links: Int) -> Parts {
    let begin = machine_clock()
    var y = x
    for _ in 0..<links { y = y * 1.0001 + 0.0001 }
    var total: Tensor? = y.sum()
    let middle = machine_clock()
    let gradient = total!.backward()[x]
    y = x
    total = nil
    return Parts(forward: middle - begin, backward: machine_clock() - middle, result: gradient)
  }
}
