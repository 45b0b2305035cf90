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

    /// How often the slopes of the pooled connection between two layers are handed out.
    public func slopes(from j: Int, to k: Int) -> Int {
      guard !keepsSlopes, parts.contains(.below) else { return 0 }
      var (handed, isFresh) = (0, false)
      for _ in 0..<count / phases {
        for set in sets {
          if !isFresh, set.contains(j) || set.contains(k) { (handed, isFresh) = (handed + 1, true) }
          if set.contains(j) { isFresh = false }
        }
      }
      return phases * (handed + (isFresh && !completesAll ? 0 : 1))
    }
  }

  /// Maxima over the portions.
  public struct Maxima: Equatable, Sendable {
    /// How often a maximum of so many numbers is taken.
    public var count: Int
    /// Numbers for each shard, and for each example.
    public var perShard = 0
    public var perExample = 0
  }

  /// In the order they are made, the free phase first.
  public private(set) var sweeps: [Sweeps] = []
  /// Those that tolerances, energies and rejections take.
  public private(set) var maxima: [Maxima] = []
  /// How often the weights change.
  public fileprivate(set) var updates = 1
  /// The sums that a connection between free layers learns from, one after the other.
  public private(set) var sums = 1
  private let slicing: Slicing
  private let relaxation: Relaxation

  fileprivate init(_ slicing: Slicing, _ relaxation: Relaxation) {
    (self.slicing, self.relaxation) = (slicing, relaxation)
  }
}

extension Rule {
  /// What one step exchanges on a network cut into slices.
  public func exchanges(_ slicing: Slicing, relaxation: Relaxation, nudging: Nudging) -> Exchanges {
    var step = Exchanges(slicing, relaxation)
    switch self {
    case .equilibriumPropagation:
      step.addFreePhase()
      step.addNudgedPhases(nudging)
      if nudging.reject { step.addRejection() }
    case .contrastiveHebbian, .coupled:
      let phases = self == .coupled && nudging.kind == .centered ? 2 : 1
      step.addFreePhase()
      for _ in 0..<phases { step.addHeldPhase() }
      step.addEnergies(states: 1 + phases)
      if nudging.reject { step.addRejection() }
    case .continual:
      step.addFreePhase()
      step.updates = relaxation.nudged.atMost
      step.addRelaxation(
        Duration(atMost: relaxation.nudged.atMost), phases: relaxation.nudged.atMost, readsOut: true)
    case .backpropagation:
      step.addPass([.constant, .below])
      step.addPass(.above, keepsSlopes: true)
    case .recurrentBackpropagation:
      step.addFreePhase()
      step.addRelaxation(Duration(atMost: 1))
      step.addRelaxation(relaxation.nudged, parts: [.below, .above], keepsSlopes: true, readsOut: true)
    }
    return step
  }
}

extension Exchanges {
  private var depth: Int { slicing.network.depth }
  private var all: [Int] { Array(1...depth) }

  fileprivate mutating func addFreePhase() {
    switch relaxation.start {
    case .zero: break
    case .persistent: sweeps.append(Sweeps(count: 1, sets: [all], parts: []))
    case .forward: addPass([.constant, .below])
    }
    addRelaxation(relaxation.free)
  }

  fileprivate mutating func addNudgedPhases(_ nudging: Nudging) {
    let points = nudging.points ?? 2
    let isReal = nudging.kind == .oneSided || nudging.kind == .randomSign
    let isOdd = nudging.kind == .points && !points.isMultiple(of: 2)
    for _ in 0..<(isReal || isOdd ? 1 : 2) { addRelaxation(relaxation.nudged, readsOut: true) }
    guard nudging.kind == .points else { return }
    for _ in 1..<(points + 1) / 2 {
      addRelaxation(relaxation.nudged, rowsPerExample: 2)
      sums += 1
    }
  }

  /// A phase with the output held where it was put.
  fileprivate mutating func addHeldPhase() {
    sweeps.append(Sweeps(count: 1, sets: [[depth]], parts: []))
    addRelaxation(relaxation.nudged, layers: all.dropLast())
  }

  /// Every layer in turn.
  fileprivate mutating func addPass(_ parts: DriveParts, keepsSlopes: Bool = false) {
    sweeps.append(Sweeps(count: 1, sets: all.map { [$0] }, parts: parts, keepsSlopes: keepsSlopes))
  }

  fileprivate mutating func addRelaxation(
    _ duration: Duration, layers: [Int]? = nil, parts: DriveParts = .all, rowsPerExample: Int = 1,
    phases: Int = 1, keepsSlopes: Bool = false, readsOut: Bool = false
  ) {
    let hasReadOut = slicing.network.hasReadOut
    let layers = (layers ?? all).filter { $0 < depth || !hasReadOut }
    let colours = slicing.network.colours.map { $0.filter(layers.contains) }
    let sets = (relaxation.updates.alternates ? colours : [layers]) + (hasReadOut ? [[depth]] : [])
    if hasReadOut, readsOut {
      sweeps.append(
        Sweeps(
          count: phases, sets: [[depth]], parts: parts, rowsPerExample: rowsPerExample, keepsSlopes: true))
    }
    sweeps.append(
      Sweeps(
        count: duration.atMost, sets: sets.filter { !$0.isEmpty }, parts: parts,
        rowsPerExample: rowsPerExample, phases: phases, keepsSlopes: keepsSlopes,
        completesAll: duration.tolerance != nil))
    if duration.tolerance != nil { maxima.append(Maxima(count: duration.atMost, perShard: 1)) }
  }

  fileprivate mutating func addEnergies(states: Int) {
    maxima.append(Maxima(count: states, perExample: depth * slicing.slices))
  }

  fileprivate mutating func addRejection() { maxima.append(Maxima(count: 1, perExample: 1)) }
}
