import Testing

@testable import Pullback

/// Fourier transforms against NumPy and PyTorch, and against their definition.
@Suite struct FourierTests {
  private static let x = Tensor([1, -2, 3.5, 0.5, -1.5], dtype: .float64)
  private static let z = Tensor([[1, 2], [-0.5, 0.25], [3, -1], [0, 0.75]], dtype: .float64)

  private func expect(
    _ found: Tensor, _ expected: [Double], _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do {
      try expectClose(found.flattened(), Tensor(expected, shape: [expected.count]), tolerance: 1e-11, what)
    } catch { Issue.record(error, sourceLocation: sourceLocation) }
  }

  @Test func countsAndNormalizationsAgree() {
    let (x, z) = (Self.x, Self.z)
    expect(
      fft(stacked([x, x.reversed(axes: [0])], axis: 1)),
      [
        1.5, 1.5, -0.560336828351, -3.53782749873, -0.457076007957, 0.897062175032, 10.5923309236, -5.39706217503,
        -6.07491808727, -0.96217250127,
      ], "fft")
    expect(
      ifft(z, counts: [3], normalization: .forward),
      [3.5, 1.25, -1.33253175473, -0.656088913246, 0.832531754731, 5.40608891325], "ifft, cut")
    expect(
      rfft(x, count: 8),
      [1.5, 0, 0.732233047034, -2.43933982822, -4, 2.5, 4.26776695297, 4.56066017178, 4.5, 0], "rfft, filled")
    expect(
      rfft(x, normalization: .forward),
      [0.3, 0, -0.663525491562, -0.257565499746, 1.01352549156, 0.629412435006], "rfft, forward")
    expect(
      irfft(z), [1, -0.200160315721, -0.610843918244, 1.33333333333, 0.110843918244, -0.633173017613], "irfft")
    expect(
      irfft(z, count: 7, normalization: .orthonormal),
      [
        2.26778683806, -0.0190875578261, -1.65010840808, 0.906703122948, 3.35817820241, -1.51216331108, -0.705557575364,
      ], "irfft, odd")
    expect(irfft(z, count: 4), [0.75, -0.625, 1.25, -0.375], "irfft, cut")
    expect(hfft(z), [6, -3.79903810568, 0.665063509461, 8, -3.66506350946, -1.20096189432], "hfft")
    expect(
      hfft(z, count: 5, normalization: .orthonormal),
      [2.683281573, -2.17487180891, 2.62028018751, 0.656113014743, -1.54873498884], "hfft, odd")
    expect(
      ihfft(x, normalization: .forward), [1.5, 0, -3.31762745781, 1.28782749873, 5.06762745781, -3.14706217503],
      "ihfft, forward")
  }

  @Test func severalAxesAgree() {
    let m = Tensor.arange(6, dtype: .float64).squared().reshaped(to: [2, 3]) - 3
    expect(rfft(m, axes: [0, 1]), [37, 0, -14, 10.3923048454, -45, 0, 9, -5.19615242271], "rfft2")
    expect(
      irfft(rfft(m, axes: [0, 1]), counts: [3, 4], axes: [0, 1]),
      [
        -1.5, -1.53269207045, 0.166666666667, 0.199358737118, 2.625, 1.4942317182, 7.29166666667, 8.42243494847, 1.125,
        4.09230792955, 8.79166666667, 5.82435873712,
      ], "irfft2")
    expect(
      fft(stacked([m, -m], axis: 2), axes: [0, 1]),
      [
        37, -37, -3.60769515459, 24.3923048454, -24.3923048454, 3.60769515459, -45, 45, 3.80384757729, -14.1961524227,
        14.1961524227, -3.80384757729,
      ], "fft2")
  }

