import Foundation
import MessagePassing

/// Where a rank's time went since the run was begun or taken up again.
public struct RankTimes: Codable, Equatable, Sendable {
  /// The name of the rank's host.
  public var host: String
  /// By part: checkpoints and evaluations count, loading and picking up do not.
  public var times: StepTimes
}

extension Grid {
  /// The times of every rank, in their order, on rank 0; none elsewhere. Sends one gather.
  func gatherTimes() throws -> [RankTimes] {
    guard let times = clock?.read() else { return [] }
    let mine = RankTimes(host: Session.processorName, times: times)
    return try world.gather(Array(JSONEncoder().encode(mine)), at: 0)?
      .map { try JSONDecoder().decode(RankTimes.self, from: Data($0)) } ?? []
  }
}
