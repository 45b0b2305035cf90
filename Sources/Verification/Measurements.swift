import EquilibriumPropagation
import Records

/// What a verification measured, complete on rank 0: what its record tells, and what its checks are made of.
struct Measurements {
  /// Examples in the batch.
  var examples = 0
  /// The rule's gradient with the run's own durations and β, against the exact one.
  var own: LayerMatches?
  /// The same, every phase to rest.
  var ownAtRest: LayerMatches?
  /// The rule's gradient with the run's own durations and β, against its own at rest.
  var durations: LayerMatches?
  /// Centered nudging at `RunFile.judgedBeta`, phases at rest.
  var centered: LayerMatches?
  /// One for each kind of nudging that the network allows, by falling β; none where the rule does not descend C or
  /// nothing comes to rest.
  var sweeps: [GradientSweep] = []
  /// By rising number of steps; none where there are no sweeps.
  var steps: [StepMatch] = []
  /// Gradients that were compared, each with its name: `estimate`, `exact`, `through-time.5`.
  var gradients: [(name: String, gradient: Gradient)] = []
  /// The largest residual at the end of the run's own free phase.
  var freeResidual: Double?
  /// Iterations from the same start to a residual of 10⁻³; nil where 20,000 do not reach it.
  var iterationsToSettle: Int?
  /// Iterations from the end of the run's own free phase to a residual of `Relaxation.rest`; nil where 20,000 do not
  /// reach it.
  var iterationsToRest: Int?
  /// Whether what drawn gradients are held against is known exactly.
  var isExact = false
  /// What is measured of states that are drawn.
  var drawn: DrawnGradient?
  /// Examples of the batch that break the rule's promise, as a share.
  var violations: Double?
  /// The largest rise of an example's total energy in an iteration, over |F|.
  var energyRise: Double?
  /// The largest relative difference, over the layers, between the slope of what the rule descends along a layer's
  /// gradient and ‖gradient‖².
  var slopeError: Double?
}

extension LayerMatches {
  init(_ gradient: Gradient, _ exact: Gradient) {
    self.init(
      layers: (1...exact.layers).map { gradient.match(exact, layer: $0) }, all: gradient.match(exact))
  }
}
