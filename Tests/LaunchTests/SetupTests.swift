import Foundation
import TestBasis
import Testing

/// What setup installs, refuses and says, on machines imitated by programs put before the PATH.
@Suite struct SetupTests {
  /// A machine that lacks every package, as root or not, and with an apt-get that does as told.
  private func machine(user: Int, apt: String = "exit 0") throws -> TemporaryFolder {
    let tools = try TemporaryFolder()
    try tools.script("dpkg-query", "exit 1")
    try tools.script("pkg-config", "exit 1")
    try tools.script("id", "echo \(user)")
    try tools.script("sudo", "exit 1")
    try tools.script("apt-get", "echo \"$*\" >>\"${0%/*}/calls\"; \(apt)")
    return tools
  }
  private let lacking = "libopenmpi-dev zlib1g-dev libssl-dev libpng-dev libjpeg-dev"

  @Test func saysNothingWhenNothingIsMissing() throws {
    let outcome = try run(Repository.setup)
    #expect(outcome.code == 0)
    #expect(outcome.output + outcome.errors == "")
  }

  @Test func whatWorksNeedNotBeAPackage() throws {
    let tools = try TemporaryFolder()
    try tools.script("dpkg-query", "exit 1")
    try tools.script("apt-get", "exit 1")
    #expect(try run(Repository.setup, path: tools.path).code == 0)
  }

