import Testing

@testable import Pullback

/// The checker must be able to fail: derivatives that are wrong on purpose, each in its own way.
@Suite struct PlantedFaults {
  struct Fault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shapes: [Shape]
    let order: Int
    let function: @Sendable ([Tensor]) -> Tensor

    init(_ description: String, _ shapes: [Shape], order: Int = 1, _ function: @escaping @Sendable ([Tensor]) -> Tensor)
    {
      testDescription = description
      self.shapes = shapes
      self.order = order
      self.function = function
    }
  }

  /// `x²` with a derivative of one's own.
  private static func square(_ x: Tensor, _ vjp: @escaping @Sendable (Tensor, Tensor) -> Tensor) -> Tensor {
    x.detached().squared().recorded(as: "square", wrt: x, { dy in vjp(dy, x) })
  }

  /// `a · b` with derivatives of one's own.
  private static func product(
    _ a: Tensor, _ b: Tensor, _ aVJP: @escaping (Tensor) -> Tensor, _ bVJP: @escaping (Tensor) -> Tensor
  ) -> Tensor {
    (a.detached() * b.detached()).recorded(as: "product", wrt: a, { dy in aVJP(dy) }, wrt: b, { dy in bVJP(dy) })
  }

  private static let elementwise: [Fault] = [
    Fault("a factor off by 0.1 %", [[2, 3]]) { square($0[0]) { dy, x in dy * x * 2.002 } },
    Fault("a missing factor", [[2, 3]]) { square($0[0]) { dy, x in dy * x } },
    Fault("the wrong sign", [[2, 3]]) { square($0[0]) { dy, x in dy * x * -2 } },
    Fault("the cotangent forgotten", [[2, 3]]) { square($0[0]) { _, x in x * 2 } },
    Fault("the operand forgotten", [[2, 3]]) { square($0[0]) { dy, _ in dy * 2 } },
    Fault("zero", [[2, 3]]) { square($0[0]) { dy, _ in dy * 0 } },
    Fault("NaN", [[2, 3]]) { square($0[0]) { dy, _ in dy * .nan } },
    Fault("infinity", [[2, 3]]) { square($0[0]) { dy, _ in dy / 0 } },
    Fault("an element missed", [[4]]) {
      square($0[0]) { dy, x in dy * x * 2 * Tensor([1, 1, 1, 0], dtype: .float64) }
    },
    Fault("only the signs", [[2, 3]]) { square($0[0]) { dy, x in dy * sign(x) * 2 } },
    Fault("the gradient of the mean", [[2, 3]]) { x in
      x[0].detached().sum().recorded(as: "sum", wrt: x[0], { dy in (dy / 6).broadcast(to: [2, 3]) })
    },
    Fault("a branch with the other's slope", [[4]]) { x in
      relu(x[0].detached()).recorded(as: "relu", wrt: x[0], { dy in select(where: x[0] .< 0, then: dy, else: 0) })
    },
    Fault("detached on the way", [[2, 3]]) { x in x[0] * x[0].detached() },
    Fault("detached in one of two terms", [[2, 3]]) { x in sin(x[0]) + x[0].detached() * 2 },
  ]

  private static let several: [Fault] = [
    Fault("operands swapped", [[2, 3], [2, 3]]) { x in product(x[0], x[1], { $0 * x[0] }, { $0 * x[1] }) },
    Fault("one operand forgotten", [[2, 3], [2, 3]]) { x in product(x[0], x[1], { $0 * x[1] }, { $0 * 0 }) },
    Fault("the quotient's sign", [[2, 3], [2, 3]]) { x in
      (x[0].detached() / x[1].detached())
        .recorded(as: "divide", wrt: x[0], { dy in dy / x[1] }, wrt: x[1], { dy in dy * x[0] / x[1] / x[1] })
    },
    Fault("broadcasting undone by the mean", [[2, 3], [3]]) { x in
      product(x[0], x[1], { $0 * x[1] }, { ($0 * x[0]).mean(axis: 0) })
    },
    Fault("broadcasting undone by the first row", [[2, 3], [3]]) { x in
      product(x[0], x[1], { $0 * x[1] }, { ($0 * x[0])[0] })
    },
    Fault("a transpose forgotten", [[2, 2], [2, 2]]) { x in
      x[0].detached().matmul(x[1].detached())
        .recorded(as: "matmul", wrt: x[0], { dy in dy.matmul(x[1]) }, wrt: x[1], { dy in x[0].transposed().matmul(dy) })
    },
    Fault("factors in the wrong order", [[2, 2], [2, 2]]) { x in
      x[0].detached().matmul(x[1].detached()).recorded(
        as: "matmul", wrt: x[0], { dy in dy.matmul(x[1].transposed()) }, wrt: x[1],
        { dy in dy.matmul(x[0].transposed()) })
    },
    Fault("the permutation instead of its inverse", [[2, 2, 2]]) { x in
      x[0].detached().permuted(axes: [1, 2, 0])
        .recorded(as: "permute", wrt: x[0], { dy in dy.permuted(axes: [1, 2, 0]) })
    },
    Fault("a slice put back one place off", [[4]]) { x in
      x[0].detached()[1..<3].recorded(as: "slice", wrt: x[0], { dy in dy.padded([(before: 2, after: 0)]) })
    },
    Fault("rows taken twice counted once", [[3]]) { x in
      let index = Tensor([0, 0, 2], dtype: .int64)
      return x[0].detached().gathering(index).recorded(
        as: "gather", wrt: x[0],
        { dy in
          var dx = Tensor.zeros([3], dtype: .float64)
          dx[index] = dy
          return dx
        })
    },
    Fault("softmax without its second term", [[2, 3]]) { x in
      x[0].detached().softmax().recorded(as: "softmax", wrt: x[0], withResult: { dy, y in dy * y })
    },
    Fault("the whole gradient to each of two that tie", [[2]]) { x in
      let both = concatenated([x[0], x[0]], axis: 0)
      return both.detached().max()
        .recorded(
          as: "max", wrt: both, { dy in select(where: both.detached() .== both.detached().max(), then: dy, else: 0) })
    },
  ]

  private static let second: [Fault] = [
    Fault("the second derivative off by 0.1 %", [[2, 3]], order: 2) { x in
      square(x[0]) { dy, x in
        (dy.detached() * x.detached() * 2)
          .recorded(as: "slope", wrt: dy, { g in g * x * 2 }, wrt: x, { g in g * dy * 2.002 })
      }
    },
    Fault("the derivative with respect to the cotangent off by 0.1 %", [[2, 3]], order: 2) { x in
      square(x[0]) { dy, x in
        (dy.detached() * x.detached() * 2)
          .recorded(as: "slope", wrt: dy, { g in g * x * 2.002 }, wrt: x, { g in g * dy * 2 })
      }
    },
    Fault("an operand captured off the tape", [[2, 3]], order: 2) { x in square(x[0]) { dy, x in dy * x.detached() * 2 }
    },
    Fault("a cotangent taken off the tape", [[2, 3]], order: 2) { x in square(x[0]) { dy, x in dy.detached() * x * 2 }
    },
    Fault("a result captured off the tape", [[2, 3]], order: 2) { x in
      let y = exp(x[0].detached())
      return y.recorded(as: "exp", wrt: x[0], { dy in dy * y })
    },
  ]

  static let all = elementwise + several + second

  @Test(arguments: all)
  func isRejected(_ fault: Fault) throws {
    var noise = Noise(seed: 11)
    // Away from 0, where some of the faults would not show.
    let x = fault.shapes.map { shape in
      let values = noise.tensor(shape)
      return values + sign(values) * 0.5
    }
    #expect(checkGradient(at: x, order: fault.order, of: fault.function).isCorrect == false)
    if fault.order == 2 { #expect(checkGradient(at: x, order: 1, of: fault.function).isCorrect) }
  }

  @Test func aGradientThatChangesIsRejected() {
    final class Counter: @unchecked Sendable { var count = 0.0 }
    let counter = Counter()
    let check = checkGradient(at: Tensor([1, 2], dtype: .float64)) { x in
      PlantedFaults.square(x) { dy, x in
        counter.count += 1
        return dy * x * (2 + counter.count * 1e-9)
      }
    }
    #expect(!check.isDeterministic && !check.isCorrect)
    #expect(check.description == "the gradient is not deterministic: two replays differ")
  }

  @Test func theReportShowsTheWorstElement() throws {
    let check = checkGradient(at: Tensor([1, 2], dtype: .float64)) { x in
      PlantedFaults.square(x) { dy, x in dy * x * Tensor([2, 3], dtype: .float64) }
    }
    let worst = try #require(check.worst)
    #expect(worst.place == "element [1] of input 0" && worst.order == 1 && check.comparisonCount == 2)
    #expect(
      check.description.hasPrefix("the gradient is wrong: 2 comparisons; worst, of order 1 at element [1] of input 0"))
  }

  @Test func float32IsRefusedUnlessAllowed() throws {
    let x = Tensor([1, 2])
    #expect(throws: TensorError.self) { try checked { _ = checkGradient(at: x) { $0 * $0 } } }
    #expect(checkGradient(at: x, allowingFloat32: true) { $0 * $0 }.isCorrect)
    #expect(!checkGradient(at: x, allowingFloat32: true) { PlantedFaults.square($0) { dy, x in dy * x } }.isCorrect)
  }

  @Test func aWrongDifferentialIsRejected() {
    func product(_ x: Tensor, factor: Double) -> Tensor {
      withoutRecording { x * x }
        .recorded(as: "square", wrt: [x], pullback: { dy in [dy * x * 2] }, differential: { $0[0] * x * (2 * factor) })
    }
    let x = Tensor([[1, 2], [3, 4]], dtype: .float64)
    let right = checkGradient(at: x, forwardMode: true) { product($0, factor: 1) }
    #expect(right.isCorrect && right.comparisonCount == 9, "\(right)")
    let wrong = checkGradient(at: x, forwardMode: true) { product($0, factor: 1.001) }
    #expect(!wrong.isCorrect && wrong.worst?.place.hasPrefix("the differential along random direction") == true)
    #expect(checkGradient(at: x) { product($0, factor: 1.001) }.isCorrect, "replays do not use it")
  }

  @Test func largeInputsAreVariedAlongDirections() {
    var noise = Noise(seed: 2)
    let x = noise.tensor([50])
    let check = checkGradient(at: x, order: 2, directions: 7) { sin($0) }
    #expect(check.isCorrect && check.comparisonCount == 14)
    #expect(!checkGradient(at: x) { PlantedFaults.square($0) { dy, x in dy * x * 2.002 } }.isCorrect)
  }
}
