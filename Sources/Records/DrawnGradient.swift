/// How the gradient that a run estimates from states that are drawn spreads around that of ⟨C⟩.
public struct DrawnGradient: Codable, Equatable, Sendable {
  /// One layer's weights and biases.
  public struct Layer: Codable, Equatable, Sendable {
    /// The mean of the estimates against the long run's.
    public var match: GradientMatch
    /// The deviation of one estimate, over the norm of the long run's.
    public var deviation: Double
    /// (mean − long run's) / standard error of each element: the root of its mean square, 1 by chance, and the largest.
    public var meanScore: Double
    public var largestScore: Double

    public init(match: GradientMatch, deviation: Double, meanScore: Double, largestScore: Double) {
      (self.match, self.deviation) = (match, deviation)
      (self.meanScore, self.largestScore) = (meanScore, largestScore)
    }
  }

  /// The deviation of one estimate of all layers at a β, over the norm of the long run's gradient, where phases draw the
  /// same numbers, and where each draws its own.
  public struct Deviation: Codable, Equatable, Sendable {
    public var beta: Double
    public var common: Double
    public var independent: Double

    public init(beta: Double, common: Double, independent: Double) {
      (self.beta, self.common, self.independent) = (beta, common, independent)
    }
  }

  /// Estimates that the means are over, each of a step of its own.
  public var estimates: Int
  /// From layer 1 to the output.
  public var layers: [Layer]
  /// By falling β; empty where β decides nothing.
  public var deviations: [Deviation]
  /// Sweeps that the energy of a chain remembers: 1 + 2 Σ of its autocorrelation.
  public var memory: Double
  /// Sweeps of a chain in each step; nil where those of a phase are averaged.
  public var chainSteps: Int?
  /// These sweeps, or those that are averaged, over that.
  public var effectiveStates: Double
  /// Sweeps after which the energy stays where it belongs; nil where it never does.
  public var settling: Int?
  /// Steps in percent that examples accepted along that chain, where steps were proposed.
  public var acceptance: Double?

  public init(
    estimates: Int, layers: [Layer], deviations: [Deviation], memory: Double, effectiveStates: Double,
    settling: Int?, acceptance: Double? = nil
  ) {
    (self.estimates, self.layers, self.deviations) = (estimates, layers, deviations)
    (self.memory, self.effectiveStates, self.settling) = (memory, effectiveStates, settling)
    self.acceptance = acceptance
  }
}
