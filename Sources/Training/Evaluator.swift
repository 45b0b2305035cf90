import DataSets
import EnergyModels
import EquilibriumPropagation
import FileFormats
import MessagePassing
import RunFiles
import Tensors

/// Evaluates the weights of a checkpoint on a split, on any grid.
public struct Evaluator {
  private let run: RunFile
  private let grid: Grid
  private let deal: Deal
  private let parameters: Parameters
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
  public init(
    run: RunFile, directory: String, choice: Choice, relaxation: Relaxation, deal: Deal, grid: Grid
  ) throws {
    let store = RunDirectory(path: directory).store
    let picked = try grid.world.agree { () -> String in
      guard grid.isFirst else { return "" }
      let name = try store.name(of: choice)
      _ = try store.verified(name)
      return name
    }
    let checkpoint = String(decoding: try grid.world.broadcast(Array(picked.utf8), from: 0), as: UTF8.self)
    self.checkpoint = checkpoint
    (self.run, self.grid, self.deal, self.relaxation) = (run, grid, deal, relaxation)
    let parameters = Parameters(portion: deal.portion(at: grid.place), precision: run.training.precision)
    var model = Model(parameters)
    let layout = CheckpointLayout(
      deal: deal, moments: [], persistent: [:], precision: run.training.precision)
    try grid.world.agree {
      try layout.read(store.folder(checkpoint), into: &model, place: grid.place, deal: deal)
    }
    self.parameters = model.parameters
  }

  /// Evaluates a split; complete on rank 0.
  public func evaluate(_ split: Split, of data: DataSet) throws -> EvaluationResult {
    var run = run
    run.relaxation = relaxation
    let examples = try grid.world.agree {
      try SplitData(
        split, of: data, run: run, deal: deal, place: grid.place, perShard: Evaluation.rowsPerShard)
    }
    return try Evaluation(
      run: run, relaxation: relaxation, grid: grid, deal: deal, perShard: Evaluation.rowsPerShard
    ).run(examples, parameters: parameters)
  }
}

extension CheckpointStore {
  /// The name of the chosen checkpoint, which must be there.
  package func name(of choice: Evaluator.Choice) throws -> String {
    let names = try FileStatus.entry(path) != nil ? checkpoints() : []
    func pointer(_ file: String) throws -> String {
      do {
        return String(decoding: try DurableFile.read(path + "/" + file), as: UTF8.self)
          .trimmingPrefix(while: \.isWhitespace).prefix { !$0.isWhitespace }.description
      } catch {
        throw try error.judged()
      }
    }
    let name: String =
      switch choice {
      case .latest: try names.last ?? pointer("LATEST")
      case .best: try pointer("BEST")
      case .named(let name): name
      }
    guard names.contains(name) else {
      throw FileError(.missing, path: path, "holds no checkpoint '\(name)'")
    }
    return name
  }

  /// The chosen checkpoint, verified; of the latest ones the newest that is whole. Damaged ones stay where they are.
  package func whole(_ choice: Evaluator.Choice) throws -> (name: String, state: RunState) {
    guard choice == .latest else {
      let name = try name(of: choice)
      return (name, try verified(name))
    }
    let (whole, damaged) = try newest()
    if let whole { return whole }
    throw damaged.first?.error ?? FileError(.missing, path: path, "holds no checkpoint yet")
  }
}
