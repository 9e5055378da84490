import CKernels
import Kernels

/// The windows of a pooling operation along one axis: of each place of the result, the places of the operand that it
/// takes together, all within the axis.
struct AxisWindows: Sendable {
  var first: [Int64] = []
  /// Where the window is over.
  var end: [Int64] = []
  var step: Int64 = 1
  /// What the sum of the window is multiplied by to give a mean.
  var scale: [Double] = []
}

/// The windows over the last one to three axes of a tensor.
struct Windows: Sendable {
  let axes: [AxisWindows]
  let input: [Int]
  var output: [Int] { axes.map(\.first.count) }

  /// The result's shape for an operand of a shape that ends in these axes.
  func result(of shape: Shape) -> Shape { Shape(shape.array.dropLast(axes.count) + output) }

  fileprivate var inputCount: Int { input.reduce(1, *) }
  fileprivate var outputCount: Int { output.reduce(1, *) }

  /// Calls `body` with the windows as the kernels take them, over three axes.
  fileprivate func withShape(planes: Int, _ body: (inout window_shape, UnsafePointer<UnsafePointer<Double>?>) -> Void) {
    let whole = AxisWindows(first: [0], end: [1], step: 1, scale: [1])
    let missing = 3 - axes.count
    let all = [AxisWindows](repeating: whole, count: missing) + axes
    let input = [Int](repeating: 1, count: missing) + input
    var shape = window_shape()
    shape.planes = planes
    shape.input = (input[0], input[1], input[2])
    shape.output = (all[0].first.count, all[1].first.count, all[2].first.count)
    shape.step = (all[0].step, all[1].step, all[2].step)
    let bounds = all.flatMap { $0.first + $0.end }, scales = all.flatMap(\.scale)
    bounds.withUnsafeBufferPointer { bounds in
      scales.withUnsafeBufferPointer { scales in
        // An axis without places has no address; then nothing is read.
        guard let bound = bounds.baseAddress, let scale = scales.baseAddress else { return }
        let counts = all.map(\.first.count)
        let starts = [0, 2 * counts[0], 2 * (counts[0] + counts[1])]
        shape.first = (bound, bound + starts[1], bound + starts[2])
        shape.end = (bound + counts[0], bound + starts[1] + counts[1], bound + starts[2] + counts[2])
        let addresses: [UnsafePointer<Double>?] = [scale, scale + counts[0], scale + counts[0] + counts[1]]
        addresses.withUnsafeBufferPointer { body(&shape, $0.baseAddress!) }
      }
    }
  }
}

/// The greatest element of each window, and its place in the plane as int32; -inf and -1 of an empty window.
func windowMaximum(_ x: Tensor, _ windows: Windows, _ operation: StaticString) -> (y: Tensor, places: Elements)? {
  guard x.count == 0 || windows.inputCount <= Int(Int32.max) else {
    fail(.sizeOverflow, operation, "planes of \(windows.inputCount) elements; at most \(Int32.max) are possible")
    return nil
  }
  if let axis = HiddenAxis(x) {
    return windowMaximum(axis.spread(x), windows, operation).map {
      (axis.hide($0.y), axis.hide(Tensor($0.places)).elements)
    }
  }
  let shape = windows.result(of: x.shape)
  guard let source = x.elements.contiguous(for: operation), let y = Elements.allocate(shape, x.dtype, for: operation),
    let places = Elements.allocate(shape, .int32, for: operation)
  else { return nil }
  if y.count > 0 {
    let (from, to, origins) = (source.pointer, y.pointer, places.pointer.assumingMemoryBound(to: Int32.self))
    launch(
      keeping: source,
      { [planes = y.count / windows.outputCount, dtype = Int32(x.dtype.rawValue)] in
        windows.withShape(planes: planes) { shape, _ in
          window_maximum(dtype, &shape, from, to, origins)
        }
      })
  }
  return (Tensor(y), places)
}

