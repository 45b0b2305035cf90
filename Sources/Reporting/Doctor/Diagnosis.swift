import Foundation
import Records

/// Judges what the ranks of a job tell of their hosts.
public struct Diagnosis: Sendable {
  private let job: JobFacts

  public init(_ job: JobFacts) { self.job = job }

  /// Every finding, in the order in which one would look.
  public var findings: [Finding] {
    [library, launcher, world, programs, root].compactMap { $0 }
      + hosts.flatMap { host in [cores(host), binding(host), memory(host), left(host)].compactMap { $0 } }
      + [singleCopy, sharedMemory, ping, runs].compactMap { $0 }
  }

  /// The ranks of each host, in the order of their first ranks.
  private var hosts: [[RankFacts]] {
    Dictionary(grouping: job.ranks, by: \.host).values.sorted { $0[0].rank < $1[0].rank }
  }

  private var isOnOneHost: Bool { hosts.count == 1 }

  private var library: Finding {
    let loaded = Set(job.ranks.map(\.library.description)).sorted()
    guard loaded.count == 1, let library = job.ranks.first?.library else {
      return Finding(
        .fault, "MPI", "the ranks loaded different libraries: \(loaded.joined(separator: "; "))",
        remedy: "install the same MPI on every host")
    }
    guard library.fits(job.builtWith) else {
      return Finding(
        .fault, "MPI", "\(library) was loaded, but the program was built with \(job.builtWith)",
        remedy: "launch/run --mpi builds and loads the same; or LD_LIBRARY_PATH names it")
    }
    return Finding(.fine, "MPI", "\(library)")
  }

  private var launcher: Finding {
    guard let launcher = job.launcher else {
      return Finding(
        .notice, "launcher", "no mpiexec on the PATH of rank 0", remedy: "launch/setup; or start by srun")
    }
    guard launcher.fits(job.builtWith) else {
      let isOther = launcher.name != job.builtWith.name
      return Finding(
        isOther ? .fault : .notice, "launcher",
        "the mpiexec on the PATH is of \(launcher), the program was built with \(job.builtWith)",
        remedy: "put the mpiexec of \(job.builtWith) first on the PATH, as launch/run --mpi does")
    }
    return Finding(.fine, "launcher", "mpiexec of \(launcher)")
  }

  private var world: Finding {
    let launched = job.ranks.compactMap(\.launched).max() ?? 1
    guard job.ranks.count > 1 || launched == 1 else {
      return Finding(
        .fault, "world", "each of \(launched) processes is alone in a world of its own",
        remedy:
          "start with the mpiexec of \(job.ranks.first.map { "\($0.library)" } ?? "the MPI that was loaded"): launch/run does"
      )
    }
    let hosts = isOnOneHost ? "one host" : "\(hosts.count) hosts"
    return Finding(.fine, "world", "\(Figures.count(job.ranks.count, "rank")) on \(hosts)")
  }

  private var programs: Finding? {
    let programs = Dictionary(grouping: job.ranks, by: \.program)
    guard programs.count > 1, let odd = programs.values.min(by: { $0.count < $1.count })?.first else {
      return nil
    }
    return Finding(
      .fault, "program", "\(odd.host) runs another build than the other hosts",
      remedy: "build once, on storage that every host sees: swift build -c release --product eqprop")
  }

  private var root: Finding? {
    guard job.ranks.contains(where: \.isRoot), let isAllowed = job.isLauncherAllowedRoot else { return nil }
    return isAllowed
      ? Finding(.fine, "root", "mpirun has been told that it may run as root")
      : Finding(
        .notice, "root", "mpirun refuses to run as root unless it is told twice",
        remedy: "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 (launch/run does)")
  }
}

extension Diagnosis {
  /// Ranks against cores; a rank computes on one thread.
  private func cores(_ host: [RankFacts]) -> Finding {
    let topic = isOnOneHost ? "cores" : "cores of \(host[0].host)"
    let here = Set(host.flatMap(\.cores)).count
    let quota = host.compactMap(\.quota).min()
    let cores = min(here, quota.map { Int($0.rounded(.up)) } ?? here)
    let limit = cores < here ? " (a container's limit; the host has \(here))" : ""
    let told = "\(Figures.count(host.count, "rank")), one thread each, on \(Figures.count(cores, "core"))"
    guard host.count > cores else {
      let instructions = Set(host.map(\.instructions)).sorted().joined(separator: ", ")
      return Finding(.fine, topic, "\(told)\(limit), \(instructions)")
    }
    return host.allSatisfy(\.yields)
      ? Finding(
        .notice, topic, "\(told)\(limit): they take turns, and a step takes as much longer",
        remedy: "launch/run -n \(cores)")
      : Finding(
        .fault, topic,
        "\(told)\(limit), and waiting ranks keep their cores: exchanges take 1000 times longer",
        remedy: "launch/run -n \(cores), or export OMPI_MCA_mpi_yield_when_idle=1")
  }

