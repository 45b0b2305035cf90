import EnergyModels

/// Chooses a grid for a number of ranks by a rough count of what a step costs on each.
public struct Plan: Sendable {
  /// Every grid of so many ranks that the tiling can be dealt to, the best first.
  public static func grids(ranks: Int, tiling: Tiling, run: RunFile) -> [GridShape] {
    let iterations = run.iterationsPerStep
    var found: [(grid: GridShape, time: Double)] = []
    for replicas in 1...ranks where ranks % replicas == 0 {
      for stages in 1...(ranks / replicas) where ranks / replicas % stages == 0 {
        let grid = GridShape(replicas: replicas, stages: stages, slices: ranks / replicas / stages)
        guard let deal = try? Deal(tiling, to: grid, iterations: iterations) else { continue }
        found.append((grid, stepTime(deal, batch: run.training.batch, iterations: iterations)))
      }
    }
    return found.sorted { $0.time < $1.time }.map(\.grid)
  }

  /// The best grid, or an error that says what the tiling allows.
  public static func choose(ranks: Int, tiling: Tiling, run: RunFile) throws(GridError) -> GridShape {
    if let best = grids(ranks: ranks, tiling: tiling, run: run).first { return best }
    let possible = (1...1024).filter { !grids(ranks: $0, tiling: tiling, run: run).isEmpty }
    throw GridError(
      "no grid of \(ranks) ranks fits \(tiling.shards) shards, \(tiling.network.depth) layers and "
        + "\(tiling.slicing.slices) slices; use "
        + possible.map(String.init).joined(separator: ", ") + " ranks or another tiling")
  }

  /// Seconds of a step, with figures of an ordinary core and of ranks that share memory: 50 G multiply-adds and
  /// 3 GB moved a second, 2 µs a message.
  static func stepTime(_ deal: Deal, batch: Int, iterations: Int) -> Double {
    let (grid, network) = (deal.grid, deal.tiling.network)
    let rows = Double(batch) / Double(grid.replicas)
    func share(_ k: Int) -> Double { deal.tiling.slicing.isCut(k) ? 1 / Double(grid.slices) : 1 }
    let stages = deal.stageLayers.map { layers in
      layers.reduce(0.0) { $0 + layerWork($1, deal.tiling, iterations) * share($1) } * rows / 50e9
        // The weights are read and written once a step.
        + layers.reduce(0.0) { $0 + Double(network.units($1) * network.units($1 - 1)) * share($1) } * 8 / 20e9
    }
    let slowest = stages.max() ?? 0
    let talks = grid.stages > 1 || grid.slices > 1
    let widest = Double((1...network.depth).map { network.units($0) }.max() ?? 0)
    let wholeOnly = grid.stages == 1 && (1...network.depth).filter(deal.tiling.slicing.isCut).count <= 1
    let moved = wholeOnly ? Double(2 * panelsOfOutput(network)) : widest
    let neighbours =
      talks ? Double(iterations) * (2e-6 * Double(grid.stages > 1 ? 2 : 1) + rows * moved * 4 / 3e9) : 0
    let weights = (1...network.depth).reduce(0.0) {
      $0 + Double(network.units($1) * network.units($1 - 1)) * share($1)
    }
    let sum =
      grid.replicas > 1
      ? weights / Double(grid.stages) * 8 * Double(grid.replicas - 1) / Double(grid.replicas) / 3e9 : 0
    return slowest + neighbours + sum
  }

  private static func panelsOfOutput(_ network: Network) -> Int {
    (network.units(network.depth) + 15) / 16 * 16
  }
}

extension RunFile {
  /// Iterations of all phases of a step, at most.
  var iterationsPerStep: Int {
    if rule == .backpropagation { return 2 }
    let phases =
      switch (rule, nudging.kind) {
      case (.equilibriumPropagation, .centered), (.coupled, .centered): 2
      // Complex states take two products.
      case (.equilibriumPropagation, .points): nudging.points ?? 2
      default: 1
      }
    return relaxation.free.atMost + relaxation.nudged.atMost * phases
  }
}
