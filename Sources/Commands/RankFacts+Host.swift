import FileFormats
import Foundation
import MessagePassing
import Records
import Tensors
import Training

extension RankFacts {
  /// What this rank, on a host of that name, sees.
  static func here(rank: Int, host: String) throws -> RankFacts {
    let environment = ProcessInfo.processInfo.environment
    let status = text("/proc/self/status")
    return RankFacts(
      rank: rank, host: host, program: try SHA256.digest(ofFile: "/proc/self/exe").sha256,
      library: Session.library, launched: Session.launchedCount, cores: HostLoad.cores,
      quota: quota, isRoot: geteuid() == 0,
      yields: Session.library.name != "Open MPI" || environment["OMPI_MCA_mpi_yield_when_idle"] == "1",
      readsMemoryOfOthers: readsMemoryOfOthers(status),
      copiesTwice: environment["OMPI_MCA_btl_vader_single_copy_mechanism"] == "none"
        || environment["OMPI_MCA_smsc"] == "^cma",
      leftBehind: leftBehind(in: "/dev/shm"), sharedMemoryFree: Storage.free("/dev/shm"),
      memoryFree: memoryFree,
      instructions: Precision.float32.instructions)
  }

  /// Files of ranks, of any MPI and our own, that no process has in its memory. Of other users' processes only root sees what
  /// they have, so only files of our own user count.
  private static func leftBehind(in folder: String) -> LeftBehind {
    let marks = ["vader_segment.", "sm_segment.", "mpich_shm_", "Intel_MPI", "impi-shm", "eqprop"]
    var left = LeftBehind(files: 0, bytes: 0)
    let all = FileManager.default.subpaths(atPath: folder) ?? []
    let files = all.filter { name in marks.contains { name.contains($0) } }.compactMap { name in
      var about = stat()
      let path = folder + "/" + name
      let isFile = lstat(path, &about) == 0 && about.st_mode & S_IFMT == S_IFREG && about.st_uid == geteuid()
      return isFile && about.st_size > 0 ? (path: path, bytes: Int(about.st_blocks) * 512) : nil
    }
    if files.isEmpty { return left }
    let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    let mapped = processes.filter { Int($0) != nil }.map { text("/proc/\($0)/maps") }
    for file in files where !mapped.contains(where: { $0.contains(" \(file.path)\n") }) {
      left.files += 1
      left.bytes += file.bytes
    }
    return left
  }

  /// The least that a control group around this process allows, in cores, as versions 2 and 1 tell it.
  private static var quota: Double? {
    var quotas: [Double] = []
    for line in text("/proc/self/cgroup").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[1].isEmpty || parts[1].split(separator: ",").contains("cpu") else {
        continue
      }
      var group = parts[2] == "/" ? "" : String(parts[2])
      while true {
        let first = "/sys/fs/cgroup/cpu\(group)/cpu.cfs_"
        quotas += [
          text("/sys/fs/cgroup\(group)/cpu.max"), text(first + "quota_us") + text(first + "period_us"),
        ]
        .compactMap(quota)
        guard let slash = group.lastIndex(of: "/") else { break }
        group = String(group[..<slash])
      }
    }
    return quotas.min()
  }

  /// `200000 100000` is two cores' worth of time, `max …` or `-1 …` no limit.
  private static func quota(_ text: String) -> Double? {
    let parts = text.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    return parts.count == 2 && parts[0] > 0 && parts[1] > 0 ? parts[0] / parts[1] : nil
  }

  /// Ranks are no children of each other: a filter of system calls, or Yama from 1 up, lets only those with
  /// CAP_SYS_PTRACE (bit 19) read.
  private static func readsMemoryOfOthers(_ status: String) -> Bool {
    let capabilities = field("CapEff", of: status).flatMap { UInt64($0, radix: 16) } ?? 0
    let isFiltered = field("Seccomp", of: status) == "2"
    let yama =
      Int(text("/proc/sys/kernel/yama/ptrace_scope").trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    return capabilities >> 19 & 1 == 1 || (!isFiltered && yama == 0)
  }

  private static var memoryFree: Int? {
    let line = field("MemAvailable", of: text("/proc/meminfo"))
    return line?.split(separator: " ").first.flatMap { Int($0) }.map { $0 << 10 }
  }

  private static func text(_ path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }

  private static func field(_ name: String, of text: String) -> String? {
    let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
    return line.map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
  }
}

extension JobFacts {
  /// Whose the `mpiexec` on the PATH is, asked for outside this job; nil where there is none.
  static var launcher: MPILibrary? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["mpiexec", "--version"]
    process.environment = ProcessInfo.processInfo.environment.filter {
      !["OMPI_", "PMIX_", "PMI_"].contains(where: $0.key.hasPrefix)
    }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return bytes.isEmpty ? nil : MPILibrary(saying: String(decoding: bytes, as: UTF8.self))
  }
}

extension JobFacts.Storage {
  /// The folder, or the nearest one above it that is there.
  init(lookingAt path: String) {
    var folder = URL(fileURLWithPath: path).standardizedFileURL
    while !FileStatus.isDirectory(folder.path), folder.path != "/" { folder.deleteLastPathComponent() }
    self.init(
      path: path, free: Storage.free(folder.path), isWritable: access(folder.path, W_OK) == 0,
      isInMemory: ["tmpfs", "ramfs"].contains(Storage.kind(folder.path)))
  }
}

/// What a file system tells of its room.
private enum Storage {
  /// Bytes that this user may still write; nil where there is no such folder.
  static func free(_ path: String) -> Int? {
    var about = statvfs()
    return statvfs(path, &about) == 0 ? Int(about.f_bavail) * Int(about.f_frsize) : nil
  }

  /// The kind of the file system that a folder lies on, as `mount` names it.
  static func kind(_ path: String) -> String {
    let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
    var nearest = (folder: "", kind: "")
    for line in mounts.split(separator: "\n") {
      let parts = line.split(separator: " ").map(String.init)
      guard parts.count > 2 else { continue }
      let folder = parts[1] == "/" ? "/" : parts[1] + "/"
      // Of two on one folder the later one hides the other.
      if (path + "/").hasPrefix(folder), folder.count >= nearest.folder.count { nearest = (folder, parts[2]) }
    }
    return nearest.kind
  }
}
