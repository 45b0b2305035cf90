import EnergyModels
import EquilibriumPropagation
import Training

/// What a step costs one rank.
struct PlacedRank {
  let dry: DryRun
  let machine: Machine
  let work: StepWork
  let routes: Routes
  let weights: Double

  init(_ dry: DryRun, _ machine: Machine, _ liveShare: StepWork.LiveShare) {
    (self.dry, self.machine) = (dry, machine)
    work = StepWork(dry.run, deal: dry.deal, at: dry.place, liveShare: liveShare)
    routes = Routes(deal: dry.deal, place: dry.place)
    weights = Double(dry.weightBytes)
  }

  private func seconds(_ calls: [StepWork.Call]) -> Double {
    calls.reduce(0) { $0 + $1.times * machine.seconds($1, weights: weights) }
  }

  /// Seconds of moving some layers once, and of the messages that this takes.
  func cost(of layers: [Int], in sweeps: Exchanges.Sweeps) -> (work: Double, talk: Double) {
    var work = 0.0
    if !sweeps.parts.isEmpty {
      let moved = StepWork(moving: layers, in: sweeps, of: dry)
      let count = layers.count(where: dry.portion.holds)
      work = seconds(moved.calls) + Double(count) * machine.layerOverhead * 1e-6
    }
    let traffic = dry.traffic(of: layers, in: sweeps, routes)
    let rounds = [traffic.activity, traffic.partialDrives].count { $0.received.messages > 0 }
    return (work, machine.seconds(traffic.activity + traffic.partialDrives, rounds: rounds))
  }

  /// Seconds of what is done once a batch.
  var learning: Double {
    let once: Set<StepPart> = [.data, .drive, .contrast, .sum, .optimizer, .rest]
    return seconds(work.calls.filter { once.contains($0.part) })
  }

  /// Seconds of all sums over replicas.
  var sums: Double {
    let replicas = dry.deal.grid.replicas
    guard replicas > 1 else { return 0 }
    return Double(dry.exchanges.updates)
      * dry.sums.reduce(0) {
        let flow = dry.flow(of: $1)
        // Everything at once to everyone, or slices there and back.
        let rounds = flow.sent.messages > replicas - 1 ? 2 : 1
        return $0 + Double($1.times) * machine.seconds(flow, rounds: rounds)
      }
  }
}
