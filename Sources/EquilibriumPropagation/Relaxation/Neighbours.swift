import EnergyModels
import Tensors

/// Something that one portion computes and others need.
public enum Parcel: Hashable, Sendable {
  /// ρ(s_k): each slice hands out its own units.
  case activity(Int)
  /// What one layer sends into another: into a whole layer from a cut one each slice hands out its own stretch; down
  /// from the next portion each slice hands out what drives its units.
  case partialDrives(into: Int, from: Int)
  /// How each value before the pooling of a connection counts, by its place among the network's: each slice hands out
  /// its own units of the layer above.
  case slopes(Int)
  /// One unit 1, of the label that a negative example is shown with, where the read-out draws it.
  case negatives
}

/// The other portions of the same network, wherever they are computed.
public protocol Neighbours: AnyObject {
  /// Hands out what this portion computed of a parcel; returns at once.
  func send(_ parcel: Parcel, _ matrix: Matrix, rows: [Range<Int>]) throws
  /// Fills in what others computed of a parcel.
  func receive(_ parcel: Parcel, into matrix: inout Matrix, rows: [Range<Int>]) throws
  /// Returns once everything handed out has left.
  func finish() throws
  /// The largest of each value over all portions.
  func maximum(_ values: inout [Double]) throws
}

/// No neighbours: the portion is the whole network.
public final class Alone: Neighbours {
  public init() {}
  public func send(_ parcel: Parcel, _ matrix: Matrix, rows: [Range<Int>]) {}
  public func receive(_ parcel: Parcel, into matrix: inout Matrix, rows: [Range<Int>]) {}
  public func finish() {}
  public func maximum(_ values: inout [Double]) {}
}
