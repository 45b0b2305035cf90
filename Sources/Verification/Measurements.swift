import EquilibriumPropagation

/// What a verification measured, complete on rank 0.
public struct Measurements: Sendable {
  /// One gradient against the exact one: each layer's weights and biases together, and all of them.
  public struct Match: Sendable {
    /// From layer 1 to the output.
    public var layers: [GradientMatch]
    /// Every weight and bias as one vector.
    public var all: GradientMatch

    init(_ gradient: Gradient, _ exact: Gradient) {
      layers = (1...exact.layers).map { gradient.match(exact, layer: $0) }
      all = gradient.match(exact)
    }

    /// The smallest cosine of a layer; NaN where any is.
    public var cosine: Double { layers.map(\.cosine).worst { $0.min() } }
    /// The largest relative error of a layer; NaN where any is.
    public var relativeError: Double { layers.map(\.relativeError).worst { $0.max() } }
    /// The layers whose gradient has not been reached at all, counted from 1.
    public var silentLayers: [Int] { layers.indices.filter { layers[$0].cosine == 0 }.map { $0 + 1 } }
  }

  /// The error at each β by one kind of nudging, phases at rest.
  public struct Sweep: Sendable {
    /// Its kind and points; each point has its own β.
    public var nudging: Nudging
    /// By falling β; each gradient against the exact one.
    public var points: [(beta: Double, match: Match)]
  }

  /// Contrasts step by step against backpropagation through time.
  public struct StepMatch: Sendable {
    /// How many nudged Euler steps were made from rest.
    public var step: Int
    /// For each layer; nil where the exact gradient is still zero.
    public var cosines: [Double?]

    /// The smallest of them; NaN where any is.
    public var cosine: Double { cosines.compactMap { $0 }.worst { $0.min() } }
  }

  /// β at which estimates are judged, whatever the run's own is: small enough for well-curved networks, far above rounding.
  public static let judgedBeta = 0.01

  /// Examples in the batch.
  public var examples = 0
  /// The rule's gradient with the run's own durations and β, against the exact one.
  public var own: Match?
  /// The same, every phase to rest.
  public var ownAtRest: Match?
  /// The rule's gradient with the run's own durations and β, against its own at rest.
  public var durations: Match?
  /// Centered nudging at β .01, phases at rest.
  public var centered: Match?
  /// One for each kind of nudging that the network allows; none where the rule does not descend C or nothing comes to
  /// rest.
  public var sweeps: [Sweep] = []
  /// By rising number of steps; none where there are no sweeps.
  public var steps: [StepMatch] = []
  /// The largest residual at the end of the run's own free phase.
  public var freeResidual: Double?
  /// Iterations from the same start to a residual of 10⁻³; nil where 20,000 do not reach it.
  public var iterationsToSettle: Int?
  /// Iterations from the end of the run's own free phase to a residual of `Relaxation.rest`; nil where 20,000 do not
  /// reach it.
  public var iterationsToRest: Int?
  /// Examples of the batch that break the rule's promise, as a share.
  public var violations: Double?
  /// The largest rise of an example's total energy in an iteration, over |F|.
  public var energyRise: Double?
  /// The largest relative difference, over the layers, between the slope of what the rule descends along a layer's
  /// gradient and ‖gradient‖².
  public var slopeError: Double?
}

extension [Double] {
  /// The one that is picked, or NaN where there is a NaN, which `min` and `max` may pass over.
  fileprivate func worst(_ pick: (Self) -> Double?) -> Double {
    contains(where: \.isNaN) ? .nan : pick(self) ?? .nan
  }
}
