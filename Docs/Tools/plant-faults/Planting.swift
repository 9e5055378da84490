import Foundation

/// A copy of the package in which every fault stands beside what is right, so that it is built only once.
struct Planting {
  /// Where the copy lies.
  let folder: URL

  /// Copies the package and plants the faults, numbered from 1.
  init(_ faults: [Fault], of package: URL, in folder: URL) throws {
    self.folder = folder
    let files = FileManager.default
    // The build in the folder is kept, so that a second run builds little.
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in try files.contentsOfDirectory(atPath: package.path()) where !name.hasPrefix(".") {
      try? files.removeItem(at: folder.appending(path: name))
      try files.copyItem(at: package.appending(path: name), to: folder.appending(path: name))
    }
    var texts: [String: String] = [:]
    for (index, fault) in faults.enumerated() {
      let text = try texts[fault.file] ?? read(fault.file)
      if let obstacle = fault.obstacle(in: text) { throw Mistake("fault \(index + 1) cannot be planted: \(obstacle)") }
      texts[fault.file] = text.replacing(fault.context, with: fault.planted(as: index + 1))
    }
    for (file, text) in texts { try write(withDeclarations(text, file), to: file) }
    try plantSwitch()
  }

  private func withDeclarations(_ text: String, _ file: String) -> String {
    if !file.hasSuffix(".swift") { return "extern int planted_fault;\n" + text }
    return text.contains("import CKernels\n") ? text : "import CKernels\n" + text
  }

  /// The number of the fault that is in force, from the environment; 0 for none.
  private func plantSwitch() throws {
    try write(
      """
      #include "PlantedFault.h"
      #include <stdlib.h>

      int planted_fault;

      __attribute__((constructor)) static void read_planted_fault(void) {
        const char *number = getenv("\(Trial.variable)");
        planted_fault = number ? atoi(number) : 0;
      }

      """, to: "CKernels/PlantedFault.c")
    try write(
      """
      #include <stdbool.h>
      extern int planted_fault;
      static inline bool is_fault_planted(int number) { return planted_fault == number; }

      """, to: "CKernels/include/PlantedFault.h")
    let umbrella = "CKernels/include/CKernels.h"
    try write(read(umbrella) + "\n#include \"PlantedFault.h\"\n", to: umbrella)
  }

  private func read(_ file: String) throws -> String {
    try String(contentsOf: folder.appending(path: "Sources").appending(path: file), encoding: .utf8)
  }

  private func write(_ text: String, to file: String) throws {
    try text.write(
      to: folder.appending(path: "Sources").appending(path: file), atomically: true, encoding: .utf8)
  }
}

/// Why the tool stops.
struct Mistake: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
