import Pullback

/// Inputs that any language can reproduce bit for bit.
///
/// Element i of stream `seed` is SplitMix64's output for the state seed · 2³² + i. No library's own random numbers are
/// involved, so another implementation of these lines sees the same inputs.
enum InputData {
  /// float32 numbers in `low ..< high`: the output's top 24 bits, scaled.
  static func uniform(_ seed: UInt64, _ shape: Shape, _ low: Double = -1, _ high: Double = 1) -> Tensor {
    let values = (0..<UInt64(shape.count())).map { index in
      Float(low) + Float(high - low) * (Float(output(seed, index) >> 40) * 0x1p-24)
    }
    return Tensor(values, shape: shape)
  }

  /// int64 numbers in `0 ..< bound`.
  static func integers(_ seed: UInt64, _ shape: Shape, below bound: Int) -> Tensor {
    let values = (0..<UInt64(shape.count())).map { Int((output(seed, $0) >> 32) % UInt64(bound)) }
    return Tensor(values, shape: shape)
  }

  private static func output(_ seed: UInt64, _ index: UInt64) -> UInt64 {
    var z = ((seed << 32) &+ index &+ 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
