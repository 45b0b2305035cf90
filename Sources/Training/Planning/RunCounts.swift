import Foundation
import MessagePassing

/// What the ranks held and moved while they made so many steps.
public struct RunCounts: Sendable {
  public let steps: Int
  /// By rank.
  public let ranks: [Rank]

  /// One rank's share.
  public struct Rank: Codable, Sendable {
    public let memory: MemoryCount
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
