import EnergyModels
import TestSupport
import Testing
import Training

@Suite struct DealTests {
  static let deep = tiling(units: [100, 144, 40, 70, 10], shards: 8, slices: 4)
  static let grids = [
    "1x1x1", "2x1x1", "8x1x1", "1x2x1", "1x5x1", "1x1x2", "1x1x4", "2x2x2", "4x3x2", "2x4x4", "8x5x4",
  ]

  @Test("Every shard, layer and slice is dealt just once", arguments: grids)
  func everythingIsDealt(grid: String) throws {
    let deal = try deal(Self.deep, grid)
    let shape = deal.grid
    #expect((0..<shape.replicas).flatMap { Array(deal.shards(replica: $0)) } == Array(0..<8))
    #expect((0..<shape.slices).flatMap { Array(deal.slices(slice: $0)) } == Array(0..<4))
    #expect(deal.stageLayers.flatMap { Array($0) } == Array(1...5))
    #expect(deal.stageLayers.count == shape.stages)
    for (stage, layers) in deal.stageLayers.enumerated() {
      for k in layers { #expect(deal.stage(ofLayer: k) == stage) }
    }
  }

  @Test(
    "The units of a cut layer are dealt just once, those of a whole one to every slice rank", arguments: grids
  )
  func units(grid: String) throws {
    let deal = try deal(Self.deep, grid)
    for k in 1...5 {
      let holders = places(deal.grid).filter { $0.replica == 0 && deal.portion(at: $0).holds(k) }
      #expect(holders.count == deal.grid.slices)
      let held = holders.flatMap { Array(deal.portion(at: $0).units(k)) }
      let all = Array(0..<Self.deep.network.units(k))
      let isCut = [1, 2, 4].contains(k)
      #expect(held == (isCut ? all : (0..<deal.grid.slices).flatMap { _ in all }))
    }
  }

  @Test("Replicas must divide the shards and hold branches of the sum tree")
  func replicas() throws {
    let five = tiling(units: [128, 10], shards: 12)
    #expect(throws: Never.self) { try deal(five, "1x1x1") }
    #expect(throws: Never.self) { try deal(five, "12x1x1") }
    #expect(try deal(five, "3x1x1").shards(replica: 2) == 8..<12)
    for grid in ["2x1x1", "4x1x1", "5x1x1", "24x1x1"] {
      #expect(throws: GridError.self) { try deal(five, grid) }
    }
    #expect(
      message(five, "4x1x1") == """
        grid 4x1x1: 12 shards cannot be dealt to 4 replicas, each of which holds a branch of the sum tree (a power \
        of two of shards); use 1, 3, 6, 12 replicas or another tiling.shards
        """)
  }

  @Test("Stages and slices that cannot be dealt are told with what can")
  func stagesAndSlices() {
    let four = tiling(units: [128, 10], slices: 4)
    #expect(message(four, "1x3x1") == "grid 1x3x1: 3 stages cannot share 2 layers; use at most 2 stages")
    #expect(
      message(four, "1x1x3")
        == "grid 1x1x3: 4 slices cannot be dealt to 3 slice ranks; use 1, 2, 4, or another tiling.slices")
    #expect(
      message(four, "1x1x8")?.hasPrefix("grid 1x1x8: 4 slices cannot be dealt to 8 slice ranks") == true)
    #expect(GridError("x").exitCode == 64)
  }

  private func message(_ tiling: Tiling, _ grid: String) -> String? {
    do {
      _ = try deal(tiling, grid)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("Stages are the consecutive parts whose largest work is least", arguments: 1...6)
  func balance(parts: Int) {
    var random = SystemRandomNumberGenerator()
    for length in parts...8 {
      let work = (0..<length).map { _ in Double(Int.random(in: 1...20, using: &random)) }
      let ranges = balanced(work, parts: parts)
      #expect(ranges.count == parts)
      #expect(ranges.flatMap { Array($0) } == Array(1...length), "\(work)")
      let largest = ranges.map { $0.reduce(0) { $0 + work[$1 - 1] } }.max()
      #expect(largest == leastLargest(work[...], parts), "\(work) in \(parts)")
    }
  }

  /// The least largest sum over every way to cut a list into parts that hold something.
  private func leastLargest(_ work: ArraySlice<Double>, _ parts: Int) -> Double {
    if parts == 1 { return work.reduce(0, +) }
    return (1...work.count - parts + 1).map {
      max(work.prefix($0).reduce(0, +), leastLargest(work.dropFirst($0), parts - 1))
    }.min() ?? .infinity
  }

  @Test("A layer's work counts its connection both ways at every iteration and the clamped input once")
  func work() {
    let two = tiling(inputs: 784, units: [500, 10])
    #expect(layerWork(1, two, 24) == Double(500 * 2 * 784))
    #expect(layerWork(2, two, 24) == Double(10 * (2 * 500 + 2 * 24 * 500)))
  }
}
