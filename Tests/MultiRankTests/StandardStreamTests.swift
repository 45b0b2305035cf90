import Foundation
import TestBasis
import Testing

extension RealRanks {
  /// The program itself, started by Bash, with standard streams that are closed, full, or read by nobody any more.
  @Suite struct StandardStreams {
    private func run(_ line: String) throws -> Outcome {
      let folder = try TrainingFolder(TrainingMethod.oddShards.runFile)
      let program = try BuiltPrograms.folder().appendingPathComponent("eqprop").path
      var environment = Mpirun(executable: "eqprop", ranks: 1, arguments: []).fullEnvironment()
      environment["e"] = program
      return try Job(
        command: ["bash", "-c", "cd \(folder.path); " + line], environment: environment, limitSeconds: 60
      ).wait()
    }

    @Test(
      "An honest code and an end",
      arguments: [
        ("$e keys >/dev/full", 74), ("$e keys >&-", 74), ("$e --help >/dev/full", 74),
        ("$e --version >&-", 74),
        ("$e keys | head -1; exit ${PIPESTATUS[0]}", 0), ("$e keys 2>&-", 0), ("$e nonsense 2>&-", 64),
        ("$e nonsense 2>/dev/full", 64), ("ulimit -f 4200; yes | head -c 4300000 >o; $e keys >>o", 74),
        ("$e train run.yaml 2>/dev/full >/dev/null", 0), ("$e train run.yaml 2>&- <&- >/dev/null", 0),
        ("$e train run.yaml >&- 2>&-; [[ $? == 74 && $(head -c 1 runs/odd/metrics.jsonl) == '{' ]]", 0),
        ("$e train run.yaml 2>&1 | true; exit ${PIPESTATUS[0]}", 0),
      ] as [(String, Int32)])
    func anHonestCode(line: String, code: Int32) throws {
      let outcome = try run(line)
      #expect(outcome.status == code, "\(outcome.story)")
    }

    @Test("A file that may not become as long is told by its name")
    func fileSize() throws {
      let outcome = try run(
        "ulimit -f 4200; $e train run.yaml --set network.layers.0.units=40000 --set training.epochs=1")
      #expect(outcome.said.last?.contains("cannot be written: File too large") == true, "\(outcome.story)")
    }

    @Test("A path from home, as scripts write it")
    func home() throws {
      let outcome = try run(
        "HOME=$PWD; $e train run.yaml --output=~/'my runs' && ls -d 'my runs' && ! ls -d '~'")
      #expect(outcome.status == 0, "\(outcome.story)")
      let missing = try run("HOME=$PWD; $e plan -n 1 run.yaml --set data.format=npy --set data.path=~/none")
      #expect(missing.status == 66 && !missing.errors.contains("~"), "\(missing.story)")
    }
  }
}
