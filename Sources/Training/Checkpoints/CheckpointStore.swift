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
    for name in try names() where name.hasPrefix(".tmp-") { try remove(name) }
    for name in try names() where name.hasPrefix(Self.replaced) {
      let original = String(name.dropFirst(Self.replaced.count))
      if FileStatus.exists(folder(original)) {
        try remove(name)
      } else {
        try DurableFile.rename(folder(name), to: folder(original))
      }
    }
  }

  private static let replaced = ".replaced-"

  /// Checkpoints by name, oldest first.
  package func checkpoints() throws -> [String] { try names().filter { $0.hasPrefix("step-") }.sorted() }

  /// Removes every checkpoint, and nothing else that may lie there.
  package func clear() throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    let kinds = ["step-", "damaged-step-", ".tmp-", Self.replaced]
    for name in try names() where kinds.contains(where: name.hasPrefix) { try remove(name) }
    for name in ["LATEST", "BEST"] where FileStatus.exists(folder(name)) { try remove(name) }
  }

  /// The newest whole checkpoint; nil where there is none, and then says so if there are damaged ones.
  ///
  /// Damaged ones that are newer are named, and renamed to `damaged-…`: their numbers are higher than those of
  /// the next ones to be written, which would be deleted as the older ones.
  package func newestWhole(notice: (String) -> Void) throws -> (name: String, state: RunState)? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    var isAnyDamaged = false
    for name in try checkpoints().reversed() {
      do {
        let state = try verified(name)
        if isAnyDamaged { try DurableFile.write(name + "\n", to: path + "/LATEST") }
        return (name, state)
      } catch let error as FileError {
        isAnyDamaged = true
        let aside = "damaged-" + name
        if FileStatus.exists(folder(aside)) { try remove(aside) }
        try DurableFile.rename(folder(name), to: folder(aside))
        notice("checkpoint \(name) is damaged and passed over (now \(aside)): \(error)")
      }
    }
    if isAnyDamaged { notice("\(path) holds no whole checkpoint: starting over from the first step") }
    return nil
  }

  /// Checks every byte of a checkpoint against its manifest, and reads its state.
  ///
  /// Opens no file outside the checkpoint's own folder: links, and names that lead elsewhere, are bad data. The
  /// manifest and the index may be 16 MiB long and the state 64 MiB, and decoding takes up to 40 times a file's length; of
  /// tensors a mebibyte at a time is held.
  package func verified(_ name: String) throws -> RunState {
    let folder = folder(name)
    try refuseLink(folder)
    let names = FileStatus.isDirectory(folder) ? try entries(of: folder) : []
    for name in names { try refuseLink(folder + "/" + name) }
    let manifestPath = folder + "/" + Manifest.fileName
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
    guard FileStatus.isLink(path) else { return }
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
    return try decode(path)
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
    if FileStatus.exists(folder(name)) {
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

  private func names() throws -> [String] { try entries(of: path) }

  func entries(of folder: String) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw FileError(.inputOutput, path: folder, "its entries cannot be listed")
    }
  }

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
