import DataSets
import EnergyModels
import EquilibriumPropagation
import MessagePassing
import RunFiles
import Tensors

/// Evaluates the weights of a checkpoint on a split, on any grid.
public struct Evaluator {
  private let run: RunFile
  private let grid: Grid
  private let deal: Deal
  private let parameters: Parameters
  /// Of the targets that the weights were trained on.
  private let targets: TargetMoments?
  /// How the examples settle here.
  public let relaxation: Relaxation
  /// The checkpoint's name.
  public let checkpoint: String

  /// Which checkpoint of a run directory.
  public enum Choice: Equatable, Sendable {
    case latest
    case best
    case named(String)
  }

  /// The relaxation of an evaluation: every example starts without a past.
  ///
  /// So where a run lives on persistent states, its few iterations do not suffice from zero: they become up to
  /// 25 times as many, to a tolerance of 10⁻³.
  public static func relaxation(of run: RunFile) -> Relaxation {
    var relaxation = run.relaxation
    if relaxation.start == .persistent {
      relaxation.start = .zero
      relaxation.free = Duration(
        atMost: 25 * relaxation.free.atMost, tolerance: min(relaxation.free.tolerance ?? 1e-3, 1e-3))
    }
    return relaxation
  }

  /// Loads the weights that this rank needs; rank 0 picks the checkpoint and has checked every byte of it.
  ///
  /// - Parameter notice: hears on rank 0 of damaged checkpoints that are passed over.
  public init(
    run: RunFile, directory: String, choice: Choice, relaxation: Relaxation, deal: Deal, grid: Grid,
    notice: (String) -> Void
  ) throws {
    let store = RunDirectory(path: directory).store
    let checkpoint = try store.whole(choice, over: grid, notice: notice)
    self.checkpoint = checkpoint
    (self.run, self.grid, self.deal, self.relaxation) = (run, grid, deal, relaxation)
    let parameters = Parameters(portion: deal.portion(at: grid.place), precision: run.training.precision)
    var model = Model(parameters)
    let layout = CheckpointLayout(
      deal: deal, moments: [], persistent: [:], precision: run.training.precision)
    targets = try grid.world.agree {
      try layout.read(store.folder(checkpoint), into: &model, place: grid.place, deal: deal)
      return try store.state(checkpoint).targets
    }
    self.parameters = model.parameters
  }

  /// Evaluates a split; complete on rank 0.
  public func evaluate(_ split: Split, of data: DataSet) throws -> EvaluationResult {
    var run = run
    run.relaxation = relaxation
    let examples = try grid.world.agree {
      try SplitData(
        split, of: data.standardized(by: targets), run: run, deal: deal, place: grid.place,
        perShard: Evaluation.rowsPerShard)
    }
    return try Evaluation(
      run: run, relaxation: relaxation, grid: grid, deal: deal, perShard: Evaluation.rowsPerShard
    ).run(examples, parameters: parameters)
  }
}
