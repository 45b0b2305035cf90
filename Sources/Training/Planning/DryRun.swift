import EnergyModels
import EquilibriumPropagation
import MessagePassing
import Tensors

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
    exchanges = run.rule.exchanges(deal.tiling.slicing, relaxation: run.relaxation, nudging: run.nudging)
  }

  /// Shards of this rank.
  var shards: Int { deal.shards(replica: place.replica).count }
  /// Examples of a batch on this rank.
  var rows: Int { shards * deal.tiling.perShard }
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
        let numbers = maxima.perShard * shards + maxima.perExample * rows
        traffic.reductions.add(bytes: 8 * numbers, times: maxima.count)
      }
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
    for sweeps in exchanges.sweeps {
      func add(_ parcel: Parcel) {
        let route = routes[parcel]
        traffic.add(route.flow(height: rows * sweeps.rowsPerExample * size) * sweeps.count, of: route)
      }
      for k in sweeps.layers {
        add(.activity(k))
        if sweeps.parts.contains(.below) { add(.partialDrives(into: k, from: k - 1)) }
        if sweeps.parts.contains(.above) { add(.partialDrives(into: k, from: k + 1)) }
      }
    }
  }

  /// What a change of the weights sums over replicas.
  private func addSums(to traffic: inout Traffic) {
    func add(_ scalars: Int, times: Int = 1, mayUseMPI: Bool = false) {
      if mayUseMPI && run.training.reduction == .mpi {
        traffic.reductions.add(bytes: scalars * size, times: times)
        return
      }
      let (rank, ranks) = (place.replica, grid.replicas)
      let flow =
        run.training.precision == .float32
        ? FixedOrderAllreduce<Float>.flow(elements: scalars, rank: rank, ranks: ranks)
        : FixedOrderAllreduce<Double>.flow(elements: scalars, rank: rank, ranks: ranks)
      traffic.replicaSums += flow * times
    }
    for k in portion.layers {
      let sums = k == 1 ? 1 : exchanges.sums
      let (forward, backward) = (portion.forwardBlock(k), portion.backwardBlock(k))
      let isMirrored = forward == backward
      add(forward.forwardScalars, times: sums, mayUseMPI: k == 1 || isMirrored)
      if let backward, !isMirrored { add(backward.backwardScalars, times: sums) }
    }
    for k in portion.layers { add(padded(portion.units(k).count)) }
    if run.nudging.reject { traffic.reductions.add(bytes: 8) }
  }
}

extension Block {
  /// Scalars of the block's panels, padding included: as it is stored to drive the layer above.
  var forwardScalars: Int { rows.count * padded(columns.count) }
  /// The same of its transpose, which drives the layer below.
  var backwardScalars: Int { columns.count * padded(rows.count) }
}
