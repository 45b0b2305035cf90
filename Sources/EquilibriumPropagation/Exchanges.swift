import EnergyModels

/// What the portions of a network exchange while a rule makes one step, told without making it: at most so much, and
/// exactly so much where no tolerance ends a phase sooner.
public struct Exchanges: Equatable, Sendable {
  /// Passes over some layers: in each, every layer hands out its activity, after it has handed out and taken in the
  /// partial drives that count.
  public struct Sweeps: Equatable, Sendable {
    /// All `phases` together.
    public var count: Int
    /// Layers that move together, one set after the other.
    public var sets: [[Int]]
    /// What counts of a drive; nothing where states are only shared.
    public var parts: DriveParts
    /// Rows of a message for each example: two of complex states.
    public var rowsPerExample = 1
    /// The phases that the passes belong to.
    public var phases = 1
    /// Whether slopes are kept: of responses.
    public var keepsSlopes = false
    /// Whether all pools are brought up to date at the end of each phase, not only those whose layers have moved since.
    public var completesAll = false
    /// Whether the first of them begins with pools that are up to date.
    public var startsPooled = false
    /// Whether pools are brought up to date after every pass, because that is kept.
    public var completesEach = false
    /// Whether layers hand out their activity: not where only drives are computed.
    public var handsOut = true

    /// How often the slopes of the pooled connection between two layers are handed out.
    public func slopes(from j: Int, to k: Int) -> Int {
      guard !keepsSlopes, parts.contains(.below) else { return 0 }
      return slopes(j, k, isFresh: startsPooled) + (phases - 1) * slopes(j, k, isFresh: false)
    }

    /// The same in one phase.
    private func slopes(_ j: Int, _ k: Int, isFresh: Bool) -> Int {
      var (handed, isFresh) = (0, isFresh)
      for _ in 0..<count / phases {
        for set in sets {
          if !isFresh, set.contains(j) || set.contains(k) { (handed, isFresh) = (handed + 1, true) }
          if set.contains(j) { isFresh = false }
        }
        if completesEach, !isFresh { (handed, isFresh) = (handed + 1, true) }
      }
      return handed + (isFresh && !completesAll ? 0 : 1)
    }
  }

  /// Maxima over the portions.
  public struct Maxima: Equatable, Sendable {
    /// How often a maximum of so many numbers is taken.
    public var count: Int
    /// Numbers for each shard, and for each example.
    public var perShard = 0
    public var perExample = 0
    /// Of a shard's examples so many share each of its numbers; nil where all do.
    public var together: Int?

    /// Numbers that are told of so many shards with so many examples in all, a like number in each.
    public func numbers(shards: Int, examples: Int) -> Int {
      let parts = together.map { shards > 0 ? (examples / shards + $0 - 1) / $0 : 0 } ?? 1
      return perShard * shards * parts + perExample * examples
    }
  }

  /// In the order they are made, the free phase first.
  public fileprivate(set) var sweeps: [Sweeps] = []
  /// Those that tolerances, energies and rejections take.
  public fileprivate(set) var maxima: [Maxima] = []
  /// How often the weights change.
  public fileprivate(set) var updates = 1
  /// How often a read-out hands out wrong labels that it has drawn.
  public fileprivate(set) var negatives = 0
  /// The sums that a connection between layers of states learns from, one after the other.
  public fileprivate(set) var sums = 1
  fileprivate let slicing: Slicing

  fileprivate init(_ slicing: Slicing) { self.slicing = slicing }
}

extension Procedure {
  /// What one step exchanges on a network cut into slices.
  public func exchanges(_ slicing: Slicing) -> Exchanges {
    var step = Exchanges(slicing)
    let contrast = contrast
    let phases = phases
    for (number, phase) in phases.enumerated() {
      if phase.origin == .batch, phase.labels == nil { step.addStart(scheme.relaxation.start) }
      if phase.origin == .chains { step.addStart(.persistent) }
      // What a read-out or a pooled connection computes is of the parameters, which may change in every iteration.
      let isCut = contrast.learns == .everyIteration && number == phases.count - 1
      step.add(
        phase, updates: scheme.relaxation.updates, changes: isCut ? phase.duration.atMost : 1,
        startsPooled: phase.continued.map { phases[$0].origin == .batch } ?? false)
    }
    if contrast.learns == .everyIteration, let last = phases.last { step.updates = last.duration.atMost }
    if contrast.promise == .energy { step.addEnergies(states: 1 + phases.count { $0.held != nil }) }
    if scheme.nudging.reject, canReject { step.addRejection() }
    if contrast.offsets != nil { step.addOffsets() }
    step.sums = contrast.products(phases).count
    return step
  }
}

