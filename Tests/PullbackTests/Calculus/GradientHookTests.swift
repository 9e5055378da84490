import Testing

@testable import Pullback

@Suite struct GradientHookTests {
  private let x = Tensor([3, 4]).requiringGradient()

  @Test func aHookSeesTheSumOfAllUses() {
    let seen = Seen()
    let y = x.observingGradient { seen.gradients.append($0) }
    #expect((y * y + y).sum().backward()[x] == Tensor([7, 9]))
    #expect(seen.gradients == [Tensor([7, 9])])
  }

  @Test func aHookReplacesTheGradient() {
    #expect(x.replacingGradient { _ in Tensor([1, 2]) }.sum().backward()[x] == Tensor([1, 2]))
    #expect(x.replacingGradient { $0 * 2 } == x, "forward, nothing happens")
  }

  @Test func gradientsAreClipped() {
    #expect((x.clippingGradient(to: -1...1) * Tensor([-5, 0.5])).sum().backward()[x] == Tensor([-1, 0.5]))
    #expect((x.clippingGradient(norm: 10) * Tensor([3, 4])).sum().backward()[x] == Tensor([3, 4]))
    #expect((x.clippingGradient(norm: 1) * Tensor([3, 4])).sum().backward()[x].isClose(to: Tensor([0.6, 0.8])))
  }

  @Test func hooksCanBeDifferentiated() {
    let y = x.replacingGradient { $0 * 2 }
    let first = (y * y).sum().backward(recordingGradients: true)[x]  // 4 x
    #expect(first == Tensor([12, 16]))
    #expect(first.sum().backward()[x] == Tensor([8, 8]), "the derivative of 4 y passes the hook again")
  }
}

private final class Seen {
  var gradients: [Tensor] = []
}
