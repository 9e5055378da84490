/// Named tensors as a `.npz` file holds them, the format of NumPy's `savez` and `savez_compressed`.
///
/// An archive of ``NPY`` files, each checked as those are. The archive is trusted no more: its directory, the places and
/// sizes of its members and their checksums are checked, and a file that breaks a rule is refused as a whole with an
/// ``NPZError`` that names it. Members may be stored or deflated; they are written stored.
///
/// ```swift
/// let file = NPZ(["w": Tensor([[1, 2], [3, 4]]), "b": Tensor([0.5, -0.5])])
/// let copy = try NPZ(bytes: file.bytes())
/// print(copy["w"]!.shape, copy["b"]!)  // [2, 2] [0.5, -0.5] : [2] float32
/// ```
public struct NPZ: Sendable {
  /// The tensors by their names.
  public var tensors: [String: Tensor]

  /// Tensors to be written.
  public init(_ tensors: [String: Tensor] = [:]) { self.tensors = tensors }

  /// The tensor of a name, if there is one.
  ///
  /// ```swift
  /// var file = NPZ()
  /// file["w"] = Tensor([1, 2])
  /// print(file["w"]!, file["b"] == nil)  // [1.0, 2.0] : [2] float32 true
  /// ```
  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set { tensors[name] = newValue }
  }

  /// Reads a file.
  ///
  /// - Throws: an ``NPZError`` that names the rule the file breaks.
  public init(contentsOf path: String) throws(NPZError) {
    let file = try NPZError.passing { () throws(FileError) in try InputFile(path) }
    guard file.byteCount < 1 << 32 else { throw .notArchive(reason: "it is larger than 4 GB") }
    try self.init(bytes: NPZError.passing { () throws(FileError) in try file.read(count: file.byteCount) })
  }

  /// Reads the bytes of a file.
  ///
  /// - Throws: an ``NPZError`` that names the rule the bytes break.
  public init(bytes: [UInt8]) throws(NPZError) {
    let archive = try ZipArchive(bytes)
    tensors = [:]
    for member in archive.members {
      guard member.name.hasSuffix(".npy") else {
        throw .damaged(name: member.name, reason: "its name does not end in .npy")
      }
      let contents = try archive.contents(of: member)
      do { tensors[String(member.name.dropLast(4))] = try NPY(bytes: contents).tensor } catch {
        throw .invalidArray(name: member.name, error)
      }
    }
  }

  /// The bytes of a file with these tensors.
  ///
  /// Equal tensors give equal bytes: names come in order, and no times are kept.
  ///
  /// - Throws: ``NPZError/tooLarge`` if they do not fit into 4 GB.
  public func bytes() throws(NPZError) -> [UInt8] {
    var bytes: [UInt8] = []
    try write { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// Writes a file. It appears at `path` complete or, after an error, not at all.
  ///
  /// - Throws: an ``NPZError``; what was at `path` before is still there then.
  public func write(to path: String) throws(NPZError) {
    let file = try NPZError.passing { () throws(FileError) in try OutputFile(replacing: path) }
    try write { file.append($0) }
    try NPZError.passing { () throws(FileError) in try file.commit() }
  }

  private func write(_ append: (UnsafeRawBufferPointer) -> Void) throws(NPZError) {
    var writer = ZipWriter()
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      let contents: [UInt8]
      do { contents = try NPY(tensor).bytes() } catch { throw .invalidArray(name: name, error) }
      try writer.add(name + ".npy", contents, append)
    }
    try writer.finish(append)
  }
}

/// What is wrong with a `.npz` file.
public enum NPZError: Error, Hashable, Sendable {
  /// The file cannot be opened, read or written.
  case inputOutput(path: String, reason: String)
  /// The file is no zip archive that can be read.
  case notArchive(reason: String)
  /// A member of the archive cannot be read.
  case damaged(name: String, reason: String)
  /// A member of the archive is not the array that it should be.
  case invalidArray(name: String, NPYError)
  /// The tensors do not fit into an archive.
  case tooLarge
}

extension NPZError: FormatError {}

extension NPZError: CustomStringConvertible {
  /// One sentence that names the member and the rule.
  public var description: String {
    switch self {
    case .inputOutput(let path, let reason): "npz: \(path): \(reason)"
    case .notArchive(let reason): "npz: the archive cannot be read: \(reason)"
    case .damaged(let name, let reason): "npz: \"\(name)\" cannot be read: \(reason)"
    case .invalidArray(let name, let error): "npz: \"\(name)\": \(error)"
    case .tooLarge: "npz: the tensors do not fit into the 4 GB of an archive"
    }
  }
}
