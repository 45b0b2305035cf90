import Foundation

/// The processes of a job, found in /proc.
enum Ranks {
  /// The variable by which the processes of a job are known: its value goes to all of them.
  static let mark = "EQPROP_TEST_MARK"

  struct Rank: Equatable {
    let process: pid_t
    /// The rank in the world.
    let number: Int
  }

  /// The ranks that a launcher has started: those below it that have become `eqprop`.
  static func started(by job: Job) -> [Rank] {
    processes().compactMap { process in
      guard read(process, "comm") == "eqprop\n", isBelow(job.process, process),
        let number = ["OMPI_COMM_WORLD_RANK", "PMI_RANK"].lazy.compactMap({ variable($0, process) }).first
          .flatMap({ Int($0) })
      else { return nil }
      return Rank(process: process, number: number)
    }.sorted { $0.number < $1.number }
  }

  /// The ranks of a job, once so many are there.
  static func await(_ count: Int, of job: Job) throws -> [Rank] {
    for _ in 0..<2000 {
      let ranks = started(by: job)
      if ranks.count == count { return ranks }
      usleep(5000)
    }
    throw HarnessError("\(count) ranks did not appear in 10 s")
  }

  /// Processes with a mark that are still there, after a moment in which they may end.
  static func left(marked text: String) -> [pid_t] {
    var left: [pid_t] = []
    for _ in 0..<100 {
      left = processes().filter { variable(mark, $0) == text }
      if left.isEmpty { break }
      usleep(20_000)
    }
    return left
  }

  /// How many children of a process run, and how many have ended without its asking after them.
  static func children(of ancestor: pid_t) -> (alive: Int, dead: Int) {
    let states = processes().filter { parent($0) == ancestor }.map(state)
    let dead = states.count { $0 == "Z" }
    return (states.count - dead, dead)
  }

  private static func processes() -> [pid_t] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
  }

  /// Hydra's ranks are children of a process of its own.
  private static func isBelow(_ ancestor: pid_t, _ process: pid_t) -> Bool {
    guard let above = parent(process) else { return false }
    return above == ancestor || parent(above) == ancestor
  }

  private static func parent(_ process: pid_t) -> pid_t? {
    stat(process).dropFirst().first.flatMap { pid_t($0) }
  }

  private static func state(_ process: pid_t) -> Substring? { stat(process).first }

  /// State, parent and what follows; the name in brackets before them may hold anything.
  private static func stat(_ process: pid_t) -> [Substring] {
    let stat = read(process, "stat")
    guard let bracket = stat.lastIndex(of: ")") else { return [] }
    return Array(stat[bracket...].split(separator: " ").dropFirst())
  }

  private static func variable(_ name: String, _ process: pid_t) -> String? {
    read(process, "environ").split(separator: "\0").first { $0.hasPrefix(name + "=") }
      .map { String($0.dropFirst(name.count + 1)) }
  }

  private static func read(_ process: pid_t, _ name: String) -> String {
    guard let file = fopen("/proc/\(process)/\(name)", "rb") else { return "" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
