import MessagePassing
import Training

/// What a rank saw of its host's load while it did something.
public struct LoadSample: Codable, Equatable, Sendable {
  /// As MPI names it.
  public var host: String
  public var before: HostLoad?
  public var after: HostLoad?
  /// Core-seconds that this rank used meanwhile.
  public var own: Double

  public init(host: String, before: HostLoad?, after: HostLoad?, own: Double) {
    (self.host, self.before, self.after, self.own) = (host, before, after, own)
  }

  /// What `body` gives, and the load meanwhile. The ranks of a host must call it at the same time.
  public static func during<Result>(_ body: () throws -> Result) rethrows -> (Result, LoadSample) {
    let (before, began) = (HostLoad.now, HostLoad.ownSeconds)
    let result = try body()
    let sample = LoadSample(
      host: Session.processorName, before: before, after: HostLoad.now, own: HostLoad.ownSeconds - began)
    return (result, sample)
  }

  /// The largest share of a host's cores that others than these ranks used, in 0…1; 0 where no host tells.
  public static func othersShare(_ ranks: [LoadSample]) -> Double {
    Dictionary(grouping: ranks, by: \.host).values.compactMap { here in
      guard let before = here[0].before, let after = here[0].after else { return nil }
      return HostLoad.othersShare(from: before, to: after, own: here.reduce(0) { $0 + $1.own })
    }.max() ?? 0
  }
}
