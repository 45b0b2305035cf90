import EnergyModels
import Foundation
import Records
import Tasks
import TestSupport
import Testing
import Training

@Suite struct TallyTests {
  static let tiling = TestSupport.tiling(units: [128, 10], shards: 3, slices: 2)

  @Test("A new tally has no error, cost or energy")
  func empty() {
    let tally = Tally(Self.tiling)
    #expect(tally.scores(.classification) == [Score(.error, nil)] && tally.cost == nil && tally.energy == nil)
    #expect(tally.totalExamples == 0 && tally.sums == ["wrong": [0, 0, 0]])
    #expect(tally.energies.count == 3 * 2 * 2)
  }

  @Test("Figures are means over the examples of all shards")
  func means() {
    var tally = Tally(Self.tiling)
    tally.examples = [4, 3, 1]
    tally.sums["wrong"] = [1, 0, 1]
    tally.costs = [0.5, 1, 0.5]
    tally.energies[5] = -16
    #expect(tally.scores(.classification) == [Score(.error, 25)])
    #expect(tally.cost == 0.25)
    #expect(tally.energy == -2)
  }

  @Test("Tallies of ranks that counted different things join in any order to the same bits")
  func join() {
    let parts: [Tally] = (0..<3).map { shard in
      var tally = Tally(Self.tiling)
      tally.examples[shard] = shard + 5
      tally.sums["wrong"]?[shard] = Double(shard)
      tally.costs[shard] = 0.1 * Double(shard + 1)
      for place in 0..<4 { tally.energies[4 * shard + place] = -0.3 * Double(place + 1) }
      tally.diverged[0] = shard == 1 ? 2 : 0
      return tally
    }
    func joined(_ order: [Int]) -> Tally {
      var total = Tally(Self.tiling)
      for index in order { total.join(parts[index]) }
      return total
    }
    let total = joined([0, 1, 2])
    #expect(total == joined([2, 0, 1]) && total == joined([1, 2, 0]))
    #expect(total.examples == [5, 6, 7] && total.sums["wrong"] == [0, 1, 2] && total.diverged[0] == 2)
    #expect(total.cost == (0.1 + 0.2 + 0.1 * 3) / 18)
  }

  @Test("What was counted is handed out to those who count on, and nothing is lost or rounded")
  func keep() {
    var tally = Tally(Self.tiling)
    (tally.examples, tally.costs) = ([4, 3, 1], [0.1, 0.2, 0.3])
    tally.sums["wrong"] = [1, 0, 1]
    for place in tally.energies.indices { tally.energies[place] = 0.1 * Double(place) }
    tally.relaxation.low = [5, 6]
    tally.relaxation.changes = [0.1, 0.7]
    tally.relaxation.free.residual = 0.25
    var total = Tally(Self.tiling)
    for shards in [0..<0, 1..<3, 0..<1] {
      var part = tally
      part.keep(shards: shards, relaxation: shards.contains(0))
      #expect(part.totalExamples == shards.reduce(0) { $0 + tally.examples[$1] })
      total.join(part)
    }
    #expect(total == tally)
  }

  @Test("A task's sums stand beside the rest under their own keys, counts without a point")
  func sums() throws {
    var tally = Tally(Self.tiling)
    tally.sums["wrong"] = [3, 0, 12]
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(tally), as: UTF8.self).hasSuffix(#""wrong":[3,0,12]}"#))
    let task = LearningTask(Regression())
    var told = Tally(TestSupport.tiling(units: [128, 2], shards: 3, slices: 2), of: task)
    #expect(told.sums["squared_errors"]?.count == 6 && told.sums["absolute_errors"]?.count == 3)
    told.examples = [1, 2, 1]
    // Shard by shard, two targets each.
    told.sums["squared_errors"] = [1, 0, 2, 1, 1, 3]
    told.sums["absolute_errors"] = [1, 2, 3]
    told.sums["squared_targets"] = [2, 4, 4, 4, 2, 8]
    let expected = [Score(.rmse, 1), Score(.mae, 0.75), Score(.r2, ((1 - 4.0 / 8) + (1 - 4.0 / 16)) / 2)]
    #expect(told.scores(task) == expected)
    told.keep(shards: 1..<2, relaxation: false)
    #expect(told.sums["squared_errors"] == [0, 0, 2, 1, 0, 0])
  }

  @Test("A tally survives JSON to the last bit")
  func json() throws {
    var tally = Tally(Self.tiling)
    tally.examples = [1, 2, 3]
    tally.costs = [0.1, 1 / 3, .leastNonzeroMagnitude]
    tally.energies[11] = -1e300 / 3
    let again = try JSONDecoder().decode(Tally.self, from: try JSONEncoder().encode(tally))
    #expect(again == tally)
  }
}
