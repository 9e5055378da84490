import Kernels
import Pullback
import Testing

@Suite struct RandomTests {
  @Test func theGeneratorIsPhilox() {
    // The first block of the published test vectors: key 0, counter 0.
    var generator = PhiloxGenerator(seed: 0)
    #expect(generator.next() == 0xe169_c58d_6627_e8d5)
    #expect(generator.next() == 0x9b00_dbd8_bc57_ac4c)
    #expect(generator.position == 2)
  }

  @Test func aSeedAlwaysGivesTheSameNumbers() {
    var generator = PhiloxGenerator(seed: 42)
    let uniform = Tensor.uniform([4], using: &generator).scalars(as: Float.self)
    let normal = Tensor.normal([4], dtype: .float64, using: &generator).scalars(as: Double.self)
    let order = Tensor.permutation(8, using: &generator).scalars(as: Int.self)
    #expect(uniform == [0.066764295, 0.17578858, 0.51636636, 0.45826757])
    #expect(normal.map { ($0 * 1e9).rounded() } == [2_214_892_343, -1_709_350_529, -1_544_269_215, 725_894_195])
    #expect(order == [0, 4, 1, 7, 5, 6, 3, 2])
  }

  @Test(arguments: [DType.float32, .float64]) func numbersHaveTheirDistribution(_ dtype: DType) {
    var generator = PhiloxGenerator(seed: 7)
    let uniform = Tensor.uniform([200_000], in: -2..<3, dtype: dtype, using: &generator)
    #expect(uniform.dtype == dtype && uniform.min().item() >= -2 && uniform.max().item() < 3)
    #expect(abs(uniform.mean().item() - 0.5) < 0.02)
    #expect(abs(uniform.variance().item() - 25.0 / 12) < 0.02)
    let normal = Tensor.normal([200_000], mean: 1, standardDeviation: 2, dtype: dtype, using: &generator)
    #expect(abs(normal.mean().item() - 1) < 0.02)
    #expect(abs(normal.standardDeviation().item() - 2) < 0.02)
    let kurtosis = (((normal - 1) / 2).squared().squared()).mean().item(as: Double.self)
    #expect(abs(kurtosis - 3) < 0.1)
  }

  @Test func numbersDoNotDependOnThreads() {
    let threads = Parallel.threadCount
    defer { Parallel.threadCount = threads }
    func draw(on threads: Int) -> [Tensor] {
      Parallel.threadCount = threads
      var generator = PhiloxGenerator(seed: 1)
      return [Tensor.uniform([100_003], using: &generator), Tensor.normal([100_003], using: &generator)]
    }
    #expect(draw(on: 1) == draw(on: 3))
  }

  @Test func anyGeneratorWillDo() {
    struct Counter: RandomNumberGenerator {
      var value: UInt64 = 0
      mutating func next() -> UInt64 {
        value += 1
        return value
      }
    }
    var (first, second) = (Counter(), Counter(value: 1))
    let x = Tensor.uniform([5], using: &first), y = Tensor.uniform([5], using: &first)
    #expect(x != y)
    #expect(Tensor.uniform([5], using: &second) == y)
  }

  @Test func permutationsAreEvenlySpread() {
    var generator = PhiloxGenerator(seed: 5)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<6000 { counts[Tensor.permutation(3, using: &generator).scalars(as: Int.self), default: 0] += 1 }
    #expect(counts.count == 6)
    #expect(counts.values.allSatisfy { abs($0 - 1000) < 150 })
    #expect(Tensor.permutation(0, using: &generator).count == 0)
  }

  @Test func mistakesAreSaid() {
    var generator = PhiloxGenerator(seed: 1)
    #expect(throws: TensorError.self) { try checked { _ = Tensor.uniform([2], dtype: .int64, using: &generator) } }
    #expect(throws: TensorError.self) { try checked { _ = Tensor.permutation(-1, using: &generator) } }
    #expect(generator.position == 0)
  }
}
