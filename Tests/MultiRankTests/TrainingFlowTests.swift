import Foundation
import Testing

extension RealRanks {
  /// Flows: what is learnt, drawn, judged and shown of them.
  @Suite struct TrainingFlowsOfDigits {
    /// Of classes, so that samples can be asked for by label; few steps, so judged mildly.
    static let runFile = """
      name: flow
      data: {format: digits, training: 1536, validation: 0, normalize: {mean: [0.5], deviation: [0.5]}}
      task: flow
      network:
        input: {anchor: {spring: 15}}
        layers: [{units: 64, rate: 3.0e-3}, {units: 10, anchor: clamped, rate: 3.0e-3}]
      training: {epochs: 40, batch: 256, average: 0.98}
      tiling: {shards: 4}
      checkpoint: {keep: 1}

      """

    private static let trained = Result { () -> TrainingFolder in
      let folder = try TrainingFolder(runFile).removedAtExit()
      let outcome = try folder.train("2x1x1")
      try #require(outcome.status == 0, "\(outcome.story)")
      return folder
    }

    private func lines(_ folder: TrainingFolder) throws -> [[String: Any]] {
      try folder.text("run/metrics.jsonl").split(separator: "\n").map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
    }

    @Test("A flow learns: the loss falls, R² rises, and every figure of velocities is told")
    func learns() throws {
      let lines = try lines(Self.trained.get())
      let (first, last) = (try #require(lines.first), try #require(lines.last))
      let losses = [first, last].compactMap { $0["training_loss"] as? Double }
      #expect(losses.count == 2 && losses[0] > 1.2 && losses[1] < 0.75, "\(losses)")
      let r2 = try #require(last["training_r2"] as? Double)
      #expect(r2 > 0.5, "\(r2)")
      for key in ["speed", "path_speed"] + (0..<5).map({ "loss_t\(20 * $0)" }) {
        #expect(last["training_" + key] is Double && last["test_" + key] is Double, "\(key)")
      }
    }

    /// A layer left as it began, or a spring that shows nothing, would do worse.
    @Test("Without one of its layers it learns less", arguments: [0, 1])
    func frozen(layer: Int) throws {
      let folder = try TrainingFolder(Self.runFile)
      let outcome = try folder.train("2x1x1", to: "run", ["--set", "network.layers.\(layer).rate=0"])
      try #require(outcome.status == 0, "\(outcome.story)")
      let losses = try [Self.trained.get(), folder].map {
        try #require(try lines($0).last?["training_loss"] as? Double)
      }
      #expect(losses[1] > losses[0] + 0.02, "\(losses)")
    }

    @Test("Samples have the same bytes on any number of ranks, and are of the label asked for")
    func samples() throws {
      let folder = try Self.trained.get()
      let run = folder.path + "/run"
      func sample(_ ranks: String, _ options: [String] = []) throws -> [UInt8] {
        let output = folder.path + "/s\(ranks)"
        let outcome = try folder.command(
          "sample", ranks, [run, "--count", "70", "--step", "0.05", "--output", output + ".png"] + options
        ).run()
        try #require(outcome.status == 0, "\(outcome.story)")
        #expect(outcome.output.contains("-path.png") && outcome.output.contains("t 0.1"), "\(outcome.story)")
        return try folder.bytes("s\(ranks).npy")
      }
      let alone = try sample("1x1x1")
      #expect(String(decoding: alone.prefix(128), as: UTF8.self).contains("(70, 10, 8, 8, 1)"))
      for ranks in ["2x1x1", "3x1x1", "4x1x1"] { #expect(try sample(ranks) == alone, "\(ranks)") }
      #expect(try sample("1x1x1", ["--label", "7"]) != alone)
      #expect(try sample("1x1x1", ["--weights", "average"]) != alone)
      #expect(try sample("1x1x1", ["--sampler", "gradient"]) != alone)
      let refused = try folder.command("sample", "1x1x1", [run, "--label", "10"]).run()
      #expect(refused.status == 64 && refused.errors.contains("the classes are 0 to 9"), "\(refused.story)")
    }

    @Test("judge tells how good samples are, the same on every grid, and fails where a limit is missed")
    func judge() throws {
      let folder = try Self.trained.get()
      let run = folder.path + "/run"
      let options = [run, "--count", "400", "--step", "0.05", "--json"]
      let outcome = try folder.command("judge", "2x1x1", options + ["--limit", "label_share=0.5"]).run()
      try #require(outcome.status == 0, "\(outcome.story)")
      let told = try #require(
        try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
      func figure(_ key: String) throws -> Double { try #require(told[key] as? Double, "\(key)") }
      // Noise is at 44, halves of the data at .3.
      #expect(try 0.3..<6 ~= figure("frechet_pixels") && 0.2..<0.5 ~= figure("frechet_floor"))
      #expect(try figure("frechet_features") > figure("frechet_features_floor"))
      #expect(try figure("classifier_error") < 3 && figure("label_share") > 0.5, "\(told)")
      #expect(
        try figure("nearest_ratio") > 0.8 && figure("copied_share") < 0.03 && figure("confident_share") > 0.3)
      #expect((told["class_shares"] as? [Double])?.count == 10)
      let other = try folder.command("judge", "1x1x1", options).run()
      #expect(other.status == 0 && other.output == outcome.output, "\(other.story)")
      let missed = try folder.command(
        "judge", "1x1x1", Array(options.dropLast()) + ["--limit", "frechet_pixels=0.01"]
      ).run()
      #expect(
        missed.status == 1 && missed.output.contains("missed: frechet_pixels ≤ 0.01"), "\(missed.story)")
      let wrong = try folder.command("judge", "1x1x1", [run, "--limit", "beauty=1"]).run()
      #expect(wrong.status == 64 && wrong.errors.contains("frechet_pixels"), "\(wrong.story)")
    }

    @Test("Every command takes a flow")
    func commands() throws {
      let folder = try Self.trained.get()
      let (run, file) = (folder.path + "/run", folder.path + "/run.yaml")
      _ = try folder.succeeds("report", [run])
      let page = folder.text("run/report.html")
      for words in [
        "The flow", "Samples from the same noise", "Loss by time", "Relaxation of single examples",
      ] {
        #expect(page.contains(words), "\(words)")
      }
      #expect(!page.contains("Inputs told again"))
      _ = try folder.succeeds("watch-relaxation", [run, "--example", "3"])
      for weights in ["last", "average"] {
        let evaluated = try folder.succeeds("evaluate", [run, "--weights", weights, "--json"])
        #expect(evaluated.output.contains("\"loss\""), "\(evaluated.story)")
      }
      let planned = try folder.succeeds("plan", [file, "-n", "4"])
      #expect(planned.output.contains("best"), "\(planned.story)")
      _ = try folder.succeeds("bench", [file, "--repeats", "1"], codes: [0, 1])
      let refused = try folder.command("predict", "1x1x1", [run]).run()
      #expect(refused.status == 64 && refused.errors.contains("sample draws from it"), "\(refused.story)")
    }

    @Test("A run that starts over shows no samples of the one before")
    func fresh() throws {
      let folder = try TrainingFolder(Self.runFile)
      let first = try folder.train("1x1x1", to: "run", ["--limit-steps", "1"])
      try #require(first.status == 0, "\(first.story)")
      try folder.write("run/samples/epoch-000001.npy", "of this run")
      let resumed = try folder.train("1x1x1", to: "run", ["--limit-steps", "2"])
      try #require(resumed.status == 0, "\(resumed.story)")
      #expect(folder.names("run/samples").count == 1)
      let again = try folder.train("1x1x1", to: "run", ["--limit-steps", "1", "--fresh"])
      try #require(again.status == 0, "\(again.story)")
      #expect(folder.names("run/samples").isEmpty)
    }

    @Test("judge asks for enough examples")
    func few() throws {
      let folder = try TrainingFolder(Self.runFile)
      let outcome = try folder.train(
        "1x1x1", to: "run", ["--limit-steps", "1", "--set", "data.training=80", "--set", "training.batch=40"])
      try #require(outcome.status == 0, "\(outcome.story)")
      let judged = try folder.command("judge", "1x1x1", [folder.path + "/run"]).run()
      #expect(judged.status == 64 && judged.errors.contains("100 are needed"), "\(judged.story)")
    }

    @Test("verify passes, with the same bytes on every grid")
    func verifies() throws {
      let folder = try TrainingFolder(Self.runFile)
      let grids = ["1x1x1", "2x2x1", "1x2x2"]
      let told = try grids.map { grid in
        let outcome = try folder.command(
          "verify", grid, [folder.path + "/run.yaml", "--grid", grid, "--json"]
        ).run()
        #expect(outcome.status == 0, "\(grid): \(outcome.story)")
        return outcome.output.replacing(grid, with: "")
      }
      #expect(Set(told).count == 1)
    }

    @Test("Averages of weights are those of the steps' weights")
    func averages() throws {
      let folder = try TrainingFolder(Self.runFile)
      for (steps, run) in [(2, "two"), (3, "three")] {
        let outcome = try folder.train(
          "1x1x1", to: run,
          ["--limit-steps", "\(steps)", "--set", "checkpoint.every=1", "--set", "checkpoint.keep=9"])
        try #require(outcome.status == 0, "\(outcome.story)")
      }
      func tensor(_ step: Int, _ name: String) throws -> [Float] {
        try folder.tensor("three/checkpoints/step-00000000\(step)/layer-1.safetensors", name)
      }
      var average = try tensor(1, "layers.1.weight")
      for step in 1...3 {
        let weights = try tensor(step, "layers.1.weight")
        let share = Float(1 - min(0.98, Double(step - 1) / Double(step + 9)))
        for i in average.indices { average[i] += share * (weights[i] - average[i]) }
        let kept = try tensor(step, "layers.1.weight.average")
        #expect(zip(kept, average).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) }, "\(step)")
      }
      let refused = folder.command(
        "evaluate", "1x1x1", [folder.path + "/plain", "--weights", "average"]
      )
      let plain = try folder.train(
        "1x1x1", to: "plain", ["--limit-steps", "1", "--set", "training.average=null"])
      try #require(plain.status == 0, "\(plain.story)")
      let outcome = try refused.run()
      #expect(outcome.status == 64 && outcome.errors.contains("keeps no averages"), "\(outcome.story)")
    }
  }
}

extension TrainingFolder {
  /// A tensor of Float32 in a safetensors file.
  fileprivate func tensor(_ file: String, _ name: String) throws -> [Float] {
    let bytes = try bytes(file)
    let size = bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    let head = try #require(
      try JSONSerialization.jsonObject(with: Data(bytes[8..<8 + size])) as? [String: Any])
    let entry = try #require(head[name] as? [String: Any], "\(name)")
    let offsets = try #require(entry["data_offsets"] as? [Int])
    return bytes[(8 + size + offsets[0])..<(8 + size + offsets[1])].withUnsafeBytes { raw in
      (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }
}
