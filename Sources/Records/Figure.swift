/// A number that tells how well examples were answered: its name, its unit, and which way is better.
public struct Figure: Hashable, Sendable {
  /// In the names of metrics: `rmse` of `test_rmse`.
  public var key: String
  /// As tables and charts call it: `RMSE`.
  public var name: String
  /// `%`; nil where it is a bare number or has the unit of the data.
  public var unit: String?
  /// Of an axis: `wrong examples, %`.
  public var axis: String
  /// Whether less is better.
  public var isBetterLower: Bool
  /// Whether tables and displays leave it to the files of metrics.
  public var isDetail: Bool

  public init(
    _ key: String, name: String, unit: String? = nil, axis: String, isBetterLower: Bool = true,
    isDetail: Bool = false
  ) {
    (self.key, self.name, self.unit, self.axis) = (key, name, unit, axis)
    (self.isBetterLower, self.isDetail) = (isBetterLower, isDetail)
  }

  /// Whether a value is better than another one; never where one of them is no number.
  public func isBetter(_ value: Double, than other: Double) -> Bool {
    isBetterLower ? value < other : value > other
  }

  /// What every finite value is better than.
  public var worst: Double { isBetterLower ? .infinity : -.infinity }
}

extension Figure {
  /// The share of wrong examples.
  public static let error = Figure("error", name: "error", unit: "%", axis: "wrong examples, %")
  /// √ of the mean of (y − d)².
  public static let rmse = Figure("rmse", name: "RMSE", axis: "root of the mean squared error")
  /// The mean of |y − d|.
  public static let mae = Figure("mae", name: "MAE", axis: "mean absolute error")
  /// ln p of an example, in nats.
  public static let logLikelihood = Figure(
    "log_likelihood", name: "log-likelihood", axis: "log-likelihood, nats an example", isBetterLower: false)
  /// The root of the mean squared difference of inputs and what the model makes of them.
  public static let reconstruction = Figure(
    "reconstruction", name: "reconstruction", axis: "root of the mean squared reconstruction error")
  /// The mean of (v − u)² over examples and numbers.
  public static let flowLoss = Figure("loss", name: "loss", axis: "mean of (v − u)²")
  /// R², the share of the targets' variance that is explained.
  public static let r2 = Figure("r2", name: "R²", axis: "explained share of variance", isBetterLower: false)
}

/// A figure and its value, nil where it has none.
public struct Score: Equatable, Sendable {
  public var figure: Figure
  public var value: Double?

  public init(_ figure: Figure, _ value: Double?) { (self.figure, self.value) = (figure, value) }
}
