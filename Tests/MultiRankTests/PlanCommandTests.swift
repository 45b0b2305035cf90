import FileFormats
import Foundation
import Planning
import TestBasis
import Testing
import Training

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

    @Test("Rank 0 picks the grid for all, whatever another would have picked")
    func oneRankPicks() throws {
      let folder = try TrainingFolder(
        TrainingMethod.centered.runFile.replacingOccurrences(of: "units: 144", with: "units: 1024")
          .replacingOccurrences(of: "batch: 20", with: "batch: 4"))
      var best: [String] = []
      for (name, latency) in [("quick.json", 0.0), ("slow.json", 1e4)] {
        var machine = Machine.ordinary
        machine.messages = .init(latency: latency, gigabytesPerSecond: 1e5, reduction: 0, barrier: 0)
        try folder.write(name, machine.json())
        let outcome = try plan(folder, "-n", "2", "--machine", folder.path + "/" + name, "--json")
        let grid = try #require(outcome.output.firstMatch(of: /"grid":"([0-9x]+)"/))
        best.append(String(grid.1))
      }
      try #require(best == ["1x1x2", "2x1x1"], "the two machines suit different grids")
      let program = try BuiltPrograms.folder().appendingPathComponent("eqprop").path
      func arguments(_ machine: String) -> [String] {
        [
          "train", folder.path + "/run.yaml", "--output", folder.path + "/run", "--limit-steps", "3",
          "--stall-limit", "5", "--set", "report.html=false", "--machine", folder.path + "/" + machine,
        ]
      }
      let outcome = try Mpirun(
        executable: "eqprop", ranks: 1,
        arguments: arguments("quick.json") + [":", "-n", "1", program] + arguments("slow.json")
      ).run()
      #expect(outcome.status == 0, "\(outcome.story)")
      #expect(outcome.errors.contains("grid 1x1x2 (replicas"), "\(outcome.story)")
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
