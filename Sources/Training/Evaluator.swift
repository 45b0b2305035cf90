import DataSets
import EnergyModels
import EquilibriumPropagation
import FileFormats
import Foundation
import MessagePassing
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

  /// Loads the weights that this rank needs.
  public init(
    run: RunFile, checkpoint: PickedCheckpoint, relaxation: Relaxation, deal: Deal, grid: Grid
  ) throws {
    picked = checkpoint
    (self.run, self.grid, self.deal, self.relaxation) = (run, grid, deal, relaxation)
    let parameters = Parameters(portion: deal.portion(at: grid.place), precision: run.training.precision)
    var model = Model(parameters)
    let layout = CheckpointLayout(
      deal: deal, moments: [], persistent: [:], precision: run.training.precision)
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

  func makeEvaluation() throws -> Evaluation {
    try Evaluation(
      run: run, relaxation: relaxation, grid: grid, deal: deal, perShard: Evaluation.rowsPerShard)
  }
}

/// A checkpoint that rank 0 picked for all and has checked every byte of.
public struct PickedCheckpoint: Sendable {
  public let name: String
  package let folder: String
  let state: RunState

  /// - Parameter notice: hears on rank 0 of damaged checkpoints that are passed over.
  public init(
    directory: String, choice: Evaluator.Choice, over world: borrowing Communicator, notice: (String) -> Void
  ) throws {
    let store = RunDirectory(path: directory).store
    let isFirst = world.rank == 0
    let picked = try world.agree { isFirst ? try store.whole(choice, notice: notice).name : "" }
    let name = String(decoding: try world.broadcast(Array(picked.utf8), from: 0), as: UTF8.self)
    (self.name, folder) = (name, store.folder(name))
    state = try world.agree { try store.state(name) }
  }

  /// What the run's classes are called, where its task or its data say so.
  public func classNames(of run: RunFile) -> [String] {
    let names = run.task.task.classNames
    let known = state.form?.classes ?? []
    return !names.isEmpty ? names : known == known.indices.map { "\($0)" } ? [] : known
  }

  /// Data as the network knows them: of the form of those that it was trained on, and with their targets' moments.
  ///
  /// Throws bad data where the inputs have another form.
  public func fitting(_ data: DataSet) throws -> DataSet {
    var data = data.standardized(by: state.targets)
    guard let form = state.form else { return data }
    data = data.known(inputs: form.moments, classes: form.classes)
    guard let shaped = data.shaped(as: form.extents) else {
      func words(_ extents: [Int]) -> String {
        extents[0] == 1 && extents[2] == 1
          ? "\(extents[1]) numbers"
          : (extents[2] == 1 ? Array(extents[..<2]) : extents).map(String.init)
            .joined(separator: "×")
      }
      throw FileError(
        .badData, path: data.source.path ?? "the data",
        "has examples of \(words(data.extents)), the network was trained on \(words(form.extents))")
    }
    return shaped
  }

  /// What is odd about the numbers of some inputs, beside those that the network was trained on; nil where nothing is.
  func oddity(of extent: ClosedRange<Double>) -> String? {
    guard let form = state.form else { return nil }
    func size(_ least: Double, _ largest: Double) -> Double { max(abs(least), abs(largest)) }
    let ratio = size(extent.lowerBound, extent.upperBound) / size(form.range[0], form.range[1])
    guard !(0.25...4 ~= ratio) else { return nil }
    func words(_ least: Double, _ largest: Double) -> String {
      String(format: "from %.4g to %.4g", least, largest)
    }
    return
      "inputs \(words(extent.lowerBound, extent.upperBound)), but the network was trained on inputs "
      + "\(words(form.range[0], form.range[1])): --divisor scales them"
  }
}
