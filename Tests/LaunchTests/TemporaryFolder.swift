import Foundation
import TestBasis

extension TemporaryFolder {
  @discardableResult
  func write(_ name: String, _ data: Data) throws -> String { try write(name, Array(data)) }

  /// Writes a Bash script that can be started; its path.
  ///
  /// Another process makes the file: were it written here, a program started meanwhile by another test could
  /// hold it open for writing, and it would be "busy" when it is to run.
  @discardableResult
  func script(_ name: String, _ lines: String) throws -> String {
    let text = try write(name + ".text", "#!/usr/bin/env bash\n" + lines + "\n")
    _ = try run("install", ["-m", "755", text, path + "/" + name])
    return path + "/" + name
  }

  /// Writes an `mpiexec` that says it is Open MPI's, or another one, and otherwise does as the lines say.
  func launcher(_ lines: String, says: String = "mpiexec (OpenRTE) 4.1.4") throws {
    try script("mpiexec", "[[ ${1-} != --version ]] || { echo '\(says)'; exit; }\n" + lines)
  }

  /// A folder with an `mpiexec` that notes its arguments, its environment and its host file, and starts nothing.
  static func withRecorder() throws -> TemporaryFolder {
    let tools = try TemporaryFolder()
    try tools.launcher(
      """
      folder=${0%/*}
      printf '%s\\n' "$@" >"$folder/arguments"
      env >"$folder/environment"
      while (($#)); do [[ $1 != --hostfile ]] || cp "$2" "$folder/hosts-read"; shift; done
      """)
    return tools
  }

  /// Links a program of this machine, so that a PATH of this folder alone has it.
  func link(_ program: String) throws {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    let found = folders.map { "\($0)/\(program)" }.first(where: FileManager.default.isExecutableFile)
    guard let found else { throw CocoaError(.fileNoSuchFile) }
    try FileManager.default.createSymbolicLink(atPath: path + "/" + program, withDestinationPath: found)
  }
}
