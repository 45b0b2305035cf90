import Foundation

/// A started mpirun; it must be waited for.
///
/// Its output goes to files, so that no amount of it can fill a pipe and stop the job.
final class Job {
  /// The process id of mpirun.
  let process: pid_t
  private let folder: URL
  private let limitSeconds: Double
  private let graceSeconds: Double
  private let begun = Date()
  private var ended: (status: Int32, time: Date)?

  init(
    command: [String], environment: [String: String], limitSeconds: Double, graceSeconds: Double = 6
  ) throws {
    (self.limitSeconds, self.graceSeconds) = (limitSeconds, graceSeconds)
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (descriptor, name) in [(Int32(1), "output"), (2, "errors")] {
      let path = folder.appendingPathComponent(name).path
      posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY | O_CREAT, 0o600)
    }
    // A test runner may have blocked or ignored signals; the job starts with none of that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var usual = sigset_t()
    sigemptyset(&usual)
    for signal in [SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE, SIGCHLD] { sigaddset(&usual, signal) }
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var arguments = command.map { strdup($0) } + [nil]
    // As `launch/run` asks of the ranks, where their launcher may end with 0 whatever they end with.
    let asked = Self.isHydra ? ["EQPROP_TELLS_ITS_END": folder.appendingPathComponent("end").path] : [:]
    var variables = environment.merging(asked) { $1 }.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var process = pid_t()
    let code = posix_spawnp(
      &process, command[0], &actions, &attributes, &arguments, &variables)
    guard code == 0 else {
      throw HarnessError("\(command[0]) did not start: \(String(cString: strerror(code)))")
    }
    self.process = process
  }

  deinit {
    if !hasEnded() {
      kill(process, SIGKILL)
      var status: Int32 = 0
      waitpid(process, &status, 0)
    }
    try? FileManager.default.removeItem(at: folder)
  }

  /// What the ranks have written to standard output so far.
  var output: String { read("output") }
  /// What the ranks and mpirun have written to standard error so far.
  var errors: String { read("errors") }

  /// Sends a signal to mpirun.
  func signal(_ signal: Int32) { kill(process, signal) }

  /// Waits until a standard stream contains `text`; throws if the job ends, or its limit passes, before.
  func waitFor(_ text: String) throws {
    while true {
      let isOver = hasEnded()
      if output.contains(text) || errors.contains(text) { return }
      if isOver { throw HarnessError("the job ended without '\(text)'\n\(output)\n\(errors)") }
      try checkLimit()
      usleep(10_000)
    }
  }

  /// Waits for the end of the job; ends mpirun and throws if it outlasts its limit.
  ///
  /// An mpirun that outlives its last process by ten seconds is killed, as by `launch/run`: Open MPI's does at times, when a
  /// rank was killed as MPI started.
  func wait() throws -> Outcome {
    var (looks, hadRanks, looksWithout) = (0, false, 0)
    while !hasEnded() {
      try checkLimit()
      usleep(5000)
      looks += 1
      guard looks.isMultiple(of: 200) else { continue }
      let (alive, dead) = Ranks.children(of: process)
      hadRanks = hadRanks || alive + dead > 0
      looksWithout = alive > 0 || !hadRanks ? 0 : looksWithout + 1
      if looksWithout == 10 { kill(process, SIGKILL) }
    }
    guard let ended else { throw HarnessError("the job has not ended") }
    return Outcome(
      status: ended.status, output: output, errors: errors,
      seconds: ended.time.timeIntervalSince(begun), endTime: ended.time.timeIntervalSince1970)
  }

  private func checkLimit() throws {
    // mpirun's own limit is the same one; this is for an mpirun that does not keep it.
    if Date().timeIntervalSince(begun) < limitSeconds + graceSeconds { return }
    let story = "\(output)\n\(errors)"
    // TERM lets mpirun end its ranks.
    kill(process, SIGTERM)
    for _ in 0..<50 where !hasEnded() { usleep(100_000) }
    if !hasEnded() { kill(process, SIGKILL) }
    throw HarnessError("the job was still running after \(limitSeconds) s\n\(story)")
  }

  private func hasEnded() -> Bool {
    if ended != nil { return true }
    var status: Int32 = 0
    guard waitpid(process, &status, WNOHANG) == process else { return false }
    let signal = status & 0x7F
    let code = (status >> 8) & 0xFF
    ended = (signal != 0 ? 128 + signal : Self.isHydra ? codeOfHydra(code) : code, Date())
    return true
  }

  private static let isHydra = ProcessInfo.processInfo.environment["EQPROP_TEST_HYDRA"] == "1"

  /// As `launch/run` reads it under Hydra: the bare number of a signal, which may be that of the ranks that one which has given up
  /// has ended.
  private func codeOfHydra(_ code: Int32) -> Int32 {
    if 2..<32 ~= code || code == 137, errors.contains(" stalled: waited ") { return 86 }
    if code != 0, errors.contains("Fatal error in internal_Init") { return 71 }
    if code == 0, let told = Int32(read("end").trimmingCharacters(in: .newlines)) { return told }
    return 2..<32 ~= code ? 128 + code : code
  }

  private func read(_ name: String) -> String {
    let data = (try? Data(contentsOf: folder.appendingPathComponent(name))) ?? Data()
    return String(decoding: data, as: UTF8.self)
  }
}
