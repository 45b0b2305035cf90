import FileFormats
import Foundation
import Testing

extension RealRanks {
  @Suite struct PlanCommands {
    private func plan(_ folder: TrainingFolder, _ options: String..., ranks: Int = 1) throws -> Outcome {
      try Mpirun(
        executable: "eqprop", ranks: ranks, arguments: ["plan", folder.path + "/run.yaml"] + options
      ).run()
    }

    @Test("One rank plans for many, and the best grid is the one that training takes")
    func best() throws {
      let folder = try TrainingFolder(TrainingMethod.centered.runFile)
      let outcome = try plan(folder, "-n", "4", "--json")
      try #require(outcome.status == 0, "\(outcome.story)")
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
      let grids = try #require(object["grids"] as? [[String: Any]])
      let names = grids.compactMap { $0["grid"] as? String }
      #expect(Set(names) == ["4x1x1", "2x2x1", "2x1x2", "1x2x2", "1x1x4"])
      let trained = try Mpirun(
        executable: "eqprop", ranks: 4,
        arguments: ["train", folder.path + "/run.yaml", "--output", folder.path + "/r", "--limit-steps", "1"]
      ).run()
      #expect(trained.errors.contains("grid \(names[0]) "), "\(trained.story)")
      let text = try plan(folder, "--grid", "2x1x2", ranks: 2)
      #expect(text.status == 0 && text.output.contains("\n2x1x2  "), "\(text.story)")
      #expect(text.output.components(separatedBy: "best").count == 2, "\(text.story)")
    }

    @Test("Mistakes are told in one line")
    func mistakes() throws {
      let folder = try TrainingFolder(TrainingMethod.centered.runFile)
      try folder.write("other.json", "{}")
      for (options, code, message) in [
        (["-n", "7"], 64, "no grid of 7 ranks"), (["-n", "0"], 64, "-n 0"), ([], 64, "-n RANKS or --grid"),
        (["-n", "2", "--grid", "2x2x1"], 64, "has 4 ranks, not 2"), (["--grid", "2x"], 64, "--grid 2x"),
        (["-n", "2", "--machine", folder.path + "/none.json"], 66, "none.json"),
        (["-n", "2", "--machine", folder.path + "/other.json"], 65, "no figures of a machine"),
      ] as [([String], Int32, String)] {
        let outcome = try Mpirun(
          executable: "eqprop", ranks: 1, arguments: ["plan", folder.path + "/run.yaml"] + options
        ).run()
        #expect(outcome.status == code, "\(options) \(outcome.story)")
        #expect(outcome.errors.contains(message), "\(options) \(outcome.story)")
      }
    }
  }
}