/// The mean of each window.
func windowMean(_ x: Tensor, _ windows: Windows, _ operation: StaticString) -> Tensor {
  if let axis = HiddenAxis(x) { return axis.hide(windowMean(axis.spread(x), windows, operation)) }
  guard let source = x.elements.contiguous(for: operation),
    let y = Elements.allocate(windows.result(of: x.shape), x.dtype, for: operation)
  else { return .standIn }
  if y.count > 0 {
    let (from, to) = (source.pointer, y.pointer)
    launch(
      keeping: source,
      { [planes = y.count / windows.outputCount, dtype = Int32(x.dtype.rawValue)] in
        windows.withShape(planes: planes) { shape, scale in
          window_sum(dtype, &shape, scale, from, to)
        }
      })
  }
  return Tensor(y)
}

/// The adjoint of `windowMean`.
func windowSpread(_ y: Tensor, _ windows: Windows, _ operation: StaticString) -> Tensor {
  if let axis = HiddenAxis(y) { return axis.hide(windowSpread(axis.spread(y), windows, operation)) }
  let shape = Shape(y.shape.array.dropLast(windows.axes.count) + windows.input)
  guard y.count > 0 else { return Tensor.zeros(shape, dtype: y.dtype) }
  guard let source = y.elements.contiguous(for: operation), let x = Elements.allocate(shape, y.dtype, for: operation)
  else { return .standIn }
  let (from, to) = (source.pointer, x.pointer)
  launch(
    keeping: source,
    { [planes = y.count / windows.outputCount, dtype = Int32(y.dtype.rawValue)] in
      windows.withShape(planes: planes) { shape, scale in
        window_spread(dtype, &shape, scale, from, to)
      }
    })
  return Tensor(x)
}

/// Pieces of planes for the threads.
private func planeGrain(_ extent: Int) -> Int { max(1, Elementwise.grain / max(1, extent)) }

/// The elements of `x` [planes…, input…] at places [planes…, output…] of its planes; 0 where the place is -1.
func takePlaces(_ x: Tensor, _ places: Elements, axes: Int, _ operation: StaticString) -> Tensor {
  if let axis = HiddenAxis(x, Tensor(places)) {
    let places = axis.spread(Tensor(places)).contiguous().elements
    return axis.hide(takePlaces(axis.spread(x), places, axes: axes, operation))
  }
  guard let source = x.elements.contiguous(for: operation),
    let y = Elements.allocate(places.shape, x.dtype, for: operation)
  else { return .standIn }
  if y.count == 0 { return Tensor(y) }
  let planes = x.shape.droppingLast(axes).count(), size = x.dtype.byteCount
  let (extent, count) = (x.count / planes, y.count / planes)
  let (from, place, to) = (source.pointer, places.pointer.assumingMemoryBound(to: Int32.self), y.pointer)
  launch(
    keeping: source,
    { [dtype = Int32(x.dtype.rawValue)] in
      Parallel.run(count: planes, grain: planeGrain(extent)) { part in
        let first = part.lowerBound
        window_take(
          dtype, part.count, extent, count, from + first * extent * size, place + first * count,
          to + first * count * size)
      }
    })
  return Tensor(y)
}

/// The adjoint: zeros of a shape, with elements added at places of its planes.
func putPlaces(_ y: Tensor, _ places: Elements, axes: Int, into shape: Shape, _ operation: StaticString) -> Tensor {
  if let axis = HiddenAxis(y, Tensor(places)) {
    let places = axis.spread(Tensor(places)).contiguous().elements, shape = shape.inserting(axis.extent, at: 0)
    return axis.hide(putPlaces(axis.spread(y), places, axes: axes, into: shape, operation))
  }
  if y.count == 0 { return Tensor.zeros(shape, dtype: y.dtype) }
  guard let source = y.elements.contiguous(for: operation), let x = Elements.allocate(shape, y.dtype, for: operation)
  else { return .standIn }
  let planes = shape.droppingLast(axes).count(), size = y.dtype.byteCount
  let (extent, count) = (x.count / planes, y.count / planes)
  let (from, place, to) = (source.pointer, places.pointer.assumingMemoryBound(to: Int32.self), x.pointer)
  launch(
    keeping: source,
    { [dtype = Int32(y.dtype.rawValue)] in
      Parallel.run(count: planes, grain: planeGrain(extent)) { part in
        let first = part.lowerBound
        window_put(
          dtype, part.count, extent, count, from + first * count * size, place + first * count,
          to + first * extent * size)
      }
    })
  return Tensor(x)
}
