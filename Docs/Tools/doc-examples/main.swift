// Writes the test file of one document: doc-examples PATH-IN-PACKAGE DOCUMENT TEST-FILE

import DocExamples
import Foundation

let arguments = CommandLine.arguments
guard arguments.count == 4 else {
  FileHandle.standardError.write(Data("usage: doc-examples PATH-IN-PACKAGE DOCUMENT TEST-FILE\n".utf8))
  exit(2)
}
let document = try String(contentsOfFile: arguments[2], encoding: .utf8)
try Generator(path: arguments[1], document: document).source
  .write(toFile: arguments[3], atomically: true, encoding: .utf8)
