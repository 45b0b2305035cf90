import Foundation
import Testing

extension RealRanks {
  /// Runs whose task is no classification, through every command.
  @Suite struct TrainingOnTasks {
    /// The last line of a run's metrics, or of JSON.
    private static func object(_ text: some StringProtocol) throws -> [String: Any] {
      let line = try #require(text.split(separator: "\n").last)
      return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test("A regression's metrics, table, best epoch and evaluation tell RMSE, MAE and R²")
    func regression() throws {
      let folder = try TrainingFolder(TrainingMethod.regression.runFile)
      let outcome = try folder.train("2x1x1", to: "run", ["--set", "report.tensorboard=true"])
      try #require(outcome.status == 0, "\(outcome.story)")
      #expect(outcome.output.contains("training RMSE"), "\(outcome.story)")
      #expect(outcome.errors.contains("RMSE training "), "\(outcome.story)")
      let lines = folder.text("run/metrics.jsonl").split(separator: "\n")
      let told = try lines.map { try Self.object($0) }
      let names = ["rmse", "mae", "r2"].flatMap { figure in
        ["training", "validation", "test"].map { "\($0)_\(figure)" }
      }
      for name in names { #expect(told[0][name] is Double, "\(name)") }
      #expect(told[0]["test_error"] == nil)
      let errors = try told.map { try #require($0["validation_rmse"] as? Double) }
      let steps = try told.map { try #require($0["step"] as? Int) }
      let best = try #require(errors.indices.min { errors[$0] < errors[$1] })
      #expect(folder.text("run/checkpoints/BEST").contains("\(steps[best])"))
      let state = folder.text("run/checkpoints/" + (folder.checkpoints().last ?? "") + "/state.json")
      #expect(state.contains("squared_errors") && !state.contains("wrong"))

      for grid in ["1x1x1", "2x2x1"] {
        let evaluated = try folder.evaluate(grid, "run", ["--json"])
        try #require(evaluated.status == 0, "\(evaluated.story)")
        let splits = try Self.object(evaluated.output.replacing("\n", with: ""))
        for split in ["validation", "test"] {
          let figures = try #require(splits[split] as? [String: Any])
          #expect(Set(figures.keys) == ["examples", "rmse", "mae", "r2"])
          for figure in ["rmse", "mae", "r2"] {
            #expect(
              try #require(figures[figure] as? Double) == told.last?["\(split)_\(figure)"] as? Double,
              "\(split) \(figure)")
          }
        }
      }
      let plain = try folder.evaluate("1x1x1", "run", ["--split", "test"])
      #expect(plain.output.hasPrefix("test: RMSE ") && plain.output.contains("R² "), "\(plain.story)")
    }

    @Test(
      "Reports, exports, traces, plans, benchmarks and verification take every task",
      arguments: TrainingMethod.tasks)
    func commands(method: TrainingMethod) throws {
      let folder = try TrainingFolder(method.runFile)
      let trained = try folder.train("1x1x1")
      try #require(trained.status == 0, "\(trained.story)")
      let (run, file) = (folder.path + "/run", folder.path + "/run.yaml")
      _ = try folder.succeeds("report", [run])
      let page = folder.text("run/report.html")
      let isRegression = method.name == TrainingMethod.regression.name
      #expect(page.contains("RMSE") && !page.contains("wrong examples"))
      #expect(page.contains(isRegression ? "Targets and outputs" : "damaged inputs"))
      _ = try folder.succeeds("export", [run, "--only", "metrics"])
      let heading = folder.text("run/export/metrics.csv").prefix { $0 != "\n" }
      #expect(heading.contains("training_rmse") && heading.contains("test_mae"))
      #expect(heading.contains("test_r2") == isRegression && !heading.contains("error"))
      let watched = try folder.succeeds("watch-relaxation", [run, "--example", "3"])
      #expect(watched.output.contains("free phase") && !watched.output.contains("label"))
      let planned = try folder.succeeds("plan", [file, "-n", "4"])
      #expect(planned.output.contains("best") && planned.output.contains("memory of its fullest rank"))
      _ = try folder.succeeds("bench", [file, "--repeats", "1"], codes: [0, 1])
      // The bounds of the autoencoders' states are kinks, which may hide the order of the error in β.
      let verified = try folder.succeeds(
        "verify", [file, "--examples", "4", "--set", "training.precision=float64"],
        codes: isRegression || method.name == TrainingMethod.sprung.name ? [0] : [0, 1])
      #expect(verified.output.contains("against "), "\(verified.story)")
      let sampled = try folder.succeeds("sample", [run], codes: [64])
      #expect(sampled.said.last?.contains("has no classes to hold") ?? false, "\(sampled.story)")
    }

    /// Two targets of 8-byte big-endian floats beside features, without labels.
    private static func writeFeatures(to folder: TrainingFolder) throws {
      func array(_ type: String, _ shape: [Int], _ bytes: [UInt8]) -> [UInt8] {
        var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape[0]), \(shape[1])), }"
        text += String(repeating: " ", count: 117 - text.utf8.count) + "\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8) + bytes
      }
      for (name, rows) in [("training", 60), ("test", 20)] {
        var features: [Float] = []
        var targets: [Double] = []
        for row in 0..<rows {
          let x = (0..<3).map { Float((row * 7 + $0 * 3) % 11) / 11 }
          features += x
          targets.append(1000 + 50 * Double(x[0]) - 20 * Double(x[1]))
          targets.append(0.001 * Double(x[2]))
        }
        let inputs = features.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
        let answers = targets.flatMap { withUnsafeBytes(of: $0.bitPattern.bigEndian, Array.init) }
        try folder.write("data/\(name)-images.npy", array("<f4", [rows, 3], inputs))
        try folder.write("data/\(name)-targets.npy", array(">f8", [rows, 2], answers))
      }
    }

