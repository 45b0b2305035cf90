import Foundation

/// The gradient's error over β, by one kind of nudging, phases at rest.
public struct GradientSweep: Codable, Equatable, Sendable {
  /// The gradient at one β.
  public struct Point: Codable, Equatable, Sendable {
    /// The nudging strength, above 0.
    public var beta: Double
    /// Against the exact gradient.
    public var match: LayerMatches

    public init(beta: Double, match: LayerMatches) { (self.beta, self.match) = (beta, match) }

    /// ‖computed − exact‖ / ‖exact‖ over the parameters of all layers.
    public var relativeError: Double { match.all.relativeError }
  }

  /// The kind of nudging, as run files name it: `one-sided`, `n-point`.
  public var kind: String
  /// N of n-point nudging.
  public var count: Int?
  /// p where the error is O(β^p): 1, 1, 2 and N for one-sided, random-sign, centered and N-point nudging.
  public var expectedOrder: Int
  /// One for each β, in any order.
  public var points: [Point]
  /// The relative error below which rounding, or the residual of the free phase, hides what β does.
  public var floor: Double
  /// The relative error above which higher powers of β count as well.
  public var ceiling: Double

  public init(
    kind: String, count: Int? = nil, expectedOrder: Int, points: [Point] = [], floor: Double, ceiling: Double
  ) {
    (self.kind, self.count, self.expectedOrder) = (kind, count, expectedOrder)
    (self.points, self.floor, self.ceiling) = (points, floor, ceiling)
  }

  /// `one-sided`, `n-point 4`.
  public var nudging: String { count.map { "\(kind) \($0)" } ?? kind }

  /// Whether the fit uses a point: its error lies between floor and ceiling.
  public func isFitted(_ point: Point) -> Bool {
    let error = point.relativeError
    return point.beta > 0 && point.beta.isFinite && error > 0 && error > floor && error < ceiling
  }

  /// The order p by which the error falls with β: the least-squares slope of log error against log β.
  ///
  /// Only points between floor and ceiling count; nil with fewer than two values of β among them.
  public var fittedOrder: Double? {
    let logs = points.filter(isFitted).map { (beta: log($0.beta), error: log($0.relativeError)) }
    let count = Double(logs.count)
    let meanBeta = logs.reduce(0) { $0 + $1.beta } / count
    let meanError = logs.reduce(0) { $0 + $1.error } / count
    let squares = logs.reduce(0) { $0 + ($1.beta - meanBeta) * ($1.beta - meanBeta) }
    guard let first = logs.first, logs.contains(where: { $0.beta != first.beta }) else { return nil }
    return logs.reduce(0) { $0 + ($1.beta - meanBeta) * ($1.error - meanError) } / squares
  }
}
