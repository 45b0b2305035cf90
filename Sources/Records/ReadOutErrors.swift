/// Wrong examples in percent, by what answers where layers learn by themselves.
public struct ReadOutErrors: Equatable, Sendable {
  /// The goodness of the layers that count.
  public var goodness: Double?
  /// A soft-max of the layers that count, where one was taught.
  public var softMax: Double?
  /// The goodness of each hidden layer alone, from the lowest up.
  public var layers: [Double]

  public init(goodness: Double?, softMax: Double?, layers: [Double]) {
    (self.goodness, self.softMax, self.layers) = (goodness, softMax, layers)
  }
}
