import EnergyModels

/// How states move: towards a minimum of the total energy, or through its stationary distribution e^{−F/T}.
public enum Updates: String, CaseIterable, Sendable {
  /// Every layer at once: s ← s − ε ∂F/∂s.
  case euler
  /// Every layer to its minimiser given its neighbours: even ones, then odd ones, where `order` says nothing else.
  case evenOdd = "even-odd"
  /// As even-odd, but each layer goes further than its minimiser, by a factor ω < 2: s ← s + ω (s* − s). F never rises,
  /// and strong couplings, which make even-odd sweeps slow, settle in fewer of them.
  case overRelaxed = "over-relaxed"
  /// As even-odd, each layer drawn from e^{−F/T} given its neighbours: exact, whatever T is.
  case gibbs
  /// As euler, with noise √(2Tε) ξ, reflected at the bounds of states: e^{−F/T} as ε → 0.
  case langevin
  /// As langevin, each example accepting a step as a whole or staying where it is: e^{−F/T} whatever ε is.
  case mala

  /// Whether layers move in two sets, each given the other.
  public var alternates: Bool {
    switch self {
    case .euler, .langevin, .mala: false
    case .evenOdd, .overRelaxed, .gibbs: true
    }
  }

  /// Whether states are drawn, and never rest.
  public var samples: Bool {
    switch self {
    case .gibbs, .langevin, .mala: true
    case .euler, .evenOdd, .overRelaxed: false
    }
  }

  /// Those that come to rest.
  public static var toRest: [Updates] { allCases.filter { !$0.samples } }

  /// What is left of it where T is 0.
  public var atRest: Updates {
    switch self {
    case .euler, .evenOdd, .overRelaxed: self
    case .gibbs: .evenOdd
    case .langevin, .mala: .euler
    }
  }
}

/// In which order the layers of a sweep move, each given the others as they are then.
public enum SweepOrder: String, CaseIterable, Sendable {
  /// Every even layer at once, then every odd one.
  case evenOdd = "even-odd"
  /// One by one from the input: what is below reaches every layer in one sweep.
  case upwards
  /// One by one from the output: what nudges it reaches every layer in one sweep.
  case downwards

  /// Its number among all.
  var place: Int {
    switch self {
    case .evenOdd: 0
    case .upwards: 1
    case .downwards: 2
    }
  }

  /// The layers that move together, one set after the other.
  func sets(_ network: Network) -> [[Int]] {
    switch self {
    case .evenOdd: network.colours
    case .upwards: network.states.map { [$0] }
    case .downwards: network.states.reversed().map { [$0] }
    }
  }
}

/// The order of sweeps in each phase.
public struct SweepOrders: Equatable, Sendable, CustomStringConvertible {
  public var free = SweepOrder.evenOdd
  /// Of every second phase.
  public var nudged = SweepOrder.evenOdd

  public init(free: SweepOrder = .evenOdd, nudged: SweepOrder = .evenOdd) {
    (self.free, self.nudged) = (free, nudged)
  }

  /// As a run file has it: a word for both phases, or a map.
  public var description: String {
    free == nudged ? free.rawValue : "{free: \(free.rawValue), nudged: \(nudged.rawValue)}"
  }
}

/// How states are drawn.
public struct Sampling: Equatable, Sendable {
  /// T of e^{−F/T}.
  public var temperature: Double
  /// Sweeps of each phase before states count.
  public var burnIn: Int
  /// Sweeps that are averaged.
  public var average: Int
  /// Chains of each example, that are averaged too.
  public var chains = 1
  /// Of evaluations and predictions.
  public var inference: Inference

  public init(
    temperature: Double = 0.01, burnIn: Int = 10, average: Int = 20, inference: Inference = .sampled
  ) {
    self.temperature = temperature
    self.burnIn = burnIn
    self.average = average
    self.inference = inference
  }

  /// Sweeps of a phase.
  public var sweeps: Int { burnIn + average }
}

/// How examples are judged and predicted where training draws states.
public enum Inference: String, CaseIterable, Sendable {
  /// By the averages of states that are drawn.
  case sampled
  /// Without noise, by states that come to rest.
  case atRest = "at-rest"
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
  /// Rows that rest together stop once their largest residual |Δs|/ε of an iteration is at most this.
  public var tolerance: Double?
  /// So many rows of a shard rest together, from its first one on; nil for all of it.
  public var together: Int?

  public init(atMost: Int, tolerance: Double? = nil, together: Int? = nil) {
    self.atMost = atMost
    self.tolerance = tolerance
    self.together = together
  }

  /// Where rows that rest together begin and end, of shards that do.
  func bounds(_ shards: [Int]) -> [Int] {
    guard tolerance != nil, let together else { return shards }
    return zip(shards, shards.dropFirst()).flatMap { stride(from: $0, to: $1, by: together) }
      + shards.suffix(1)
  }
}

/// The relaxation of a run: how states are updated, from where, and for how long.
public struct Relaxation: Equatable, Sendable {
  public var updates: Updates
  /// ε of an Euler step.
  public var step: Double
  /// ω of over-relaxed updates of layers that go to their minimiser.
  public var factor: Double
  /// Of updates that take one set of layers after the other.
  public var order = SweepOrders()
  /// Newton steps of an even-odd update of a layer whose minimiser has no closed form; 0 for one Euler step.
  public var newton = 0
  /// Of `gibbs`, `langevin` and `mala`, whose phases have as many iterations as it says.
  public var sampling: Sampling
  public var start: Start
  /// Of the free phase, whose end gives the predictions.
  public var free: Duration
  /// Of every second phase: nudged, with the output held, or of the responses of recurrent backpropagation.
  public var nudged: Duration

  /// Whether states are drawn: at T = 0 they come to rest.
  public var samples: Bool { updates.samples && sampling.temperature > 0 }

  /// Chains of each example.
  public var chains: Int { samples ? sampling.chains : 1 }

  /// What phases keep for contrasts and predictions.
  public var keeps: Observation { samples ? .averages(last: sampling.average) : .end }

  /// That of evaluations and predictions.
  public var inferring: Relaxation { sampling.inference == .atRest ? atRest : self }

  /// The same without noise.
  public var atRest: Relaxation {
    var quiet = self
    quiet.updates = updates.atRest
    return quiet
  }

  /// What a layer's move to its minimiser is multiplied with.
  var reach: Double { updates == .overRelaxed ? factor : 1 }

  public init(
    updates: Updates, step: Double = 0.5, factor: Double = 1.2, sampling: Sampling = Sampling(),
    start: Start = .zero, free: Duration, nudged: Duration
  ) {
    self.updates = updates
    self.step = step
    self.factor = factor
    self.sampling = sampling
    self.start = start
    self.free = free
    self.nudged = nudged
  }
}
