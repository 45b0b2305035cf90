import Foundation

/// A folder that goes when the last user of it goes.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/launch-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, and the folders it needs.
  @discardableResult
  func write(_ name: String, _ data: Data) throws -> URL {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
    return url
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> URL { try write(name, Data(text.utf8)) }

  /// Writes a Bash script that can be started; its path.
  ///
  /// Another process makes the file: were it written here, a program started meanwhile by another test could
  /// hold it open for writing, and it would be "busy" when it is to run.
  @discardableResult
  func script(_ name: String, _ lines: String) throws -> String {
    let text = try write(name + ".text", "#!/usr/bin/env bash\n" + lines + "\n")
    _ = try run("install", ["-m", "755", text.path, path + "/" + name])
    return path + "/" + name
  }

  /// Links a program of this machine, so that a PATH of this folder alone has it.
  func link(_ program: String) throws {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    let found = folders.map { "\($0)/\(program)" }.first(where: FileManager.default.isExecutableFile)
    guard let found else { throw CocoaError(.fileNoSuchFile) }
    try FileManager.default.createSymbolicLink(atPath: path + "/" + program, withDestinationPath: found)
  }

  /// The text of a file, empty when there is none.
  func text(_ name: String) -> String {
    FileManager.default.contents(atPath: path + "/" + name).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }

  /// The names of its files, hidden ones included, sorted.
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}
