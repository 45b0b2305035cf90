import EnergyModels
import EquilibriumPropagation
import Records
import RunFiles
import Training

extension VerificationRecord {
  /// What is told of a run's verification: the facts, what was measured, and what it must keep.
  init(_ measured: Measurements, of run: RunFile, deal: Deal) {
    let units = [deal.tiling.network.inputs] + run.network.layers.map(\.units)
    let step = run.relaxation.updates.atRest == .euler ? " \(run.relaxation.step)" : ""
    let order = run.relaxation.order
    let orders = order == SweepOrders() ? "" : " in the order \(order)"
    let isDrawn = run.relaxation.samples && run.procedure.relaxes
    let temperature = isDrawn ? " at T \(run.relaxation.sampling.temperature)" : ""
    let isTwin = !run.procedure.relaxes
    self.init(
      facts: Facts(
        run: run.name, rule: run.rule.name, network: units.map(String.init).joined(separator: "-"),
        examples: measured.examples, grid: deal.grid.description,
        updates: isTwin ? "none" : run.relaxation.updates.rawValue + step + orders + temperature,
        nudging: run.estimate,
        exact: isTwin
          ? "finite differences"
          : measured.isExact
            ? "all states counted" : isDrawn ? "a long run's" : "recurrent backpropagation at rest"),
      gradient: measured.own?.layers ?? [], sweeps: measured.sweeps, matches: measured.steps,
      drawn: measured.drawn,
      checks: Thresholds(run: run, measured: measured).checks)
  }
}

extension GradientSweep {
  /// No points yet. Powers of β above the first count until the error is small.
  init(of nudging: Nudging) {
    self.init(
      kind: nudging.kind.rawValue, count: nudging.points, expectedOrder: nudging.order, floor: 1e-9,
      ceiling: 0.03)
  }

  /// The same, its floor raised for an order above 2 to the largest error in which rounding plays a part: what it leaves
  /// in the states is divided by β, and so is nearly all of the error where β · error is least.
  var aboveRounding: Self {
    guard expectedOrder > 2 else { return self }
    let parts = points.map { ($0.beta * $0.relativeError, $0.relativeError) }
    let least = parts.map { $0.0 }.min() ?? 0
    var sweep = self
    sweep.floor = parts.filter { $0.0 <= 4 * least }.map { $0.1 }.max() ?? 0
    return sweep
  }
}

extension Nudging {
  /// p where the error is O(β^p).
  fileprivate var order: Int {
    switch kind {
    case .oneSided, .randomSign: 1
    case .centered: 2
    case .points: points ?? 2
    }
  }
}

extension RunFile {
  /// How the run estimates its gradient, in words.
  fileprivate var estimate: String {
    if procedure.relaxes, relaxation.samples, nudging.estimator == .covariance {
      return "the covariance of the free phase"
    }
    guard procedure.usesBeta, procedure.relaxes else { return rule.name }
    let points = nudging.points.map { " \($0)" } ?? ""
    let noise = relaxation.samples ? ", \(nudging.noise.rawValue) noise" : ""
    return "\(nudging.kind.rawValue)\(points) nudging at β \(nudging.beta)\(noise)"
  }
}
