import DataSets
import EnergyModels
import EquilibriumPropagation
import MessagePassing
import RunFiles
import Tensors
import Training

/// Judges the gradient that a run's rule computes, on the run's own network, data and grid, against exact ones.
///
/// Everything is in Float64. Every rank computes its tiles' share as in training; gradients are brought together on
/// rank 0, which alone compares them, and alone differentiates by finite differences and through time.
public struct Verifier {
  let run: RunFile
  let grid: Grid
  let deal: Deal
  let batch: Batch
  let parameters: Parameters
  let whole: WholeNetwork?
  /// What every rule talks through.
  let messages: GridNeighbours
  let choices: Choices

  /// What is measured beside what is always: nil takes the usual.
  public struct Choices: Sendable {
    /// β of the sweeps.
    public var betas: [Double]?
    /// Nudged steps that are held against as many through time.
    public var steps: [Int]?
    /// The run directory's checkpoint whose weights are taken.
    public var checkpoint = Evaluator.Choice.latest

    public init() {}
  }

  /// The batch as this rank holds it.
  struct Batch {
    let clamped: Clamped
    let start: State
    let rows: Int
    /// Examples on all ranks.
    let examples: Int
  }

  /// β of the sweeps: nine from 0.2 units on, each half of the one before, or a quarter where ρ has kinks, which a state at a smaller β rarely crosses.
  var betas: [Double] {
    choices.betas?.sorted(by: >)
      ?? (0..<9).map { 0.2 * run.betaUnit / Double(1 << (run.isSmooth ? $0 : 2 * $0)) }
  }

  /// Loads the first batch of so many examples, at least one of each shard, and draws the weights, or takes those of a
  /// run directory's checkpoint.
  ///
  /// Every rank of the grid must call it.
  /// - Parameter notice: hears on rank 0 of damaged checkpoints that are passed over.
  public init(
    run: RunFile, data: DataSet, examples: Int, weights: String?, choices: Choices = Choices(), deal: Deal,
    grid: Grid, notice: (String) -> Void
  ) throws {
    self.choices = choices
    var run = run
    run.training.precision = .float64
    let perShard = max(1, (examples + deal.tiling.shards - 1) / deal.tiling.shards)
    (self.run, self.grid, self.deal) = (run, grid, deal)
    let batch = try grid.world.agree { [run] in
      try Batch(run: run, data: data, deal: deal, place: grid.place, perShard: perShard)
    }
    let weights = try weights.map {
      try Self.checkpoint(of: $0, choices.checkpoint, grid: grid, notice: notice)
    }
    let parameters = try grid.world.agree { [run] in
      try Self.parameters(run, weights: weights, deal: deal, place: grid.place)
    }
    self.parameters = parameters
    self.batch = batch.clamped(by: parameters)
    // Complex states take twice the rows.
    messages = try GridNeighbours(
      grid: grid, deal: deal, rows: 2 * batch.rows, parts: deal.tiling.shards, precision: .float64)
    whole = try grid.world.agree { [run] in
      guard grid.isFirst else { return nil }
      return try WholeNetwork(
        run: run, data: data, weights: weights, steps: choices.steps, deal: deal, perShard: perShard)
    }
  }

  /// A checkpoint whose weights are verified.
  struct Weights {
    let folder: String
    let precision: Precision
  }

  /// A run directory's checkpoint, which rank 0 alone picks and checks.
  private static func checkpoint(
    of directory: String, _ choice: Evaluator.Choice, grid: Grid, notice: (String) -> Void
  ) throws -> Weights {
    let picked = try PickedCheckpoint(
      directory: directory, choice: choice, over: grid.world, notice: notice)
    let saved = try grid.world.agree { try RunDirectory(path: directory).savedRun() }
    return Weights(folder: picked.folder, precision: saved?.training.precision ?? .float32)
  }

  /// A place's part of the weights before the first step, or of those in a checkpoint, in Float64.
  static func parameters(_ run: RunFile, weights: Weights?, deal: Deal, place: Place) throws -> Parameters {
    var parameters = Parameters(portion: deal.portion(at: place), precision: .float64)
    guard let weights else {
      run.initialize(&parameters)
      return parameters
    }
    var model = Model(parameters)
    let layout = CheckpointLayout(
      deal: deal, moments: [], persistent: [:], precision: weights.precision)
    try layout.read(weights.folder, into: &model, place: place, deal: deal)
    return model.parameters
  }
}

extension Verifier.Batch {
  init(run: RunFile, data: DataSet, deal: Deal, place: Place, perShard: Int) throws {
    var fresh = run
    fresh.relaxation.start = .zero
    let split = try SplitData(
      .training, of: data, run: fresh, deal: deal, place: place, perShard: perShard)
    let members = split.members(epoch: 0, step: 0)
    let portion = deal.portion(at: place)
    clamped = split.clamp(members, parameters: Parameters(portion: portion, precision: .float64))
    start = split.start(members)
    rows = split.mostRows
    examples = split.batches.size(step: 0) * split.chainsEach
  }

  /// The same with the input's drive through some weights.
  func clamped(by parameters: Parameters) -> Self {
    var clamped = clamped
    clamped.setInputDrives(parameters)
    return Self(clamped: clamped, start: start, rows: rows, examples: examples)
  }
}

extension RunFile {
  /// Whether complex states can relax: every activation and pooling has a derivative in the complex plane, and no spring
  /// ties an output that is nudged.
  public var isHolomorphic: Bool {
    !(network.output == 0 && network.input.stiffness > 0) && network.input.activation.isHolomorphic
      && network.layers.allSatisfy(\.activation.isHolomorphic)
      && network.joined.allSatisfy { $0.coupling.pooling?.kind.isHolomorphic ?? true }
  }

  /// Whether the linear response of the states is known: soft pooling between layers bends it.
  public var hasExactGradient: Bool {
    network.joined.allSatisfy { $0.source == 0 || $0.coupling.pooling?.kind.isPiecewiseLinear ?? true }
  }

  /// The β that bends F at the output as much as a β of 1 does where nothing ties it and the cost has no weight: with the
  /// spring λ and the cost κ C it is (1 + λ) / κ.
  var betaUnit: Double { (1 + (network.output == 0 ? network.input.stiffness : 0)) / costWeight }

  /// β at which estimates are judged, whatever the run's own is: small enough for well-curved networks, far above rounding.
  var judgedBeta: Double { 0.01 * betaUnit }

  /// Whether F has no kinks: neither bounds of states nor the largest of several values.
  public var isSmooth: Bool {
    !rule.rule.hasKinks
      && network.layers.allSatisfy { $0.activation.isSmooth || $0.activation.isReadOut }
      && network.joined.allSatisfy { $0.coupling.pooling?.kind.isSmooth ?? true }
  }
}

extension Relaxation {
  /// The residual at which a state counts as at rest.
  public static let rest = 1e-13

  /// The same updates to rest, going on from where they are.
  package var toRest: Relaxation {
    var relaxation = self
    relaxation.start = .persistent
    relaxation.free = Duration(atMost: 20_000, tolerance: Relaxation.rest)
    relaxation.nudged = relaxation.free
    return relaxation
  }
}
