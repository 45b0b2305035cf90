import DataSets
import EnergyModels
import EquilibriumPropagation
import FileFormats
import Inspection
import Reporting
import RunFiles
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
    let metrics = try Recorded { () throws -> [EpochMetrics] in
      let epochs = try MetricsFile.read(path: joinPath(directory, "metrics.jsonl")).epochs
      guard !epochs.isEmpty else { throw Absence("no epoch has ended yet") }
      return epochs
    }
    let inspection = try Recorded { () throws -> Inspection in
      guard let inspected else { throw Absence("a comparison does not look at checkpoints") }
      return try Inspection(directory: directory, choice: inspected, data: folder)
    }
    return RunRecord(
      facts: Facts(run, data: try? inspection.value?.data ?? DataSet.open(run.data)),
      folder: lastPart(of: directory), metrics: metrics,
      times: try Recorded { try TimesFile.read(path: joinPath(directory, "times.json")) },
      checkpoint: try inspection.then { Checkpoint(name: $0.checkpoint, epoch: $0.epoch, step: $0.step) },
      relaxations: try inspection.then { try $0.relaxedExamples },
      fields: try inspection.then { try $0.receptiveFields },
      classification: try inspection.then { inspection in
        if let reason = examined.refusal(of: inspection) { throw Absence(reason) }
        return try inspection.classification
      },
      runFile: run.resolvedYAML, settings: run.settings.map { Setting($0.key, $0.value) })
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
  fileprivate func refusal(of inspection: Inspection) -> String? {
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
private struct Absence: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

extension Recorded {
  /// What `body` finds, or the words of its error; an input/output error, which may pass, it throws.
  fileprivate init(_ body: () throws -> Value) throws {
    do {
      self = .found(try body())
    } catch let error as FileError where error.kind == .inputOutput {
      throw error
    } catch {
      self = .absent("\(error)")
    }
  }

  fileprivate func then<Other: Sendable>(_ body: (Value) throws -> Other) throws -> Recorded<Other> {
    switch self {
    case .found(let value): try Recorded<Other> { try body(value) }
    case .absent(let reason): .absent(reason)
    }
  }
}

extension RunRecord.Facts {
  fileprivate init(_ run: RunFile, data: DataSet?) {
    let units = (data.map { [$0.inputs] } ?? []) + run.network.layers.map(\.units)
    var method = [run.rule.name]
    if run.procedure.relaxes {
      method.append("\(run.relaxation.updates.rawValue) updates")
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

extension Inspection {
  /// The split that was not trained on: the test split, else the validation split.
  private var judged: Split {
    get throws {
      guard let split = [Split.test, .validation].first(where: { data.count($0) > 0 }) else {
        throw Absence("the data have neither test nor validation examples")
      }
      return split
    }
  }

  /// An example's input, where it is an image; floats are drawn from their least, black, to their largest, white.
  private func picture(_ example: Int, of examples: ShardExamples) -> Picture? {
    guard data.isPicture else { return nil }
    let (height, width, channels) = (data.extents[0], data.extents[1], data.extents[2])
    if data.scalar == .byte {
      return Picture(
        width: width, height: height, channels: channels,
        pixels: Array(examples.inputs[example * data.inputs..<(example + 1) * data.inputs]),
        most: data.source.format == .digits ? 16 : 255)
    }
    let numbers = brightness(of: input(example, of: examples))
    let (least, most) = (numbers.min() ?? 0, numbers.max() ?? 0)
    return Picture(
      width: width, height: height, channels: channels,
      pixels: numbers.map { UInt8((255 * ($0 - least) / max(most - least, 1e-9)).rounded()) })
  }

  /// The split's first three examples of three different labels.
  fileprivate var relaxedExamples: [RelaxedExample] {
    get throws {
      let split = try judged
      let examples = try examples(split)
      var chosen: [Int] = []
      for (example, label) in examples.labels.enumerated() where chosen.count < 3 {
        if !chosen.contains(where: { examples.labels[$0] == label }) { chosen.append(example) }
      }
      return try chosen.map { example in
        guard let trace = try trace(clamp(example, of: examples)) else {
          throw Absence("the rule \(run.rule.name) does not relax")
        }
        let outputs = trace.phases[0].frames.last?.states.last ?? []
        return RelaxedExample(
          name: "\(split.rawValue) no. \(example)", label: Int(examples.labels[example]),
          predicted: outputs.indices.max { outputs[$0] < outputs[$1] } ?? 0,
          picture: picture(example, of: examples),
          phases: trace.phases.map { phase in
            RelaxedExample.Phase(
              name: phase.name, energies: phase.frames.map(\.energy), costs: phase.frames.map(\.cost))
          })
      }
    }
  }

  fileprivate var receptiveFields: ReceptiveFields {
    get throws {
      guard data.isPicture else { throw Absence("the input is not an image") }
      let fields = (0..<network.units(1)).map { unit in
        ReceptiveFields.Field(unit: unit, weights: weights(into: unit))
      }
      let kernel = network.connections[0].window?.kernel
      return ReceptiveFields(
        width: kernel ?? data.extents[1], height: kernel ?? data.extents[0], channels: data.extents[2],
        fields: fields)
    }
  }

  fileprivate var classification: Classification {
    get throws {
      let split = try judged
      let predictions = try predictions(split)
      let classes = network.units(network.output)
      var counts = Array(repeating: Array(repeating: 0, count: classes), count: classes)
      for prediction in predictions { counts[prediction.label][prediction.predicted] += 1 }
      let wrong = predictions.filter { $0.label != $0.predicted }
        .sorted { ($1.cost, $0.example) < ($0.cost, $1.example) }.prefix(12)
      let examples = wrong.isEmpty ? nil : try examples(split)
      return Classification(
        split: split.rawValue, confusion: ConfusionTable(counts: counts),
        worst: wrong.map { prediction in
          Classification.Mistake(
            example: prediction.example, label: prediction.label, predicted: prediction.predicted,
            cost: prediction.cost, picture: examples.flatMap { picture(prediction.example, of: $0) })
        }, note: note)
    }
  }

  /// What makes these errors differ from those of the curves.
  private var note: String? {
    if !hasItsOwnData { return "The data are others than those that the network was trained on." }
    guard run.keepsStates else { return nil }
    return
      "Every example settles from zero here, as evaluate does it; the curves are those of persistent states, "
      + "so their errors may differ a little."
  }
}
