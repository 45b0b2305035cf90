import FileFormats
import Foundation

/// The folder of a run's checkpoints; only rank 0 changes it.
package struct CheckpointStore: Sendable {
  /// `DIR/checkpoints`.
  package let path: String

  package init(path: String) { self.path = path }

  package static func name(step: Int) -> String {
    "step-" + String(repeating: "0", count: max(0, 9 - "\(step)".count)) + "\(step)"
  }

  package func folder(_ name: String) -> String { path + "/" + name }
  package func temporary(step: Int) -> String { path + "/.tmp-" + CheckpointStore.name(step: step) }

  /// Makes the folder, removes what interrupted writers left, and takes back what one was about to replace.
  package func prepare() throws {
    try DurableFile.createDirectory(path)
    for name in try names() where Self.isTemporary(name) { try remove(name) }
    try takeBack()
  }

  /// Whether a writer was interrupted, or is, while it replaced a checkpoint.
  var isHalfReplaced: Bool {
    get throws {
      try FileStatus.entry(path) != nil && names().contains { Self.isStep($0, after: Self.replaced) }
    }
  }

  /// Takes back checkpoints that a writer was about to replace when it was interrupted.
  package func takeBack() throws {
    guard try FileStatus.entry(path) != nil else { return }
    for name in try names() where Self.isStep(name, after: Self.replaced) {
      let original = String(name.dropFirst(Self.replaced.count))
      if try FileStatus.entry(folder(original)) != nil {
        try remove(name)
      } else {
        try DurableFile.rename(folder(name), to: folder(original))
      }
    }
  }

  private static let replaced = ".replaced-"

  /// Checkpoints by name, oldest first.
  package func checkpoints() throws -> [String] {
    guard try FileStatus.entry(path) != nil else { return [] }
    return try names().filter { try Self.isStep($0) && isOwn($0) }.sorted()
  }

  /// What lies there that this program cannot have written.
  var foreign: [String] {
    get throws {
      guard try FileStatus.entry(path) != nil else { return [] }
      return try names().filter { name in
        guard !["LATEST", "BEST"].contains(name), !name.hasPrefix(".tmp-") else { return false }
        return try
          !(Self.isStep(name, after: "damaged-") || Self.isStep(name, after: Self.replaced)
          || Self.isStep(name) && isOwn(name))
      }.sorted()
    }
  }

  /// Whether a name is that of a checkpoint: `step-` and nine digits or more.
  private static func isStep(_ name: String, after prefix: String = "") -> Bool {
    name.hasPrefix(prefix + "step-") && name.dropFirst(prefix.count + 5).wholeMatch(of: #/\d{9,}/#) != nil
  }

  private static func isTemporary(_ name: String) -> Bool {
    isStep(name, after: ".tmp-") || name.hasPrefix(".tmp-removed-")
  }

  /// Whether a folder holds a file that checkpoints have, or nothing; of what is no folder, and has the name of one, too.
  private func isOwn(_ name: String) throws -> Bool {
    guard try FileStatus.entry(folder(name)) == .directory else { return true }
    let names: [String]
    do {
      names = try FileStatus.entries(of: folder(name))
    } catch {
      // Missing: whoever trains here has deleted it just now.
      guard error.kind == .missing else { throw error }
      return true
    }
    let written = [Manifest.fileName, "state.json", "index.json"]
    return names.isEmpty || names.contains { written.contains($0) || $0.hasPrefix("layer-") }
  }

  /// Removes every checkpoint, and nothing else that may lie there.
  package func clear() throws {
    guard try FileStatus.entry(path) != nil else { return }
    for name in try checkpoints() { try remove(name) }
    for name in try names()
    where Self.isTemporary(name) || Self.isStep(name, after: "damaged-")
      || Self.isStep(name, after: Self.replaced)
    { try remove(name) }
    for name in ["LATEST", "BEST"] where try FileStatus.entry(folder(name)) != nil { try remove(name) }
  }

  /// A checkpoint that is not what was written, and what is wrong with it.
  package struct Damage: Sendable {
    package let name: String
    package let error: FileError
  }

  /// The newest whole checkpoint, nil where there is none, and the damaged ones that are newer, newest first.
  ///
  /// Changes nothing. Throws an input/output error where the system cannot tell whether one is whole: what passes is no
  /// damage.
  package func newest() throws -> (whole: (name: String, state: RunState)?, damaged: [Damage]) {
    var damaged: [Damage] = []
    guard try FileStatus.entry(path) != nil else { return (nil, damaged) }
    for name in try checkpoints().reversed() {
      do {
        return ((name, try verified(name)), damaged)
      } catch let error as FileError where error.kind != .inputOutput {
        damaged.append(Damage(name: name, error: error))
      }
    }
    return (nil, damaged)
  }

  /// Renames damaged checkpoints to `damaged-…` and names them: their numbers are higher than those of the next ones to
  /// be written, which would be deleted as the older ones.
  ///
  /// - Parameter whole: the checkpoint to go on from; nil where there is none, which is said too.
  package func putAside(_ damaged: [Damage], for whole: String?, notice: (String) -> Void) throws {
    for damage in damaged {
      let aside = "damaged-" + damage.name
      if try FileStatus.entry(folder(aside)) != nil { try remove(aside) }
      try DurableFile.rename(folder(damage.name), to: folder(aside))
      notice("checkpoint \(damage.name) is damaged and passed over (now \(aside)): \(damage.error)")
    }
    guard !damaged.isEmpty else { return }
    if let whole { return try DurableFile.write(whole + "\n", to: path + "/LATEST") }
    notice("\(path) holds no whole checkpoint: starting over from the first step")
  }

  /// Checks every byte of a checkpoint against its manifest, and reads its state.
  ///
  /// Opens no file outside the checkpoint's own folder: links, and names that lead elsewhere, are bad data. The
  /// manifest and the index may be 16 MiB long and the state 64 MiB, and decoding takes up to 40 times a file's length; of
  /// tensors a mebibyte at a time is held.
  ///
  /// Throws `FileError`: bad data or a missing file where the checkpoint is damaged, input/output where the system cannot
  /// tell now; `OtherRun` where another version of the program wrote it.
  package func verified(_ name: String) throws -> RunState {
    do {
      return try checked(name)
    } catch let error as FileError {
      throw try error.judged()
    }
  }

  private func checked(_ name: String) throws -> RunState {
    let folder = folder(name)
    try refuseLink(folder)
    let manifestPath = folder + "/" + Manifest.fileName
    guard try FileStatus.entry(folder) == .directory else {
      throw FileError(.missing, path: manifestPath, "no such file or directory")
    }
    let names = try FileStatus.entries(of: folder)
    for name in names { try refuseLink(folder + "/" + name) }
    let manifest: Manifest = try decode(manifestPath, limit: 1 << 24)
    try manifest.checkNames(path: manifestPath)
    for entry in manifest.files {
      let (size, sha256) = try SHA256.digest(ofFile: folder + "/" + entry.name)
      guard size == entry.size, sha256 == entry.sha256 else {
        let what =
          size == entry.size
          ? "its SHA-256 is not the manifest's" : "\(size) bytes, the manifest says \(entry.size)"
        throw FileError(.badData, path: folder + "/" + entry.name, what)
      }
    }
    let listed = Set(manifest.files.map(\.name))
    let index: Index = try decode(folder + "/index.json", limit: 1 << 24)
    if let (tensor, file) = index.weightMap.sorted(by: { $0.key < $1.key }).first(where: {
      !listed.contains($0.value)
    }) {
      throw FileError(.badData, path: manifestPath, "does not list \(file), which holds \(tensor)")
    }
    try manifest.checkListing(of: names, path: manifestPath)
    return try state(name)
  }

  private func refuseLink(_ path: String) throws(FileError) {
    guard try FileStatus.entry(path) == .link else { return }
    throw FileError(.badData, path: path, "is a link, which may lead out of the run directory")
  }

  /// The state of a checkpoint that has been verified.
  ///
  /// Throws `OtherRun` where another version of the program wrote it.
  package func state(_ name: String) throws -> RunState {
    let path = folder(name) + "/state.json"
    let written: Version = try decode(path)
    guard written.version == RunState.currentVersion else {
      throw OtherRun(
        description:
          "\(folder(name)): was written by another version of eqprop (form \(written.version), this one is "
          + "\(RunState.currentVersion)); use --fresh to start over or another --output")
    }
    let state: RunState = try decode(path)
    try state.checkForm(path: path)
    return state
  }

  private struct Version: Decodable {
    var version: Int
  }

  /// Makes the temporary folder of a checkpoint; nothing above it, which somebody removed, comes back half.
  package func begin(step: Int) throws(FileError) {
    guard FileStatus.isDirectory(path) else {
      throw FileError(.inputOutput, path: path, "is gone: it was removed while the run was under way")
    }
    try DurableFile.createDirectory(temporary(step: step))
  }

  /// Completes a checkpoint whose tensor files lie in the temporary folder: the manifest last, then one rename.
  package func complete(state: RunState, index: [String: String], files: [Manifest.Entry]) throws {
    let temporary = temporary(step: state.step)
    let name = CheckpointStore.name(step: state.step)
    var entries = files
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    for (name, bytes) in [
      ("state.json", try state.encoded()), ("index.json", Array(try encoder.encode(Index(weightMap: index)))),
    ] {
      try DurableFile.write(bytes, to: temporary + "/" + name)
      entries.append(.init(name: name, size: bytes.count, sha256: SHA256.digest(of: bytes)))
    }
    try DurableFile.write(try Manifest(files: entries).encoded(), to: temporary + "/" + Manifest.fileName)
    try DurableFile.syncDirectory(temporary)
    if try FileStatus.entry(folder(name)) != nil {
      // One of the same step goes only once this one has its place.
      try DurableFile.rename(folder(name), to: folder(Self.replaced + name))
      try DurableFile.rename(temporary, to: folder(name))
      try remove(Self.replaced + name)
    } else {
      try DurableFile.rename(temporary, to: folder(name))
    }
    try DurableFile.write(name + "\n", to: path + "/LATEST")
  }

  /// Names the best checkpoint.
  package func markBest(step: Int) throws {
    try DurableFile.write(CheckpointStore.name(step: step) + "\n", to: path + "/BEST")
  }

  /// Deletes all but the newest `keep` and the best; call it only once the newest is whole.
  package func retain(_ keep: Int, best: Int?) throws {
    let names = try checkpoints()
    for name in names.dropLast(max(keep, 1)) where name != best.map(CheckpointStore.name(step:)) {
      try remove(name)
    }
  }

  /// `index.json`: the file of each tensor, under the name that readers of safetensors know.
  private struct Index: Codable {
    var weightMap: [String: String]
    enum CodingKeys: String, CodingKey { case weightMap = "weight_map" }
  }

  private func names() throws -> [String] { try FileStatus.entries(of: path) }

  /// A folder is renamed before it is emptied, so that a crash leaves no half a checkpoint under a good name.
  private func remove(_ name: String) throws {
    let doomed = name.hasPrefix(".tmp-") ? name : ".tmp-removed-" + name
    if doomed != name {
      delete(folder(doomed))
      try DurableFile.rename(folder(name), to: folder(doomed))
    }
    delete(folder(doomed))
  }

  /// What cannot be deleted now, such as a file that someone on the same NFS client reads, is left for the next start.
  private func delete(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

  private func decode<T: Decodable>(_ path: String, limit: Int = 1 << 26) throws -> T {
    let bytes = try DurableFile.read(path, limit: limit)
    do {
      return try JSONDecoder().decode(T.self, from: Data(bytes))
    } catch {
      throw FileError(.badData, path: path, "is not what a checkpoint holds there")
    }
  }
}

extension FileError {
  /// An error of a file that a checkpoint must have, or of a pointer to one: of a missing file only where its folder, all
  /// of whose names are told, has no file of that name. What is there and cannot be opened, now or by this user, is no
  /// damage but an input/output error.
  package func judged() throws(FileError) -> FileError {
    guard kind == .missing else { return self }
    let isThere: Bool
    switch try FileStatus.entry(path) {
    case .file: isThere = true
    case .directory, .link, .other: isThere = false
    case nil:
      let folder = parentDirectory(of: path)
      guard try FileStatus.entry(folder) == .directory else { return self }
      isThere = try FileStatus.entries(of: folder).contains(lastPart(of: path))
    }
    return isThere ? FileError(.inputOutput, path: path, reason) : self
  }
}
