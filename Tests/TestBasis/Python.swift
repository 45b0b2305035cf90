import Foundation

/// The Python that EQPROP_PYTHON names, or `python3`.
public enum Python {
  public static let name = ProcessInfo.processInfo.environment["EQPROP_PYTHON"] ?? "python3"

  /// What a program prints on stdout; nil where it fails.
  public static func output(of program: String, _ arguments: [String] = []) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [name, "-c", program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
  }

  /// Whether a program ends well.
  public static func runs(_ program: String, _ arguments: [String] = []) -> Bool {
    output(of: program, arguments) != nil
  }
}
