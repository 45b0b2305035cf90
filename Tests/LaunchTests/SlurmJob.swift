import Foundation

/// A job of `launch/slurm.sbatch`.
struct SlurmJob {
  let cluster: SlurmCluster
  let number: String

  /// Submits the script with `sbatch`'s options and its own arguments.
  init(
    _ cluster: SlurmCluster, _ options: [String], _ arguments: [String], environment: [String: String] = [:]
  ) throws {
    let words = ["--parsable"] + options + [Repository.root + "/launch/slurm.sbatch"] + arguments
    let outcome = try cluster.command("sbatch", words, environment: environment)
    guard outcome.code == 0, let number = outcome.output.split(whereSeparator: \.isWhitespace).first else {
      throw SlurmError("sbatch refuses: \(outcome.errors)")
    }
    (self.cluster, self.number) = (cluster, String(number))
  }

  /// What the job has said on both of its streams.
  var text: String { cluster.folder.text("slurm-\(number).out") }

  /// What `scontrol show job` says under a name, such as JobState, Restarts or ExitCode.
  func field(_ name: String) -> String {
    let words = (try? cluster.command("scontrol", ["show", "job", number]))?.output ?? ""
    let field = words.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix(name + "=") }
    return String(field?.dropFirst(name.count + 1) ?? "")
  }

  /// Whether it comes to an end within a time.
  func hasEnded(within seconds: Double) -> Bool {
    let underWay = ["PENDING", "CONFIGURING", "RUNNING", "SIGNALING", "COMPLETING", "REQUEUED"]
    return holds(within: seconds) { !underWay.contains(field("JobState")) }
  }

  /// All that the job says of itself, for a test that failed.
  var story: String {
    ["JobState", "ExitCode", "Restarts", "Reason"].map { "\($0)=\(field($0)) " }.joined() + "\n" + text
  }

  /// Its processes on this machine: the daemon above its script, the script, and all below it. Killed in this order,
  /// nothing is left to tell Slurm of the others' end.
  var processes: [pid_t] {
    let own = Processes.all.filter {
      Processes.has("SLURM_CONF=\(cluster.folder.path)/slurm.conf", $0)
        && Processes.has("SLURM_JOB_ID=\(number)", $0)
    }
    // Its title lies where its environment lay: the daemon is known by its name.
    let above = own.compactMap { Processes.parent($0) }.filter { Processes.name($0) == "slurmstepd" }
    return Set(above) + own
  }

  /// Those of the job's host of that name.
  func processes(on host: String) -> [pid_t] {
    processes.filter {
      Processes.has("SLURMD_NODENAME=\(host)", $0)
        || Processes.children(of: $0).contains { Processes.has("SLURMD_NODENAME=\(host)", $0) }
          && Processes.name($0) == "slurmstepd"
    }
  }

  /// Its ranks.
  var ranks: [pid_t] { processes.filter { Processes.name($0) == "eqprop" } }
}

/// The processes of this machine, read from /proc.
enum Processes {
  static var all: [pid_t] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
  }

  /// Whether a process was started with a variable, written NAME=VALUE.
  static func has(_ variable: String, _ process: pid_t) -> Bool {
    read(process, "environ").split(separator: "\0").contains { $0 == variable }
  }

  static func children(of process: pid_t) -> [pid_t] { all.filter { parent($0) == process } }

  static func name(_ process: pid_t) -> String {
    read(process, "comm").trimmingCharacters(in: .newlines)
  }

  static func parent(_ process: pid_t) -> pid_t? {
    // The name in brackets may hold anything; state and parent follow the last bracket.
    let stat = read(process, "stat")
    guard let bracket = stat.lastIndex(of: ")") else { return nil }
    return stat[bracket...].split(separator: " ").dropFirst(2).first.flatMap { pid_t($0) }
  }

  private static func read(_ process: pid_t, _ name: String) -> String {
    guard let file = fopen("/proc/\(process)/\(name)", "rb") else { return "" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
