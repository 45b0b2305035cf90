import MessagePassing

/// How a training ended.
public enum TrainingEnding: Equatable, Sendable {
  /// All epochs are done.
  case finished
  /// Someone asked to stop; a checkpoint is whole.
  case interrupted
  /// The step limit is reached; a checkpoint is whole.
  case limitReached
}

/// What happens on the way, told on rank 0 only.
public enum TrainingEvent: Sendable {
  case resumed(checkpoint: String, step: Int)
  /// A step is done; `waited` are the seconds that this rank has given to others since training began.
  case step(epoch: Int, epochs: Int, step: Int, steps: Int, examples: Int, waited: Double)
  /// An epoch is evaluated; `times` are those of every rank since training began.
  case epoch(MetricsLine, times: [RankTimes])
  case notice(String)
}

/// A state or weight became infinite or not a number: the run stops before it spoils a checkpoint.
public struct Divergence: Error, Sendable, ExitCoded, CustomStringConvertible {
  let what: String
  let layers: [Int]
  /// Steps of the run made when it was seen, the last one included.
  public let step: Int
  let lastCheckpoint: String?
  /// What mends it, for the run.
  let advice: String
  public var exitCode: Int32 { 1 }
  public var description: String {
    "the relaxation diverged in step \(step): the \(what) of layer\(layers.count == 1 ? "" : "s") "
      + layers.map(String.init).joined(separator: ", ")
      + " are not finite; \(advice)"
      + (lastCheckpoint.map { " (the last checkpoint, \($0), is good)" } ?? "")
  }
}
