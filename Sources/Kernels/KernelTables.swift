package import CKernels
import Synchronization

/// The element loops of one scalar type, compiled for one instruction set.
package typealias KernelTable = UnsafePointer<kernel_table>

/// The instruction sets that the C kernels were compiled for and this processor runs, and the one in use.
package enum InstructionSets {
  /// Best first. `PULLBACK_INSTRUCTION_SET` restricts the list to the one it names.
  package static let available: [String] = {
    var names = [UnsafePointer<CChar>?](repeating: nil, count: 8)
    let count = kernel_instruction_sets(&names, names.count)
    return names.prefix(count).map { String(cString: $0!) }
  }()

  private static let scalarTypes = Int(SCALAR_TYPES)

  /// One row of tables for each instruction set.
  // Immutable after initialisation, and the tables themselves are constants of the C module.
  nonisolated(unsafe) private static let tables: [KernelTable] = available.flatMap { name in
    (0..<scalarTypes).map { kernel_table_for(name, Int32($0))! }
  }

  private static let selected = Atomic<Int>(0)

  /// The name of the instruction set in use.
  package static var current: String { available[selected.load(ordering: .relaxed)] }

  /// Uses another instruction set from now on; returns false if it is not available.
  package static func select(_ name: String) -> Bool {
    guard let index = available.firstIndex(of: name) else { return false }
    selected.store(index, ordering: .relaxed)
    return true
  }

  /// The loops for a scalar type (`SCALAR_FLOAT32` and so on).
  @inline(__always)
  package static func table(scalarType: Int) -> KernelTable {
    tables[selected.load(ordering: .relaxed) &* scalarTypes &+ scalarType]
  }
}

extension InstructionSets {
  // String constants of the C module: immutable and never freed.
  nonisolated(unsafe) private static let names: [UnsafePointer<CChar>] = available.map {
    kernel_table_for($0, 0)!.pointee.instruction_set
  }

  /// The current instruction set as C functions take it: nil for the best, which they know without a comparison.
  package static var currentName: UnsafePointer<CChar>? {
    let selected = selected.load(ordering: .relaxed)
    return selected == 0 ? nil : names[selected]
  }
}
