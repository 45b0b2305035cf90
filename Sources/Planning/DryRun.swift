import EnergyModels
import EquilibriumPropagation
import MessagePassing
import Records
import RunFiles
import Tensors
import Training

/// Plays one rank of any grid through one training step, without messages and without numbers, and counts what it would
/// hand out and take in: the routes, rules and sums are those of real ranks, and so are the counts.
///
/// Counted is a step of a full batch; where a tolerance ends phases sooner, a step at most.
public struct DryRun: Sendable {
  let run: RunFile
  let deal: Deal
  let place: Place
  let portion: Portion
  let exchanges: Exchanges

  public init(_ run: RunFile, deal: Deal, place: Place) {
    (self.run, self.deal, self.place) = (run, deal, place)
    portion = deal.portion(at: place)
    exchanges = run.procedure.exchanges(deal.tiling.slicing)
  }

  /// Shards of this rank.
  var shards: Int { deal.shards(replica: place.replica).count }
  /// Examples of a batch on this rank.
  var rows: Int { shards * deal.tiling.perShard * run.relaxation.chains }
  private var size: Int { run.training.precision.size }
  private var grid: GridShape { deal.grid }

  /// What a step hands out and takes in.
  public var step: Traffic {
    var traffic = Traffic()
    addSweeps(to: &traffic)
    if grid.replicas > 1 {
      for _ in 0..<exchanges.updates { addSums(to: &traffic) }
    }
    if grid.stages * grid.slices > 1 {
      for maxima in exchanges.maxima {
        traffic.reductions.add(
          bytes: 8 * maxima.numbers(shards: shards, examples: rows), times: maxima.count)
      }
    }
    if run.training.clip != nil, grid.ranks > 1 {
      let numbers = 2 * (deal.tiling.network.depth + 1) * deal.tiling.slicing.slices
      traffic.reductions.add(bytes: 8 * numbers, times: exchanges.updates)
    }
    // All ranks agree on stopping.
    if grid.ranks > 1 { traffic.reductions.add(bytes: 3 * 8) }
    return traffic
  }

  /// What a step adds whose change of the weights is measured: about one of fifty.
  public var measurement: Traffic {
    var traffic = Traffic()
    if grid.ranks > 1 {
      traffic.reductions.add(bytes: 8 * WeightChanges.numbers(deal.tiling.slicing))
    }
    return traffic
  }

  private func addSweeps(to traffic: inout Traffic) {
    guard grid.stages * grid.slices > 1 else { return }
    let routes = Routes(deal: deal, place: place)
    if exchanges.negatives > 0 {
      let route = routes[.negatives]
      var drawn = Traffic()
      drawn.add(route.flow(height: rows * size), of: route)
      traffic += drawn * exchanges.negatives
    }
    for sweeps in exchanges.sweeps {
      for set in sweeps.sets { traffic += self.traffic(of: set, in: sweeps, routes) * sweeps.count }
      for index in portion.pooled {
        let (route, connection) = (routes[.slopes(index)], portion.network.connections[index])
        var slopes = Traffic()
        slopes.add(route.flow(height: height(sweeps) * route.positions), of: route)
        traffic += slopes * sweeps.slopes(from: connection.source, to: connection.target)
      }
    }
  }

  /// What moving some layers once hands out and takes in.
  func traffic(of layers: [Int], in sweeps: Exchanges.Sweeps, _ routes: Routes) -> Traffic {
    var traffic = Traffic()
    for route in moved(layers, in: sweeps, routes) {
      traffic.add(route.flow(height: height(sweeps) * route.positions), of: route)
    }
    return traffic
  }

  /// The bytes that go to each rank of the replica when all layers are moved once.
  func bytesByReceiver(in sweeps: Exchanges.Sweeps) -> [Int: Int] {
    let routes = Routes(deal: deal, place: place)
    var bytes: [Int: Int] = [:]
    for route in sweeps.sets.flatMap({ moved($0, in: sweeps, routes) }) {
      for receiver in route.receivers {
        bytes[receiver, default: 0] += height(sweeps) * route.positions * route.columns.count
      }
    }
    return bytes
  }

  /// Bytes of a column.
  private func height(_ sweeps: Exchanges.Sweeps) -> Int { rows * sweeps.rowsPerExample * size }

  /// The ways of what is handed out when some layers are moved once.
  private func moved(_ layers: [Int], in sweeps: Exchanges.Sweeps, _ routes: Routes) -> [Routes.Route] {
    layers.flatMap { k in
      (sweeps.handsOut ? [routes[.activity(k)]] : [])
        + deal.tiling.network.neighbours(k)
        .filter { sweeps.parts.contains($0 < k ? .below : .above) }
        .map { routes[.partialDrives(into: k, from: $0)] }
    }
  }

  private func addSums(to traffic: inout Traffic) {
    for sum in sums {
      if sum.isMPIs {
        traffic.reductions.add(bytes: sum.scalars * size, times: sum.times)
      } else {
        traffic.replicaSums += flow(of: sum) * sum.times
      }
    }
    if run.nudging.reject { traffic.reductions.add(bytes: 8) }
  }

  /// The messages of a sum in the fixed tree, once.
  func flow(of sum: Sum) -> MessageFlow {
    let (rank, ranks) = (place.replica, grid.replicas)
    return run.training.precision == .float32
      ? FixedOrderAllreduce<Float>.flow(elements: sum.scalars, rank: rank, ranks: ranks)
      : FixedOrderAllreduce<Double>.flow(elements: sum.scalars, rank: rank, ranks: ranks)
  }

  /// A sum over replicas that a change of the weights takes so many times.
  struct Sum {
    var scalars: Int
    var times = 1
    /// Whether MPI adds, as `training.reduction` may ask.
    var isMPIs = false
  }

  /// What a change of the weights sums over replicas.
  var sums: [Sum] {
    var sums: [Sum] = []
    for index in portion.connections
    where !run.network.isFrozen(portion.network.connections[index].target) {
      let taps = portion.network.wirings[index].taps
      let isFromInput = !portion.network.isState(portion.network.connections[index].source)
      let times = isFromInput ? 1 : exchanges.sums
      let (forward, backward) = (portion.forwardBlock(index), portion.backwardBlock(index))
      let isHeldOnce = isFromInput || forward == backward
      sums.append(
        Sum(
          scalars: forward.forwardScalars * taps, times: times,
          isMPIs: isHeldOnce && run.training.reduction == .mpi))
      if let backward, forward != backward {
        sums.append(Sum(scalars: backward.backwardScalars * taps, times: times))
      }
    }
    return sums
      + portion.layers.filter { portion.network.biased.contains($0) && !run.network.isFrozen($0) }.map {
        Sum(scalars: padded(portion.units($0).count))
      }
      + (run.procedure.means != nil
        ? portion.known.map { Sum(scalars: padded(portion.network.units($0))) } : [])
  }
}

extension Block {
  /// Scalars of the block's panels, padding included: as it is stored to drive the layer above.
  var forwardScalars: Int { rows.count * padded(columns.count) }
  /// The same of its transpose, which drives the layer below.
  var backwardScalars: Int { columns.count * padded(rows.count) }
}
