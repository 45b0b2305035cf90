import Foundation

/// How busy the cores of a host were since it started, as `/proc/stat` tells: all programs, and other machines that the
/// hypervisor gave the cores to.
public struct HostLoad: Codable, Equatable, Sendable {
  /// Core-seconds in use.
  public var busy: Double
  /// Core-seconds in all.
  public var total: Double

  public init(busy: Double, total: Double) {
    self.busy = busy
    self.total = total
  }

  /// Reads the first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal, in ticks.
  ///
  /// Nil where there is no such line.
  public init?(stat: String, ticksPerSecond: Double) {
    guard let line = stat.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
    // Guests' time, which may follow, is part of user's already.
    let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
    guard ticks.count == 8, ticksPerSecond > 0 else { return nil }
    total = ticks.reduce(0, +) / ticksPerSecond
    busy = total - (ticks[3] + ticks[4]) / ticksPerSecond
  }

  /// This host's, now.
  public static var now: HostLoad? {
    guard let bytes = FileManager.default.contents(atPath: "/proc/stat") else { return nil }
    return HostLoad(
      stat: String(decoding: bytes, as: UTF8.self), ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))))
  }

  /// The share of all cores that others used between two readings, while the ranks here took `own` core-seconds, in 0…1.
  ///
  /// Nil where no time has passed.
  public static func othersShare(from before: HostLoad, to after: HostLoad, own: Double) -> Double? {
    let (busy, total) = (after.busy - before.busy, after.total - before.total)
    guard total > 0 else { return nil }
    return min(max((busy - own) / total, 0), 1)
  }

  /// Core-seconds that this process has used.
  public static var ownSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Numbers of the cores that this process may run on.
  public static var cores: [Int] {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
    let list = line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
    return list.flatMap(numbers(ofList:)) ?? Array(0..<ProcessInfo.processInfo.activeProcessorCount)
  }

  /// The numbers that a list such as `0-3,8` names; nil where it is no such list.
  public static func numbers(ofList list: String) -> [Int]? {
    var numbers: [Int] = []
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
      guard let first = ends.first, let last = ends.last, ends.count <= 2, first >= 0, last >= first else {
        return nil
      }
      numbers += first...last
    }
    return numbers
  }
}
