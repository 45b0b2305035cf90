import DataSets
import EnergyModels
import Planning
import Records
import RunFiles
import TestSupport
import Testing
import Training

@Suite struct StepTimeTests {
  static let wide = tiling(inputs: 784, units: [512, 512, 10], shards: 8, slices: 4, perShard: 4)
  static let grids = ["1x1x1", "2x1x1", "1x2x1", "1x1x2", "2x2x2", "8x3x4"]

  private func time(
    _ grid: String, _ tiling: Tiling = wide, machine: Machine = .ordinary, _ settings: String...
  ) throws -> StepTime {
    let run = try RunFile.parse(
      smallestRunFile, file: "m.yaml", settings: ["training.momentum=0"] + settings)
    return StepTime(run, deal: try deal(tiling, grid), machine: machine)
  }

  @Test("More work takes more time", arguments: grids)
  func work(grid: String) throws {
    let base = try time(grid)
    #expect(base.total > 0 && base.total.isFinite)
    #expect(try time(grid, Self.wide, "relaxation.free=16").relaxation > base.relaxation)
    #expect(try time(grid, Self.wide, "nudging={kind: one-sided, beta: 0.2}").relaxation < base.relaxation)
    #expect(try time(grid, Self.wide, "training.momentum=0.9").learning > base.learning)
    let wider = tiling(inputs: 784, units: [1024, 512, 10], shards: 8, slices: 4, perShard: 4)
    #expect(try time(grid, wider).total > base.total)
    let more = tiling(inputs: 784, units: [512, 512, 10], shards: 8, slices: 4, perShard: 8)
    #expect(try time(grid, more).total > base.total)
  }

  @Test("Slower figures of a machine take more time, each where it counts", arguments: grids)
  func machines(grid: String) throws {
    let base = try time(grid)
    func slower(_ change: (inout Machine) -> Void) throws -> StepTime {
      var machine = Machine.ordinary
      change(&machine)
      return try time(grid, machine: machine)
    }
    #expect(
      try slower { machine in
        for i in machine.products.indices { machine.products[i].gigaflops /= 2 }
      }.relaxation > base.relaxation)
    #expect(try slower { $0.layerOverhead *= 2 }.relaxation > base.relaxation)
    #expect(try slower { $0.descentGigabytesPerSecond /= 2 }.learning > base.learning)
    let late = try slower { $0.messages.latency *= 2 }
    let narrow = try slower { $0.messages.gigabytesPerSecond /= 2 }
    let shape = try #require(GridShape(grid))
    let talks = shape.stages * shape.slices > 1
    #expect((late.neighbours > base.neighbours) == talks && (narrow.neighbours > base.neighbours) == talks)
    #expect((late.sums > base.sums) == (shape.replicas > 1))
    #expect((try slower { $0.messages.reduction *= 2 }.reductions > base.reductions) == (shape.ranks > 1))
  }

  @Test("Replicas share the examples, slices the units; stages idle while others of another parity move")
  func sharing() throws {
    let alone = try time("1x1x1")
    #expect(try time("2x1x1").relaxation < 0.6 * alone.relaxation)
    #expect(try time("1x1x4").relaxation < 0.5 * alone.relaxation)
    let deep = tiling(inputs: 64, units: [512, 512], shards: 8, slices: 4, perShard: 4)
    let (one, two) = (try time("1x1x1", deep), try time("1x2x1", deep))
    #expect(two.relaxation > 0.9 * one.relaxation)
  }

  @Test("Ten thousand ranks are planned in seconds", .timeLimit(.minutes(1)))
  func tenThousand() throws {
    let deep = tiling(inputs: 784, units: [4096, 4096, 4096, 10], shards: 2500, slices: 64, perShard: 4)
    var run = try runFile()
    run.network.layers = Array(repeating: run.network.layers[0], count: 4)
    let begun = ContinuousClock.now
    let plan = try Plan(ranks: 10_000, tiling: deep, run: run)
    #expect(plan.candidates.count == 9)
    for candidate in plan.candidates {
      #expect(candidate.grid.ranks == 10_000)
      let ranks = candidate.deal.extremePlaces.map { DryRun(run, deal: candidate.deal, place: $0) }
      #expect(ranks.allSatisfy { $0.step.flow.sent.bytes > 0 })
      #expect(ranks.allSatisfy { $0.memory(examples: [.training: 60_000]).peak > 0 })
    }
    let times = plan.candidates.map(\.time.total)
    #expect(times == times.sorted())
    #expect(begun.duration(to: .now) < .seconds(5))
  }
}