  /// Which ranks may run on one core only; two on the same one is a fault.
  private func binding(_ host: [RankFacts]) -> Finding? {
    let topic = isOnOneHost ? "binding" : "binding on \(host[0].host)"
    let bound = Dictionary(grouping: host.filter { $0.cores.count == 1 }) { $0.cores[0] }
    guard let crowded = bound.filter({ $0.value.count > 1 }).min(by: { $0.key < $1.key }) else {
      if host.count == 1 { return nil }
      return Finding(
        .fine, topic,
        bound.count == host.count
          ? "each rank has a core of its own"
          : "ranks are not bound to cores, for others may use them; the page on clusters says how")
    }
    let ranks = crowded.value.map { "\($0.rank)" }.joined(separator: " and ")
    return Finding(
      .fault, topic, "ranks \(ranks) are bound to the same core \(crowded.key) of \(host[0].host)",
      remedy: "export OMPI_MCA_hwloc_base_binding_policy=none (launch/run does)")
  }

  private func memory(_ host: [RankFacts]) -> Finding? {
    guard let free = host.compactMap(\.memoryFree).min() else { return nil }
    return Finding(
      .fine, isOnOneHost ? "memory" : "memory of \(host[0].host)",
      "\(Figures.bytes(free)) free; `plan` tells what a run takes")
  }

  /// What ranks that were killed have left takes the room of those to come.
  private func left(_ host: [RankFacts]) -> Finding? {
    let left = host[0].leftBehind
    guard left.files > 0 else { return nil }
    return Finding(
      .notice, isOnOneHost ? "left behind" : "left behind on \(host[0].host)",
      "\(Figures.count(left.files, "file")) of \(Figures.bytes(left.bytes)) in /dev/shm, of ranks that are no more",
      remedy: "remove them: nobody has them in memory")
  }

  private var singleCopy: Finding? {
    guard hosts.contains(where: { $0.count > 1 }) else { return nil }
    if job.ranks.allSatisfy(\.readsMemoryOfOthers) {
      return Finding(.fine, "single copy", "ranks may read each other's memory")
    }
    return job.ranks.allSatisfy { $0.readsMemoryOfOthers || $0.copiesTwice }
      ? Finding(.fine, "single copy", "forbidden here, and MPI has been told so")
      : Finding(
        .notice, "single copy",
        "the system forbids ranks to read each other's memory: MPI warns, and copies twice",
        remedy: "export OMPI_MCA_btl_vader_single_copy_mechanism=none; in Docker: --cap-add=SYS_PTRACE")
  }

  /// What ranks share takes some hundred kilobytes each, more for large layers; without, they send messages.
  private var sharedMemory: Finding? {
    guard hosts.contains(where: { $0.count > 1 }), let free = job.ranks.compactMap(\.sharedMemoryFree).min()
    else {
      return nil
    }
    return free < 128 << 20
      ? Finding(
        .notice, "shared memory",
        "\(Figures.bytes(free)) free in /dev/shm: without, ranks send slower messages",
        remedy: "make room; docker run --shm-size=2g")
      : Finding(.fine, "shared memory", "\(Figures.bytes(free)) free in /dev/shm")
  }

  private var ping: Finding {
    guard let ping = job.ping else {
      return Finding(.notice, "messages", "one rank has nobody to talk to", remedy: "launch/run -n 2 doctor")
    }
    let told =
      String(format: "%.1f µs for a small message, ", ping.latency)
      + (ping.gigabytesPerSecond < Self.mostGigabytesPerSecond
        ? String(format: "%.2f GB/s at 32 kB", ping.gigabytesPerSecond)
        : "GB/s at 32 kB unknown: what else runs disturbs it")
    switch (isOnOneHost, ping.latency) {
    case (true, 50...) where job.othersShare > 0.1:
      let others = String(format: ": others use %.0f %% of the cores, ", 100 * job.othersShare)
      return Finding(
        .notice, "messages", told + others + "and messages wait for them",
        remedy: "run when they are done, or on cores of your own")
    case (true, 50...):
      return Finding(
        .fault, "messages", told + ": too long for one host",
        remedy: "fewer ranks than cores, or export OMPI_MCA_mpi_yield_when_idle=1")
    case (false, 200...):
      return Finding(
        .notice, "messages", told + ": replicas suit such a network, stages and slices do not",
        remedy: "--grid \(job.ranks.count)x1x1; with InfiniBand: export OMPI_MCA_pml=ucx")
    default: return Finding(.fine, "messages", told)
    }
  }

  /// No memory is as fast: what is above is the difference of two waits that came out near nothing.
  private static let mostGigabytesPerSecond = 1000.0

  private var runs: Finding {
    let runs = job.runs
    let free = runs.free.map { "\(Figures.bytes($0)) free" } ?? "free space unknown"
    if !runs.isWritable {
      return Finding(.fault, "runs", "\(runs.path) cannot be written", remedy: "train --output DIR")
    }
    if runs.isInMemory {
      return Finding(
        .notice, "runs", "\(runs.path) lies in memory and goes with it; \(free)",
        remedy: "train --output DIR, on a disk")
    }
    return (runs.free ?? .max) < 1 << 30
      ? Finding(.notice, "runs", "\(runs.path): only \(free)", remedy: "make room, or train --output DIR")
      : Finding(.fine, "runs", "\(runs.path): \(free)")
  }
}
