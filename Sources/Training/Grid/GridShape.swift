import EnergyModels
import MessagePassing

/// A process grid: replicas × stages × slices.
public struct GridShape: Hashable, Sendable, CustomStringConvertible {
  /// Share out the shards, and so the examples; at least 1.
  public let replicas: Int
  /// Share out the layers, consecutive ones to each; at least 1.
  public let stages: Int
  /// Share out the units of each layer that is cut; at least 1.
  public let slices: Int

  /// The counts are taken as they are; whether they fit a tiling, `Deal` says.
  public init(replicas: Int, stages: Int, slices: Int) {
    self.replicas = replicas
    self.stages = stages
    self.slices = slices
  }

  /// "2x2x1"; nil when the text is not three positive counts.
  public init?(_ text: String) {
    let counts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard counts.count == 3, counts.allSatisfy({ $0 > 0 && $0 <= 1 << 20 }) else { return nil }
    self.init(replicas: counts[0], stages: counts[1], slices: counts[2])
  }

  public var ranks: Int { replicas * stages * slices }
  public var description: String { "\(replicas)x\(stages)x\(slices)" }

  /// Where a rank stands; slices are nearest to each other, replicas farthest.
  public func place(ofRank rank: Int) -> Place {
    Place(replica: rank / (stages * slices), stage: rank / slices % stages, slice: rank % slices)
  }

  /// The rank at a place.
  public func rank(at place: Place) -> Int {
    (place.replica * stages + place.stage) * slices + place.slice
  }
}

/// A rank's place on each axis of the grid.
public struct Place: Hashable, Sendable {
  /// In 0 ..< `GridShape.replicas`.
  public var replica: Int
  /// From the input side, in 0 ..< `GridShape.stages`.
  public var stage: Int
  /// In 0 ..< `GridShape.slices`.
  public var slice: Int

  public init(replica: Int, stage: Int, slice: Int) {
    self.replica = replica
    self.stage = stage
    self.slice = slice
  }
}

/// A grid that a tiling cannot be dealt to.
public struct GridError: Error, Equatable, Sendable, ExitCoded, CustomStringConvertible {
  public let description: String
  public var exitCode: Int32 { 64 }

  public init(_ description: String) { self.description = description }
}
