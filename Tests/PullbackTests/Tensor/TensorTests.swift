import Foundation
import Testing

@testable import Pullback

/// What a tensor is: creation, literals, printing, equality, encoding, values that never change behind one's back.
@Suite struct TensorTests {
  @Test func diagonalsOfOnes() {
    for dtype in DType.allCases {
      for (rows, columns) in [(0, 0), (0, .max), (0, 3), (3, 0), (1, 1), (2, 5), (5, 2), (70, 70)] {
        for offset in [0, 1, -1, 4, -4, 5, -5, Int.max, Int.min] {
          let eye = Tensor.eye(rows, columns: columns, offset: offset, dtype: dtype)
          let expected = (0..<rows * columns).map { place -> Double in
            let (row, column) = (place / columns, place % columns)
            return column - row == offset ? 1 : 0
          }
          #expect(eye.shape == [rows, columns] && eye.dtype == dtype)
          #expect(eye.scalars(as: Double.self) == expected, "\(rows), \(columns), \(offset), \(dtype)")
        }
      }
    }
  }

  @Test func literalsHaveShapesAndTypes() {
    #expect(Tensor([[1, 2], [3, 4]]).shape == [2, 2] && Tensor([[1, 2], [3, 4]]).dtype == .float32)
    #expect(Tensor([true, false]).dtype == .bool && Tensor([1, 2], dtype: .int64).dtype == .int64)
    #expect(Tensor([[[1]]]).shape == [1, 1, 1] && Tensor(2.5).shape == [] && Tensor([[1.5], [-2]]).shape == [2, 1])
    #expect(
      Tensor([1, 2] as [Double], shape: [2]).dtype == .float64 && Tensor([1, 2] as [Int], shape: [2]).dtype == .int64)
    #expect(throws: TensorError.self) { try checked { _ = Tensor([[1, 2], [3]]) } }
    #expect(throws: TensorError.self) { try checked { _ = Tensor([1, 2, 3] as [Float], shape: [2, 2]) } }
  }

  @Test func creationFillsWhatItSays() {
    #expect(Tensor.zeros([2, 3]).scalars(as: Float.self) == [Float](repeating: 0, count: 6))
    #expect(Tensor.full([2], 7, dtype: .int32).scalars(as: Int32.self) == [7, 7])
    #expect(Tensor.eye(2, columns: 3, offset: 1).scalars(as: Int.self) == [0, 1, 0, 0, 0, 1])
    #expect(Tensor.arange(4, from: 1, by: 0.5).scalars() == [1, 1.5, 2, 2.5])
    #expect(Tensor.linspace(from: 0, through: 1, count: 5).scalars() == [0, 0.25, 0.5, 0.75, 1])
    #expect(Tensor.linspace(from: 3, through: 9, count: 1).scalars() == [3])
    #expect(Tensor.zeros([0, 4]).count == 0 && Tensor.arange(0).shape == [0])
    let thirds = Tensor.linspace(from: 0.1, through: 0.7, count: 7, dtype: .float64).scalars(as: Double.self)
    #expect(thirds.first == 0.1 && thirds.last == 0.7)
  }

  @Test func conversionsSaturateAndTruncate() {
    let x = Tensor([1.9, -1.9, .infinity, -.infinity, .nan, 1e20] as [Double], shape: [6])
    #expect(x.cast(to: .int64).scalars(as: Int64.self) == [1, -1, .max, .min, 0, .max])
    #expect(x.cast(to: .int32).scalars(as: Int32.self) == [1, -1, .max, .min, 0, .max])
    #expect(Tensor([0, 0.5, -2]).cast(to: .bool).scalars(as: Bool.self) == [false, true, true])
    #expect(Tensor([true, false]).cast(to: .float64).scalars() == [1, 0])
  }

  @Test func theGradientOfAConversionIsConvertedBack() {
    let x = Tensor([1, 2]).requiringGradient()
    let gradient = (x.cast(to: .float64) * 3).backward(Tensor([1, 2], dtype: .float64))[x]
    #expect(gradient.dtype == .float32 && gradient.scalars() == [3, 6])
    #expect(!x.cast(to: .int64).isTracked)
  }

  @Test func printingAlignsAndAbbreviates() {
    #expect("\(Tensor(3))" == "3.0" && "\(Tensor([1, 2], dtype: .int64))" == "[1, 2] : [2] int64")
    #expect("\(Tensor([[1, 2.5], [-3, 4]]))" == "[[ 1.0, 2.5],\n [-3.0, 4.0]] : [2, 2] float32")
    #expect("\(Tensor([true]))" == "[true] : [1] bool" && "\(Tensor.zeros([0]))" == "[] : [0] float32")
    let long = "\(Tensor.arange(5_000, dtype: .int64))"
    #expect(long.contains("…") && long.hasSuffix(": [5000] int64") && long.count < 200)
  }

  @Test func equalityComparesShapeTypeAndElements() {
    #expect(Tensor([1, 2]) == Tensor([1, 2]) && Tensor([1, 2]) != Tensor([1, 3]) && Tensor([1]) != Tensor([[1]]))
    #expect(
      Tensor([1]) != Tensor([1], dtype: .float64)
        && Tensor([.nan] as [Float], shape: [1]) != Tensor([.nan] as [Float], shape: [1]))
    #expect(Tensor([[1, 2], [3, 4]]).transposed() == Tensor([[1, 3], [2, 4]]) && Tensor([0]) == Tensor([-0.0]))
    #expect(Tensor([1, 2]).isClose(to: Tensor([1, 2.000001])) && !Tensor([1, 2]).isClose(to: Tensor([1, 2.1])))
    let infinite = Tensor([.infinity, .nan] as [Float], shape: [2])
    #expect(infinite.isClose(to: infinite, equatingNaN: true) && !infinite.isClose(to: infinite))
    #expect(!Tensor([1]).isClose(to: Tensor([.infinity] as [Float], shape: [1])))
  }

  @Test func encodingKeepsEverythingButTheHistory() throws {
    let tensors = [
      Tensor([[1.5, -2], [0.1, 3e38]]), Tensor([.infinity, -.infinity, 1e-300] as [Double], shape: [3]), Tensor(7),
      Tensor([Int64.min, .max], shape: [2]), Tensor([1, -1], dtype: .int32), Tensor([[true], [false]]),
      Tensor.zeros([2, 0]), Tensor([[1, 2], [3, 4]]).transposed(), Tensor([1]).requiringGradient(),
    ]
    for tensor in tensors {
      let copy = try JSONDecoder().decode(Tensor.self, from: JSONEncoder().encode(tensor))
      #expect(copy == tensor && !copy.isTracked)
    }
    let nan = try JSONDecoder().decode(Tensor.self, from: JSONEncoder().encode(Tensor([.nan] as [Float], shape: [1])))
    #expect(nan.item(as: Float.self).isNaN)
    for text in [
      "{\"dtype\":0,\"shape\":[3],\"elements\":[1,2]}", "{\"dtype\":0,\"shape\":[-1],\"elements\":[]}",
      "{\"dtype\":9,\"shape\":[],\"elements\":[1]}", "{\"dtype\":0,\"shape\":[1],\"elements\":[\"one\"]}",
      "{\"dtype\":3,\"shape\":[1],\"elements\":[1.5]}",
    ] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(Tensor.self, from: Data(text.utf8)) }
    }
  }

  @Test func writingNeverChangesACopy() {
    var x = Tensor([[1, 2], [3, 4]])
    let copy = x, row = x[0], turned = x.transposed()
    x[0, 1] = Tensor(9)
    #expect(x == Tensor([[1, 9], [3, 4]]))
    x[0..., 0] = Tensor([7, 8])
    x += Tensor(1)
    #expect(x == Tensor([[8, 10], [9, 5]]) && copy == Tensor([[1, 2], [3, 4]]) && row == Tensor([1, 2]))
    #expect(turned == Tensor([[1, 3], [2, 4]]))
    var own = Tensor([1, 2, 3])
    own[1...] = own[..<2]
    #expect(own == Tensor([1, 1, 2]))
    var stretched = Tensor([5]).broadcast(to: [3])
    stretched[0] = Tensor(1)
    #expect(stretched == Tensor([1, 5, 5]))
  }

  @Test func randomNumbersFollowTheirSeed() {
    var a = PhiloxGenerator(seed: 3), b = PhiloxGenerator(seed: 3), c = PhiloxGenerator(seed: 4)
    let x = Tensor.uniform([1_000], using: &a), y = Tensor.uniform([1_000], using: &b)
    #expect(x == y && x != Tensor.uniform([1_000], using: &c) && x != Tensor.uniform([1_000], using: &a))
    #expect(x.min().item() >= 0.0 && x.max().item() < 1.0 && Swift.abs(x.mean().item() - 0.5) < 0.05)
    let normal = Tensor.normal([10_000], using: &a)
    #expect(Swift.abs(normal.mean().item()) < 0.05 && Swift.abs(normal.standardDeviation().item() - 1) < 0.05)
  }
}
