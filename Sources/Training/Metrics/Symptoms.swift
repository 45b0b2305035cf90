import Foundation
import RunFiles
import Tensors

/// What an epoch shows of a training that will come to nothing, told once each, with what mends it: errors alone would call
/// it a success.
package struct Symptoms {
  private let run: RunFile
  private var told: Set<String> = []

  package init(_ run: RunFile) { self.run = run }

  /// What is seen first in this epoch.
  ///
  /// - Parameter answers: how often each class was predicted, of the validation or test examples; empty where there are none.
  package mutating func found(in line: MetricsLine, answers: [Int]) -> [String] {
    (explosion(line) + bounds(line) + stillness(line) + silence(line, answers)).compactMap { key, text in
      told.insert(key).inserted ? "epoch \(line.epoch): \(text)" : nil
    }
  }

  private typealias Symptom = (key: String, text: String)

  /// A target has a length of about 1 for each output; what lies ten times as far has exploded.
  private func explosion(_ line: MetricsLine) -> [Symptom] {
    let outputs = run.network.output == 0 ? nil : run.network.layers[run.network.output - 1].units
    guard let cost = line.cost, !(cost <= 50 * Double(max(outputs ?? 1, 1))) else { return [] }
    return [
      (
        "cost",
        "the cost is \(String(format: "%.2g", cost)), far beyond any target: \(mend("nothing is learnt"))"
      )
    ]
  }

  private func bounds(_ line: MetricsLine) -> [Symptom] {
    zip(line.relaxation.atLower, line.relaxation.atUpper).enumerated().compactMap { index, shares in
      guard shares.0 + shares.1 >= 0.9995 else { return nil }
      let place = shares.0 >= 0.9995 ? "at 0" : shares.1 >= 0.9995 ? "at the upper bound" : "at a bound"
      return (
        "bound \(index)",
        "every unit of layer \(index + 1) is \(place), where nothing moves it: \(mend("the layer learns nothing"))"
      )
    }
  }

  /// A layer whose weights are the same after an epoch, though it has a rate and nothing worse was told of it.
  private func stillness(_ line: MetricsLine) -> [Symptom] {
    line.relaxation.weightChange.enumerated().compactMap { index, change in
      guard change < 1e-9, !told.contains("bound \(index)"), index < line.relaxation.rates.count,
        line.relaxation.rates[index] > 0
      else {
        return nil
      }
      return (
        "still \(index)",
        "the weights of layer \(index + 1) do not move: nothing reaches them from the output; "
          + "use a longer relaxation.nudged or a larger nudging.beta"
      )
    }
  }

  /// A class that was never predicted once there was time to learn it.
  private func silence(_ line: MetricsLine, _ answers: [Int]) -> [Symptom] {
    guard line.epoch >= min(5, run.training.epochs), answers.reduce(0, +) >= 20 * answers.count else {
      return []
    }
    let never = answers.indices.filter { answers[$0] == 0 }
    guard !never.isEmpty else { return [] }
    let range = run.network.layers[run.network.output - 1].activation.range
    let advice =
      range == nil
      ? "look at the labels, or train longer"
      : "an output held within its bounds can stay at 0 for ever; write activation: linear in the last layer"
    return [
      (
        "silent",
        "\(never.count == 1 ? "class" : "classes") \(never.map(String.init).joined(separator: ", ")) "
          + "\(never.count == 1 ? "is" : "are") never predicted: \(advice)"
      )
    ]
  }

  /// What mends too large a step, for this run.
  private func mend(_ consequence: String) -> String { "\(consequence); \(Self.advice(run)) (now \(rates))" }

  /// What mends a relaxation that diverges, for a run.
  static func advice(_ run: RunFile) -> String {
    var advice: [String] = []
    if run.network.initialization == .glorotUniform { advice.append("write initialization: {spectral: 0.8}") }
    if run.relaxation.updates == .euler, run.procedure.relaxes { advice.append("lower relaxation.step") }
    return (advice + ["lower the rates"]).joined(separator: " or ")
  }

  /// Between which numbers inputs lie; with what mends it where they look as if nobody had scaled them.
  package func words(_ extent: ClosedRange<Double>) -> String {
    func short(_ number: Double) -> String { String(format: "%.4g", number) }
    let (least, largest) = (extent.lowerBound, extent.upperBound)
    let told = "inputs from \(short(least)) to \(short(largest))"
    let farthest = max(abs(least), abs(largest))
    if least == largest { return told + ": all are the same, and nothing can be learnt from them" }
    if farthest > 20 {
      return told + ": they look unscaled, and weights are drawn for about 0 to 1; "
        + "set data.divisor to the largest, or data.normalize"
    }
    if farthest < 0.02 { return told + ": nearly 0; is data.divisor too large?" }
    return told
  }

  private var rates: String {
    Set(run.network.startingRates).sorted().map { "\($0)" }.joined(separator: ", ")
  }
}
