import Testing

@testable import Pullback

/// Special functions against values of 40 digits.
@Suite struct SpecialReferenceTests {
  private func expect(
    _ found: Tensor, _ expected: [Double], _ tolerance: Double, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (found, expected) in Swift.zip(found.scalars(as: Double.self), expected) {
      #expect(
        abs(found - expected) <= tolerance * abs(expected), "\(what): \(found), expected \(expected)",
        sourceLocation: sourceLocation)
    }
  }

  @Test func besselFunctions() {
    let x = Tensor([0.1, 1, 3.75, 8, 20, -2.5, 700], dtype: .float64)
    expect(
      i0(x),
      [
        1.0025015629340956, 1.2660658777520083, 9.1189458608445667, 427.56411572180479, 43558282.559553533,
        3.289839144050123, 1.5295933476718737e302,
      ], 4e-15, "i0")
    expect(
      i0e(x),
      [
        0.90710092578230109, 0.46575960759364044, 0.21445705123004872, 0.14343178185685031, 0.089780311884826022,
        0.27004644161220274, 0.015081295651531358,
      ], 4e-15, "i0e")
    expect(
      i1(x),
      [
        0.050062526047092695, 0.56515910399248503, 7.7800152298244159, 399.8731367825601, 42454973.38512777,
        -2.5167162452886984, 1.5285003902339007e302,
      ], 4e-15, "i1")
    expect(
      i1e(x),
      [
        0.045298446808809327, 0.20791041534970845, 0.18296842093089091, 0.13414249329269818, 0.087506222183288665,
        -0.20658464953126655, 0.015070519444716847,
      ], 4e-15, "i1e")
  }
}
