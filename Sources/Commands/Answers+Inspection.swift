import DataSets
import Inspection
import Reporting
import RunFiles
import Tasks
import Training

extension Answers {
  /// How the network of a run answers the split that was not trained on, as its task has it.
  init(_ run: RunFile, _ inspection: Recorded<Inspection>, _ examined: Examined, _ unshown: Unshown) throws {
    func found<Value: Sendable>(_ body: (Inspection) throws -> Value) throws -> Recorded<Value> {
      try inspection.then(unshown, "answers") { inspection in
        if let reason = examined.refusal(of: inspection) { throw Absence(reason) }
        return try body(inspection)
      }
    }
    guard run.task.task.answersExamples else {
      self = .nothing
      return
    }
    self =
      switch run.task.task.supervision {
      case .labels: .classes(try found { try $0.classification })
      case .targets: .numbers(try found { try $0.fit })
      case .inputs: .pictures(try found { try $0.rebuiltExamples })
      }
  }
}

extension Inspection {
  fileprivate var classification: ClassifiedSplit {
    get throws {
      let split = try judged
      let predictions = try predictions(split)
      let classes = network.units(network.output)
      var counts = Array(repeating: Array(repeating: 0, count: classes), count: classes)
      for prediction in predictions { counts[prediction.label][prediction.predicted] += 1 }
      let wrong = predictions.filter { $0.label != $0.predicted }
        .sorted { ($1.cost, $0.example) < ($0.cost, $1.example) }.prefix(12)
      let examples = wrong.isEmpty ? nil : try examples(split)
      return ClassifiedSplit(
        split: split.rawValue, confusion: ConfusionTable(counts: counts, names: classNames),
        worst: wrong.map { prediction in
          ClassifiedSplit.Mistake(
            example: prediction.example, label: prediction.label, predicted: prediction.predicted,
            cost: prediction.cost, picture: examples.flatMap { picture(prediction.example, of: $0) })
        }, note: note)
    }
  }

  /// Of the first thousand examples, and of at most four targets.
  fileprivate var fit: FittedSplit {
    get throws {
      let split = try judged
      let answers = try answers(split, atMost: 1000)
      let columns = min(4, network.units(network.output))
      return FittedSplit(
        split: split.rawValue,
        pairs: (0..<columns).map { column in
          answers.map { FittedSplit.Pair(target: $0.target[column], output: $0.output[column]) }
        }, note: note)
    }
  }

  /// Of the first ten examples: inputs, damaged ones where the task damages them, and outputs.
  fileprivate var rebuiltExamples: RebuiltExamples {
    get throws {
      guard data.isPicture else { throw Absence("the input is not an image") }
      let split = try judged
      let rebuilt = try rebuilt(try examples(split), count: 10)
      let isDamaged = rebuilt.contains { $0.input != $0.damaged }
      let pictures = [
        rebuilt.map { picture($0.input) }, isDamaged ? rebuilt.map { picture($0.damaged) } : [],
        rebuilt.map { picture($0.output) },
      ]
      return RebuiltExamples(
        split: split.rawValue,
        rows: isDamaged ? ["inputs", "damaged inputs", "outputs"] : ["inputs", "outputs"],
        pictures: pictures.filter { !$0.isEmpty }, note: note)
    }
  }

  /// Numbers of an input as a picture: 0 before normalisation black, 1 white.
  private func picture(_ numbers: [Double]) -> Picture {
    Picture(
      width: data.extents[1], height: data.extents[0], channels: data.extents[2],
      pixels: brightness(of: numbers).map { $0.isFinite ? UInt8(255 * min(max($0, 0), 1)) : 0 })
  }
}