  /// Of every extent up to 40, and of some large ones: primes, powers, products.
  @Test func transformsOfAllExtentsAgreeWithTheirDefinition() throws {
    for n in Array(1...40) + [97, 128, 210, 243, 257] {
      var noise = Noise(seed: UInt64(n))
      let x = noise.tensor([n, 2])
      let turns = Tensor.arange(n, dtype: .float64).expanded(at: 1) * Tensor.arange(n, dtype: .float64)
      // Whole turns are taken off first, so that the angles are exact.
      let angles = (turns - floor(turns / Double(n)) * Double(n)) * (-2 * Double.pi / Double(n))
      let (re, im) = (x[0..., 0], x[0..., 1])
      let expected = stacked(
        [
          cos(angles).matmul(re) - sin(angles).matmul(im), sin(angles).matmul(re) + cos(angles).matmul(im),
        ], axis: 1)
      try expectClose(fft(x), expected, tolerance: 1e-13, "fft of \(n)")
      try expectClose(ifft(fft(x)), x, tolerance: 1e-14, "ifft of \(n)")
      try expectClose(irfft(rfft(re), count: n), re, tolerance: 1e-14, "irfft of \(n)")
      try expectClose(ihfft(hfft(rfft(re), count: n))[0..., 0], rfft(re)[0..., 0], tolerance: 1e-13, "ihfft of \(n)")
    }
  }

  @Test func windowsOfASignalAgree() {
    let places = Tensor.arange(20, dtype: .float64), signal = sin(places * 0.7) + places * 0.1
    let window = hannWindow(6, dtype: .float64)
    let spectra = stft(signal, size: 8, hop: 3, window: window, isNormalized: true)
    #expect(spectra.shape == [5, 7, 2])
    expect(
      spectra[0..., 3],
      [
        0.967863994968, 0, -0.666465155718, 0.488582741384, 0.164538442974, -0.394632733394, 0.0181798295994,
        0.0695122223379, -0.000370228678749, 0,
      ], "window 3")
    let whole = stft(signal, size: 8, hop: 4, isCentered: false, isOneSided: false)
    #expect(whole.shape == [8, 4, 2])
    expect(whole[0, 0..., 0], [3.4230533213, 5.16087863264, 10.1582244764, 11.4334003492], "sums")
    expect(
      whole[2],
      [
        -0.178885807419, -0.0126777055235, -0.481689314022, 0.739684948458, -0.467175199251, 0.172560211072,
        -0.191722739032, 0.488912752113,
      ], "two cycles")
    expect(
      istft(spectra, size: 8, hop: 3, window: window, isNormalized: true, count: 20), signal.scalars(), "the inverse")
    let louder = spectra * Tensor([1, 1, 2, 1, 1], dtype: .float64).reshaped(to: [5, 1, 1])
    expect(
      istft(louder, size: 8, hop: 3, window: window, isNormalized: true, count: 20)[..<4],
      [-0.148181216249, 0.650232612062, 1.34607607195, 1.39817205459], "spectra of no signal")
  }

  @Test func frequenciesAgree() {
    expect(fftFrequencies(5, spacing: 0.1, dtype: .float64), [0, 2, 4, -4, -2], "odd")
    expect(fftFrequencies(4, dtype: .float64), [0, 0.25, -0.5, -0.25], "even")
    expect(rfftFrequencies(5, dtype: .float64), [0, 0.2, 0.4], "of real numbers")
    expect(hammingWindow(5, isPeriodic: false, dtype: .float64), [0.08, 0.54, 1, 0.54, 0.08], "a symmetric window")
  }

  @Test func mistakesAreThrownWhenChecked() {
    let (x, z) = (Self.x, Self.z)
    let mistakes: [(TensorError.Kind, () -> Tensor)] = [
      (.shapeMismatch, { fft(x) }), (.shapeMismatch, { irfft(x) }), (.shapeMismatch, { hfft(x) }),
      (.invalidArgument, { fft(z, counts: [0]) }), (.invalidArgument, { fft(z, counts: [2, 2]) }),
      (.invalidAxis, { rfft(x, axis: 1) }), (.invalidArgument, { rfft(x, axes: []) }),
      (.shapeMismatch, { stft(x, size: 6, isCentered: false) }), (.shapeMismatch, { stft(x, size: 12) }),
      (.shapeMismatch, { istft(z, size: 8) }), (.invalidArgument, { stft(x, size: 4, hop: 0) }),
      (.shapeMismatch, { stft(x, size: 2, window: Tensor.ones([3], dtype: .float64)) }),
      (
        .invalidArgument,
        {
          istft(z.reshaped(to: [2, 2, 2]), size: 2, hop: 2, window: hannWindow(2, dtype: .float64), isCentered: false)
        }
      ),
    ]
    for (place, (kind, mistake)) in mistakes.enumerated() {
      let error = #expect(throws: TensorError.self) { try checked { mistake() } }
      #expect(error?.kind == kind, "mistake \(place)")
    }
  }
}
