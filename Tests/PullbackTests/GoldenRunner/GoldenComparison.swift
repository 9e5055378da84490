import Foundation

@testable import Pullback

/// How far a result is from what is wanted.
struct GoldenComparison {
  let relative: Double
  let absolute: Double

  /// Throws a description of the worst element if `got` does not agree with `want`:
  /// `|got - want| ≤ absolute · max(1, max |want|) + relative · |want|`.
  func check(_ got: Tensor, _ want: Tensor, _ what: @autoclosure () -> String) throws {
    guard got.shape == want.shape else {
      throw GoldenFailure("\(what()) has shape \(got.shape), wanted \(want.shape)")
    }
    guard got.dtype.isFloatingPoint == want.dtype.isFloatingPoint, (got.dtype == .bool) == (want.dtype == .bool) else {
      throw GoldenFailure("\(what()) is \(got.dtype), wanted \(want.dtype)")
    }
    if absolute == .infinity { return }
    let gotValues = got.scalars(as: Double.self), wantValues = want.scalars(as: Double.self)
    var largest = 1.0
    for value in wantValues where value.isFinite { largest = Swift.max(largest, Swift.abs(value)) }
    for (place, (got, want)) in Swift.zip(gotValues, wantValues).enumerated() {
      if got == want || got.isNaN && want.isNaN { continue }
      if Swift.abs(got - want) <= absolute * largest + relative * Swift.abs(want), want.isFinite { continue }
      throw GoldenFailure("\(what()) [\(place)] is \(got), wanted \(want)")
    }
  }
}
