import Pullback

extension OperationCase {
  static let transforms: [OperationCase] = complexTransforms + realTransforms + shortTimeTransforms

  private static let complexTransforms: [OperationCase] = [
    .of("fft", [2, 4, 2]) { fft($0) },
    .of("fft, two axes", [3, 2, 2]) { fft($0, axes: [0, 1], normalization: .orthonormal) },
    .of("fft, cut and filled", [3, 4, 2]) { fft($0, counts: [5, 3], axes: [0, 1]) },
    .of("ifft", [5, 2]) { ifft($0) },
    .of("ifft, forward", [7, 2]) { ifft($0, normalization: .forward) },
    OperationCase("complexProduct", [[3, 2], [3, 2]], [.signed(0.3...2)]) { complexProduct($0[0], $0[1]) },
    .of("fftShift", [4, 3]) { fftShift($0, axes: [0, 1]) },
    .of("inverseFFTShift", [4, 3]) { inverseFFTShift($0, axes: [0, 1]) },
  ]

  private static let realTransforms: [OperationCase] = [
    .of("rfft", [2, 5]) { rfft($0) },
    .of("rfft, along the first axis", [4, 2]) { rfft($0, count: 6, axis: 0, normalization: .forward) },
    .of("rfft, two axes", [3, 4]) { rfft($0, axes: [0, 1]) },
    .of("irfft", [3, 2]) { irfft($0, count: 5) },
    .of("irfft, even", [2, 3, 2]) { irfft($0) },
    .of("irfft, two axes", [3, 3, 2]) { irfft($0, counts: [2, 4], axes: [0, 1], normalization: .orthonormal) },
    .of("hfft", [3, 2]) { hfft($0) },
    .of("hfft, odd", [3, 2]) { hfft($0, count: 5, normalization: .orthonormal) },
    .of("ihfft", [2, 4]) { ihfft($0) },
  ]

  private static let shortTimeTransforms: [OperationCase] = [
    OperationCase("stft", [[9], [4]], [.signed(0.3...2)]) { stft($0[0], size: 4, hop: 2, window: $0[1]) },
    .of("stft, whole spectra", [2, 8]) { stft($0, size: 4, isCentered: false, isNormalized: true, isOneSided: false) },
    .of("stft, a short window", [2, 8]) {
      stft($0, size: 6, hop: 3, window: hannWindow(4, dtype: $0.dtype), padding: .replicate)
    },
    .of("istft", [3, 4, 2]) { istft($0, size: 4, hop: 2, window: hannWindow(4, dtype: $0.dtype), count: 7) },
    .of("istft, whole spectra", [4, 3, 2]) {
      istft($0, size: 4, hop: 3, isCentered: false, isNormalized: true, isOneSided: false)
    },
  ]
}