  @Test("An MPI in a folder is found where it lies, and told to SwiftPM; one that lacks something is refused")
  func anMPIInAFolder() throws {
    let repository = try TemporaryFolder()
    for name in ["setup", "choice", "other-mpi"] {
      try repository.script(
        "launch/" + name, try String(contentsOfFile: Repository.root + "/launch/" + name, encoding: .utf8))
    }
    let site = try TemporaryFolder()
    for name in [
      "opt/bin/mpiexec", "opt/lib64/libmpich.so", "opt/include/mpi/mpi.h", "opt/lib64/debug/libmpi.so",
    ] {
      try site.script(name, "exit 0")
    }
    let setup = repository.path + "/launch/setup"
    let found = try run(setup, ["--mpi", site.path + "/opt"])
    #expect(found.code == 0, "\(found.errors)")
    let folder = ".build-mpi/at" + (site.path + "/opt").replacing("/", with: "-")
    #expect(
      repository.text(folder + "/places") == "bin=\(site.path)/opt/bin\nlib=\(site.path)/opt/lib64\n")
    #expect(
      repository.text(folder + "/mpi.pc").hasSuffix(
        "Cflags: -I\(site.path)/opt/include/mpi\nLibs: -L\(site.path)/opt/lib64 -lmpich\n"))
    let lacking = try run(setup, ["--mpi", site.path + "/opt/include"])
    #expect(lacking.code == 71)
    #expect(lacking.errors.contains("its launcher is not there"), "\(lacking.errors)")
    let unknown = try run(setup, ["--mpi", "mpi9"])
    #expect(unknown.code == 64 && unknown.errors.contains("knows no MPI 'mpi9'"), "\(unknown.errors)")
  }

  @Test func saysWhatToTypeWhereItMayNotInstall() throws {
    let tools = try machine(user: 1000)
    let outcome = try run(Repository.setup, path: tools.path)
    #expect(outcome.code == 71)
    #expect(outcome.errors.contains("type: sudo apt-get update && sudo apt-get install -y \(lacking)\n"))
    #expect(!tools.has("calls"))
  }

  @Test func installsWhatIsMissingInOneLine() throws {
    let tools = try machine(user: 0, apt: "echo noise; echo noise >&2")
    let outcome = try run(Repository.setup, path: tools.path)
    #expect(outcome.code == 0)
    #expect(outcome.output == "")
    #expect(outcome.errors.hasPrefix("launch/setup: installing \(lacking) with apt-get"))
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(tools.text("calls").contains("install --no-install-recommends \(lacking)\n"))
    #expect(!tools.text("calls").contains("update"))
  }

  @Test func fetchesTheListsWhenTheInstallFails() throws {
    let tools = try machine(
      user: 0, apt: "[[ $* == *update || -e ${0%/*}/once ]] || { : >${0%/*}/once; exit 100; }")
    #expect(try run(Repository.setup, path: tools.path).code == 0)
    let calls = tools.text("calls").split(separator: "\n")
    #expect(calls.count == 3)
    #expect(calls.map { $0.contains(" update") } == [false, true, false])
  }

  @Test func showsTheNoiseOfAnInstallThatFailed() throws {
    let tools = try machine(user: 0, apt: "echo 'E: no such mirror'; exit 100")
    let outcome = try run(Repository.setup, path: tools.path)
    #expect(outcome.code == 71)
    #expect(outcome.errors.contains("E: no such mirror\n"))
    #expect(outcome.errors.hasSuffix("its words are above\n"))
  }

  @Test(arguments: [
    ("echo 'Swift version 5.10.1 (swift-5.10.1-RELEASE)'", "Swift 5.10.1 is too old"),
    ("echo 'swift: libx.so is missing' >&2; exit 127", "swift does not run here: swift: libx.so is missing"),
  ])
  func needsSwift(answer: String, complaint: String) throws {
    let tools = try TemporaryFolder()
    try tools.script("swift", answer)
    let outcome = try run(Repository.setup, path: tools.path)
    #expect(outcome.code == 71)
    #expect(outcome.errors.contains(complaint))
  }

  private static let forPages = [
    "valgrind", "chromium", "rsvg-convert", "zsh", "fish", "mandoc", "shellcheck", "qemu-aarch64",
  ]

  /// What setup for the tests says and installs on a machine without Slurm, its PATH being without daemons; and
  /// without all else that only the tests need, where asked.
  private func withoutSlurm(user: Int, bare: Bool = false) throws -> (Outcome, calls: String) {
    let tools = try TemporaryFolder()
    for name in ["dpkg-query", "sudo"] { try tools.script(name, "exit 1") }
    for name in ["pkg-config", "mpiexec"] { try tools.script(name, "exit 0") }
    try tools.script("python3", "exit \(bare ? 1 : 0)")
    try tools.script("fc-list", "echo \(bare ? "" : "DejaVu Sans")")
    for name in Self.forPages where !bare { try tools.script(name, "exit 0") }
    try tools.script("swift", "echo 'Swift version 6.3.1'")
    try tools.script("id", "echo \(user)")
    try tools.script("apt-get", "echo \"$*\" >>\"${0%/*}/calls\"")
    // A PATH of its own: what this machine has must not be found.
    for name in [
      "bash", "env", "sed", "sort", "head", "tail", "grep", "mktemp", "rm", "cat", "dirname", "sh",
    ] {
      try tools.link(name)
    }
    let repository = try TemporaryFolder()
    let setup = try repository.script(
      "launch/setup", try String(contentsOfFile: Repository.setup, encoding: .utf8))
    let outcome = try run(setup, ["--for-tests"], environment: ["PATH": tools.path])
    return (outcome, tools.text("calls"))
  }

  @Test("What only the tests need is told where it may not be installed, and the tests go on")
  func testsGoOnWithoutWhatTheyCanSkip() throws {
    let (outcome, calls) = try withoutSlurm(user: 1000, bare: true)
    #expect(outcome.code == 0 && calls == "")
    let lacking =
      "valgrind chromium fonts-dejavu-core librsvg2-bin zsh fish mandoc shellcheck qemu-user libc6-dev-arm64-cross libgcc-12-dev-arm64-cross"
    #expect(outcome.errors.contains("type: sudo apt-get update && sudo apt-get install -y \(lacking)\n"))
    #expect(
      outcome.errors.contains("no \(lacking): the tests that count instructions, look at pages or pictures"))
    #expect(outcome.errors.contains("no numpy safetensors tensorboard pyte ("))
    #expect(outcome.errors.hasSuffix("the tests that need them will be skipped\n"))
  }

  @Test("What only the tests need is installed in one line")
  func installsWhatTheTestsNeed() throws {
    let (outcome, calls) = try withoutSlurm(user: 0, bare: true)
    #expect(outcome.code == 0)
    let lacking =
      "valgrind chromium fonts-dejavu-core librsvg2-bin zsh fish mandoc shellcheck qemu-user libc6-dev-arm64-cross libgcc-12-dev-arm64-cross"
    #expect(calls.contains("install --no-install-recommends \(lacking)\n"))
  }

  @Test func slurmIsForRootOnly() throws {
    let (outcome, calls) = try withoutSlurm(user: 1000)
    #expect(outcome.code == 0 && calls == "")
    #expect(outcome.errors.hasPrefix("launch/setup: no slurmctld slurmd "))
    #expect(outcome.errors.hasSuffix(": the tests that submit jobs or make hosts will be skipped\n"))
  }

  // Slurm is installed only where /usr/sbin/policy-rc.d keeps packages from starting daemons.
  @Test func slurmIsInstalledWhereItStaysQuiet() throws {
    let isQuiet = (try? run("/usr/sbin/policy-rc.d", ["munge", "start"]))?.code == 101
    let (outcome, calls) = try withoutSlurm(user: 0)
    #expect(outcome.code == 0)
    #expect(calls.contains("install --no-install-recommends slurmctld slurmd ") == isQuiet)
    #expect(outcome.errors.contains("no slurmctld") != isQuiet)
  }

  @Test func takesNoOtherOption() throws {
    #expect(try run(Repository.setup, ["--for-test"]).code == 64)
    #expect(try run(Repository.setup, ["--help"]).output.contains("--for-tests"))
  }
}