    private static let features = """
      name: features
      data: {format: npy, path: data, training: 50, validation: 10}
      task: regression
      network: {layers: [{units: 16, activation: tanh, rate: 0.1}, {units: 2, rate: 0.05}]}
      relaxation: {free: 20, nudged: 10}
      training: {epochs: 40, batch: 10, momentum: 0.9}

      """

    @Test("Targets from files are learnt whatever their units, and other targets are other data")
    func files() throws {
      let folder = try TrainingFolder(Self.features)
      try Self.writeFeatures(to: folder)
      let options = ["--set", "data.path=\(folder.path)/data", "--set", "training.schedule=constant"]
      let outcome = try folder.train("2x1x1", to: "run", options)
      try #require(outcome.status == 0, "\(outcome.story)")
      let told = try Self.object(folder.text("run/metrics.jsonl"))
      #expect(try #require(told["test_r2"] as? Double) > 0.9, "\(told)")
      // Other data are judged by what the network was trained on, not by their own training part.
      try FileManager.default.copyItem(atPath: folder.path + "/data", toPath: folder.path + "/other")
      var scaled = try folder.bytes("other/training-targets.npy")
      for place in stride(from: 128, to: scaled.count, by: 16) { scaled[place] ^= 0x40 }
      try folder.write("other/training-targets.npy", scaled)
      let judged = try ["data", "other"].map {
        try folder.evaluate("1x1x1", "run", ["--json", "--split", "test", "--data", folder.path + "/" + $0])
      }
      #expect(judged[0].status == 0 && judged[0].output == judged[1].output, "\(judged[1].story)")
      var bytes = try folder.bytes("data/test-targets.npy")
      bytes[bytes.count - 1] ^= 1
      try folder.write("data/test-targets.npy", bytes)
      let other = try folder.train("1x1x1", to: "run", options + ["--set", "training.epochs=41"])
      #expect(
        other.status == 64 && other.story.contains("other data (their targets differ)"), "\(other.story)")
      let wide = try folder.train("1x1x1", to: "wide", options + ["--set", "network.layers.1.units=3"])
      let mistake = "network.layers.1.units: the output has 3 units, the data 2 targets an example"
      #expect(wide.status == 64 && wide.story.contains(mistake), "\(wide.story)")
    }

    @Test("An output of another width than the input is told to an autoencoder")
    func width() throws {
      let folder = try TrainingFolder(TrainingMethod.masked.runFile)
      let outcome = try folder.train("1x1x1", to: "run", ["--set", "network.layers.1.units=10"])
      let mistake = "network.layers.1.units: the output has 10 units, an input 64 numbers"
      #expect(outcome.status == 64 && outcome.story.contains(mistake), "\(outcome.story)")
    }

    @Test("A regression and an autoencoder learn: far better than the mean of the targets")
    func learning() throws {
      let root = VerifiedDocument.root
      for (recipe, epochs, check) in [
        ("regression", 10, { (told: [String: Any]) in (told["test_r2"] as? Double ?? 0) > 0.85 }),
        // Of the mean picture the RMSE is 0.27.
        ("digits-autoencoder", 10, { (told: [String: Any]) in (told["test_rmse"] as? Double ?? 1) < 0.14 }),
      ] {
        let file = try String(contentsOfFile: root + "/launch/recipes/\(recipe).yaml", encoding: .utf8)
        let folder = try TrainingFolder(file)
        let outcome = try folder.train("2x1x1", to: "run", ["--set", "training.epochs=\(epochs)"])
        try #require(outcome.status == 0, "\(outcome.story)")
        let told = try Self.object(folder.text("run/metrics.jsonl"))
        #expect(check(told), "\(recipe): \(told)")
      }
    }
  }
}
