import EnergyModels
import EquilibriumPropagation
import MessagePassing
import Tensors
import Training

/// What one rank of a grid does and hands out, as predicted.
public struct RankLoad: Equatable, Sendable {
  /// What is handed to one rank of the same replica in an iteration.
  public struct Parcel: Equatable, Sendable {
    public var receiver: Place
    /// Of all activities and partial drives that go there while every layer is moved once.
    public var bytes: Int
  }

  /// Seconds of a step that are work, neither messages nor waiting.
  public var work: Double
  /// In the order of the receivers' ranks.
  public var parcels: [Parcel]
  /// Bytes handed to other replicas in a step.
  public var replicaBytes: Int
}

extension Plan.Candidate {
  /// What the rank at a place would do; an iteration is one of those that a step has most of.
  public func load(at place: Place) -> RankLoad {
    let dry = DryRun(run, deal: deal, place: place)
    let most = dry.exchanges.sweeps.map(\.count).max() ?? 0
    let sweeps = dry.exchanges.sweeps.first { $0.count == most }
    let bytes = sweeps.map { dry.bytesByReceiver(in: $0) } ?? [:]
    let slices = grid.slices
    return RankLoad(
      work: PlacedRank(dry, machine, liveShare).workSeconds,
      parcels: bytes.sorted { $0.key < $1.key }.map { peer, bytes in
        .init(
          receiver: Place(replica: place.replica, stage: peer / slices, slice: peer % slices), bytes: bytes)
      }, replicaBytes: dry.step.replicaSums.sent.bytes)
  }
}

extension PlacedRank {
  /// Seconds of a step's work, without messages and without waiting for other ranks.
  fileprivate var workSeconds: Double {
    dry.exchanges.sweeps.reduce(learning) { sum, sweeps in
      sum + sweeps.sets.reduce(0) { $0 + Double(sweeps.count) * cost(of: $1, in: sweeps).work }
    }
  }
}
