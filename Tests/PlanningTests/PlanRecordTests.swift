import EnergyModels
import Planning
import TestSupport
import Testing
import Training

@Suite struct PlanRecordTests {
  /// 20-64-64-10 in four slices, eight examples of four shards.
  private static let small = tiling(units: [64, 64, 10], shards: 4, slices: 4)

  @Test(
    "What a rank hands each other in an iteration, times the iterations, is what it sends in a step",
    arguments: ["1x1x2", "1x2x1", "1x3x2", "2x2x2", "4x1x4"])
  func parcels(grid: String) throws {
    let run = try runFile()
    let shape = try #require(GridShape(grid))
    let plan = try Plan(ranks: shape.ranks, grid: shape, tiling: Self.small, run: run)
    let best = plan.candidates[0]
    for rank in 0..<shape.ranks {
      let place = shape.place(ofRank: rank)
      let parcels = best.parcels(from: place)
      let step = DryRun(run, deal: best.deal, place: place).step
      let sent = (step.activity + step.partialDrives).sent
      // All phases of the run file have 45 iterations together.
      #expect(parcels.reduce(0) { $0 + $1.bytes } * 45 == sent.bytes)
      #expect(
        parcels.allSatisfy {
          let receiver = shape.place(ofRank: $0.rank)
          return receiver.replica == place.replica && receiver.stage == $0.stage && $0.rank != rank
        })
      let work = best.workSeconds(at: place)
      #expect(work > 0 && work <= best.time.total)
    }
  }

  @Test("A stage with twice the layers works longer; a rank alone hands out nothing")
  func balance() throws {
    let run = try runFile()
    let wide = tiling(units: [256, 256, 10], shards: 4, slices: 1)
    let plan = try Plan(ranks: 2, grid: GridShape("1x2x1"), tiling: wide, run: run).candidates[0]
    let works = (0..<2).map { plan.workSeconds(at: Place(replica: 0, stage: $0, slice: 0)) }
    #expect(works[0] != works[1])
    let alone = try Plan(ranks: 1, tiling: wide, run: run).candidates[0]
    #expect(alone.parcels(from: Place(replica: 0, stage: 0, slice: 0)).isEmpty)
  }
}
