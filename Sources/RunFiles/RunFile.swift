import DataSets
import EnergyModels
import EquilibriumPropagation
import FileFormats
import Schema
import Tasks

/// Everything that decides a run's result: the contents of a YAML run file, complete with defaults.
public struct RunFile: Equatable, Sendable {
  /// What the run is called; the file's name without its extension where it is not given.
  public var name: String
  /// The key of every random number of the run.
  public var seed: UInt64
  /// Where the examples come from.
  public var data: DataSource
  /// What the network is trained to do.
  public var task: LearningTask
  /// The layers, their learning rates and the cost.
  public var network: NetworkSettings
  /// What the network learns by.
  public var rule: LearningRule
  /// How states settle in the free and the nudged phase.
  public var relaxation: Relaxation
  /// How the output is nudged.
  public var nudging: Nudging
  /// How many steps are made, and how.
  public var training: TrainingSettings
  /// How every step is cut into tiles.
  public var tiling: TilingSettings
  /// When checkpoints are written and how many stay.
  public var checkpoint: CheckpointSettings
  /// What is written for people and programs to look at; it decides no bit.
  public var report: ReportSettings

  /// Takes the values as they are: only `load` and `parse` check them, and fill in what is left to a rule.
  public init(
    name: String, seed: UInt64, data: DataSource, task: LearningTask = .classification,
    network: NetworkSettings, rule: LearningRule, relaxation: Relaxation, nudging: Nudging,
    training: TrainingSettings, tiling: TilingSettings,
    checkpoint: CheckpointSettings, report: ReportSettings = ReportSettings(html: true, tensorboard: false)
  ) {
    self.name = name
    self.seed = seed
    self.data = data
    self.task = task
    self.network = network
    self.rule = rule
    self.relaxation = relaxation
    self.nudging = nudging
    self.training = training
    self.tiling = tiling
    self.checkpoint = checkpoint
    self.report = report
  }

  /// The run file at `path`, with the `--set` options `settings` (`KEY=VALUE`) applied in their order.
  ///
  /// Throws `SchemaError`: exit code 66 when the file is missing or cannot be read, 64 for a mistake in it.
  public static func load(path: String, settings: [String] = []) throws(SchemaError) -> RunFile {
    let bytes = try subject.read(path)
    return try parse(try subject.text(bytes, file: path), file: path, settings: settings)
  }

  /// The same, its data in another folder; nil leaves them where they are. A path is taken as it is, and not as YAML.
  public static func load(path: String, data folder: String?) throws(SchemaError) -> RunFile {
    var run = try load(path: path)
    guard let folder else { return run }
    if run.data.format.isEmbedded {
      let root = try subject.tree(try subject.text(subject.read(path), file: path), file: path, settings: [])
      throw SchemaError(
        root.position(of: "data.format"),
        "the run's data are \(run.data.format.rawValue), part of the program, and in no folder",
        hint: "leave --data out")
    }
    run.data.path = folder
    run.data.onlyTests = true
    return run
  }

  /// The run file with the given text; `file` names it in messages and gives the default name of the run.
  ///
  /// Throws `SchemaError` at the first mistake.
  public static func parse(
    _ text: String, file: String, settings: [String] = []
  ) throws(SchemaError) -> RunFile {
    let root = try subject.tree(text, file: file, settings: settings)
    var runFile = try Codec.runFile.read(root, Path(subject))
    if runFile.name.isEmpty { runFile.name = defaultName(file) }
    runFile.data.path = runFile.data.path.map(fromHome)
    runFile.completeDefaults(root)
    try runFile.check(root)
    runFile.network.simplify()
    runFile.addLabels()
    runFile.tiling.resolve(
      batch: runFile.training.batch, layers: runFile.network.layers, output: runFile.network.outputLayer)
    return runFile
  }

  /// The complete run file in one fixed form; reading it gives an equal value.
  public var resolvedYAML: String {
    Codec.runFile.write(self)?.lines() ?? ""
  }

  /// Every key, in the order of a run file: what it means, what it takes and its default.
  public static var reference: [KeyReference] { Codec.runFile.keys }

  /// Every key a run file may hold, dotted, with `0` for any element of a list; for completing `--set`.
  public static let keys: [String] = reference.map(\.key)

  /// Every key, dotted, with its value as the resolved run file holds it, in its order.
  public var settings: [(key: String, value: String)] {
    (Codec.runFile.write(self)?.values() ?? []).map { ($0.path, $0.text) }
  }

  private static let subject = Subject(name: "run file", setting: "training.batch=20", keys: reference)

  /// The rule together with how it settles and nudges.
  public var procedure: Procedure {
    let output = network.layers.last
    let hasClasses =
      network.outputLayer == nil
      && (output.map { $0.activation.isCategorical || network.labelling != nil } ?? false)
    let form = NetworkForm(
      hasFreeInput: network.input.anchor != .clamped, classes: hasClasses ? output?.units ?? 0 : 0,
      depth: network.layers.count)
    return Procedure(rule.fitted(to: form), Scheme(relaxation, nudging))
  }
}
