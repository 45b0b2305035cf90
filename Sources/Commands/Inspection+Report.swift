import DataSets
import EquilibriumPropagation
import Foundation
import Inspection
import Reporting
import RunFiles
import Tasks
import Training

extension Inspection {
  /// The split that was not trained on: the test split, else the validation split.
  var judged: Split {
    get throws {
      guard let split = [Split.test, .validation].first(where: { data.count($0) > 0 }) else {
        throw Absence("the data have neither test nor validation examples")
      }
      return split
    }
  }

  /// An example's input, where it is an image; floats are drawn from their least, black, to their largest, white.
  func picture(_ example: Int, of examples: ShardExamples) -> Picture? {
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

  /// The split's first three examples, of three different labels where labels answer.
  var relaxedExamples: [RelaxedExample] {
    get throws {
      let split = try judged
      let examples = try examples(split)
      var chosen: [Int] = []
      for (example, label) in examples.labels.enumerated() where chosen.count < 3 {
        if !chosen.contains(where: { examples.labels[$0] == label }) { chosen.append(example) }
      }
      if examples.labels.isEmpty { chosen = Array(0..<min(3, examples.count)) }
      return try chosen.map { example in
        let clamped = clamp(example, of: examples)
        guard let trace = try trace(clamped) else {
          throw Absence("the rule \(run.rule.name) does not relax")
        }
        // Those of an input that is the output are not traced.
        let states = trace.phases[0].frames.last?.states ?? []
        let outputs = network.output > 0 ? states[network.output - 1] : []
        let (line, caption) = words(example, examples, target: clamped.targets?.row(0) ?? [], output: outputs)
        return RelaxedExample(
          name: "\(split.rawValue) no. \(example)", line: line, caption: caption,
          picture: picture(example, of: examples),
          phases: trace.phases.map { phase in
            RelaxedExample.Phase(
              name: phase.name, energies: phase.frames.map(\.energy), costs: phase.frames.map(\.cost))
          })
      }
    }
  }

  /// What an example is called, and how it is answered.
  private func words(
    _ example: Int, _ examples: ShardExamples, target: [Double], output: [Double]
  ) -> (line: String, caption: String) {
    guard examples.labels.isEmpty else {
      let label = Int(examples.labels[example])
      let predicted = output.indices.max { output[$0] < output[$1] } ?? 0
      let names = classNames
      func name(_ index: Int) -> String { names.indices.contains(index) ? names[index] : "\(index)" }
      return (
        "label \(name(label))",
        "label \(name(label))" + (label == predicted ? "" : ", taken for \(name(predicted))")
      )
    }
    guard target.count == 1, output.count == 1 else { return ("no. \(example)", "no. \(example)") }
    let (wanted, told) = (task.told(target)[0], task.told(output)[0])
    return ("no. \(example)", String(format: "target %.4g, output %.4g", wanted, told))
  }

  /// Eight chains from noise, ten states of each.
  var drawnChains: DrawnChains {
    get throws {
      let chains = try chains(count: 8, sweeps: 512, frames: 10, seed: 1)
      let energies = ChainEnergies(chains.energies)
      return DrawnChains(
        picture: data.isPicture
          ? Picture(
            (0..<8).map { chain in chains.frames.map { brightness(of: $0.inputs[chain]) } }, data.extents)
          : nil,
        sweeps: chains.frames.map(\.sweep), autocorrelation: energies.autocorrelation(lags: 64),
        memory: energies.memory, counted: chains.energies[0].count / 2)
    }
  }

  /// What examples come to in layers that learn by themselves.
  var drawnGoodness: DrawnGoodness {
    get throws {
      DrawnGoodness(
        layers: try goodness(try judged, atMost: 1000).map {
          DrawnGoodness.Layer(positive: $0.positive, negative: $0.negative)
        })
    }
  }

  var receptiveFields: ReceptiveFields {
    get throws {
      guard data.isPicture else { throw Absence("the input is not an image") }
      let fields = (0..<network.units(network.connections[0].target)).map { unit in
        ReceptiveFields.Field(unit: unit, weights: weights(into: unit))
      }
      let extents = network.wirings[0].kernel ?? Array(data.extents[..<2])
      return ReceptiveFields(
        width: extents[1], height: extents[0], channels: data.extents[2],
        fields: fields)
    }
  }

  /// What makes these errors differ from those of the curves.
  var note: String? {
    if !hasItsOwnData { return "The data are others than those that the network was trained on." }
    guard run.keepsStates else { return nil }
    return
      "Every example settles from zero here, as evaluate does it; the curves are those of persistent states, "
      + "so their errors may differ a little."
  }
}
