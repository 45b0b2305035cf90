import Records
import Reporting
import Testing

@Suite struct DiagnosisTests {
  static func rank(_ rank: Int, _ change: (inout RankFacts) -> Void = { _ in }) -> RankFacts {
    var facts = RankFacts(
      rank: rank, host: "a", program: "1f", library: MPILibrary(name: "Open MPI", version: "4.1.4"),
      launched: 2, cores: [0, 1],
      quota: nil,
      isRoot: false, yields: false, readsMemoryOfOthers: true, copiesTwice: false, sharedMemoryFree: 8 << 30,
      memoryFree: 16 << 30, instructions: "avx512")
    change(&facts)
    return facts
  }

  static func job(
    _ ranks: [RankFacts] = [rank(0), rank(1)], latency: Double? = 0.5,
    _ change: (inout JobFacts) -> Void = { _ in }
  ) -> [Finding] {
    var facts = JobFacts(
      ranks: ranks, builtWith: MPILibrary(name: "Open MPI", version: "4.1.4"),
      launcher: MPILibrary(saying: "mpirun (Open MPI) 4.1.4"), isLauncherAllowedRoot: false,
      ping: latency.map { .init(latency: $0, gigabytesPerSecond: 20) },
      runs: .init(path: "runs", free: 1 << 40, isWritable: true, isInMemory: false))
    change(&facts)
    return Diagnosis(facts).findings
  }

