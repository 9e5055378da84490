import Foundation
import Pullback
import PullbackLearning

/// Numerical gradients beside backpropagated ones, in double precision, with the time that each took.
struct GradientComparison: CustomStringConvertible {
  private struct Row {
    let name: String
    let count: Int
    /// The largest difference of an element, as a share of the largest element.
    let difference: Double
  }

  private let rows: [Row]
  private let numericalTime: Duration
  private let backpropagationTime: Duration

  init(of network: Network, on digits: Dataset) {
    var network = network
    network.forEachParameter { _, parameter in parameter = parameter.cast(to: .float64).requiringGradient() }
    let digits = Dataset(inputs: digits.inputs.cast(to: .float64), targets: digits.targets)

    let clock = ContinuousClock()
    var exact: Gradients?
    backpropagationTime = clock.measure { exact = network.loss(digits).backward() }
    var numerical: [Tensor] = []
    numericalTime = clock.measure { numerical = GradientComparison.numericalGradients(of: network, on: digits) }

    rows = zip(network.parameters, numerical).map { parameter, numerical in
      let gradient = exact![parameter.value]
      let difference = abs(gradient - numerical).max() / abs(gradient).max()
      return Row(name: parameter.name, count: gradient.count, difference: difference.item())
    }
  }

  /// Half the difference of the losses when an element is a little larger and a little smaller, over that little.
  private static func numericalGradients(of network: Network, on digits: Dataset) -> [Tensor] {
    let h = 1e-4
    return withoutRecording {
      network.parameters.indices.map { position in
        var network = network
        let original = network.parameters[position].value
        var values = original.scalars(as: Double.self)
        func loss(_ index: Int, _ value: Double) -> Double {
          values[index] = value
          network.replaceParameter(at: position, with: Tensor(values, shape: original.shape))
          return network.loss(digits).item()
        }
        let gradient = values.indices.map { index in
          let value = values[index]
          let slope = (loss(index, value + h) - loss(index, value - h)) / (2 * h)
          values[index] = value
          return slope
        }
        return Tensor(gradient, shape: original.shape)
      }
    }
  }

  /// The largest relative difference of all parameters.
  var largestDifference: Double { rows.map(\.difference).max() ?? 0 }

  var description: String {
    let table = rows.map { row in
      let difference = String(format: "%.1e", row.difference)
      return
        "  \(row.name.padded(right: 14)) \("\(row.count)".padded(left: 6)) elements, "
        + "largest relative difference \(difference)"
    }
    let (slow, fast) = (numericalTime / .milliseconds(1), backpropagationTime / .milliseconds(1))
    let times =
      "  numerically \(slow.fixed(0)) ms, by backpropagation \(fast.fixed(3)) ms: "
      + "\((slow / fast).fixed(0)) times faster"
    return (table + [times]).joined(separator: "\n")
  }
}

extension Module {
  /// Puts another value in the place of the parameter that is visited at a position.
  fileprivate mutating func replaceParameter(at position: Int, with value: Tensor) {
    var visited = 0
    forEachParameter { _, parameter in
      if visited == position { parameter = value }
      visited += 1
    }
  }
}
