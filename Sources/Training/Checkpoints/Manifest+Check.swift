import FileFormats

extension Manifest {
  /// Checks that the names listed are names of entries of the checkpoint's own folder, each once, before any of them
  /// is opened; `path` is the manifest's own.
  ///
  /// A name that leads elsewhere (`../x`, `/x`, one with a NUL) is refused as bad data.
  func checkNames(path: String) throws(FileError) {
    var listed: Set<String> = []
    for entry in files {
      guard Manifest.isFileName(entry.name) else {
        throw FileError(.badData, path: path, "names a file outside its folder: '\(entry.name)'")
      }
      guard listed.insert(entry.name).inserted else {
        throw FileError(.badData, path: path, "lists '\(entry.name)' twice")
      }
    }
    guard listed.isSuperset(of: ["state.json", "index.json"]) else {
      throw FileError(.badData, path: path, "lists no state.json or no index.json")
    }
  }

  /// Checks that a folder, which holds `names`, has no tensors that the manifest does not vouch for.
  func checkListing(of names: [String], path: String) throws(FileError) {
    let listed = Set(files.map(\.name))
    if let name = names.sorted().first(where: { $0.hasSuffix(".safetensors") && !listed.contains($0) }) {
      throw FileError(.badData, path: path, "does not list \(name), which lies beside it")
    }
  }

  /// Whether a text names an entry of a folder, and not a hidden one.
  private static func isFileName(_ name: String) -> Bool {
    1...255 ~= name.utf8.count && !name.hasPrefix(".") && name.utf8.allSatisfy { $0 != 0 && $0 != 0x2F }
  }
}
