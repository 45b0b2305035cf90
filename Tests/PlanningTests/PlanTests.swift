import Planning
import RunFiles
import TestSupport
import Testing
import Training

@Suite struct PlanTests {
  static let tilings = [
    tiling(units: [128, 10], shards: 4, slices: 4), tiling(units: [10], shards: 1),
    tiling(units: [100, 144, 70, 10], shards: 8, slices: 2),
    tiling(units: [512, 512, 10], shards: 12, slices: 8),
    tiling(units: [40, 10], shards: 5),
  ]

  @Test("Every choice for 1 to 16 ranks is a grid of so many ranks that can be dealt", arguments: 1...16)
  func choices(ranks: Int) throws {
    let run = try runFile()
    for tiling in Self.tilings {
      let grids = Plan.grids(ranks: ranks, tiling: tiling, run: run)
      for grid in grids {
        #expect(grid.ranks == ranks)
        #expect(throws: Never.self) { try Deal(run, tiling: tiling, to: grid) }
      }
      #expect(Set(grids).count == grids.count)
      #expect(Set(grids) == Set(every(ranks, tiling, run)))
      if let first = grids.first {
        #expect(try Plan.choose(ranks: ranks, tiling: tiling, run: run) == first)
      } else {
        #expect(throws: GridError.self) { try Plan.choose(ranks: ranks, tiling: tiling, run: run) }
      }
    }
  }

  /// The grids of so many ranks that can be dealt, found by trying all.
  private func every(_ ranks: Int, _ tiling: Tiling, _ run: RunFile) -> [GridShape] {
    let axis = 1...ranks
    let all = axis.flatMap { replicas in
      axis.flatMap { stages in
        axis.map { GridShape(replicas: replicas, stages: stages, slices: $0) }
      }
    }
    return all.filter { $0.ranks == ranks && (try? Deal(run, tiling: tiling, to: $0)) != nil }
  }

  @Test("An impossible number of ranks is told with the possible ones")
  func impossible() throws {
    let run = try runFile()
    let error = #expect(throws: GridError.self) {
      try Plan.choose(ranks: 7, tiling: Self.tilings[0], run: run)
    }
    #expect(
      error?.description
        == "no grid of 7 ranks fits 4 shards, 2 layers and 4 slices; use 1, 2, 4, 8, 16, 32 ranks or another tiling"
    )
  }

  @Test("Many shards do not keep the user waiting for the message", .timeLimit(.minutes(1)))
  func manyShards() throws {
    let run = try runFile()
    let wide = tiling(units: [128, 10], shards: 4096, slices: 1)
    let begun = ContinuousClock.now
    #expect(throws: GridError.self) { try Plan.choose(ranks: 7, tiling: wide, run: run) }
    #expect(begun.duration(to: .now) < .seconds(5))
  }
}
