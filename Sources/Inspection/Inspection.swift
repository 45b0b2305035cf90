import DataSets
import EnergyModels
import EquilibriumPropagation
import FileFormats
import RunFiles
import Tasks
import Tensors
import Training

/// A run's network as one of its checkpoints holds it, whole and without MPI, to be looked at on one rank or thread.
///
/// Nothing in the run directory is changed.
public struct Inspection: Sendable {
  /// The run directory's own run file, its data where they were asked for.
  public let run: RunFile
  /// What the run file's data are now.
  public let data: DataSet
  /// The checkpoint's name.
  public let checkpoint: String
  /// Steps made at the checkpoint.
  public let step: Int
  /// Epochs completed at the checkpoint.
  public let epoch: Int
  /// Whether the data are those that the network was trained on.
  public let hasItsOwnData: Bool
  /// All weights and biases.
  public let parameters: Parameters
  /// How examples settle here: every one without a past, as in an evaluation.
  public let relaxation: Relaxation
  let deal: Deal

  /// Reads a checkpoint of a run directory, every byte of it checked: of the latest ones the newest that is whole.
  ///
  /// Throws `SchemaError` (66 where there is no run), `DataError`, and `FileError`: 66 where there is no checkpoint,
  /// 65 where none is whole.
  /// - Parameter data: another folder for the run's examples.
  public init(
    directory: String, choice: Evaluator.Choice = .latest, weights: WeightChoice = .last,
    data folder: String? = nil
  ) throws {
    let run = try RunFile.load(path: directory + "/run.yaml", data: folder)
    try NoAverages.check(run, weights)
    let store = RunDirectory(path: directory).store
    let (name, state) = try store.whole(choice)
    guard state.run == RunState.digest(of: run) else {
      throw OtherRun(
        description: "\(store.folder(name)): belongs to another run than \(directory)/run.yaml")
    }
    let data = try state.fitting(run.openData())
    let alone = GridShape(replicas: 1, stages: 1, slices: 1)
    let deal = try Deal(run, tiling: try Tiling(run, data: data, trains: false), to: alone)
    let blank = Parameters(portion: deal.portion(at: .only), precision: run.training.precision)
    var model = Model(blank)
    let layout = CheckpointLayout(
      deal: deal, moments: [], persistent: [:], weights: weights, precision: run.training.precision)
    try layout.read(store.folder(name), into: &model, place: .only, deal: deal)
    (self.run, self.data, self.deal, parameters) = (run, data, deal, model.parameters)
    (checkpoint, step, epoch) = (name, state.step, state.epoch)
    hasItsOwnData =
      try state.data == data.digest && (state.inputs == nil || state.inputs == data.inputDigest())
    relaxation = Evaluator.relaxation(of: run)
  }

  /// What classes are called; empty where they have numbers alone.
  public var classNames: [String] { run.classNames(of: data) }

  /// Layers and cost.
  public var network: Network { parameters.portion.network }

  /// The weights from every input into one unit of the first layer.
  public func weights(into unit: Int) -> [Double] {
    let weights = parameters.connections[0].forward
    return (0..<weights.depth).map { weights[$0, unit] }
  }

  /// The run's task on its data.
  public var task: any PreparedTask {
    run.task.task.prepared(
      for: data, values: data.values(parameters.precision), input: network.input, seed: run.seed)
  }

  /// All examples of a split, in its order, as they are stored, with what answers them.
  ///
  /// Throws `DataError`.
  public func examples(_ split: Split) throws -> ShardExamples {
    let supervision = run.supervision
    return try data.load(
      split, shards: 0..<1, of: 1, inputs: true, labels: supervision == .labels,
      targets: supervision == .targets)[0]
  }
}

extension Place {
  /// That of a rank that is alone.
  static let only = Place(replica: 0, stage: 0, slice: 0)
}
