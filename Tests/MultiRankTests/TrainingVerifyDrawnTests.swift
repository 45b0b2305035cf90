import Foundation
import Testing

extension RealRanks {
  /// `eqprop verify` of runs whose states are drawn.
  @Suite struct VerifyingDrawnStates {
    private static let runFile = """
      name: drawn
      data: {format: digits, training: 160, validation: 40}
      network: {layers: [{units: 66, rate: 0.05}, {units: 10, activation: linear, rate: 0.05}], initialization: {uniform: 0.7}}
      relaxation: {updates: gibbs, temperature: 0.01, burn-in: 8, average: 10}
      nudging: {kind: centered, beta: 0.1}
      training: {epochs: 1, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}

      """

    private struct Told: Decodable {
      struct Drawn: Decodable {
        struct Layer: Decodable {
          let cosine: Double
          let deviation: Double
          let meanScore: Double
        }
        struct Deviation: Decodable {
          let beta: Double
          let common: Double
          let independent: Double
        }
        let layers: [Layer]
        let deviations: [Deviation]
        let memory: Double
        let effectiveStates: Double
        let settling: Int?
        let acceptance: Double?
      }
      let drawn: Drawn
    }

    private func told(_ outcome: Outcome) throws -> Told.Drawn {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(Told.self, from: Data(outcome.output.utf8)).drawn
    }

    @Test(
      "The estimate is that of a long run; its deviation is flat in β with common numbers, 1/β with independent ones"
    )
    func common() throws {
      let folder = try TrainingFolder(Self.runFile)
      let options = ["--json", "--betas", "0.2,0.05"]
      let alone = try folder.verify("1x1x1", options)
      try #require(alone.status == 0, "\(alone.story)")
      #expect(try Verdict(alone).failures == [])
      let drawn = try told(alone)
      #expect(drawn.layers.count == 2 && drawn.layers.allSatisfy { $0.cosine > 0.99 && $0.deviation < 0.5 })
      #expect(drawn.deviations.map(\.beta) == [0.2, 0.05])
      let (large, small) = (drawn.deviations[0], drawn.deviations[1])
      #expect(abs(small.common / large.common - 1) < 0.2, "\(drawn.deviations)")
      #expect(abs(small.independent / large.independent / 4 - 1) < 0.2, "\(drawn.deviations)")
      #expect(small.independent > 10 * small.common)
      #expect(drawn.memory >= 1 && drawn.effectiveStates <= 10 && drawn.settling != nil)
      for grid in ["2x1x1", "1x2x1", "1x1x2"] {
        let outcome = try folder.verify(grid, options)
        #expect(outcome.status == 0 && outcome.withoutGrid == alone.withoutGrid, "\(grid): \(outcome.story)")
      }
    }

    /// Phases that draw the same numbers part where one accepts a step and the other does not: a share of β.
    @Test("Adjusted Langevin steps are judged alike; their deviation is 1/√β with common numbers")
    func adjusted() throws {
      let folder = try TrainingFolder(
        Self.runFile.replacing("{units: 66,", with: "{units: 66, activation: tanh,").replacing(
          "updates: gibbs, temperature: 0.01, burn-in: 8, average: 10",
          with: "updates: mala, step: 0.3, temperature: 0.01, burn-in: 20, average: 20"))
      let options = ["--json", "--betas", "0.2,0.05"]
      let alone = try folder.verify("1x1x1", options)
      try #require(alone.status == 0, "\(alone.story)")
      let drawn = try told(alone)
      #expect(drawn.layers.allSatisfy { $0.cosine > 0.95 && $0.deviation < 2 })
      let (large, small) = (drawn.deviations[0], drawn.deviations[1])
      #expect(abs(small.common / large.common / 2 - 1) < 0.25, "\(drawn.deviations)")
      #expect(abs(small.independent / large.independent / 4 - 1) < 0.2, "\(drawn.deviations)")
      #expect((40...75).contains(drawn.acceptance ?? 0))
      let other = try folder.verify("1x2x1", options)
      #expect(other.status == 0 && other.withoutGrid == alone.withoutGrid, "\(other.story)")
      let long = try folder.verify("1x1x1", ["--betas", "0.1", "--set", "relaxation.step=0.9"])
      #expect(long.status == 1 && long.output.contains("lower relaxation.step (now 0.9)"), "\(long.story)")
    }

    @Test("What is too noisy, or has not burnt in, is told with what mends it")
    func advice() throws {
      let folder = try TrainingFolder(Self.runFile)
      let noisy = try folder.verify(
        "1x1x1",
        ["--betas", "0.1", "--set", "nudging.noise=independent", "--set", "nudging.beta=0.01"])
      #expect(noisy.status == 1)
      #expect(noisy.output.contains("nudging.noise: common, or a larger β"), "\(noisy.story)")
      #expect(
        noisy.output.contains(
          "gradient by centered nudging at β 0.01, independent noise, against a long run's"))
      // Steps of a hundredth of the way take hundreds to arrive.
      let short = try folder.verify(
        "1x1x1",
        [
          "--betas", "0.1", "--set", "relaxation.updates=langevin", "--set", "relaxation.step=0.02", "--set",
          "network.layers.0.activation=tanh",
        ])
      #expect(short.status == 1 && short.output.contains("burn-in is too short: use "), "\(short.story)")
    }
  }
}
