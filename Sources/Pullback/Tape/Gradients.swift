/// The gradients that a replay found: of every leaf it reached, and of the intermediate values it was asked to keep.
///
/// A plain value: nothing is accumulated in tensors, and there is nothing to set to zero.
///
/// ```swift
/// let x = Tensor([1, 2]).requiringGradient()
/// let unused = Tensor([5]).requiringGradient()
/// let gradients = (x * 3).sum().backward()
/// print(gradients[x], gradients[unused], gradients.contains(unused))
/// // [3.0, 3.0] : [2] float32 [0.0] : [1] float32 false
/// ```
public struct Gradients: Sendable {
  private struct Item {
    /// Which entry's gradient it is: the number is enough to tell, and keeps nothing alive.
    let sequenceNumber: UInt64
    var gradient: Tensor
  }

  /// Latest entry first.
  private var items: [Item] = []

  init() {}

  /// Room for so many gradients.
  mutating func reserveCapacity(_ count: Int) { items.reserveCapacity(count) }

  /// Puts the latest entry first, as lookups expect it.
  mutating func sort() {
    var last = UInt64.max
    for item in items {
      if item.sequenceNumber > last { return items.sort { $0.sequenceNumber > $1.sequenceNumber } }
      last = item.sequenceNumber
    }
  }

  mutating func append(_ sequenceNumber: UInt64, _ gradient: consuming Tensor) {
    items.append(Item(sequenceNumber: sequenceNumber, gradient: gradient))
  }

  /// How many tensors have a gradient here.
  ///
  /// ```swift
  /// let x = Tensor(1).requiringGradient(), y = Tensor(2).requiringGradient()
  /// print((x * y).backward().count)  // 2
  /// ```
  public var count: Int { items.count }

  /// The gradients, in no particular order.
  public var values: [Tensor] { items.map(\.gradient) }

  /// These gradients, each transformed.
  public func mapValues(_ transform: (Tensor) -> Tensor) -> Gradients {
    var result = self
    for index in items.indices { result.items[index].gradient = transform(items[index].gradient) }
    return result
  }

  /// The gradient with respect to a tensor, of its shape and dtype; zeros if the result did not depend on it.
  ///
  /// Asking for the gradient of an untracked tensor is a mistake; it traps, or is thrown inside ``checked(_:)``.
  ///
  /// ```swift
  /// let x = Tensor([1, 2]).requiringGradient()
  /// print((x * 3).sum().backward()[x])  // [3.0, 3.0] : [2] float32
  /// ```
  public subscript(x: Tensor) -> Tensor {
    guard let entry = x.entry else {
      return fail(
        .autogradMisuse, "Gradients",
        "the tensor of shape \(x.shape) is not tracked, so nothing has a gradient with respect to it; use the tensor that requiringGradient() returned"
      )
    }
    return find(entry) ?? Tensor.zeros(x.shape, dtype: x.dtype)
  }

  /// The gradient with respect to a tensor, or nil if the result did not depend on it.
  ///
  /// ```swift
  /// let x = Tensor(1).requiringGradient(), unused = Tensor(2).requiringGradient()
  /// let gradients = (x * 3).backward()
  /// print(gradients.gradient(of: x)!, gradients.gradient(of: unused) == nil)  // 3.0 true
  /// ```
  public func gradient(of x: Tensor) -> Tensor? { x.entry.flatMap(find) }

  /// Whether the result depended on a tensor.
  ///
  /// ```swift
  /// let x = Tensor(1).requiringGradient(), unused = Tensor(2).requiringGradient()
  /// let gradients = (x * 3).backward()
  /// print(gradients.contains(x), gradients.contains(unused))  // true false
  /// ```
  public func contains(_ x: Tensor) -> Bool { gradient(of: x) != nil }

  private func find(_ entry: Entry) -> Tensor? {
    // Entries come latest first, so their numbers fall.
    var (low, high) = (0, items.count)
    while low < high {
      let middle = (low + high) / 2
      if items[middle].sequenceNumber > entry.sequenceNumber { low = middle + 1 } else { high = middle }
    }
    return low < items.count && items[low].sequenceNumber == entry.sequenceNumber ? items[low].gradient : nil
  }
}
