import Foundation
import Testing

extension RealRanks {
  /// Models of inputs: what is learnt, counted, drawn and judged of them.
  @Suite struct TrainingModelsOfInputs {
    /// Few hidden units, so that all can be counted.
    static let runFile = """
      name: counted
      data: {format: digits, training: 1200, validation: 237}
      task: density
      rule: {kind: contrastive-divergence, persistent: true, offsets: 0.01}
      network:
        input: {anchor: free, activation: binary}
        layers: [{units: 12, activation: binary, rate: 0.5}]
      training: {epochs: 12, batch: 24, momentum: 0, schedule: cosine}
      tiling: {shards: 8, slices: 4}
      checkpoint: {keep: 1}

      """

    private struct Told: Decodable {
      let exact: Double?
      let ais: Double
      let aisError: Double
      let aisReverse: Double
      let examples: Int
    }

    private func told(_ outcome: Outcome) throws -> Told {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(Told.self, from: Data(outcome.output.utf8))
    }

    private func lines(_ folder: TrainingFolder) throws -> [[String: Any]] {
      try folder.text("run/metrics.jsonl").split(separator: "\n").map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
    }

    @Test(
      "ln p rises, is counted and annealed to the same, from both sides, with the same bytes on every grid")
    func likelihood() throws {
      let folder = try TrainingFolder(Self.runFile)
      let outcome = try folder.train("2x1x1", to: "run", [])
      try #require(outcome.status == 0, "\(outcome.story)")
      let lines = try lines(folder)
      let likelihoods = lines.compactMap { $0["log_likelihood"] as? Double }
      #expect(likelihoods.count == 12 && likelihoods[11] > likelihoods[0] + 1, "\(likelihoods)")
      #expect(likelihoods[11] > -25.5, "\(likelihoods)")
      for key in ["free_energy", "free_energy_gap", "validation_reconstruction", "training_reconstruction"] {
        #expect(lines.allSatisfy { $0[key] is Double }, "\(key)")
      }
      let steps = try lines.map { try #require($0["step"] as? Int) }
      let best = try #require(likelihoods.indices.max { likelihoods[$0] < likelihoods[$1] })
      #expect(folder.text("run/checkpoints/BEST").contains("\(steps[best])"))
      let options = ["--log-likelihood", "--json", "--temperatures", "400", "--chains", "50"]
      let alone = try folder.evaluate("1x1x1", "run", options)
      try #require(alone.status == 0, "\(alone.story)")
      let found = try told(alone)
      let exact = try #require(found.exact)
      #expect(found.examples == 360 && abs(exact - likelihoods[11]) < 1, "\(found)")
      #expect(found.aisError < 0.1 && abs(found.ais - exact) < 0.1, "\(found)")
      #expect(abs(found.aisReverse - exact) < 0.1, "\(found)")
      for grid in ["2x1x1", "1x1x2", "4x1x1", "2x1x4"] {
        let other = try folder.evaluate(grid, "run", options)
        #expect(other.status == 0 && other.output == alone.output, "\(grid): \(other.story)")
      }
      let words = try folder.evaluate("1x1x1", "run", ["--log-likelihood", "--temperatures", "50"])
      #expect(words.output.hasPrefix("test: ln p −") && words.output.contains("counted"), "\(words.story)")
    }

    private func likelihoods(_ settings: [String]) throws -> [Double] {
      let folder = try TrainingFolder(Self.runFile)
      let outcome = try folder.train("2x1x1", to: "run", settings.flatMap { ["--set", $0] })
      try #require(outcome.status == 0, "\(outcome.story)")
      return try lines(folder).compactMap { $0["log_likelihood"] as? Double }
    }

    /// A broken sign or a frozen layer stays where the biases begin.
    @Test("every way to learn finds more than the pixels' means")
    func learning() throws {
      // Rates that move nothing: what is told is of the first biases.
      let first = try #require(likelihoods(["network.layers.0.rate=1e-9", "training.epochs=1"]).last)
      for keys in [
        "persistent: true, offsets: 0.01", "persistent: true", "steps: 1", "steps: 3, offsets: 0.05",
      ] {
        let found = try likelihoods([
          "rule={kind: contrastive-divergence, \(keys)}"
        ])
        #expect(found.count == 12 && found[11] > first + 2.5, "\(keys): \(found), \(first)")
      }
    }

    @Test("Every command takes a model of inputs; chains are drawn as pictures and numbers")
    func commands() throws {
      let folder = try TrainingFolder(Self.runFile)
      let trained = try folder.train("1x1x1", to: "run", ["--set", "training.epochs=2"])
      try #require(trained.status == 0, "\(trained.story)")
      #expect(trained.output.contains("reconstruction"), "\(trained.story)")
      let (run, file) = (folder.path + "/run", folder.path + "/run.yaml")
      _ = try folder.succeeds("report", [run])
      let page = folder.text("run/report.html")
      for words in [
        "Chains of the model", "Autocorrelation", "Log-likelihood", "Free energy", "Receptive fields",
      ] {
        #expect(page.contains(words), "\(words)")
      }
      let sampled = try folder.succeeds(
        "sample", [run, "--count", "9", "--frames", "4", "--iterations", "40"])
      #expect(sampled.output.contains("sample.npy") && sampled.output.contains("energy"), "\(sampled.story)")
      let numbers = try Data(contentsOf: URL(fileURLWithPath: run + "/sample.npy"))
      #expect(String(decoding: numbers.prefix(128), as: UTF8.self).contains("(9, 4, 8, 8, 1)"))
      let again = try folder.succeeds(
        "sample", [run, "--count", "9", "--frames", "4", "--iterations", "40", "--output", run + "/b.png"])
      #expect(again.status == 0)
      #expect(try Data(contentsOf: URL(fileURLWithPath: run + "/b.npy")) == numbers)
      _ = try folder.succeeds("watch-relaxation", [run, "--example", "3"])
      let planned = try folder.succeeds("plan", [file, "-n", "4"])
      #expect(planned.output.contains("best"), "\(planned.story)")
      _ = try folder.succeeds("bench", [file, "--repeats", "1"], codes: [0, 1])
      let verified = try folder.succeeds("verify", [file, "--weights", run])
      #expect(verified.output.contains("against all states counted"), "\(verified.story)")
      let refused = try folder.command("sample", "1x1x1", [run, "--label", "3"]).run()
      #expect(refused.status == 64 && refused.errors.contains("knows no classes"), "\(refused.story)")
    }

    /// Where one sweep teaches nothing more, ln p still would.
    @Test("verify tells a chain that leads astray, and what mends it")
    func astray() throws {
      let short = Self.runFile.replacing("persistent: true, offsets: 0.01", with: "steps: 1")
        .replacing("rate: 0.5", with: "rate: 1").replacing("epochs: 12", with: "epochs: 40")
      let folder = try TrainingFolder(short)
      let trained = try folder.train("2x1x1", to: "run", [])
      try #require(trained.status == 0, "\(trained.story)")
      let outcome = try folder.verify(
        "1x1x2", ["--weights", folder.path + "/run", "--examples", "1200", "--json"])
      #expect(outcome.status == 1, "\(outcome.story)")
      #expect(outcome.output.contains("rule.steps: 2 or more, or persistent: true"), "\(outcome.story)")
    }

    @Test("Classes among the states are learnt, and drawn inputs are refused what they have not")
    func classes() throws {
      let file = """
        name: classes
        data: {format: digits, training: 1200, validation: 237}
        rule: {kind: contrastive-divergence, labels: hybrid}
        network:
          input: {anchor: free, activation: binary}
          layers: [{units: 64, activation: binary, rate: 0.5}, {units: 10, activation: categorical, rate: 0.5}]
        training: {epochs: 12, batch: 20, momentum: 0.9, schedule: cosine}
        checkpoint: {keep: 1}

        """
      let folder = try TrainingFolder(file)
      let outcome = try folder.train("2x1x1", to: "run", [])
      try #require(outcome.status == 0, "\(outcome.story)")
      let last = try #require(try lines(folder).last)
      let (training, test) = (last["training_error"] as? Double ?? 100, last["test_error"] as? Double ?? 100)
      #expect(training < 2 && test < 12, "\(training), \(test)")
      let evaluated = try folder.evaluate("1x2x2", "run", ["--split", "test"])
      #expect(evaluated.status == 0 && evaluated.output.contains("total error"), "\(evaluated.story)")
      let refused = try folder.evaluate("1x1x1", "run", ["--log-likelihood"])
      #expect(refused.status == 64 && refused.errors.contains("is no model of inputs"), "\(refused.story)")
    }
  }
}
