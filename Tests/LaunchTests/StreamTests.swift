import Foundation
import TestBasis
import Testing

/// Standard streams that are closed, full, or read by nobody any more: an honest code, and an end.
@Suite struct StreamTests {
  /// What a line of Bash ends with that starts `launch/run` as `$run`; its ranks tell a result and say something.
  private func code(_ line: String) throws -> Outcome {
    let folder = try TemporaryFolder()
    let program = try folder.script(
      "program", "for i in {1..2000}; do echo result $i; done; echo said $i >&2")
    return try run(
      "bash", ["-c", line], in: folder.path,
      environment: ["EQPROP_EXECUTABLE": program, "run": Repository.run + " -n 1"])
  }

  @Test(
    arguments: [
      ("$run train >/dev/full", 74), ("$run train >&-", 74), ("$run --help >/dev/full", 74),
      ("$run --help >&-", 74),
      ("$run train >/dev/null 2>/dev/full", 0),
      ("$run train >/dev/null 2>&-", 0), ("$run train <&- >/dev/null", 0), ("$run -n 0 2>&-", 64),
      ("$run -n 0 2>/dev/full", 64), ("$run train | head -1; exit ${PIPESTATUS[0]}", 0),
      ("$run train 2>&1 | true; exit ${PIPESTATUS[0]}", 0),
      ("$run --help | head -1; exit ${PIPESTATUS[0]}", 0),
    ] as [(String, Int32)])
  func anHonestCode(line: String, code: Int32) throws {
    let outcome = try self.code(line)
    #expect(outcome.code == code, "\(outcome.errors)")
    guard code == 74 else { return }
    #expect(outcome.errors.contains("launch/run: standard output cannot be written: "), "\(outcome.errors)")
  }

  @Test func resultsComeWhole() throws {
    let outcome = try code("$run train")
    #expect(outcome.code == 0)
    #expect(outcome.output == (1...2000).map { "result \($0)\n" }.joined())
  }

  @Test(
    "Files that may not become as long as MPI's own, or hold anything, are told", arguments: [0, 1, 4000])
  func fileSize(kilobytes: Int) throws {
    let outcome = try code("(ulimit -f \(kilobytes); $run train) 2>&1 | cat; exit ${PIPESTATUS[0]}")
    #expect(outcome.code == 74)
    #expect(
      outcome.output.contains(
        kilobytes == 0 ? "nothing can be written to " : "not be longer than \(kilobytes) kB"),
      "\(outcome.output)")
  }
}
