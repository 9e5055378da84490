import CKernels
import Kernels

/// A seeded generator of random numbers that gives the same ones on every machine: Philox 4×32-10.
///
/// It is counter-based: the number at a position is a function of the seed and the position alone, so that any part of a
/// sequence can be computed by any thread. A plain value: a copy continues from the same position.
///
/// ```swift
/// var generator = PhiloxGenerator(seed: 1)
/// let first = generator.next()
/// var again = PhiloxGenerator(seed: 1)
/// print(first == again.next())  // true
/// ```
///
/// It is not meant for cryptography.
public struct PhiloxGenerator: RandomNumberGenerator, Sendable, Hashable, Codable {
  /// What the numbers depend on.
  public let seed: UInt64
  /// How many numbers have been drawn.
  public private(set) var position: UInt64 = 0

  /// A generator at the beginning of a seed's sequence.
  public init(seed: UInt64) { self.seed = seed }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    var bits: UInt64 = 0
    random_bits(seed, position, &bits, 1)
    position += 1
    return bits
  }
}

// Note [Random tensors]. A tensor takes one number from the generator. It is the seed of a Philox sequence of its own,
// whose number i makes element i in row-major order. So a tensor does not depend on the number of threads, the
// generator advances by one whatever the shape, and any generator will do.

extension Tensor {
  /// Numbers drawn evenly from a range.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let x = Tensor.uniform([1000], in: -1..<1, using: &generator)
  /// print(x.min().item() >= -1, x.max().item() < 1, x.shape)  // true true [1000]
  /// ```
  ///
  /// The same generator gives the same tensor on every machine and for any number of threads.
  ///
  /// - Parameters:
  ///   - shape: the shape of the result.
  ///   - range: where the numbers lie.
  ///   - dtype: float32 or float64; another is a mistake, which traps, or throws inside ``checked(_:)``.
  ///   - generator: where random bits come from; it advances by one.
  public static func uniform(
    _ shape: Shape, in range: Range<Double> = 0..<1, dtype: DType = .float32,
    using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    random(shape, dtype, "uniform", range.lowerBound, range.upperBound, random_uniform, &generator)
  }

  /// Numbers drawn from a normal distribution.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let x = Tensor.normal([10_000], mean: 5, standardDeviation: 2, using: &generator)
  /// print(abs(x.mean().item() - 5) < 0.1, abs(x.standardDeviation().item() - 2) < 0.1)  // true true
  /// ```
  ///
  /// The same generator gives the same tensor on every machine and for any number of threads.
  ///
  /// - Parameters:
  ///   - shape: the shape of the result.
  ///   - mean: the middle of the distribution.
  ///   - standardDeviation: its width.
  ///   - dtype: float32 or float64; another is a mistake, which traps, or throws inside ``checked(_:)``.
  ///   - generator: where random bits come from; it advances by one.
  public static func normal(
    _ shape: Shape, mean: Double = 0, standardDeviation: Double = 1, dtype: DType = .float32,
    using generator: inout some RandomNumberGenerator
  ) -> Tensor {
    random(shape, dtype, "normal", mean, standardDeviation, random_normal, &generator)
  }

  private typealias Fill = (UInt64, UInt64, UnsafeMutableRawPointer, Int, Double, Double, Int32) -> Void

  private static func random(
    _ shape: Shape, _ dtype: DType, _ operation: StaticString, _ p: Double, _ q: Double, _ fill: Fill,
    _ generator: inout some RandomNumberGenerator
  ) -> Tensor {
    guard dtype.isFloatingPoint else { return unsupported(operation, dtype) }
    guard !Program.isRecording else { return refuseCompilation(operation) }
    guard let elements = Elements.allocate(shape, dtype, for: operation) else { return .standIn }
    let key = generator.next()
    Parallel.run(count: elements.count, grain: Elementwise.grain / 8) { part in
      fill(
        key, UInt64(part.lowerBound), elements.pointer + part.lowerBound * dtype.byteCount, part.count, p, q,
        Int32(dtype.rawValue))
    }
    return Tensor(elements)
  }

  private static func refuseCompilation(_ operation: StaticString) -> Tensor {
    fail(
      .autogradMisuse, operation,
      "random numbers drawn in a function that is being compiled would be the same at each call; draw them outside, and pass them in"
    )
  }

  /// The numbers 0 ..< count in a random order, as int64; every order is equally likely.
  ///
  /// ```swift
  /// var generator = PhiloxGenerator(seed: 1)
  /// let order = Tensor.permutation(5, using: &generator)
  /// print(order.scalars(as: Int.self).sorted())  // [0, 1, 2, 3, 4]
  /// ```
  public static func permutation(_ count: Int, using generator: inout some RandomNumberGenerator) -> Tensor {
    guard !Program.isRecording else { return refuseCompilation("permutation") }
    guard count >= 0 else {
      return fail(
        .invalidArgument, "permutation", "there is no order of \(count) numbers; the count must not be negative")
    }
    // Fisher and Yates. The standard library's shuffle may change between versions; this one may not.
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, Int(uniformInteger(below: UInt64(last + 1), using: &generator)))
    }
    return Tensor(order, shape: [count])
  }

  /// A random integer in 0 ..< bound, each equally likely.
  // The upper half of a 128-bit product; products whose lower half would favour some values are drawn again.
  private static func uniformInteger(below bound: UInt64, using generator: inout some RandomNumberGenerator) -> UInt64 {
    var product = generator.next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let excess = (0 &- bound) % bound
      while product.low < excess { product = generator.next().multipliedFullWidth(by: bound) }
    }
    return product.high
  }
}
