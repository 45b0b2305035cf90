import Foundation
import Testing

extension RealRanks {
  /// `eqprop sweep`: settings × seeds on the ranks of one job.
  @Suite struct SweepTests {
    private static let runFile = """
      name: searched
      data: {format: digits, training: 160, validation: 40}
      network: {layers: [{units: 64, rate: 0.1}, {units: 10, rate: 0.05}]}
      training: {epochs: 2, batch: 16}
      tiling: {shards: 4, slices: 2}

      """

    private static let search = [
      "--set", "nudging.beta=0.2,0.5", "--set", "network.layers.1.rate=0.05,100", "--seeds", "1..3",
    ]

    private func sweep(_ folder: TrainingFolder, ranks: Int, to output: String, _ options: [String] = search)
      throws -> Outcome
    {
      try folder.command(
        "sweep", "\(ranks)x1x1",
        [folder.path + "/run.yaml", "--output", folder.path + "/" + output] + options
      ).run()
    }

    private func object(_ text: String) throws -> [String: Any] {
      try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("The table is the same however many ranks train a run; one that fails is told and stops no other")
    func tables() throws {
      let folder = try TrainingFolder(Self.runFile)
      var tables: [String] = []
      for (ranks, each) in [(1, 1), (4, 1), (4, 2), (3, 2), (8, 4)] {
        let outcome = try sweep(
          folder, ranks: ranks, to: "s\(ranks)-\(each)", Self.search + ["--ranks", "\(each)"])
        try #require(outcome.status == 0, "\(outcome.story)")
        tables.append(outcome.output)
        #expect(outcome.errors.contains("are left over") == (ranks == 3), "\(outcome.story)")
      }
      #expect(Set(tables).count == 1, "\(tables[0])\(tables[1])")
      let lines = tables[0].split(separator: "\n")
      #expect(
        lines[0].contains("nudging.beta") && lines[1].contains(" ± ") && lines[2].contains("0 of 3, 3 failed")
      )
      #expect(lines.filter { $0.hasSuffix("best") }.count == 1)
      #expect(lines.filter { $0.contains("rate=100,seed=2: the relaxation diverged") }.count == 2)
      #expect(folder.names("s4-1/claims").count == 12)
    }

    @Test("Mean and deviation are those of the runs, and a run is what train makes of it")
    func figures() throws {
      let folder = try TrainingFolder(Self.runFile)
      let csv = folder.path + "/runs.csv"
      let outcome = try sweep(
        folder, ranks: 2, to: "s",
        ["--set", "nudging.beta=0.2,0.5", "--seeds", "1..3", "--json", "--csv", csv])
      try #require(outcome.status == 0, "\(outcome.story)")
      let told = try object(outcome.output)
      let groups = try #require(told["groups"] as? [[String: Any]])
      for (index, group) in groups.enumerated() {
        let runs = try #require(group["runs"] as? [[String: Any]])
        let values = try runs.map { try #require($0["validation_error"] as? Double) }
        let mean = values.reduce(0, +) / 3
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2).squareRoot()
        #expect(abs(try #require(group["validation_error"] as? Double) - mean) < 1e-9)
        #expect(abs(try #require(group["validation_error_deviation"] as? Double) - deviation) < 1e-9)
        let alone = try folder.train(
          "1x1x1", to: "alone\(index)", ["--set", "nudging.beta=\(["0.2", "0.5"][index])", "--set", "seed=2"])
        try #require(alone.status == 0)
        let name = try #require(runs[1]["name"] as? String)
        #expect(try folder.remains("alone\(index)") == folder.remains("s/" + name))
      }
      #expect(folder.text("runs.csv").split(separator: "\n").count == 7)
    }

    @Test("What is done is not done again; a search that was stopped goes on, also by two jobs at once")
    func resumed() throws {
      let folder = try TrainingFolder(Self.runFile)
      let options = ["--set", "nudging.beta=0.2,0.5", "--seeds", "1..6", "--set", "training.epochs=150"]
      func start(_ output: String) throws -> Job {
        try folder.command(
          "sweep", "2x1x1", [folder.path + "/run.yaml", "--output", folder.path + "/" + output] + options
        ).start()
      }
      let first = try start("s")
      let deadline = Date().addingTimeInterval(40)
      while folder.names("s").filter({ !folder.checkpoints("s/" + $0).isEmpty }).count < 3, Date() < deadline
      {
        usleep(20_000)
      }
      first.signal(SIGUSR1)
      let stopped = try first.wait()
      #expect(stopped.status == 75, "\(stopped.story)")
      let jobs = [try start("s"), try start("s")]
      let outcomes = try jobs.map { try $0.wait() }
      let last = try sweep(folder, ranks: 1, to: "s", options)
      #expect(outcomes.allSatisfy { $0.status == 0 } && last.status == 0, "\(outcomes.map(\.story))")
      // Between them the two jobs trained every run once, and the third none.
      let trained = (outcomes + [stopped]).map {
        $0.errors.split(separator: "\n").filter { $0.contains(": done in") }
      }
      #expect(trained.joined().count == 12 && !last.errors.contains(": done in"), "\(trained)")
      let whole = try sweep(folder, ranks: 3, to: "whole", options)
      #expect(whole.status == 0 && whole.output == last.output, "\(whole.output)\(last.output)")
    }

    @Test(
      "Mistakes are told before anything is trained",
      arguments: [
        (["--set", "nudging.betta=1,2"], "unknown key 'nudging.betta'; did you mean 'beta'?"),
        (["--seeds", "3..1"], "such as 1..5"), (["--ranks", "3"], "2 were started"),
        (["--set", "a"], "KEY=VALUE"), (["--csv", "x.json"], "ends in .csv is needed; --json prints that"),
        (["--set", "nudging.beta=0.1,0"], "nudging.beta"),
      ])
    func mistakes(options: [String], words: String) throws {
      let folder = try TrainingFolder(Self.runFile)
      let outcome = try sweep(folder, ranks: 2, to: "s", options)
      #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.story)")
      #expect(folder.names("") == ["run.yaml"])
    }
  }
}