extension Exchanges {
  private var network: Network { slicing.network }

  /// Where the run lets examples begin.
  fileprivate mutating func addStart(_ start: Start) {
    switch start {
    case .zero: break
    case .persistent: sweeps.append(Sweeps(count: 1, sets: [Array(network.states)], parts: []))
    case .forward: add(.guess, updates: .euler)
    }
  }

  /// - Parameter changes: how often the parameters are new while it lasts.
  /// - Parameter startsPooled: whether what the states that it begins with were pooled to is known.
  fileprivate mutating func add(
    _ phase: Phase, updates: Updates, changes: Int = 1, startsPooled: Bool = false
  ) {
    let (dynamics, duration) = (phase.dynamics, phase.duration)
    let rowsPerExample = dynamics.isComplex ? 2 : 1
    if phase.order == .apart { return }
    if let labels = phase.labels {
      sweeps.append(
        Sweeps(count: labels == .each ? duration.atMost : 1, sets: [network.clampedLayers], parts: []))
      negatives += labels == .neutral(draws: true) ? 1 : 0
    }
    guard phase.order == .sweeps else {
      let layers = (1...network.depth).filter {
        !network.isClamped($0) && (phase.movesOutput || $0 != network.output)
      }
      sweeps.append(
        Sweeps(
          count: duration.atMost, sets: layers.map { [$0] }, parts: dynamics.parts,
          keepsSlopes: dynamics.keepsSlopes))
      if case .weighed(let count) = phase.keeps {
        maxima.append(Maxima(count: 1, perExample: count * (slicing.slices + 1)))
      }
      return
    }
    if phase.origin == .batch, !network.clampedLayers.isEmpty {
      sweeps.append(Sweeps(count: 1, sets: [network.clampedLayers], parts: []))
    }
    if phase.held != nil { sweeps.append(Sweeps(count: 1, sets: [[network.output]], parts: [])) }
    if network.hasReadOut, dynamics.readsOut {
      sweeps.append(
        Sweeps(
          count: changes, sets: [[network.output]], parts: dynamics.parts, rowsPerExample: rowsPerExample,
          keepsSlopes: true))
    }
    let all = updates.sets(network, in: phase.sweep)
    let sets = all.map { phase.moving($0, of: network) }
    sweeps.append(
      Sweeps(
        count: duration.atMost, sets: sets.filter { !$0.isEmpty }, parts: dynamics.parts,
        rowsPerExample: rowsPerExample, phases: changes, keepsSlopes: dynamics.keepsSlopes,
        completesAll: duration.tolerance != nil, startsPooled: startsPooled,
        completesEach: phase.keeps.averages))
    if dynamics.proposes { addProposals(of: all, held: phase.held != nil, iterations: duration.atMost) }
    if phase.keeps.costs {
      maxima.append(Maxima(count: 1, perExample: phase.keeps.count(of: duration.atMost)))
    }
    if duration.tolerance != nil {
      maxima.append(Maxima(count: duration.atMost, perShard: 1, together: duration.together))
    }
  }

  /// The drives of the states that a phase begins with, those of an output that is held, and what a step costs each example.
  ///
  /// The drives of what is proposed stand where other dynamics have those of the next iteration.
  private mutating func addProposals(of sets: [[Int]], held: Bool, iterations: Int) {
    func evaluate(_ sets: [[Int]], times: Int) {
      sweeps.append(Sweeps(count: times, sets: sets, parts: .all, keepsSlopes: true, handsOut: false))
    }
    evaluate(sets, times: 1)
    if held { evaluate([[network.output]], times: iterations) }
    addEnergies(states: iterations)
  }

  fileprivate mutating func addEnergies(states: Int) {
    maxima.append(Maxima(count: states, perExample: network.states.count * slicing.slices))
  }

  /// Two sums of each layer and slice.
  fileprivate mutating func addOffsets() {
    maxima.append(Maxima(count: 1, perExample: 2 * network.states.count * slicing.slices))
  }

  fileprivate mutating func addRejection() { maxima.append(Maxima(count: 1, perExample: 1)) }
}
