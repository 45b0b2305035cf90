import EnergyModels
import Tensors

/// How the relaxation of rows that rest together ended: of a shard, or of some of its rows.
public enum Outcome: Equatable, Sendable {
  /// The residual fell to the tolerance.
  case settled
  /// All iterations were used (the rule where no tolerance is set).
  case exhausted
  /// A state became infinite or not a number.
  case diverged
}

/// The end of a phase: the states and how each shard came to rest.
public struct Settled: Sendable {
  /// Rows are those of the iteration that they settled in, or of the last one.
  public var state: State
  /// For each shard here, or for each of its parts that rest together.
  public var outcomes: [Outcome]
  /// Iterations used by each of these.
  public var iterations: [Int]
  /// The largest |Δs| / ε of each one's last iteration: over the portion, or over all of them where a tolerance is
  /// set.
  public var residual: Double
  /// The layers held here in which a state is infinite or not a number.
  public var divergedLayers: Set<Int> = []
  /// The row where the imaginary parts of complex states begin; 0 of real ones.
  var half = 0
  /// What the phase found besides the states.
  public var findings: (any Sendable)?
  /// Of what the phase proposed to examples, where it proposed anything.
  public var acceptance: Acceptance?
  /// The states after the last iterations, the oldest first, where the phase keeps them.
  public var kept: [State] = []
  /// Averages over the last iterations, where the phase keeps them.
  public var averages: Averages?

  /// What each pooled connection held there makes of these states, for phases that begin with them; none where nobody does.
  var pooled: [Matrix] = []

  /// What the network answers, where the output is computed: y, or ⟨y⟩ where averages are kept.
  public var outputs: Matrix { averages?.outputs ?? state[state.network.output].states }

  /// The end of a phase that was given, and not run.
  public init(given state: State, shards: Int) {
    self.init(
      state: state, outcomes: Array(repeating: .exhausted, count: shards),
      iterations: Array(repeating: 0, count: shards), residual: 0)
  }

  init(
    state: State, outcomes: [Outcome], iterations: [Int], residual: Double, divergedLayers: Set<Int> = [],
    half: Int = 0, findings: (any Sendable)? = nil, acceptance: Acceptance? = nil, kept: [State] = [],
    averages: Averages? = nil, pooled: [Matrix] = []
  ) {
    self.state = state
    self.outcomes = outcomes
    self.iterations = iterations
    self.residual = residual
    self.divergedLayers = divergedLayers
    self.half = half
    self.findings = findings
    self.acceptance = acceptance
    self.kept = kept
    self.averages = averages
    self.pooled = pooled
  }
}

/// Which rows still move during a phase, those that rest together told apart: shards, unless these have parts.
struct Progress {
  let bounds: [Int]
  let tolerance: Double?
  private(set) var outcomes: [Outcome]
  private(set) var iterations: [Int]
  /// The rows that move, as few ranges as can be: what products are taken over.
  private(set) var runs: [Range<Int>]
  /// The rows that move, in the stretches whose residuals are told apart: shards where a tolerance is set.
  private(set) var moving: [Stretch]
  private var isMoving: [Bool]

  struct Stretch {
    let shard: Int
    let rows: Range<Int>
  }

  init(shards bounds: [Int], tolerance: Double?) {
    self.bounds = bounds
    self.tolerance = tolerance
    let count = bounds.count - 1
    outcomes = Array(repeating: .exhausted, count: count)
    iterations = Array(repeating: 0, count: count)
    isMoving = Array(repeating: true, count: count)
    let all = 0..<bounds[count]
    runs = [all]
    moving = tolerance == nil ? [Stretch(shard: 0, rows: all)] : []
    if tolerance != nil { listMoving() }
  }

  var isOver: Bool { runs.isEmpty }

  private mutating func listMoving() {
    runs = []
    moving = []
    for shard in isMoving.indices where isMoving[shard] {
      let rows = bounds[shard]..<bounds[shard + 1]
      moving.append(Stretch(shard: shard, rows: rows))
      if let last = runs.last, last.upperBound == rows.lowerBound {
        runs[runs.count - 1] = last.lowerBound..<rows.upperBound
      } else {
        runs.append(rows)
      }
    }
  }

  /// Counts an iteration; returns the rows of the shards that have just settled.
  mutating func advance(residuals: [Double]) -> [Range<Int>] {
    for shard in isMoving.indices where isMoving[shard] { iterations[shard] += 1 }
    guard let tolerance else { return [] }
    var settled: [Range<Int>] = []
    for shard in isMoving.indices where isMoving[shard] && residuals[shard] <= tolerance {
      isMoving[shard] = false
      outcomes[shard] = .settled
      settled.append(bounds[shard]..<bounds[shard + 1])
    }
    if !settled.isEmpty { listMoving() }
    return settled
  }

  mutating func markDiverged(_ shard: Int) { outcomes[shard] = .diverged }
}
