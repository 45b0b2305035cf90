import Foundation
import TestBasis

/// A Slurm with its state, sockets, logs and ports to itself; it ends with its last user. Its one host is this machine, or
/// its hosts are several daemons of this machine.
final class SlurmCluster {
  /// Whether Slurm's and MUNGE's daemons are installed here and may be started, which needs root.
  static let isPossible =
    getuid() == 0
    && ["munged", "slurmctld", "slurmd", "sbatch", "scontrol", "squeue", "scancel"].allSatisfy { name in
      folders.split(separator: ":").contains {
        FileManager.default.isExecutableFile(atPath: $0 + "/" + name)
      }
    }
  /// Where daemons lie, and commands.
  private static let folders =
    "/usr/sbin:/sbin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")

  let folder: TemporaryFolder
  private var munge: StartedProgram
  private var controller: StartedProgram
  private let names: [String]
  private var hosts: [StartedProgram]

  /// Starts the daemons; without a word from it a host counts as lost after `hostTimeout` seconds.
  init(hosts count: Int = 1, hostTimeout: Int = 60) throws {
    let machine = String(ProcessInfo.processInfo.hostName.prefix { $0 != "." })
    names = count == 1 ? [machine] : (1...count).map { "n\($0)" }
    hosts = []
    folder = try TemporaryFolder()
    let path = folder.path
    for name in ["munge", "state"] + names.map({ "spool-" + $0 }) {
      try FileManager.default.createDirectory(
        atPath: path + "/" + name, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    // Clients of any user reach MUNGE's socket through its folder.
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path + "/munge")
    try folder.write("munge/key", (0..<1024).map { _ in UInt8.random(in: 0...255) })
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path + "/munge/key")
    try folder.write(
      "slurm.conf", Self.configuration(path, machine: machine, names: names, hostTimeout: hostTimeout))

    let socket = path + "/munge/socket"
    munge = try StartedProgram(
      "munged",
      [
        "--foreground", "--force", "--socket", socket, "--key-file", path + "/munge/key", "--pid-file",
        path + "/munge/pid", "--log-file", path + "/munge/log", "--seed-file", path + "/munge/seed",
      ], in: path, path: Self.folders)
    guard holds({ FileManager.default.fileExists(atPath: socket) }) else {
      throw SlurmError("munged does not start: \(munge.errors)")
    }
    controller = try Self.daemon("slurmctld", path)
    hosts = try names.map { try Self.daemon("slurmd", path, ["-N", $0]) }
    guard holds({ self.hostState == "idle" }) else {
      throw SlurmError("no host for jobs: \(hostState)\n\(controller.errors)\n\(hosts.map(\.errors))")
    }
  }

  deinit {
    // The controller kills what still runs, frozen ranks too; the daemons would leave it to itself.
    _ = try? command("scancel", ["--user=root"])
    _ = holds { (try? command("squeue", ["--noheader"]))?.output == "" }
    for daemon in hosts + [controller, munge] { daemon.signal(SIGTERM) }
    for daemon in hosts + [controller, munge] { _ = daemon.ended(within: 10) }
  }

  /// What `sinfo` says of the hosts: idle, alloc, down ...; a * follows while one does not answer. Each state once, a line each.
  var hostState: String {
    ((try? command("sinfo", ["--noheader", "--format=%t"]))?.output ?? "").trimmingCharacters(in: .newlines)
  }

  /// Runs one of Slurm's commands from the folder, with variables that `sbatch` hands to its job.
  func command(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws
    -> Outcome
  {
    let variables = ["SLURM_CONF": folder.path + "/slurm.conf"].merging(environment) { $1 }
    return try run(program, arguments, in: folder.path, environment: variables, path: Self.folders)
  }

  /// Kills the last host's daemon as a power cut does, together with other processes.
  func loseHost(and processes: [pid_t]) {
    hosts.last?.signal(SIGKILL)
    for process in processes { kill(process, SIGKILL) }
    _ = hosts.last?.ended()
  }

  /// Starts the last host's daemon once more.
  func startHost() throws {
    hosts[hosts.count - 1] = try Self.daemon("slurmd", folder.path, ["-N", names[names.count - 1]])
  }

  private static func daemon(_ name: String, _ path: String, _ options: [String] = []) throws
    -> StartedProgram
  {
    try StartedProgram(
      name, ["-D", "-f", path + "/slurm.conf"] + options, in: path,
      environment: ["SLURM_CONF": path + "/slurm.conf"], path: folders)
  }

  /// A requeued job waits until the credential of its last start is no more: 5 s, the least there is, instead of 120.
  private static func configuration(_ path: String, machine: String, names: [String], hostTimeout: Int) throws
    -> String
  {
    let cores = max(2, ProcessInfo.processInfo.processorCount)
    let hosts = try names.map {
      "NodeName=\($0) NodeHostname=\(machine) NodeAddr=127.0.0.1 Port=\(try freePort()) CPUs=\(cores)"
    }.joined(separator: "\n")
    return """
      ClusterName=test
      SlurmctldHost=\(machine)(127.0.0.1)
      SlurmctldPort=\(try freePort())
      SlurmUser=root
      SlurmdUser=root
      AuthType=auth/munge
      CredType=cred/munge
      AuthInfo=socket=\(path)/munge/socket,cred_expire=5
      StateSaveLocation=\(path)/state
      SlurmdSpoolDir=\(path)/spool-%n
      SlurmctldPidFile=\(path)/slurmctld.pid
      SlurmdPidFile=\(path)/slurmd-%n.pid
      SlurmctldLogFile=\(path)/slurmctld.log
      SlurmdLogFile=\(path)/slurmd-%n.log
      ProctrackType=proctrack/linuxproc
      TaskPlugin=task/none
      SwitchType=switch/none
      MpiDefault=none
      JobAcctGatherType=jobacct_gather/none
      AccountingStorageType=accounting_storage/none
      SelectType=select/cons_tres
      SelectTypeParameters=CR_CPU
      SchedulerParameters=sched_interval=1,bf_interval=2
      SlurmdParameters=config_overrides
      SlurmdTimeout=\(hostTimeout)
      ReturnToService=2
      KillWait=5
      \(hosts)
      PartitionName=all Nodes=\(names.joined(separator: ",")) Default=YES MaxTime=INFINITE State=UP

      """
  }

  /// A port of this host that nobody listens on.
  private static func freePort() throws -> Int {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(number) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, length) == 0 ? getsockname(number, $0, &length) : -1
      }
    }
    guard result == 0 else { throw SlurmError("no free port on this host") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}

/// What kept a Slurm from starting or from taking a job.
struct SlurmError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
