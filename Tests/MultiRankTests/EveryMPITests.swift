import FileFormats
import TestBasis
import Testing

extension RealRanks {
  /// What every implementation of MPI must give alike.
  @Suite struct EveryMPITests {
    @Test(
      "The digits' weights are the recorded ones, on several grids and resumed on another, whatever MPI starts them"
    )
    func digits() throws {
      let folder = try TrainingFolder(
        "data: {format: digits}\nnetwork: {layers: [{units: 128}, {units: 10}]}\n")
      let short = ["--set", "training.epochs=3"]
      for grid in ["2x2x1", "1x2x2"] {
        let outcome = try folder.train(grid, to: grid, short)
        #expect(outcome.status == 0, "\(outcome.story)")
        #expect(try digest(folder, grid) == Self.recorded, "\(grid)")
      }
      try #require(folder.train("1x2x1", to: "resumed", short + ["--limit-steps", "70"]).status == 0)
      let resumed = try folder.train("2x1x1", to: "resumed", short)
      #expect(resumed.status == 0 && resumed.errors.contains("going on from step-"), "\(resumed.story)")
      #expect(try digest(folder, "resumed") == Self.recorded)
    }

    private func digest(_ folder: TrainingFolder, _ output: String) throws -> String {
      let newest = try #require(folder.checkpoints(output).last)
      let path = output + "/checkpoints/" + newest
      let files = folder.names(path).filter { $0.hasSuffix(".safetensors") }
      return try SHA256.digest(of: files.flatMap { try folder.bytes(path + "/" + $0) })
    }

    private static let recorded = "3bd53466fc31a0e7c9ea00c53644e340860f5d2afd316f79e0405201edfc6e9a"
  }
}