  @Test("A sound job has nothing to mend")
  func sound() {
    let findings = Self.job()
    #expect(findings.areSound && findings.allSatisfy { $0.verdict == .fine && $0.remedy == nil })
    #expect(
      findings.text == """
        ok     MPI            Open MPI 4.1.4
        ok     launcher       mpiexec of Open MPI 4.1.4
        ok     world          2 ranks on one host
        ok     cores          2 ranks, one thread each, on 2 cores, avx512
        ok     binding        ranks are not bound to cores, for others may use them; the page on clusters says how
        ok     memory         17.2 GB free; `plan` tells what a run takes
        ok     single copy    ranks may read each other's memory
        ok     shared memory  8.6 GB free in /dev/shm
        ok     messages       0.5 µs for a small message, 20.00 GB/s at 32 kB
        ok     runs           runs: 1.1 TB free

        """)
  }

  @Test("Every MPI is known by what it says, and a figure that cannot be is told as unknown")
  func known() {
    for (text, library) in [
      (
        "Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, repo rev: v4.1.4, May 26, 2022",
        "Open MPI 4.1.4"
      ),
      ("mpiexec (OpenRTE) 4.1.4\n\nReport bugs", "Open MPI 4.1.4"),
      ("mpirun (Open MPI) 5.0.11", "Open MPI 5.0.11"),
      ("MPICH Version:      4.0.2\nMPICH Release date: Thu Apr  7 12:34:45 CDT 2022\n", "MPICH 4.0.2"),
      ("HYDRA build details:\n    Version:                   5.0.2\n    Release Date: x", "MPICH 5.0.2"),
      ("Intel(R) MPI Library 2021.19 for Linux* OS\n", "Intel MPI 2021.19"),
      ("Intel(R) MPI Library for Linux* OS, Version 2021.19.0 Build 20260929", "Intel MPI 2021.19.0"),
      ("Intel MPI 2021.19.0", "Intel MPI 2021.19.0"), ("another", "another"),
    ] { #expect(MPILibrary(saying: text).description == library) }
    #expect(MPILibrary(saying: "Intel MPI 2021.19").fits(MPILibrary(saying: "Intel MPI 2021.19.0")))
    #expect(!MPILibrary(saying: "Open MPI 5.0.1").fits(MPILibrary(saying: "Open MPI 4.1.4")))
    #expect(!MPILibrary(saying: "MPICH 4.0.2").fits(MPILibrary(saying: "Open MPI 4.1.4")))
    let alone = Self.job([Self.rank(0) { $0.cores = [0] }, Self.rank(1) { $0.cores = [1] }])
    #expect(alone.text.contains("ok     binding        each rank has a core of its own\n"), "\(alone.text)")
    let odd = Self.job { $0.ping?.gigabytesPerSecond = 65536 }
    #expect(odd.text.contains("0.5 µs for a small message, GB/s at 32 kB unknown"), "\(odd.text)")
  }

  struct Trouble: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let verdict: Finding.Verdict
    let topic: String
    let remedy: String
    let findings: @Sendable () -> [Finding]
  }

  static let troubles = [
    Trouble(testDescription: "other libraries", verdict: .fault, topic: "MPI", remedy: "same MPI") {
      job([rank(0), rank(1) { $0.library.version = "5.0.1" }])
    },
    Trouble(
      testDescription: "a library it was not built with", verdict: .fault, topic: "MPI", remedy: "--mpi"
    ) {
      job { ($0.builtWith.version, $0.launcher) = ("5.0.1", MPILibrary(saying: "mpirun (Open MPI) 5.0.1")) }
    },
    Trouble(testDescription: "no launcher", verdict: .notice, topic: "launcher", remedy: "launch/setup") {
      job { $0.launcher = nil }
    },
    Trouble(testDescription: "MPICH's launcher", verdict: .fault, topic: "launcher", remedy: "PATH") {
      job { $0.launcher = MPILibrary(saying: "HYDRA build details:\n  Version: 4.0.2") }
    },
    Trouble(testDescription: "lonely ranks", verdict: .fault, topic: "world", remedy: "launch/run does") {
      job([rank(0)])
    },
    Trouble(
      testDescription: "another build on one host", verdict: .fault, topic: "program", remedy: "build once"
    ) {
      job([rank(0), rank(1), rank(2) { ($0.host, $0.program) = ("b", "2e") }])
    },
    Trouble(testDescription: "root", verdict: .notice, topic: "root", remedy: "OMPI_ALLOW_RUN_AS_ROOT=1") {
      job([rank(0) { $0.isRoot = true }, rank(1)])
    },
    Trouble(testDescription: "files in memory", verdict: .notice, topic: "left behind", remedy: "remove") {
      job([rank(0) { $0.leftBehind = .init(files: 3, bytes: 12 << 20) }, rank(1)])
    },
    Trouble(
      testDescription: "more ranks than cores", verdict: .fault, topic: "cores", remedy: "launch/run -n 2"
    ) {
      job((0..<3).map { rank($0) })
    },
    Trouble(
      testDescription: "more ranks than cores that yield", verdict: .notice, topic: "cores",
      remedy: "launch/run -n 2"
    ) { job((0..<3).map { rank($0) { $0.yields = true } }) },
    Trouble(
      testDescription: "a container's limit", verdict: .fault, topic: "cores", remedy: "launch/run -n 1"
    ) {
      job([rank(0) { $0.quota = 0.5 }, rank(1) { $0.quota = 0.5 }])
    },
    Trouble(
      testDescription: "two ranks on one core", verdict: .fault, topic: "binding", remedy: "binding_policy"
    ) {
      job([rank(0) { $0.cores = [1] }, rank(1) { $0.cores = [1] }, rank(2) { $0.cores = [0, 2] }])
    },
    Trouble(testDescription: "no single copy", verdict: .notice, topic: "single copy", remedy: "SYS_PTRACE") {
      job([rank(0) { $0.readsMemoryOfOthers = false }, rank(1)])
    },
    Trouble(
      testDescription: "Docker's shared memory", verdict: .notice, topic: "shared memory",
      remedy: "--shm-size"
    ) {
      job([rank(0) { $0.sharedMemoryFree = 64 << 20 }, rank(1)])
    },
    Trouble(testDescription: "a slow host", verdict: .fault, topic: "messages", remedy: "yield") {
      job(latency: 800)
    },
    Trouble(
      testDescription: "a busy host", verdict: .notice, topic: "messages", remedy: "when they are done"
    ) {
      job(latency: 300) { $0.othersShare = 0.4 }
    },
    Trouble(
      testDescription: "a slow host, others quiet", verdict: .fault, topic: "messages", remedy: "yield"
    ) {
      job(latency: 300) { $0.othersShare = 0.04 }
    },
    Trouble(testDescription: "a slow network", verdict: .notice, topic: "messages", remedy: "--grid 2x1x1") {
      job([rank(0), rank(1) { $0.host = "b" }], latency: 800)
    },
    Trouble(testDescription: "one rank", verdict: .notice, topic: "messages", remedy: "-n 2 doctor") {
      job([rank(0) { $0.launched = 1 }], latency: nil)
    },
    Trouble(testDescription: "a folder of others", verdict: .fault, topic: "runs", remedy: "--output") {
      job { $0.runs.isWritable = false }
    },
    Trouble(testDescription: "a folder in memory", verdict: .notice, topic: "runs", remedy: "on a disk") {
      job { $0.runs.isInMemory = true }
    },
    Trouble(testDescription: "little room", verdict: .notice, topic: "runs", remedy: "make room") {
      job { $0.runs.free = 1 << 29 }
    },
  ]

  @Test("Each trouble is found, alone, with what mends it", arguments: troubles)
  func trouble(trouble: Trouble) throws {
    let findings = trouble.findings()
    let found = findings.filter { $0.verdict != .fine }
    try #require(found.count == 1, "\(findings.text)")
    #expect(found[0].verdict == trouble.verdict && found[0].topic == trouble.topic, "\(found[0])")
    #expect(found[0].remedy?.contains(trouble.remedy) == true, "\(found[0])")
    #expect(findings.areSound == (trouble.verdict != .fault))
    #expect(findings.json.contains("\"verdict\":\"\(trouble.verdict.rawValue.lowercased())\""))
  }
}
