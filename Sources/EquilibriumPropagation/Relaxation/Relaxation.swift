/// How states move towards a minimum of the total energy.
public enum Updates: String, CaseIterable, Sendable {
  /// Every layer at once: s ← s − ε ∂F/∂s.
  case euler
  /// Every even layer to its minimiser given its neighbours, then every odd one.
  case evenOdd = "even-odd"
  /// As even-odd, but each layer goes further than its minimiser, by a factor ω < 2: s ← s + ω (s* − s). F never rises,
  /// and strong couplings, which make even-odd sweeps slow, settle in fewer of them.
  case overRelaxed = "over-relaxed"

  /// Whether layers move in two sets, each to (or past) its minimiser given the other.
  public var alternates: Bool { self != .euler }
}

/// Where a free phase starts.
public enum Start: String, CaseIterable, Sendable {
  /// All states 0.
  case zero
  /// The example's own last free state (0 the first time).
  case persistent
  /// One sweep from the input upwards: s_k = ρ(W_kᵀ ρ(s_{k−1}) + b_k).
  case forward
}

/// When a phase ends.
public struct Duration: Equatable, Sendable {
  /// Iterations at most; exactly so many where there is no tolerance.
  public var atMost: Int
  /// A shard stops once its largest residual |Δs|/ε of an iteration is at most this.
  public var tolerance: Double?

  public init(atMost: Int, tolerance: Double? = nil) {
    self.atMost = atMost
    self.tolerance = tolerance
  }
}

/// The relaxation of a run: how states are updated, from where, and for how long.
public struct Relaxation: Equatable, Sendable {
  public var updates: Updates
  /// ε of an Euler step (and of an even-odd update of a layer whose minimiser has no closed form).
  public var step: Double
  /// ω of over-relaxed updates, where the minimiser has a closed form.
  public var factor: Double
  public var start: Start
  /// Of the free phase, whose end gives the predictions.
  public var free: Duration
  /// Of every second phase: nudged, with the output held, or of the responses of recurrent backpropagation.
  public var nudged: Duration

  /// What a layer's move to its minimiser is multiplied with.
  var reach: Double { updates == .overRelaxed ? factor : 1 }

  public init(
    updates: Updates, step: Double = 0.5, factor: Double = 1.2, start: Start = .zero, free: Duration,
    nudged: Duration
  ) {
    self.updates = updates
    self.step = step
    self.factor = factor
    self.start = start
    self.free = free
    self.nudged = nudged
  }
}
