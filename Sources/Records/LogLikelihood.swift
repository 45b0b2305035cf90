/// The mean of ln p of examples, in nats, as far as it can be known.
public struct LogLikelihood: Equatable, Sendable {
  /// By counting all states of the hidden units; nil where these are too many.
  public var exact: Double?
  /// By annealed importance sampling, which in the mean finds more than it is, and three standard errors of it.
  public var ais: Double
  public var error: Double
  /// From the model's own states, which in the mean finds less.
  public var reverse: Double
  public var examples: Int

  public init(exact: Double?, ais: Double, error: Double, reverse: Double, examples: Int) {
    (self.exact, self.ais, self.error, self.reverse) = (exact, ais, error, reverse)
    self.examples = examples
  }
}
