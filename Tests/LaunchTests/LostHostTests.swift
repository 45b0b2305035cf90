import Foundation
import TestBasis
import Testing

/// Which hosts and how many ranks a restart takes, told by an imitated `mpirun` and `ssh`.
@Suite struct LostHostTests {
  /// Starts a job on hosts a, b and c that ends with 86 at first; `lost` are the hosts that do not answer, and a run file
  /// has grids of the ranks in `possible` only.
  private func attempts(
    lost: String, possible: String = "1 2 3 4 6", restarts: Int = 1,
    hosts: String = "a slots=2\nb slots=2\nc slots=2\n",
    _ command: [String] = ["train", "m.yaml", "--grid", "6x1x1", "--set", "seed=2", "--fresh"]
  ) throws -> (calls: [String], outcome: Outcome) {
    let tools = try TemporaryFolder()
    try tools.launcher(
      """
      if [[ " $* " == *' plan '* ]]; then
        [[ ' \(possible) ' == *" ${*: -1} "* ]] && exit 0 || exit 64
      fi
      echo "$*" >>"${0%/*}/calls"
      while (($#)) && [[ $1 != --hostfile ]]; do shift; done
      [[ ${1-} != --hostfile ]] || tr '\\n' ';' <"$2" >>"${0%/*}/calls"
      echo >>"${0%/*}/calls"
      (($(wc -l <"${0%/*}/calls") > 2)) || exit 86
      """)
    try tools.script("ssh", "[[ ' \(lost) ' != *\" $1 \"* ]]")
    try tools.write("hosts", hosts)
    let outcome = try run(
      Repository.run, ["--hosts", tools.path + "/hosts", "-n", "6", "--restarts", "\(restarts)"] + command,
      environment: ["EQPROP_EXECUTABLE": "/bin/true"], path: tools.path)
    return (tools.text("calls").split(separator: "\n").map(String.init), outcome)
  }

  @Test func whereAllAnswerNothingChanges() throws {
    let (calls, outcome) = try attempts(lost: "")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(calls.count == 4 && calls[1] == calls[3])
    #expect(calls[2].hasSuffix("-n 6 /bin/true train m.yaml --grid 6x1x1 --set seed=2 --fresh"), "\(calls)")
    #expect(!outcome.errors.contains("no answer"))
  }

  @Test func aLostHostIsLeftOutWithItsRanksAndTheGridOfAll() throws {
    let (calls, outcome) = try attempts(lost: "b")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("launch/run: no answer from b; going on without, on 4 of 6 ranks\n"))
    #expect(calls.count == 4 && calls[3] == "a slots=2;c slots=2;", "\(calls)")
    #expect(calls[2].hasSuffix("-n 4 /bin/true train m.yaml --set seed=2 --fresh"), "\(calls)")
  }

  @Test func ranksThatNoGridOfTheTilesHasAreNotStarted() throws {
    let (calls, outcome) = try attempts(lost: "b", possible: "1 2 3 6")
    #expect(outcome.errors.contains("going on without, on 3 of 6 ranks\n"), "\(outcome.errors)")
    #expect(calls[2].contains(" -n 3 "), "\(calls)")
  }

  @Test func whereSlotsAreLeftTheGridStays() throws {
    let (calls, _) = try attempts(lost: "c", hosts: "# ours\na slots=4\nb slots=4 max_slots=8\nc slots=4\n")
    #expect(calls[3] == "a slots=4;b slots=4 max_slots=8;", "\(calls)")
    #expect(calls[2].hasSuffix("-n 6 /bin/true train m.yaml --grid 6x1x1 --set seed=2 --fresh"), "\(calls)")
  }

  @Test func aHostOnSeveralLinesHasASlotForEach() throws {
    let (calls, outcome) = try attempts(lost: "b", hosts: "a\na\na\nb\nb\nc\n")
    #expect(outcome.errors.contains("going on without, on 4 of 6 ranks\n"), "\(outcome.errors)")
    #expect(calls[3] == "a;a;a;c;", "\(calls)")
  }

  @Test func withoutAnyHostTheJobEnds() throws {
    let (calls, outcome) = try attempts(lost: "a b c")
    #expect(outcome.code == 71)
    #expect(outcome.errors.contains("none of the hosts in "), "\(outcome.errors)")
    #expect(calls.count == 2)
  }

  @Test func withoutRestartsTheLostHostIsNamedAllTheSame() throws {
    let (_, outcome) = try attempts(lost: "c b", restarts: 0)
    #expect(outcome.code == 86)
    #expect(outcome.errors.hasSuffix("launch/run: no answer from b, c\n"), "\(outcome.errors)")
  }
}
