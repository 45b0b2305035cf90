import EnergyModels
import EquilibriumPropagation
import Reporting
import RunFiles
import Training
import Verification

extension VerificationReport {
  /// The report of what was measured of a run.
  init(_ measured: Measurements, of run: RunFile, inputs: Int, grid: GridShape) {
    let units = [inputs] + run.network.layers.map(\.units)
    let step = run.relaxation.updates == .euler ? " \(run.relaxation.step)" : ""
    let isTwin = !run.procedure.relaxes
    self.init(
      facts: Facts(
        run: run.name, rule: run.rule.name, network: units.map(String.init).joined(separator: "-"),
        examples: measured.examples, grid: grid.description,
        updates: isTwin ? "none" : run.relaxation.updates.rawValue + step, nudging: run.estimate,
        exact: isTwin ? "finite differences" : "recurrent backpropagation at rest"),
      gradient: measured.own?.layers.enumerated().map { index, match in
        GradientRow(
          layer: index + 1, cosine: match.cosine, relativeError: match.relativeError,
          equalSigns: match.equalSigns)
      } ?? [],
      sweeps: measured.sweeps.map(Sweep.init),
      matches: measured.steps.map { StepMatch(step: $0.step, cosines: $0.cosines) },
      checks: Thresholds(run: run, measured: measured).checks)
  }
}

extension VerificationReport.Sweep {
  /// Powers of β above the first count until the error is small.
  init(_ sweep: Measurements.Sweep) {
    self.init(
      nudging: sweep.nudging.points.map { "\(sweep.nudging.kind.rawValue) \($0)" }
        ?? sweep.nudging.kind.rawValue,
      expectedOrder: sweep.order,
      points: sweep.points.map {
        Point(
          beta: $0.beta, relativeError: $0.match.all.relativeError,
          layerErrors: $0.match.layers.map(\.relativeError))
      }, floor: sweep.order > 2 ? sweep.rounding : 1e-9, ceiling: 0.03)
  }
}

extension Measurements.Sweep {
  /// p where the error is O(β^p).
  var order: Int {
    switch nudging.kind {
    case .oneSided, .randomSign: 1
    case .centered: 2
    case .points: nudging.points ?? 2
    }
  }

  /// The largest error in which rounding plays a part: what it leaves in the states is divided by β, and so is nearly
  /// all of the error where β · error is least.
  fileprivate var rounding: Double {
    let parts = points.map { ($0.beta * $0.match.all.relativeError, $0.match.all.relativeError) }
    let least = parts.map { $0.0 }.min() ?? 0
    return parts.filter { $0.0 <= 4 * least }.map { $0.1 }.max() ?? 0
  }
}

extension RunFile {
  /// How the run estimates its gradient, in words.
  fileprivate var estimate: String {
    guard procedure.usesBeta, procedure.relaxes else { return rule.name }
    let points = nudging.points.map { " \($0)" } ?? ""
    return "\(nudging.kind.rawValue)\(points) nudging at β \(nudging.beta)"
  }
}
