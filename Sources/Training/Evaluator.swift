import DataSets
import EnergyModels
import EquilibriumPropagation
import FileFormats
import Foundation
import MessagePassing
import Records
import RunFiles
import Tensors

/// Evaluates the weights of a checkpoint on a split, on any grid.
public struct Evaluator {
  let run: RunFile
  let grid: Grid
  let deal: Deal
  let parameters: Parameters
  let picked: PickedCheckpoint
  /// How the examples settle here.
  public let relaxation: Relaxation
  /// The checkpoint's name.
  public var checkpoint: String { picked.name }

  /// Which checkpoint of a run directory.
  public enum Choice: Equatable, Sendable {
    case latest
    case best
    case named(String)
  }

  /// The relaxation of an evaluation: every example starts without a past.
  ///
  /// So where a run lives on persistent states, its few iterations do not suffice from zero: they become up to
  /// 25 times as many, to a tolerance of 10⁻³ unless states are drawn.
  public static func relaxation(of run: RunFile) -> Relaxation {
    var relaxation = run.relaxation.inferring
    if relaxation.start == .persistent {
      relaxation.start = .zero
      relaxation.free = Duration(
        atMost: 25 * relaxation.free.atMost,
        tolerance: relaxation.samples ? nil : min(relaxation.free.tolerance ?? 1e-3, 1e-3))
    }
    return relaxation
  }

  /// Loads the weights that this rank needs.
  public init(
    run: RunFile, checkpoint: PickedCheckpoint, weights: WeightChoice = .last, relaxation: Relaxation,
    deal: Deal, grid: Grid
  ) throws {
    try NoAverages.check(run, weights)
    picked = checkpoint
    (self.run, self.grid, self.deal, self.relaxation) = (run, grid, deal, relaxation)
    let parameters = Parameters(portion: deal.portion(at: grid.place), precision: run.training.precision)
    var model = Model(parameters)
    let layout = CheckpointLayout(
      deal: deal, moments: [], persistent: [:], weights: weights, precision: run.training.precision)
    try grid.world.agree {
      try layout.read(checkpoint.folder, into: &model, place: grid.place, deal: deal)
    }
    self.parameters = model.parameters
  }

  /// Evaluates a split; complete on rank 0.
  public func evaluate(_ split: Split, of data: DataSet) throws -> EvaluationResult {
    try makeEvaluation().run(examples(split, of: data), parameters: parameters)
  }

  /// This rank's examples of a split.
  func examples(_ split: Split, of data: DataSet, isAnswered: Bool = true) throws -> SplitData {
    var run = run
    run.relaxation = relaxation
    return try grid.world.agree {
      try SplitData(
        split, of: data, run: run, deal: deal, place: grid.place, perShard: Evaluation.rowsPerShard,
        isAnswered: isAnswered)
    }
  }

  /// How a split is answered in every way that layers which learn by themselves know; nil of other rules. Complete on rank 0.
  ///
  /// - Parameter own: what the run's own read-out has found.
  public func readOuts(
    _ split: Split, of data: DataSet, own: EvaluationResult
  ) throws -> ReadOutErrors? {
    guard let rule = run.rule.rule as? ForwardForward else { return nil }
    let examples = try examples(split, of: data)
    func result(_ readOut: ForwardForward.ReadOut) throws -> EvaluationResult {
      guard readOut != rule.readOut else { return own }
      var (other, asked) = (rule, run)
      other.readOut = readOut
      asked.rule = LearningRule(other)
      return try makeEvaluation(asked).run(examples, parameters: parameters)
    }
    let goodness = try result(.goodness)
    func error(_ result: EvaluationResult) -> Double? { result.tally.scores(run.task).first?.value }
    return ReadOutErrors(
      goodness: error(goodness), softMax: rule.learnsReadOut ? try error(result(.softMax)) : nil,
      layers: goodness.layerErrors)
  }

  func makeEvaluation(_ other: RunFile? = nil) throws -> Evaluation {
    try Evaluation(
      run: other ?? run, relaxation: relaxation, grid: grid, deal: deal, perShard: Evaluation.rowsPerShard)
  }
}
