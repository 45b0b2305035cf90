import Foundation
import MessagePassing

/// What the ranks held and moved while they made so many steps.
public struct RunCounts: Sendable {
  /// Steps that this process made: those before a resume are not among them.
  public let steps: Int
  /// By rank.
  public let ranks: [Rank]

  /// One rank's share.
  public struct Rank: Codable, Sendable {
    /// As it was before the first step.
    public let memory: MemoryCount
    /// Of those steps alone: evaluations, checkpoints and comparisons of weights are left out.
    public let traffic: Traffic
  }
}

extension Trainer {
  /// What every rank has held and moved so far, on rank 0; every rank must call it.
  public func counts() throws -> RunCounts? {
    let mine = RunCounts.Rank(memory: memory, traffic: traffic.total)
    let all = try grid.world.gather(Array(JSONEncoder().encode(mine)), at: 0)
    let decoder = JSONDecoder()
    return try all.map { all in
      RunCounts(
        steps: traffic.steps, ranks: try all.map { try decoder.decode(RunCounts.Rank.self, from: Data($0)) })
    }
  }
}
