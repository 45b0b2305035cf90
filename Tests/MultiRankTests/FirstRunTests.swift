import FileFormats
import Foundation
import Testing

extension RealRanks {
  /// What a newcomer meets: the defaults, the documents' run files, and what is said where a run comes to nothing.
  @Suite struct FirstRuns {
    private static let shortest = """
      data: {format: digits}
      network: {layers: [{units: 128}, {units: 10}]}

      """

    /// The blocks of YAML in the documents, whole run files where they are pieces of one.
    private static func documented() throws -> [(name: String, text: String)] {
      let folder = VerifiedDocument.root + "/Sources/EquilibriumPropagation/EquilibriumPropagation.docc/"
      let pages =
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".md") }
        .map { folder + $0 } + [VerifiedDocument.root + "/README.md"]
      return try pages.sorted().flatMap { page in
        let text = try String(contentsOfFile: page, encoding: .utf8)
        return text.components(separatedBy: "```yaml\n").dropFirst().enumerated().map { number, rest in
          let block = rest.components(separatedBy: "```")[0]
          let isWhole = block.contains("data:")
          return (
            "\((page as NSString).lastPathComponent) \(number + 1)",
            isWhole ? block : "data: {format: digits, training: 400}\n" + block
          )
        }
      }
    }

    @Test("Two layers and a format learn the digits, whatever the seed", arguments: 1...3)
    func shortest(seed: Int) throws {
      let folder = try TrainingFolder(Self.shortest)
      let outcome = try folder.train("1x1x1", to: "run", ["--set", "seed=\(seed)"])
      #expect(outcome.status == 0, "\(outcome.story)")
      let last = try #require(try folder.lines().last)
      let error = try #require(last["test_error"] as? Double)
      #expect(error <= 8, "\(error)")
      #expect(
        outcome.errors.contains("inputs from 0 to 1\n") && !outcome.errors.contains("eqprop: epoch "),
        "\(outcome.story)")
    }

    @Test("Every run file of the documents trains")
    func documents() throws {
      let blocks = try Self.documented()
      #expect(blocks.count >= 4)
      for (name, text) in blocks {
        let folder = try TrainingFolder(
          text.replacing(
            "{format: npy, path: data/mine, training: 9000, validation: 1000}", with: "{format: friedman}"
          ).replacing("{units: 2}", with: "{units: 1}"))
        let isTable = text.contains("wine.csv")
        if isTable {
          try folder.write("wine.csv", TableTests.table)
          try folder.write(
            "run.yaml", text.replacing("wine.csv, target: cultivar", with: "\(folder.path)/wine.csv"))
        }
        let isPictures = text.contains("format: pictures")
        if isPictures {
          // Grey ones of dots, dark and light.
          for number in 0..<100 {
            let pixels = (0..<64).map { UInt8((number % 2) * 120 + ($0 * 7 + number * 13) % 100) }
            try folder.write(
              "photos/\(number % 2 == 0 ? "dark" : "light")/\(number).png",
              PNG.encode(width: 8, height: 8, .grey, pixels))
          }
          try folder.write("run.yaml", text.replacing("path: photos", with: "path: \(folder.path)/photos"))
        }
        let outcome = try folder.train(
          "1x1x1", to: "run", ["--set", "training.epochs=\(isTable || isPictures ? 20 : 3)"])
        #expect(outcome.status == 0, "\(name): \(outcome.story)")
        let line = try #require(try folder.lines().last)
        #expect(
          ["error", "rmse", "reconstruction", "loss"].contains { line["test_" + $0] != nil }, "\(name)")
        if let error = line["test_error"] as? Double { #expect(error < 40, "\(name): \(error)") }
        if let loss = line["training_loss"] as? Double {
          #expect(loss < 2.5, "\(name): \(loss)")
        } else if let r2 = line["test_r2"] as? Double {
          #expect(r2 > 0.5, "\(name): \(r2)")
        }
        if let rmse = line["test_rmse"] as? Double, line["test_r2"] == nil {
          #expect(rmse < 0.26, "\(name): \(rmse)")
        }
      }
    }

    /// A setting that ruins a run, and a piece of what is said of it.
    static let failures: [(settings: [String], words: String)] = [
      (["data.divisor=0.05"], "they look unscaled"),
      (["data.divisor=4000"], "nearly 0"),
      (["nudging.beta=1e-12"], "the weights of layer 1 do not move"),
      (["network.initialization=glorot-uniform"], "far beyond any target"),
      (["network.layers.0.rate=5"], "every unit of layer 1 is at a bound"),
      (
        [
          "network.layers.1.activation=hard-sigmoid", "network.initialization=glorot-uniform",
          "training.momentum=0",
        ],
        "never predicted"
      ),
    ]

    @Test("A run that comes to nothing is told so, once", arguments: failures.indices)
    func failure(index: Int) throws {
      let (settings, words) = Self.failures[index]
      let folder = try TrainingFolder(Self.shortest)
      let outcome = try folder.train(
        "1x1x1", to: "run",
        (settings + ["training.epochs=6", "training.schedule=constant"]).flatMap { ["--set", $0] })
      #expect(outcome.errors.components(separatedBy: words).count == 2, "\(outcome.story)")
    }
  }
}
