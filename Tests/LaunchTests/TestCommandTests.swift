import Foundation
import TestBasis
import Testing

/// `launch/test` and `.ci/run`, with a `swift` that only notes what it is asked.
@Suite struct TestCommandTests {
  @Test(arguments: [Repository.test, Repository.root + "/.ci/run"])
  func checksBuildsAndTests(script: String) throws {
    let tools = try TemporaryFolder()
    try tools.script("python3", "exit 0")
    try tools.script(
      "swift",
      """
      echo "$*" >>"${0%/*}/calls"
      case $1 in
        --version) echo 'Swift version 6.3.1' ;;
        test) echo "long ${EQPROP_LONG_TESTS:-no}"; echo 'the summary'; exit 3 ;;
      esac
      """)
    let outcome = try run(script, ["--long", "--filter", "A B"], in: tools.path, path: tools.path)
    #expect(outcome.code == 3)
    #expect(outcome.output.hasSuffix("long 1\nthe summary\n"))
    let calls = tools.text("calls").split(separator: "\n")
    try #require(calls.count == 5)
    #expect(calls[1] == "format lint --strict --recursive Sources Tests Package.swift")
    #expect(calls[2].hasPrefix("build -c release --build-tests"))
    #expect(calls[3].hasPrefix("build -c release --package-path Tests/Stranger --scratch-path .build "))
    #expect(calls[4].hasPrefix("test -c release --disable-xctest"))
    #expect(calls[4].hasSuffix(" --filter A B"))
  }

  @Test("With --mpi the programs are built with that MPI, and only the tests that start ranks run")
  func anotherMPI() throws {
    let checkout = try TemporaryFolder()
    _ = try run("cp", ["-r", Repository.root + "/launch", checkout.path])
    try checkout.write(".build-mpi/mpich/places", "bin=\(checkout.path)/bin\nlib=/some/lib\n")
    try checkout.script("bin/mpiexec", "echo 'HYDRA build details:'")
    try checkout.script("bin/python3", "exit 0")
    try checkout.script(
      "bin/swift",
      """
      case $1 in --version) echo 'Swift version 6.3.1' && exit ;; esac
      echo "${PKG_CONFIG_PATH-} ${EQPROP_TEST_PROGRAMS-} ${EQPROP_TEST_HYDRA-} $*" >>"${0%/*}/calls"
      """)
    let outcome = try run(
      checkout.path + "/launch/test", ["--mpi", "mpich"], in: checkout.path,
      environment: ["PKG_CONFIG_PATH": "mine"], path: checkout.path + "/bin")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let folder = checkout.path + "/.build-mpi/mpich"
    let calls = checkout.text("bin/calls").split(separator: "\n")
    for (call, product) in zip(calls.dropFirst(3), ["eqprop", "rank-checks"]) {
      #expect(
        call.hasPrefix("\(folder)   build --scratch-path \(folder)/build ")
          && call.hasSuffix(" --product \(product)"))
    }
    #expect(calls.count == 6)
    #expect(
      calls.last
        == "mine \(folder)/build/release 1 test -c release --disable-xctest --disable-testable-imports --filter MultiRankTests --skip-build"
    )
  }

  @Test func testsThatDoNotEndAreEndedAndShowWhatTheySaid() throws {
    let tools = try TemporaryFolder()
    try tools.script("python3", "exit 0")
    try tools.script(
      "swift",
      """
      case $1 in
        --version) echo 'Swift version 6.3.1' ;;
        test) sleep 50 || { echo 'what was said'; exit 1; } ;;
      esac
      """)
    let outcome = try run(
      Repository.test, in: tools.path, environment: ["EQPROP_TEST_MINUTES": "0.02"], path: tools.path)
    #expect(outcome.code == 1)
    #expect(outcome.output.hasSuffix("what was said\n"))
    #expect(outcome.errors.contains("launch/test: still testing after 0.02 minutes"))
  }

  @Test func stopsAtAFileOutOfFormat() throws {
    let tools = try TemporaryFolder()
    try tools.script("python3", "exit 0")
    try tools.script(
      "swift",
      "case $1 in --version) echo 'Swift version 6.3.1' ;; format) exit 1 ;; *) echo built ;; esac")
    let outcome = try run(Repository.test, path: tools.path)
    #expect(outcome.code == 1)
    #expect(!outcome.output.contains("built"))
  }

  // Needs shellcheck.
  @Test(.enabled(if: Repository.hasShellcheck, "needs shellcheck")) func scriptsAreClean() throws {
    let folder = Repository.root + "/launch/"
    let scripts = (FileManager.default.subpaths(atPath: folder) ?? []).map { folder + $0 }.filter {
      let text = (try? String(contentsOfFile: $0, encoding: .utf8)) ?? ""
      return text.hasPrefix("#!/usr/bin/env bash\n") || text.hasPrefix("# shellcheck shell=bash")
    }
    #expect(scripts.count >= 14)
    let outcome = try run(
      "shellcheck",
      ["--external-sources", "--source-path=SCRIPTDIR"] + scripts + [Repository.root + "/.ci/run"])
    #expect(outcome.code == 0, "\(outcome.output)")
  }
}
