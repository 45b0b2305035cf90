import Foundation
import Testing

extension RealRanks {
  /// Figures and norms within epochs: `report.every`.
  @Suite struct StepsLineTests {
    private static let runFile = """
      name: steps
      seed: 5
      data: {format: digits, training: 200, validation: 100}
      network: {layers: [{units: 64, rate: 0.05}, {units: 10, rate: 0.05}]}
      training: {epochs: 2, batch: 20, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      report: {every: 3}

      """

    @Test(
      "Lines within epochs are the same on every grid and through stops, and change no bit of the training")
    func bits() throws {
      let folder = try TrainingFolder(Self.runFile)
      for (name, grid) in [("a", "1x1x1"), ("b", "2x1x2"), ("c", "1x2x1"), ("d", "4x1x1")] {
        let outcome = try folder.train(grid, to: name)
        try #require(outcome.status == 0, "\(outcome.story)")
      }
      let whole = try folder.remains("a")
      #expect(try ["b", "c", "d"].allSatisfy { try folder.remains($0) == whole })
      #expect(try folder.lines("a", of: "steps").compactMap { $0["step"] as? Int } == [3, 6, 9, 12, 15, 18])
      // Stopped between two lines, after one, and before the evaluation; with a checkpoint that is older than a line.
      for (index, limit) in [4, 9, 10, 20].enumerated() {
        let part = try folder.train("2x1x1", to: "p\(limit)", ["--limit-steps", "\(limit)"])
        let rest = try folder.train("1x1x2", to: "p\(limit)")
        try #require(part.status == 0 && rest.status == 0, "\(index) \(rest.story)")
        #expect(try folder.remains("p\(limit)") == whole)
      }
      try folder.copy("p20", to: "old")
      for name in folder.checkpoints("old").dropFirst() { try folder.remove("old/checkpoints/" + name) }
      let again = try folder.train("1x1x1", to: "old")
      #expect(again.status == 0, "\(again.story)")
      #expect(try folder.remains("old").metrics == whole.metrics)
      let plain = try folder.train("1x1x1", to: "plain", ["--set", "report.every=null"])
      try #require(plain.status == 0, "\(plain.story)")
      #expect(try folder.remains("plain").last == whole.last)
      #expect(try folder.remains("plain").metrics == whole.metrics.filter { $0.contains("\"epoch\",") })
    }

    @Test(
      "Figures are those of the examples between two lines, norms those of the weights and of what is clipped"
    )
    func figures() throws {
      let folder = try TrainingFolder(Self.runFile)
      let options = ["--set", "report.every=1", "--set", "training.epochs=1"]
      let outcome = try folder.train("1x1x1", to: "run", options)
      try #require(outcome.status == 0, "\(outcome.story)")
      let steps = try folder.lines("run", of: "steps")
      func numbers(_ key: String) throws -> [Double] { try steps.map { try #require($0[key] as? Double) } }
      func norms(_ key: String) throws -> [[Double]] { try steps.map { try #require($0[key] as? [Double]) } }
      let epoch = try #require(try folder.lines("run", of: "epoch").first)
      // Batches of one size: the epoch's figures are their means.
      for key in ["training_error", "cost"] {
        let mean = try numbers(key).reduce(0, +) / 10
        #expect(abs(mean - (epoch[key] as? Double ?? 0)) < 1e-6 * mean, "\(key)")
      }
      #expect(Set(try numbers("training_error")).count > 1)
      // Plain descent moves weights by rate × gradient, of which the biases' part is small here.
      let change = try #require(epoch["weight_change"] as? [Double])
      let (weights, gradients) = (try norms("weight_norm")[0], try norms("gradient_norm")[0])
      for k in 0..<2 {
        let moved = change[k] * weights[k] / 0.05
        #expect(moved <= gradients[k] * (1 + 1e-5) && moved > 0.7 * gradients[k], "layer \(k + 1)")
      }
      // What is clipped is the norm over all layers.
      let norm = gradients.reduce(0) { $0 + $1 * $1 }.squareRoot()
      func clipped(_ limit: Double) throws -> [String] {
        let name = "clip\(limit)"
        let outcome = try folder.train(
          "1x1x1", to: name, options + ["--set", "training.clip=\(limit)", "--limit-steps", "1"])
        guard outcome.status == 0 else { throw HarnessError(outcome.story) }
        return try folder.remains(name).last.filter { $0.contains("layer-") }
      }
      let one = try folder.train("1x1x1", to: "one", options + ["--limit-steps", "1"])
      try #require(one.status == 0, "\(one.story)")
      let free = try folder.remains("one").last.filter { $0.contains("layer-") }
      #expect(try !free.isEmpty && clipped(norm * 1.0001) == free && clipped(norm * 0.999) != free)
      // It is told as it was before it is shortened.
      let told = try #require(
        try folder.lines("clip\(norm * 0.999)", of: "steps").first?["gradient_norm"] as? [Double])
      #expect(told == gradients)
    }
  }
}
