import Foundation
import TestBasis

/// What a program left behind.
struct Outcome {
  var code: Int32
  var output: String
  var errors: String
}

/// A program that runs beside the test, its output going to files so that no pipe can fill up. One that is let go of is
/// killed.
///
/// Foundation's `Process` will not do: it waits for whatever the program started too, and hands on the signals
/// that its thread blocks, which `mpirun` then never hears.
final class StartedProgram {
  private let identifier: pid_t
  private let folder: TemporaryFolder
  private var status: Int32?

  /// Starts a program with `path`, if any, put before the PATH, and with no signal ignored or blocked.
  init(
    _ program: String, _ arguments: [String], in directory: String = Repository.root,
    environment: [String: String] = [:], path: String? = nil
  ) throws {
    folder = try TemporaryFolder()
    var variables = ProcessInfo.processInfo.environment
    for name in variables.keys where name.hasPrefix("OMPI_") || name.hasPrefix("EQPROP_") {
      variables[name] = nil
    }
    variables["no_proxy"] = "127.0.0.1"
    if let path { variables["PATH"] = path + ":" + (variables["PATH"] ?? "/usr/bin:/bin") }
    variables.merge(environment) { $1 }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, folder.path + "/output", O_WRONLY | O_CREAT, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, folder.path + "/errors", O_WRONLY | O_CREAT, 0o644)
    let words = ["/usr/bin/env", "--default-signal", "--chdir=" + directory, program] + arguments
    var pointers = words.map { strdup($0) } + [nil]
    var settings = variables.map { strdup($0 + "=" + $1) } + [nil]
    defer { for pointer in pointers + settings { free(pointer) } }
    var identifier = pid_t()
    let error = posix_spawn(&identifier, words[0], &actions, nil, &pointers, &settings)
    guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .EINVAL) }
    self.identifier = identifier
  }

  deinit { _ = ended(within: 0) }

  var output: String { folder.text("output") }
  var errors: String { folder.text("errors") }

  func signal(_ number: Int32) {
    if !hasEnded { kill(identifier, number) }
  }

  /// Waits for its end; a program that takes longer is killed. The code of one that was is 128 + its signal.
  func ended(within seconds: Double = 60) -> Outcome {
    if !holds(within: seconds, { hasEnded }) {
      signal(SIGKILL)
      _ = holds { hasEnded }
    }
    let status = status ?? SIGKILL
    let code = status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
    return Outcome(code: code, output: output, errors: errors)
  }

  private var hasEnded: Bool {
    var status: Int32 = 0
    if self.status == nil, waitpid(identifier, &status, WNOHANG) == identifier { self.status = status }
    return self.status != nil
  }
}

/// Runs a program to its end.
func run(
  _ program: String, _ arguments: [String] = [], in directory: String = Repository.root,
  environment: [String: String] = [:], path: String? = nil
) throws -> Outcome {
  try StartedProgram(program, arguments, in: directory, environment: environment, path: path).ended()
}

/// Whether a condition comes to hold within a time.
func holds(within seconds: Double = 30, _ condition: () -> Bool) -> Bool {
  let deadline = Date(timeIntervalSinceNow: seconds)
  while !condition() {
    if Date() > deadline { return false }
    usleep(10_000)
  }
  return true
}
