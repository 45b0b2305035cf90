import Foundation
import Testing

extension RealRanks {
  /// Layers that learn by themselves: what is learnt, told and shown of them.
  @Suite struct TrainingLayersByThemselves {
    private static let runFile = """
      name: layers
      data: {format: digits, training: 600, validation: 200}
      rule: {kind: forward-forward, negatives: hard, peers: 0.06}
      network:
        layers: [{units: 96, rate: 2.0e-3}, {units: 80, rate: 2.0e-3}, {units: 10}]
      training: {epochs: 20, batch: 20, schedule: {kind: linear, hold: 0.5}}
      checkpoint: {keep: 1}

      """

    private static let trained = Result { () -> TrainingFolder in
      let folder = try TrainingFolder(runFile).removedAtExit()
      let outcome = try folder.train("1x2x1")
      try #require(outcome.status == 0, "\(outcome.story)")
      return folder
    }

    private func last(_ folder: TrainingFolder) throws -> [String: Any] {
      try #require(try folder.lines().last)
    }

    @Test("Each layer learns to tell its own positives and negatives apart, and is told of")
    func learns() throws {
      let told = try last(Self.trained.get())
      func layers(_ key: String) throws -> [Double] {
        let values = try #require(told[key] as? [Double], "\(key)")
        try #require(values.count == 2, "\(key): \(values)")
        return values
      }
      #expect(try #require(told["validation_error"] as? Double) < 14, "\(told)")
      for layer in 0..<2 {
        #expect(try layers("goodness_positive")[layer] > layers("goodness_negative")[layer] + 10)
        #expect(try layers("separated")[layer] > 97 && layers("layer_errors")[layer] < 16, "\(told)")
        #expect(try layers("dead_units")[layer] < 20)
      }
      #expect(told["energy"] == nil)
    }

    @Test(
      "A layer that is frozen tells little by itself, and takes nothing from the other", arguments: [0, 1])
    func frozen(layer: Int) throws {
      let folder = try TrainingFolder(Self.runFile)
      let outcome = try folder.train("1x1x1", ["--set", "network.layers.\(layer).rate=0"])
      try #require(outcome.status == 0, "\(outcome.story)")
      let errors = try #require(try last(folder)["layer_errors"] as? [Double])
      #expect(errors[layer] > 60 && errors[1 - layer] < 24, "\(errors)")
    }

    @Test(
      "Every goodness learns, with labels at every layer too",
      arguments: ["squares", "top", "entmax", "burstiness"])
    func goodness(kind: String) throws {
      let folder = try TrainingFolder(Self.runFile)
      let outcome = try folder.train(
        "2x1x1",
        [
          "--set", "rule={kind: forward-forward, loss: pair, label: every-layer, goodness: \(kind), from: 1}",
          "--set", "training.optimizer=adam", "--set", "training.decay=0",
        ])
      try #require(outcome.status == 0, "\(outcome.story)")
      let error = try #require(try last(folder)["validation_error"] as? Double)
      #expect(error < 26, "\(kind): \(error)")
    }

    @Test(
      "evaluate tells every way to answer; report shows the layers; other commands take the run or say why not"
    )
    func commands() throws {
      let folder = try Self.trained.get()
      let (run, file) = (folder.path + "/run", folder.path + "/run.yaml")
      let text = try folder.succeeds("evaluate", [run, "--split", "test"]).output
      #expect(text.contains("wrong by goodness") && text.contains("hidden layer 2 alone"), "\(text)")
      for grid in ["1x1x1", "2x2x2"] {
        let outcome = try folder.command("evaluate", grid, [run, "--json", "--split", "test"]).run()
        try #require(outcome.status == 0, "\(outcome.story)")
        let told = try #require(
          try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: [String: Any]])
        let errors = try #require(told["test"]?["read_outs"] as? [String: Any])
        #expect(errors["goodness"] as? Double == told["test"]?["error"] as? Double, "\(grid)")
        #expect((errors["layers"] as? [Double])?.count == 2 && errors["soft_max"] is Double, "\(grid)")
        #expect(errors["goodness"] as? Double == (try last(folder)["test_error"] as? Double), "\(grid)")
      }
      _ = try folder.succeeds("report", [run])
      let page = folder.text("run/report.html")
      for words in [
        "Layers by themselves", "Error of each layer alone", "Goodness in hidden layer 2",
        "64 of 96 with the largest norm", "Units that are hardly active",
      ] {
        #expect(page.contains(words), "\(words)")
      }
      let predicted = try folder.succeeds("predict", [run, "--split", "test"]).output
      #expect(predicted.split(separator: "\n").count > 900, "\(predicted.prefix(200))")
      let planned = try folder.succeeds("plan", [file, "-n", "4"])
      #expect(planned.output.contains("best"), "\(planned.story)")
      let watched = try folder.command("watch-relaxation", "1x1x1", [run]).run()
      #expect(watched.errors.contains("has no relaxation to watch"), "\(watched.story)")
    }

    @Test("verify holds each layer against its own cost, with the same bytes on every grid")
    func verifies() throws {
      let folder = try TrainingFolder(
        Self.runFile.replacing("rate: 2.0e-3", with: "rate: 2.0e-3, activation: gelu"))
      let alone = try folder.verify("1x1x1")
      try #require(alone.status == 0, "\(alone.story)")
      #expect(alone.output.contains("1 of 1 check passed"), "\(alone.story)")
      for grid in ["2x2x1", "1x2x2", "1x1x2"] {
        let outcome = try folder.verify(grid)
        try #require(outcome.status == 0, "\(outcome.story)")
        #expect(
          outcome.output.replacing(grid, with: "") == alone.output.replacing("1x1x1", with: ""), "\(grid)")
      }
    }
  }
}
