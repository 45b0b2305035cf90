import Foundation

/// The programs that were built beside the tests.
public enum BuiltPrograms {
  /// Where they are: the folder in which the test bundle was built, or that of the programs for another MPI.
  public static func folder() throws -> URL {
    if let folder = ProcessInfo.processInfo.environment["EQPROP_TEST_PROGRAMS"] {
      return URL(fileURLWithPath: folder)
    }
    let itself = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    for argument in CommandLine.arguments + [itself] {
      var url = URL(fileURLWithPath: argument)
      // The bundle is a file here and a folder with the executable deep inside elsewhere.
      while url.pathComponents.count > 1 {
        if url.pathExtension == "xctest" { return url.deletingLastPathComponent() }
        url.deleteLastPathComponent()
      }
    }
    throw NotFound()
  }

  private struct NotFound: Error, CustomStringConvertible {
    var description: String { "the test bundle is not among the arguments of its process" }
  }
}
