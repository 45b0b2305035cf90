import FileFormats
import Foundation
import Testing

extension RealRanks {
  /// What people expect of a training: that it stops by itself, warms up, knows its classes' names and weights.
  @Suite struct ExpectedTrainingTests {
    private static let runFile = """
      name: expected
      seed: 5
      data: {format: digits, training: 200, validation: 100}
      network: {layers: [{units: 64, rate: 0.05}, {units: 10, rate: 0.02}]}
      training: {epochs: 40, batch: 20, momentum: 0.9, schedule: constant}
      tiling: {shards: 4, slices: 2}

      """

    @Test(
      "Training ends once a figure has not become better for so many epochs, the same on every grid",
      arguments: ["validation_error", "cost", "test_error"])
    func stops(figure: String) throws {
      let folder = try TrainingFolder(Self.runFile)
      let stop = ["--set", "training.stop={patience: 3, figure: \(figure)}"]
      var remains: [Remains] = []
      for (index, grid) in ["1x1x1", "2x1x2"].enumerated() {
        let outcome = try folder.train(grid, to: "r\(index)", stop)
        try #require(outcome.status == 0, "\(outcome.story)")
        #expect(outcome.errors.contains("training ends, nothing since epoch "), "\(outcome.story)")
        remains.append(try folder.remains("r\(index)"))
      }
      #expect(remains[0] == remains[1])
      let values = try folder.lines("r0").map { try #require($0[figure] as? Double) }
      // By hand: the first epoch that comes three after the first best one.
      var best = 0
      let end = values.indices.first { index in
        if values[index] < values[best] { best = index }
        return index - best >= 3
      }
      #expect(end == values.count - 1 && values.count < 40, "\(values)")
      // It stays where it ended; with more patience, or without the key, it goes on.
      let again = try folder.train("1x1x1", to: "r0", stop)
      #expect(again.status == 0, "\(again.story)")
      #expect(try folder.remains("r0").metrics.count == values.count)
      let patient = try folder.train(
        "1x1x1", to: "r0",
        [
          "--set", "training.stop={patience: 100, figure: \(figure)}", "--set",
          "training.epochs=\(values.count + 1)",
        ])
      let free = try folder.train("2x1x1", to: "r0", ["--set", "training.epochs=\(values.count + 3)"])
      #expect(patient.status == 0 && free.status == 0, "\(free.story)")
      #expect(try folder.remains("r0").metrics.count == values.count + 3)
    }

    @Test("A run that was stopped within its patience counts on from where it was")
    func resumes() throws {
      let folder = try TrainingFolder(Self.runFile)
      let stop = ["--set", "training.stop={patience: 4}"]
      let whole = try folder.train("1x1x1", to: "whole", stop)
      let steps = try #require(try folder.lines("whole").last?["step"] as? Int)
      for limit in [steps - 25, steps - 7] {
        let part = try folder.train("2x1x1", to: "part\(limit)", stop + ["--limit-steps", "\(limit)"])
        let rest = try folder.train("1x2x1", to: "part\(limit)", stop)
        try #require(whole.status == 0 && part.status == 0 && rest.status == 0, "\(rest.story)")
        #expect(try folder.remains("part\(limit)") == folder.remains("whole"))
      }
    }

    @Test("A figure that the run has not is told, with those that it has")
    func figures() throws {
      let folder = try TrainingFolder(Self.runFile)
      let outcome = try folder.train(
        "1x1x1", to: "run", ["--set", "training.stop={patience: 3, figure: test_rmse}"])
      #expect(
        outcome.status == 64
          && outcome.errors.contains("it takes training_error, validation_error, test_error or cost"),
        "\(outcome.story)")
    }

    @Test("Rates rise over the warm-up, step by step, through stops and on every grid")
    func warmup() throws {
      let folder = try TrainingFolder(Self.runFile)
      let options = ["--set", "training.warmup=15", "--set", "training.epochs=3"]
      let whole = try folder.train("1x1x1", to: "whole", options)
      let part = try folder.train("2x1x1", to: "part", options + ["--limit-steps", "7"])
      let rest = try folder.train("1x1x2", to: "part", options)
      let plain = try folder.train("1x1x1", to: "plain", ["--set", "training.epochs=3"])
      try #require([whole, part, rest, plain].allSatisfy { $0.status == 0 }, "\(rest.story)")
      #expect(try folder.remains("part") == folder.remains("whole"))
      #expect(try folder.remains("plain").last != folder.remains("whole").last)
      // Of 10 steps an epoch the first is measured: its rates are a fifteenth.
      let first = try folder.lines("whole")[0]["weight_change"] as? [Double]
      let full = try folder.lines("plain")[0]["weight_change"] as? [Double]
      for (a, b) in zip(try #require(first), try #require(full)) {
        #expect(abs(a / b * 15 - 1) < 5e-3, "\(a) \(b)")
      }
    }

