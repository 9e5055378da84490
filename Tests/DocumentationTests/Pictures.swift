import Foundation
import Pullback
import Testing

/// A picture of a graph of the tutorials, drawn by the framework.
struct Picture: Sendable, CustomTestStringConvertible {
  /// The file's name in the catalogue, without the extension.
  let name: String
  let draw: @Sendable () -> String

  var testDescription: String { name }

  static let all = [
    Picture(name: "apples") {
      let (apple, count, tax) = (leaf(100), leaf(2), leaf(1.1))
      let price = apple * count * tax
      return price.tape.svg(names: ["apple": apple, "count": count, "tax": tax, "price": price])
    },
    Picture(name: "fruits") {
      let (apple, apples, orange, oranges, tax) = (leaf(100), leaf(2), leaf(150), leaf(3), leaf(1.1))
      let price = (apple * apples + orange * oranges) * tax
      return price.tape.svg(
        names: ["apple": apple, "apples": apples, "orange": orange, "oranges": oranges, "tax": tax, "price": price])
    },
    Picture(name: "chain-rule") {
      let (x, y, z) = (leaf(-2), leaf(5), leaf(-4))
      let q = x + y
      let f = q * z
      return f.tape.svg(names: ["x": x, "y": y, "z": z, "q": q, "f": f])
    },
    Picture(name: "sigmoid") {
      let x = leaf(1)
      let y = reciprocal(exp(x * -1) + 1)
      return y.tape.svg(names: ["x": x, "y": y])
    },
    Picture(name: "two-layers") {
      let x = Tensor([[0.5, 0.8]], dtype: .float64).requiringGradient()
      let target = Tensor([[0.2, 0.1]], dtype: .float64).requiringGradient()
      let w1 = Tensor([[0.1, 0.2], [0.3, 0.1]], dtype: .float64).requiringGradient()
      let w2 = Tensor([[0.4, 0.5], [0.1, 0.3]], dtype: .float64).requiringGradient()
      let hidden = sigmoid(x.matmul(w1))
      let prediction = sigmoid(hidden.matmul(w2))
      let loss = (target - prediction).squared().sum() * 0.5
      return loss.tape.svg(
        names: [
          "x": x, "target": target, "W1": w1, "W2": w2, "hidden": hidden, "prediction": prediction, "loss": loss,
        ])
    },
  ]

  private static func leaf(_ value: Double) -> Tensor { Tensor(value, dtype: .float64).requiringGradient() }
}

/// The pictures in the catalogue are those that the framework draws; `PULLBACK_REFRESH=1` draws them anew.
@Test(arguments: Picture.all)
func picturesAreUpToDate(_ picture: Picture) throws {
  let file = Refresh.package.appending(path: "Docs/Pullback.docc/Resources/\(picture.name).svg")
  let text = picture.draw()
  if Refresh.isOn { try text.write(to: file, atomically: true, encoding: .utf8) }
  let kept = try String(contentsOf: file, encoding: .utf8)
  #expect(kept == text, "\(picture.name).svg is not what the framework draws now; look at it and refresh it")
}
