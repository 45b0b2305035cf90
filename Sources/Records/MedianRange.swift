/// The median of some samples, and the least and the most of them.
public struct MedianRange: Codable, Equatable, Sendable {
  /// Of an even number of samples the mean of the middle two.
  public var median: Double
  public var least: Double
  public var most: Double

  /// Nil of no samples.
  public init?(_ samples: [Double]) {
    let sorted = samples.sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    let middle = sorted.count / 2
    median = sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    (least, most) = (first, last)
  }

  /// One sample alone.
  public init(_ sample: Double) {
    (median, least, most) = (sample, sample, sample)
  }
}