    @Test(
      "A gradient longer than the clip is shortened to it, the same on every grid; a shorter one is left alone"
    )
    func clip() throws {
      let folder = try TrainingFolder(Self.runFile)
      let base = [
        "--set", "training.momentum=0", "--set", "network.layers.0.rate=0.05", "--set",
        "network.layers.1.rate=0.05",
      ]
      func weights(_ name: String, _ grid: String, _ options: [String]) throws -> [Float] {
        let outcome = try folder.train(grid, to: name, base + options)
        guard outcome.status == 0 else { throw HarnessError(outcome.story) }
        let checkpoint = folder.path + "/\(name)/checkpoints/" + (folder.checkpoints(name).last ?? "")
        return try ["layer-1", "layer-2"].flatMap { file -> [Float] in
          let reader = try Safetensors.Reader(path: "\(checkpoint)/\(file).safetensors")
          return try reader.tensors.flatMap { try reader.elements(of: $0, as: Float.self) }
        }
      }
      let one = ["--limit-steps", "1", "--set"]
      let whole = try weights("c", "1x1x1", one + ["training.clip=0.01"])
      let half = try weights("h", "2x1x1", one + ["training.clip=0.005"])
      // From the same start by 0.05 · 0.01 and 0.05 · 0.005 the same way.
      let distance = zip(whole, half).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
        .squareRoot()
      #expect(abs(distance / (0.05 * 0.005) - 1) < 1e-3, "\(distance)")
      let plain = try weights("plain", "1x1x1", one + ["seed=5"])
      #expect(try weights("far", "1x1x1", one + ["training.clip=1e9"]) == plain && plain != whole)
      let epochs = [
        "--set", "training.epochs=2", "--set", "training.clip=0.02", "--set", "training.momentum=0.9",
      ]
      let first = try weights("e", "1x1x1", epochs)
      for (index, grid) in ["2x1x1", "1x2x1", "1x1x2", "2x1x2", "4x1x2"].enumerated() {
        #expect(try weights("e\(index)", grid, epochs) == first, "\(grid)")
      }
    }

    @Test("A class counts by its weight: twice is as if its examples had twice the rate, on every grid")
    func weights() throws {
      let folder = try TrainingFolder(Self.runFile)
      let base = ["--set", "training.epochs=2", "--set", "training.momentum=0"]
      func train(_ name: String, _ grid: String, _ options: [String]) throws -> Remains {
        let outcome = try folder.train(grid, to: name, base + options)
        guard outcome.status == 0 else { throw HarnessError(outcome.story) }
        return try folder.remains(name)
      }
      func task(_ weights: [Double]) -> [String] {
        [
          "--set",
          "task={kind: classification, weights: \(weights.map { "\($0)" })}".replacing("\"", with: ""),
        ]
      }
      func safetensors(_ remains: Remains) -> [String] {
        remains.last.filter { $0.contains(".safetensors ") }
      }
      let ones = try train("ones", "1x1x1", task(Array(repeating: 1, count: 10)))
      let plain = try train("plain", "1x1x1", [])
      #expect(safetensors(ones) == safetensors(plain))
      // Powers of two are exact: all twice at half the rates is the same.
      let twos = try train(
        "twos", "1x1x1",
        task(Array(repeating: 2, count: 10))
          + ["--set", "network.layers.0.rate=0.025", "--set", "network.layers.1.rate=0.01"])
      #expect(safetensors(twos) == safetensors(plain))
      var weights = Array(repeating: 1.0, count: 10)
      weights[3] = 20
      let three = try train("three", "1x1x1", task(weights))
      for (index, grid) in ["2x1x1", "1x2x1", "1x1x2", "2x1x2"].enumerated() {
        #expect(try train("three\(index)", grid, task(weights)) == three, "\(grid)")
      }
      #expect(safetensors(three) != safetensors(plain))
      // What counts more is missed less, and others are taken for it.
      func missed(_ run: String) throws -> (three: Int, taken: Int) {
        let outcome = try folder.evaluate("1x1x1", run, ["--split", "test", "--json"])
        let told =
          try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: [String: Any]]
        let counts = try #require(told?["test"]?["counts"] as? [[Int]])
        return (counts[3].reduce(0, +) - counts[3][3], counts.indices.reduce(0) { $0 + counts[$1][3] })
      }
      let (with, without) = (try missed("three"), try missed("plain"))
      #expect(with.three < without.three && with.taken > without.taken, "\(with) \(without)")
      let few = try folder.train("1x1x1", to: "few", task([1, 2, 3]))
      #expect(
        few.status == 64 && few.errors.contains("task.weights: there are 3 for the data's 10 classes"),
        "\(few.story)")
    }

    @Test("Classes have their names in tables, pages and predictions")
    func names() throws {
      let folder = try TrainingFolder(Self.runFile)
      let names = "zero, one, two, three, four, five, six, 'se,ven', <eight>, nine"
      let options = ["--set", "task={kind: classification, names: [\(names)]}", "--set", "training.epochs=2"]
      let outcome = try folder.train("1x1x1", to: "run", options)
      try #require(outcome.status == 0, "\(outcome.story)")
      let table = try folder.evaluate("1x1x1", "run", ["--split", "test"])
      #expect(table.output.contains("as three") && table.output.contains("<eight>"), "\(table.story)")
      let page = try folder.command("report", "1x1x1", [folder.path + "/run"]).run()
      #expect(page.status == 0, "\(page.story)")
      let html = folder.text("run/report.html")
      #expect(
        html.contains("three taken for ") && html.contains("&lt;eight&gt;") && !html.contains("<eight>"))
      let lines = try folder.command("predict", "1x1x1", [folder.path + "/run"]).run()
      #expect(
        lines.output.hasPrefix("example,class,name,margin,") && lines.output.contains(",\"se,ven\","),
        "\(lines.errors)")
    }
  }
}
