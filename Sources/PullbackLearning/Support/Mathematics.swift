#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Double {
  /// The cosine, under a name that tensors do not use.
  static func cosine(of x: Double) -> Double { cos(x) }
}

extension Double {
  /// This number with so many decimal places, as in `97.22`.
  package func fixed(_ places: Int) -> String {
    guard isFinite else { return description }
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = (magnitude * scale).rounded()
    guard let digits = UInt64(exactly: scaled) else { return description }
    let sign = self < 0 && digits != 0 ? "-" : ""
    if places == 0 { return sign + String(digits) }
    let fraction = String(digits % UInt64(scale))
    return sign + "\(digits / UInt64(scale))." + String(repeating: "0", count: places - fraction.count) + fraction
  }
}

extension String {
  /// This text filled up with spaces at its left, for columns of numbers.
  package func padded(left width: Int) -> String { String(repeating: " ", count: Swift.max(0, width - count)) + self }

  /// This text filled up with spaces at its right.
  package func padded(right width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }
}
