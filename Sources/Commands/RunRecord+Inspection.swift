import DataSets
import EnergyModels
import EquilibriumPropagation
import FileFormats
import Inspection
import Reporting
import RunFiles
import Tasks
import Training

extension RunRecord {
  /// What a run directory holds; whatever is missing or damaged is told in its place.
  ///
  /// Throws `SchemaError` where there is no run at all, and `FileError` where the system cannot read now what may be
  /// there.
  /// - Parameters:
  ///   - inspected: the checkpoint whose network is looked at; none without.
  ///   - folder: another folder for the run's examples.
  ///   - examined: how much of the checkpoint's time-consuming figures.
  static func read(
    directory: String, inspected: Evaluator.Choice? = nil, data folder: String? = nil,
    examines examined: Examined = .everything
  ) throws -> RunRecord {
    let run = try RunFile.load(path: joinPath(directory, "run.yaml"))
    let unshown = Unshown()
    let metrics = try Recorded(unshown, "curves") { () throws -> [EpochMetrics] in
      let epochs = try MetricsFile.told(directory).epochs
      guard !epochs.isEmpty else { throw Absence("no epoch has ended yet") }
      return epochs
    }
    let inspection = try Recorded(unshown, "checkpoint") { () throws -> Inspection in
      guard let inspected else { throw Absence("a comparison does not look at checkpoints") }
      do {
        return try Inspection(directory: directory, choice: inspected, data: folder)
      } catch let error as DataError where folder == nil && run.data.path != nil {
        throw DataElsewhere(error: error)
      }
    }
    // A search keeps none.
    let times = joinPath(directory, "times.json")
    // Nobody misses in a comparison what it does not show.
    let others = inspected == nil ? Unshown() : unshown
    var record = RunRecord(
      facts: Facts(run, data: try? inspection.value?.data ?? run.openData()),
      folder: lastPart(of: directory), figures: run.task.task.figures, metrics: metrics,
      times: try Recorded(others, FileStatus.exists(times) ? "time by part" : nil) {
        try TimesFile.read(path: times)
      },
      checkpoint: try inspection.then(others, nil) {
        Checkpoint(name: $0.checkpoint, epoch: $0.epoch, step: $0.step)
      },
      relaxations: try inspection.then(others, "relaxations") { try $0.relaxedExamples },
      fields: try inspection.then(others, "receptive fields") { try $0.receptiveFields },
      answers: try Answers(run, inspection, examined, others),
      runFile: run.resolvedYAML, settings: run.settings.map { Setting($0.key, $0.value) })
    if run.task.task.isOfInputs {
      record.chains = try inspection.then(others, "chains") { try $0.drawnChains }
    }
    if run.task.task is Flow {
      record.flow = try inspection.then(others, "samples") { try $0.drawnFlow(directory: directory) }
    }
    if run.network.labelling != nil {
      record.goodness = try inspection.then(others, "goodness") { try $0.drawnGoodness }
    }
    record.failure = try SweepFolder.failure(of: run, at: directory)
    record.unshown = unshown.lines
    return record
  }
}

/// Data that are not where they were.
private struct DataElsewhere: Error, CustomStringConvertible {
  let error: DataError
  var description: String { "\(error); --data says where they are now" }
}

/// What a page should show and cannot, by the reasons.
final class Unshown {
  private var reasons: [(words: String, parts: [String])] = []

  var lines: [String] { reasons.map { "\($0.parts.joined(separator: ", ")): \($0.words)" } }

  /// A part goes with what is told already; for a reason of its own it is told anew.
  func note(_ part: String?, _ reason: String, isNew: Bool) {
    if let index = reasons.firstIndex(where: { $0.words == reason }) {
      reasons[index].parts += part.map { [$0] } ?? []
    } else if isNew, let part {
      reasons.append((reason, [part]))
    }
  }
}

/// How much of a network is looked at: a split's predictions take as long as an evaluation on one rank.
enum Examined {
  case everything
  /// Predictions where they take some seconds.
  case affordable
  /// No predictions.
  case little

  /// Why predictions are left out, if they are.
  func refusal(of inspection: Inspection) -> String? {
    switch self {
    case .everything: return nil
    case .little: return "shown when the run has ended"
    case .affordable:
      let network = inspection.network
      let products = network.wirings.reduce(0.0) {
        $0 + Double($1.upward.pairs * $1.below.units * $1.before.units)
      }
      let examples = [Split.test, .validation].map(inspection.data.count).first { $0 > 0 } ?? 0
      return products * Double(examples * inspection.relaxation.free.atMost) < 2e11
        ? nil : "it takes long for this network: `launch/run report DIR` shows it"
    }
  }
}

/// Why something is not shown.
struct Absence: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

extension Recorded {
  /// What `body` finds, or the words of its error; an input/output error, which may pass, it throws. An error other than
  /// `Absence` leaves a part of the page unshown.
  fileprivate init(_ unshown: Unshown, _ part: String?, _ body: () throws -> Value) throws {
    do {
      self = .found(try body())
    } catch let error as FileError where error.kind == .inputOutput {
      throw error
    } catch {
      unshown.note(part, "\(error)", isNew: !(error is Absence))
      self = .absent("\(error)")
    }
  }

  func then<Other: Sendable>(
    _ unshown: Unshown, _ part: String?, _ body: (Value) throws -> Other
  ) throws -> Recorded<Other> {
    switch self {
    case .found(let value): return try Recorded<Other>(unshown, part) { try body(value) }
    case .absent(let reason):
      unshown.note(part, reason, isNew: false)
      return .absent(reason)
    }
  }
}

extension RunRecord.Facts {
  fileprivate init(_ run: RunFile, data: DataSet?) {
    let units = (data.map { [$0.inputs] } ?? []) + run.network.layers.map(\.units)
    var method = [run.rule.name]
    if run.procedure.relaxes {
      let order = run.relaxation.order
      let orders = order == SweepOrders() ? "" : " in the order \(order)"
      method.append("\(run.relaxation.updates.rawValue) updates\(orders)")
      let isNudged = run.procedure.usesBeta
      if isNudged { method.append("\(run.nudging.kind.rawValue) nudging, β\u{A0}=\u{A0}\(run.nudging.beta)") }
    }
    let source = run.data.path.map { "\(run.data.format.rawValue) \($0)" } ?? run.data.format.rawValue
    self.init(
      name: run.name, network: units.map(String.init).joined(separator: "-"),
      data: data.map { "\($0)" } ?? "\(source), which cannot be read now",
      method: method.joined(separator: ", "))
  }
}

extension MetricsFile {
  /// The epochs of a run directory; lines that cannot be read are told and passed over.
  static func told(_ directory: String) throws -> MetricsFile {
    let file = try read(path: joinPath(directory, "metrics.jsonl"))
    for line in file.unreadable { complain(line) }
    return file
  }
}
