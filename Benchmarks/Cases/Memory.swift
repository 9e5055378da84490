import Pullback
import PullbackLearning

extension Case {
  /// A deep network's gradient, with all that its layers save, and with what they save computed again.
  static var memory: [Case] {
    [
      deepNetwork("saving") { layers, x in layers.reduce(x) { x, layer in residual(layer, x) } },
      deepNetwork("checkpoint") { layers, x in
        stride(from: 0, to: layers.count, by: 8).reduce(x) { x, first in
          checkpoint { layers[first..<first + 8].reduce(x) { x, layer in residual(layer, x) } }
        }
      },
    ]
  }

  private static func deepNetwork(_ name: String, _ network: @escaping ([Linear], Tensor) -> Tensor) -> Case {
    Case(name: "residual-64/\(name)") {
      let layers = (0..<64).map { linearLayer(100 + 2 * UInt64($0), 128, 128) }
      let x = InputData.uniform(1, [1024, 128]).requiringGradient()
      return .whole { network(layers, x).squared().mean().backward()[x] }
    }
  }

  private static func residual(_ layer: Linear, _ x: Tensor) -> Tensor { x + tanh(layer(x)) }
}
