import EnergyModels
import EquilibriumPropagation
import Foundation
import RunFiles
import Tensors

/// What an epoch shows of a training that will come to nothing, told once each by a process, with what mends it: errors alone
/// would call it a success.
package struct Symptoms {
  private let run: RunFile
  /// A cost beyond this is far beyond any target.
  private let mostCost: Double
  private let classNames: [String]
  private var told: Set<String> = []

  /// - Parameters:
  ///   - outputs: units of the output.
  ///   - reach: about how far from 0 targets lie.
  ///   - classNames: what the classes are called; empty where they have numbers alone.
  package init(_ run: RunFile, outputs: Int, reach: Double, classNames: [String] = []) {
    (self.run, self.classNames) = (run, classNames)
    mostCost = 50 * Double(outputs) * max(1, reach * reach)
  }

  /// What is seen first in this epoch.
  ///
  /// - Parameter confusion: [label][prediction] of the validation or test examples; empty where labels answer none.
  package mutating func found(in line: MetricsLine, confusion: [[Int]] = []) -> [String] {
    (explosion(line) + bounds(line) + stillness(line) + silence(line, confusion) + acceptance(line))
      .compactMap { key, text in
        told.insert(key).inserted ? "epoch \(line.epoch): \(text)" : nil
      }
  }

  private typealias Symptom = (key: String, text: String)

  private func explosion(_ line: MetricsLine) -> [Symptom] {
    guard let cost = line.cost, !(cost <= mostCost) else { return [] }
    let text = "the cost is \(String(format: "%.2g", cost)), far beyond any target"
    return [("cost", "\(text): nothing is learnt; \(advice)")]
  }

  /// The share of a layer's units at each bound where next to all are at one: never of an output, which may stand there
  /// because it is right.
  private func shares(_ line: MetricsLine, _ k: Int) -> (lower: Double, upper: Double)? {
    let (lower, upper) = (line.relaxation.atLower[k - 1], line.relaxation.atUpper[k - 1])
    return k != run.network.output && lower + upper >= 0.9995 ? (lower, upper) : nil
  }

  private func bounds(_ line: MetricsLine) -> [Symptom] {
    line.relaxation.atLower.indices.compactMap { index in
      let k = index + 1
      guard let shares = shares(line, k) else { return nil }
      let bound =
        shares.lower >= 0.9995 ? "the lower bound" : shares.upper >= 0.9995 ? "the upper bound" : "a bound"
      return (
        "bound \(k)", "every unit of layer \(k) is at \(bound): the layer tells nothing apart; \(advice)"
      )
    }
  }

  /// A layer whose weights are the same after an epoch, though it has a rate and does not stand at its bounds.
  private func stillness(_ line: MetricsLine) -> [Symptom] {
    let factor = run.training.schedule.factor(epoch: line.epoch - 1, of: run.training.epochs)
    return line.relaxation.weightChange.enumerated().compactMap { index, change in
      guard line.relaxation.rates.indices.contains(index), line.relaxation.rates[index] > 0, factor > 0,
        change < 1e-9 * factor, shares(line, index + 1) == nil
      else { return nil }
      let text = "the weights of layer \(index + 1) do not move"
      if line.relaxation.rejected ?? 0 > 0 {
        return (
          "still \(index)",
          "\(text): examples are left out; delete nudging.reject, or lengthen relaxation.free"
        )
      }
      var mends = ["raise the rates"]
      if run.procedure.usesBeta { mends.insert("raise nudging.beta", at: 0) }
      if run.procedure.relaxes { mends.insert("lengthen relaxation.nudged", at: 0) }
      return (
        "still \(index)", "\(text): nothing reaches them from the output; \(mends.joined(separator: " or "))"
      )
    }
  }

  /// Steps that are hardly ever accepted, or so short that next to all are, where 57 % move the farthest.
  private func acceptance(_ line: MetricsLine) -> [Symptom] {
    guard let mend = run.mendOfAcceptance(line.relaxation.acceptance) else { return [] }
    let share = String(format: "%.3g", line.relaxation.acceptance ?? 0)
    return [("acceptance", "\(share) % of the proposed steps are accepted, where 57 % go farthest: \(mend)")]
  }

  /// A class of the split that was never predicted once there was time to learn it.
  private func silence(_ line: MetricsLine, _ confusion: [[Int]]) -> [Symptom] {
    let never = confusion.indices.filter { answer in
      confusion[answer].reduce(0, +) >= 10 && confusion.allSatisfy { $0[answer] == 0 }
    }
    guard line.epoch >= min(5, run.training.epochs), !never.isEmpty else { return [] }
    let mend =
      run.network.outputActivation.range == nil
      ? "look at the labels, or train longer"
      : "an output held within its bounds can stay at one for ever; write activation: linear in layer \(run.network.output)"
    let names = never.map { classNames.indices.contains($0) ? classNames[$0] : "\($0)" }.joined(
      separator: ", ")
    return [
      (
        "silent",
        never.count == 1
          ? "class \(names) is never predicted: \(mend)" : "classes \(names) are never predicted: \(mend)"
      )
    ]
  }

  private var advice: String { "\(Self.advice(run)) (now \(rates))" }

  private var rates: String {
    Set(run.network.startingRates).sorted().map { "\($0)" }.joined(separator: ", ")
  }
}

extension RunFile {
  /// What mends a share of proposed steps that are accepted, in percent, far from the 57 % that are best; nil where it is not.
  ///
  /// Source: Roberts & Rosenthal 1998, doi:10.1111/1467-9868.00123.
  package func mendOfAcceptance(_ acceptance: Double?) -> String? {
    guard let acceptance, !(20...95).contains(acceptance) else { return nil }
    guard acceptance < 20 else {
      return relaxation.step < 1 ? "raise relaxation.step (now \(relaxation.step))" : nil
    }
    let isBounded = network.layers.contains { $0.activation.range != nil }
    return "lower relaxation.step (now \(relaxation.step))"
      + (isBounded ? ", or write relaxation.updates: gibbs where units stand at bounds" : "")
  }
}

extension Symptoms {
  /// What mends a relaxation that diverges, for a run.
  static func advice(_ run: RunFile) -> String {
    var advice: [String] = []
    if run.network.initialization == .glorotUniform { advice.append("write initialization: {spectral: 0.8}") }
    let activations = run.network.layers.map(\.activation) + [run.network.input.activation]
    let takesSteps =
      !run.relaxation.updates.alternates || activations.contains { !$0.isStraight && !$0.isReadOut }
    if takesSteps, run.procedure.relaxes { advice.append("lower relaxation.step") }
    return (advice + ["lower the rates"]).joined(separator: " or ")
  }

  /// Between which numbers inputs lie; with what mends it where they look as if nobody had scaled them.
  package func words(_ extent: ClosedRange<Double>) -> String {
    func short(_ number: Double) -> String { String(format: "%.4g", number) }
    let (least, largest) = (extent.lowerBound, extent.upperBound)
    let told = "inputs from \(short(least)) to \(short(largest))"
    let farthest = max(abs(least), abs(largest))
    if least == largest { return told + ": all are the same, and nothing can be learnt from them" }
    if run.data.standardizes {
      return told
        + (farthest > 20 ? ": standardised, and some lie far out; look for what was mistyped there" : "")
    }
    if farthest > 20 {
      return told + ": they look unscaled, and weights are drawn for about 0 to 1; "
        + (run.data.normalize == nil
          ? "set data.divisor to the largest, or data.normalize" : "look at data.normalize")
    }
    return farthest < 0.02 ? told + ": nearly 0; is data.divisor too large?" : told
  }
}
