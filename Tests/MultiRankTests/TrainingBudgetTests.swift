import Foundation
import Testing

extension RealRanks {
  /// `eqprop verify --budget`: the least sweeps whose gradient keeps a cosine.
  @Suite struct Budgeting {
    /// Couplings strong enough that few sweeps do not do.
    private static let runFile = """
      name: strong
      data: {format: digits, training: 120, validation: 20}
      network:
        layers:
          - {units: 60, activation: hard-sigmoid}
          - {units: 40, activation: hard-sigmoid}
          - {units: 30, activation: hard-sigmoid}
          - {units: 10, activation: linear}
        initialization: {uniform: 1.1}
      relaxation: {updates: even-odd, free: 40, nudged: 12}
      nudging: {kind: centered, beta: 0.01}
      training: {epochs: 1, batch: 20}
      tiling: {shards: 2, slices: 2}

      """

    private struct Budget: Decodable, Equatable {
      struct Row: Decodable, Equatable {
        let updates: String
        let order: String
        let factor: Double
        let start: String
        let free: Int
        let nudged: Int
        let sweeps: Double
        let cosines: [Double]

        /// As a run file has it.
        var setting: String {
          "relaxation={updates: \(updates), factor: \(factor), order: \(order), start: \(start), free: \(free), nudged: \(nudged)}"
        }
      }
      let cosine: Double
      let own: Row
      let rows: [Row]
    }

    private func budget(_ folder: TrainingFolder, _ grid: String, _ cosine: String) throws -> Budget {
      let outcome = try folder.verify(grid, ["--budget", cosine, "--examples", "8", "--json"])
      try #require(outcome.status == 0, "\(outcome.story)")
      return try JSONDecoder().decode(Budget.self, from: Data(outcome.output.utf8))
    }

    @Test("What is cheapest keeps the cosine, which verify finds too, alike on every grid")
    func cheapest() throws {
      let folder = try TrainingFolder(Self.runFile)
      let budget = try budget(folder, "1x1x1", "0.97")
      for grid in ["2x1x1", "1x2x1", "2x2x2"] { #expect(try self.budget(folder, grid, "0.97") == budget) }
      #expect(budget.own.sweeps == 64 && budget.own.order == "even-odd" && budget.own.factor == 1)
      #expect(budget.rows.count > 2 && budget.rows.allSatisfy { $0.cosines.allSatisfy { $0 >= 0.97 } })
      #expect(budget.rows.map(\.sweeps) == budget.rows.map(\.sweeps).sorted())
      for row in budget.rows.prefix(3) {
        #expect(row.sweeps == Double(row.free + 2 * row.nudged) + (row.start == "forward" ? 0.5 : 0))
        let outcome = try folder.verify(
          "1x1x1", ["--examples", "8", "--json", "--betas", "0.001", "--steps", "1", "--set", row.setting])
        // The other run comes to rest by its own sweeps, to the last few bits.
        let cosines = try Verdict(outcome).gradient.map { try #require($0.cosine) }
        #expect(zip(cosines, row.cosines).allSatisfy { abs($0 - $1) < 1e-9 }, "\(row.setting)")
        #expect(cosines.count == 4)
      }
      // Less is asked for less.
      let modest = try self.budget(folder, "1x1x1", "0.6")
      #expect(try #require(modest.rows.first).sweeps < #require(budget.rows.first).sweeps)
      #expect(budget.rows[0].sweeps < budget.own.sweeps / 2)
    }

    @Test("Of persistent states and tolerances it tells at most as many sweeps as the run file has")
    func atMost() throws {
      let folder = try TrainingFolder(
        Self.runFile.replacing(
          "{updates: even-odd, free: 40, nudged: 12}",
          with: "{updates: even-odd, start: persistent, free: {tolerance: 1e-2, at-most: 40}, nudged: 12}"))
      let own = try budget(folder, "1x1x1", "0.6").own
      #expect(own.sweeps == 64 && own.free == 40 && own.start == "persistent")
    }

    @Test("It says what to write, and ends with 1 where nothing keeps the cosine")
    func told() throws {
      let folder = try TrainingFolder(Self.runFile)
      let found = try folder.verify("1x1x1", ["--budget", "0.9", "--examples", "4"])
      #expect(found.status == 0, "\(found.story)")
      #expect(
        found.output.contains("verify: relaxation: {updates: over-relaxed, factor: 1."), "\(found.story)")
      #expect(found.output.contains("the run's own: even-odd       1     zero    40      12      64"))
      let none = try folder.verify("1x1x1", ["--budget", "0.9999999999999", "--examples", "4"])
      #expect(none.status == 1 && none.output.contains("no relaxation that was tried keeps it"))
    }

    @Test(
      "Where there is nothing to choose, and what does not go with it, is told",
      arguments: [
        (["--budget", "1"], "a cosine between 0 and 1"),
        (["--budget", "0.9", "--plot", "a.svg"], "do not go with it"),
        (["--budget", "0.9", "--set", "rule=backpropagation"], "whose states come to rest by sweeps"),
        (["--budget", "0.9", "--set", "rule=contrastive-hebbian"], "whose states come to rest by sweeps"),
        // Sweeps have no minimum there.
        (
          ["--budget", "0.9", "--set", "relaxation.updates=euler", "--set", "nudging.beta=2"],
          "whose states come to rest by sweeps"
        ),
        (["--budget", "0.9", "--set", "relaxation.updates=gibbs"], "whose states come to rest by sweeps"),
      ])
    func misused(options: [String], words: String) throws {
      let outcome = try TrainingFolder(Self.runFile).verify("1x1x1", options)
      #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.story)")
    }
  }
}
