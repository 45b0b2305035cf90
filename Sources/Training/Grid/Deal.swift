import EnergyModels
import RunFiles

/// How whole tiles are dealt to the ranks of a grid.
public struct Deal: Equatable, Sendable {
  public let tiling: Tiling
  /// One replica, or as many as leave each a power of two of the shards; at most as many stages as layers; slices that
  /// divide the tiling's.
  public let grid: GridShape
  /// The consecutive layers of each stage.
  public let stageLayers: [ClosedRange<Int>]

  /// Throws when the grid does not divide the tiles.
  public init(_ tiling: Tiling, to grid: GridShape, iterations: Int) throws(GridError) {
    // Labels stand with the layer above them, whose inputs they are.
    let lowest = tiling.network.isLayerwise ? 2 : 1
    let depth = tiling.network.depth - lowest + 1
    let (shards, slices) = (tiling.shards, tiling.slicing.slices)
    guard shards % grid.replicas == 0, (shards / grid.replicas).nonzeroBitCount == 1 || grid.replicas == 1
    else {
      let possible = (1...shards).filter {
        shards % $0 == 0 && ($0 == 1 || (shards / $0).nonzeroBitCount == 1)
      }
      throw GridError(
        "grid \(grid): \(shards) shards cannot be dealt to \(grid.replicas) replicas, each of which holds a branch of "
          + "the sum tree (a power of two of shards); use \(list(possible)) replicas or another tiling.shards"
      )
    }
    guard grid.stages <= depth else {
      throw GridError(
        "grid \(grid): \(grid.stages) stages cannot share \(depth) layers; use at most \(depth) stages")
    }
    guard slices % grid.slices == 0 else {
      let possible = (1...slices).filter { slices % $0 == 0 }
      throw GridError(
        "grid \(grid): \(slices) slices cannot be dealt to \(grid.slices) slice ranks; use \(list(possible)), "
          + "or another tiling.slices")
    }
    self.tiling = tiling
    self.grid = grid
    var stages = balanced(
      (lowest...tiling.network.depth).map { layerWork($0, tiling, iterations) }, parts: grid.stages
    ).map { $0.lowerBound + lowest - 1...$0.upperBound + lowest - 1 }
    // An input that is not clamped is computed where layer 1 is.
    stages[0] = tiling.network.states.lowerBound...stages[0].upperBound
    stageLayers = stages
  }

  /// The deal of a run's tiles.
  public init(_ run: RunFile, tiling: Tiling, to grid: GridShape) throws(GridError) {
    try self.init(tiling, to: grid, iterations: run.procedure.iterations)
  }

  /// The shards of a replica.
  public func shards(replica: Int) -> Range<Int> {
    let each = tiling.shards / grid.replicas
    return replica * each..<(replica + 1) * each
  }

  /// The slices of a slice rank.
  public func slices(slice: Int) -> Range<Int> {
    let each = tiling.slicing.slices / grid.slices
    return slice * each..<(slice + 1) * each
  }

  /// The stage that computes layer k.
  public func stage(ofLayer k: Int) -> Int {
    stageLayers.firstIndex { $0.contains(k) } ?? 0
  }

  /// The layers and slices computed at a place.
  public func portion(at place: Place) -> Portion {
    Portion(slicing: tiling.slicing, layers: stageLayers[place.stage], slices: slices(slice: place.slice))
  }
}

/// Multiply-adds for one example of what comes with layer k, the connections below it: both their directions at every
/// iteration, and the input's drive and contrast once.
package func layerWork(_ k: Int, _ tiling: Tiling, _ iterations: Int) -> Double {
  let network = tiling.network
  return network.connections(into: k).reduce(0) { sum, index in
    let source = network.connections[index].source
    // Where layers drive only those above, one direction alone is computed.
    let directions = network.isLayerwise ? 1.0 : 2
    return sum + Double(network.units(k)) * Double(network.units(source))
      * Double(network.wirings[index].upward.pairs)
      * (2 + (network.isState(source) ? directions * Double(iterations) : 0))
  }
}

/// Cuts a list into consecutive parts whose largest sum is least; the first such cut.
package func balanced(_ work: [Double], parts: Int) -> [ClosedRange<Int>] {
  // best[p][i]: the least largest sum of the first i layers in p parts, and where the last part begins.
  var best = [(0...work.count).map { ($0 == 0 ? 0 : Double.infinity, 0) }]
  for part in 1...parts {
    best.append(
      (0...work.count).map { end in
        (0..<end).map { begin in (max(best[part - 1][begin].0, work[begin..<end].reduce(0, +)), begin) }
          .min { $0.0 < $1.0 } ?? (.infinity, 0)
      })
  }
  var ranges: [ClosedRange<Int>] = []
  var end = work.count
  for part in stride(from: parts, to: 0, by: -1) {
    let begin = best[part][end].1
    ranges.append(begin + 1...end)
    end = begin
  }
  return ranges.reversed()
}

private func list(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: ", ") }
