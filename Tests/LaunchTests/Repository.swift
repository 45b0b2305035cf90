import Foundation

/// The files these tests are about.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
  static let run = root + "/launch/run"
  static let setup = root + "/launch/setup"
  static let test = root + "/launch/test"
  static let fetch = root + "/launch/fetch"
  /// The program, as the tests' own build made it.
  static let eqprop = root + "/.build/release/eqprop"

  /// The folder of the published MNIST files, where this machine has them.
  static let mnist: String? = {
    let shared =
      ProcessInfo.processInfo.environment["EQPROP_SHARED"]
      ?? URL(fileURLWithPath: root).deletingLastPathComponent().path + "/shared"
    let folder = shared + "/data/mnist"
    return FileManager.default.fileExists(atPath: folder + "/train-images-idx3-ubyte.gz") ? folder : nil
  }()

  /// Whether a program starts and ends well here.
  static func succeeds(_ program: String, _ arguments: String...) -> Bool {
    (try? LaunchTests.run(program, arguments).code) == 0
  }
  /// Whether the PATH has a program.
  static func has(_ program: String) -> Bool { succeeds("sh", "-c", "command -v \(program)") }

  /// Whether a test is there, named `SuiteOrFile.function`.
  static func hasTest(_ name: String) -> Bool {
    let parts = name.split(separator: ".")
    let files = FileManager.default.enumerator(atPath: root + "/Tests")?.compactMap { $0 as? String } ?? []
    guard parts.count == 2, let file = files.first(where: { $0.hasSuffix("/\(parts[0]).swift") }) else {
      return false
    }
    let text = (try? String(contentsOfFile: root + "/Tests/" + file, encoding: .utf8)) ?? ""
    return text.contains("func \(parts[1])(")
  }

  static let hasPython = succeeds("python3", "-c", "import http.server")
  static let hasSafetensors = succeeds("python3", "-c", "import numpy, safetensors")
  static let hasWget = succeeds("wget", "--version")
  static let hasMandoc = has("mandoc")
  static let hasShellcheck = succeeds("shellcheck", "--version")
}
