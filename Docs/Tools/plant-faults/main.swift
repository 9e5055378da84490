// Plants mistakes in a copy of the sources and counts how many of them the tests notice.
//
//   swift run plant-faults [--check] [--filter SUITE]… [--only NUMBER]… [FOLDER]
//
// --check only says whether every fault can be planted. The copy lies in FOLDER, .build/planted-faults unless named.
// The report goes to Docs/PlantedFaults.md, unless some of the faults only were tried.

import Foundation

do {
  try Experiment(arguments: CommandLine.arguments.dropFirst()).run()
} catch {
  FileHandle.standardError.write(Data("plant-faults: \(error)\n".utf8))
  exit(1)
}
