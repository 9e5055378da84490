import Testing

@testable import Pullback

/// What a replay promises: once, unless retained; exact sums; nothing shared, nothing changed by a failure.
@Suite struct ReplayTests {
  private func kind(_ body: () throws -> Void) -> TensorError.Kind? {
    do {
      try checked { try body() }
      return nil
    } catch { return (error as? TensorError)?.kind }
  }

  @Test func aSecondReplayIsAnError() throws {
    let x = Tensor([1, 2]).requiringGradient()
    let loss = (x * x).sum()
    #expect(loss.backward()[x].scalars(as: Float.self) == [2, 4])
    #expect(kind { _ = loss.backward() } == .autogradMisuse)
    // What was computed is still there, and a new result of it fails the same way.
    #expect(loss.item() == 5)
    #expect(kind { _ = (loss * 2).backward() } == .autogradMisuse)
    #expect((x * x).sum().backward()[x].scalars(as: Float.self) == [2, 4])
  }

  @Test func aFailedReplayLeavesTheTapeUsable() {
    let x = Tensor([1, 2]).requiringGradient()
    let shared = x * x
    let other = (x * 3).sum()
    _ = shared.sum().backward()
    let loss = other + shared.sum()
    #expect(kind { _ = loss.backward() } == .autogradMisuse)
    // The part that was not released before has not been claimed by the failure.
    #expect(other.backward()[x].scalars(as: Float.self) == [3, 3])
  }

  @Test func aRetainedTapeGivesTheSameAgain() throws {
    let x = Tensor([0.3, -2]).requiringGradient()
    let loss = (sin(x) * exp(x)).sum()
    let first = loss.backward(retainingTape: true)[x]
    let second = loss.backward(retainingTape: true)[x]
    let third = loss.backward()[x]
    try expectSameBits(first, second, "the second replay")
    try expectSameBits(first, third, "the last replay")
    #expect(kind { _ = loss.backward() } == .autogradMisuse)
  }

  @Test func fanOutIsExactAndAliasesNothing() {
    let x = Tensor([3, 5], dtype: .float64).requiringGradient()
    #expect((x + x).backward(Tensor([1, 10], dtype: .float64))[x].scalars() == [2, 20])
    #expect((x * x).backward(Tensor([1, 10], dtype: .float64))[x].scalars() == [6, 100])
    #expect((x + x + x * 4).backward(Tensor([1, 10], dtype: .float64))[x].scalars() == [6, 60])
    let cotangent = Tensor([1, 10], dtype: .float64)
    let y = x + 0
    let a = y + 1, b = y - 1
    let gradients = backward(from: [(a, cotangent), (b, cotangent), (y, cotangent)])
    #expect(gradients[x].scalars() == [3, 30])
    #expect(cotangent.scalars() == [1, 10] && x.scalars() == [3, 5])
  }

  @Test func changingOneGradientChangesNothingElse() {
    let x = Tensor([1, 2], dtype: .float64).requiringGradient(),
      y = Tensor([3, 4], dtype: .float64).requiringGradient()
    let cotangent = Tensor([1, 1], dtype: .float64)
    let sum = x + y
    let gradients = sum.backward(cotangent, keeping: [sum])
    var dx = gradients[x]
    dx[0] = Tensor(99, dtype: .float64)
    dx += Tensor([1, 1], dtype: .float64)
    #expect(dx.scalars() == [100, 2])
    #expect(
      gradients[x].scalars() == [1, 1] && gradients[y].scalars() == [1, 1] && gradients[sum].scalars() == [1, 1])
    #expect(cotangent.scalars() == [1, 1] && x.scalars() == [1, 2] && sum.scalars() == [4, 6])
  }

  @Test func changingAValueAfterItWasUsedDoesNotChangeGradients() {
    let x = Tensor([2, 3], dtype: .float64).requiringGradient()
    var w = Tensor([5, 7], dtype: .float64)
    let loss = (x * w).sum()
    w[0] = Tensor(100, dtype: .float64)
    w *= 3
    #expect(loss.backward()[x].scalars() == [5, 7])
  }

  @Test func unusedAndDetachedInputsHaveNoGradient() {
    let x = Tensor([1, 2]).requiringGradient(), unused = Tensor([3]).requiringGradient()
    let gradients = (x * x.detached()).sum().backward()
    #expect(gradients[x].scalars(as: Float.self) == [1, 2])
    #expect(gradients[unused].scalars(as: Float.self) == [0])
    #expect(gradients.gradient(of: unused) == nil && !gradients.contains(unused) && gradients.count == 1)
  }

  @Test func keptValuesHaveGradients() {
    let x = Tensor([1, 2]).requiringGradient()
    let y = x * 3, z = y.squared()
    let gradients = z.sum().backward(keeping: [y, z])
    #expect(gradients[y].scalars(as: Float.self) == [6, 12] && gradients[z].scalars(as: Float.self) == [1, 1])
    #expect(gradients[x].scalars(as: Float.self) == [18, 36])
  }

  @Test func higherOrdersNest() {
    let x = Tensor(2, dtype: .float64).requiringGradient()
    var y = x * x * x * x
    var found: [Double] = []
    for _ in 0..<4 {
      y = y.backward(recordingGradients: true)[x]
      found.append(y.item())
    }
    #expect(found == [32, 48, 48, 24])
  }

  @Test func nothingIsRecordedWithoutRecording() {
    let x = Tensor([1, 2]).requiringGradient()
    let y = withoutRecording { withoutRecording { x * 2 } + x }
    #expect(!y.isTracked && (x * 2).isTracked)
    #expect(Tensor([1]).tape.count == 0)
    #expect(kind { _ = y.sum().backward() } == .autogradMisuse)
  }

  @Test func theTapePrintsInOrder() {
    let x = Tensor([[1, 2]]).requiringGradient(), w = Tensor([[1], [1]]).requiringGradient()
    let y = x.matmul(w).sum()
    #expect(
      y.tape.description == """
        %0 = leaf : [1, 2] float32
        %1 = leaf : [2, 1] float32
        %2 = matmul %0 %1 : [1, 1] float32
        %3 = sum %2 : [] float32
        """)
    #expect(y.tape.lines[3].values == [3] && !y.tape.lines[3].isReleased)
  }

  @Test func mistakesAreSentences() {
    func message(_ body: () -> Void) -> String {
      do { try checked(body) } catch { return "\(error)" }
      return "no error"
    }
    let x = Tensor([1, 2]).requiringGradient()
    #expect(
      message { _ = Tensor.zeros([8, 3, 4]) + Tensor.zeros([5, 4]) } == """
        add: shapes [8, 3, 4] and [5, 4] do not broadcast; axes are aligned at the end and must be equal or 1
             8  3  4
             ·  5  4
                ^
        """)
    #expect(
      message { _ = (x * 2).backward() }
        == "backward: the tensor has shape [2], and only one element has a gradient without a cotangent; reduce it with sum() or mean(), or pass a cotangent of that shape"
    )
    #expect(
      message { _ = Tensor.zeros([2, 3]).matmul(Tensor.zeros([2, 3])) }
        == "matmul: shapes [2, 3] and [2, 3] do not fit: the columns of the left (3) must be as many as the rows of the right (2)"
    )
    #expect(
      message { _ = x + Tensor([1, 2], dtype: .float64) }
        == "add: element types float32 and float64 are not mixed silently; convert one with cast(to:)")
    #expect(
      message { _ = Tensor([1, 2, 3])[5] }
        == "slice: the index 5 is outside axis 0 of shape [3]; indices are -3 ..< 3")
  }
}
