package import CKernels

/// The element loops of one scalar type, compiled for one instruction set.
package typealias KernelTable = UnsafePointer<kernel_table>

/// The instruction sets that loops are compiled for.
package enum InstructionSet {
  /// The name of the one in use.
  package static var current: String { String(cString: kernels_in_use(0)!.pointee.instruction_set) }
}
