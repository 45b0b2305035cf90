import EnergyModels
import EquilibriumPropagation
import Foundation
import Records
import RunFiles

/// What a verification must keep, and what to do where it does not.
struct Thresholds {
  typealias Check = VerificationRecord.Check

  let run: RunFile
  let measured: Measurements

  var checks: [Check] {
    guard run.procedure.relaxes else { return [slope] }
    if let drawn = measured.drawn { return drawnGradient(drawn) }
    let common = [atRest, freePhase] + energyDescent
    // Without rest there is no s⁰ whose gradient could be judged.
    guard measured.iterationsToRest != nil else { return common }
    let gradient = run.procedure.objective == .costAtRest ? ownGradient + theorem : clampedGradient
    return common + gradient + promise
  }

  private var isSmooth: Bool { run.isSmooth }
  /// Layers between the output and the farthest one.
  private var depth: Int { max(run.network.output, run.network.layers.count - run.network.output) }

  // MARK: The phases

  private var atRest: Check {
    Check(
      name: "the free phase comes to rest (residual ≤ 1e-13): iterations",
      value: measured.iterationsToRest.map(Double.init) ?? .infinity, limit: .atMost(20_000),
      advice: "no rest within 20,000 iterations: use smaller initial weights"
        + (run.relaxation.updates == .euler ? ", or a smaller relaxation.step" : ""))
  }

  private var freePhase: Check {
    let enough = measured.iterationsToSettle.map { "\($0) iterations reach 0.001" }
    return Check(
      name: "residual after the run's own free phase", value: measured.freeResidual ?? .nan,
      limit: .atMost(0.05),
      advice: "the free phase is too short, and its drift leaks into the contrast: "
        + (enough ?? "even 20,000 iterations do not reach 0.001; use smaller initial weights"))
  }

  private var energyDescent: [Check] {
    [
      Check(
        name: "rise of the total energy in an iteration, over |F|", value: measured.energyRise ?? .nan,
        limit: .atMost(1e-12),
        advice: run.relaxation.step > 0.5
          ? "relaxation.step \(run.relaxation.step) is too long: use 0.5 or less, or updates: even-odd"
          : "β \(run.nudging.beta) bends the total energy too sharply for a step of \(run.relaxation.step): use a "
            + "smaller β" + (run.relaxation.updates == .euler ? ", or updates: even-odd" : ""))
    ]
  }

  private var promise: [Check] {
    guard let violations = measured.violations else { return [] }
    let isClamped = run.procedure.objective == .heldEnergies
    return [
      Check(
        name: isClamped
          ? "share of examples with E(s^β) < E(s⁰)"
          : "share of examples that break C(s^β) ≤ C(s⁰) ≤ C(s^−β)", value: violations, limit: .atMost(0),
        advice: "the free phase is too short, or β \(run.nudging.beta) is too large"
          + (isClamped || run.nudging.reject ? "" : "; nudging.reject leaves such examples out"))
    ]
  }

  // MARK: States that are drawn

  private func drawnGradient(_ drawn: DrawnGradient) -> [Check] {
    if run.procedure.objective == .likelihood { return likelihood(drawn) }
    let sampling = run.relaxation.sampling
    // Of a chain that is carried on only what a phase adds must settle.
    let burnIn = run.relaxation.start == .persistent ? Int.max : sampling.burnIn
    let settling = drawn.settling.map { max($0 - burnIn, 0) }
    let noisiest = drawn.layers.map(\.deviation).max() ?? .nan
    return [
      Check(
        name: "sweeps of a phase that count before the energy has settled",
        value: settling.map(Double.init) ?? .infinity, limit: .atMost(0),
        advice: "burn-in is too short: use "
          + (drawn.settling.map { "relaxation.burn-in: \($0) or more" }
            ?? "far more than \(sampling.burnIn), or a higher temperature")),
      Check(
        name: "cosine of the mean estimate with the long run's, worst layer",
        value: measured.own?.cosine ?? .nan, limit: .atLeast(0.9),
        advice: noisiest > 3
          ? "the estimates are too noisy to tell: \(quieter)"
          : "β \(run.nudging.beta) is too large, or burn-in \(sampling.burnIn) too short"),
      Check(
        name: "one estimate's deviation over the gradient, worst layer", value: noisiest,
        limit: .atMost(10), advice: "hardly anything of a step is signal: \(quieter)"),
    ] + acceptance(drawn)
  }

  /// A chain whose steps are too long hardly moves; one whose steps are too short moves, if slowly.
  private func acceptance(_ drawn: DrawnGradient) -> [Check] {
    drawn.acceptance.map {
      [
        Check(
          name: "share of the proposed steps that are accepted, in %", value: $0, limit: .atLeast(20),
          advice: run.mendOfAcceptance($0))
      ]
    } ?? []
  }

  /// A short chain has its bias; what it teaches must lead the same way all the same.
  private func likelihood(_ drawn: DrawnGradient) -> [Check] {
    let steps = run.chainSteps ?? 1
    let noisiest = drawn.layers.map(\.deviation).max() ?? .nan
    let isPersistent = run.procedure.chains != nil
    return [
      Check(
        name: "cosine of the mean estimate with the gradient of ln p, worst layer",
        value: measured.own?.cosine ?? .nan, limit: .atLeast(0.5),
        advice:
          "a chain remembers \(short(drawn.memory)) sweeps, and has \(steps) a step: use rule.steps: \(2 * steps) or "
          + "more" + (isPersistent ? ", or a lower rate" : ", or persistent: true")),
      Check(
        name: "one estimate's deviation over the gradient, worst layer", value: noisiest,
        limit: .atMost(10),
        advice: "hardly anything of a step is signal: use a larger batch, or a lower rate"),
    ]
  }

  private var quieter: String {
    (run.nudging.noise == .independent && run.nudging.estimator == .contrast
      ? "use nudging.noise: common, or a larger β" : "raise relaxation.average")
      + ", or lower the temperature"
  }

  // MARK: The run's own gradient

  private var ownGradient: [Check] {
    [
      Check(
        name: "cosine of the run's own gradient, worst layer", value: measured.own?.cosine ?? .nan,
        limit: .atLeast(0.5), advice: ownAdvice)
    ]
  }

  /// What keeps the run's own gradient from the exact one.
  private var ownAdvice: String {
    guard let own = measured.own, let atRest = measured.ownAtRest else { return "" }
    if let silence = silence(own) { return silence }
    // Not a number is too large as well.
    guard atRest.cosine >= 0.5 else {
      let beta = measured.sweeps.first { $0.kind == run.nudging.kind.rawValue }?.points
        .first { $0.match.cosine >= 0.99 }?.beta
      let fate =
        atRest.cosine.isNaN
        ? "the nudged phase never comes to rest" : "even at rest the cosine is \(short(atRest.cosine))"
      return "β \(run.nudging.beta) is too large: \(fate)" + (beta.map { "; use \(short($0)) or less" } ?? "")
    }
    return shortPhase(insteadOf: atRest.cosine)
  }

  /// Where the second phase ends before all layers have felt the output.
  private func silence(_ gradient: LayerMatches) -> String? {
    gradient.silentLayers.last.map {
      "the nudge never reaches layer \($0): the nudged phase of \(run.relaxation.nudged.atMost) is "
        + "shorter than the depth; use relaxation.nudged of \(2 * reach) or more"
    }
  }

  /// Which phase is too short, where the same phases at rest have a better cosine.
  private func shortPhase(insteadOf cosine: Double) -> String {
    if let residual = measured.freeResidual, residual > 1e-3 {
      return "the free phase is too short: it ends with a residual of \(short(residual))"
        + (measured.iterationsToSettle.map { ", \($0) iterations reach 0.001" } ?? "")
    }
    return "the nudged phase is too short: at rest the cosine is \(short(cosine)); "
      + "use a relaxation.nudged above \(run.relaxation.nudged.atMost)"
  }

  /// The iterations that a nudge needs from the output to the farthest layer.
  private var reach: Int {
    run.relaxation.updates.alternates ? depth : Int((Double(depth) / run.relaxation.step).rounded(.up))
  }

  private func short(_ value: Double) -> String { String(format: "%.3g", value) }

  // MARK: The theorem

  private var slope: Check {
    let isTwin = !run.procedure.relaxes
    let minima =
      isTwin ? "this is a fault of the program" : "the network has several minima close to each other"
    return Check(
      name: "the gradient\(isTwin ? "" : " at rest") against finite differences, worst layer",
      value: measured.slopeError ?? .nan,
      limit: .atMost(slopeLimit),
      advice: isSmooth
        ? minima + (isTwin ? "" : ": smaller initial weights")
        : "a unit stands at a kink of ρ: try other examples")
  }

  /// A feed-forward rule that goes by β leaves an error of O(β²).
  private var slopeLimit: Double {
    if !isSmooth { return 1e-4 }
    switch run.procedure.objective {
    case .costAtRest: return 1e-6
    case .costOfPass: return run.procedure.usesBeta ? 5e-3 : 1e-6
    case .costOfLayers: return 1e-6
    case .heldEnergies, .likelihood: return 1e-8
    }
  }

  private var theorem: [Check] {
    var checks = [slope]
    checks += isSmooth ? smoothTheorem : [kinkedTheorem]
    return checks + stepMatches
  }

  private var smoothTheorem: [Check] {
    [
      Check(
        name: "centered nudging at β \(short(run.judgedBeta)): cosine, worst layer",
        value: measured.centered?.cosine ?? .nan,
        limit: .atLeast(0.999999), advice: curvature),
      Check(
        name: "centered nudging at β \(short(run.judgedBeta)): relative error, worst layer",
        value: measured.centered?.relativeError ?? .nan, limit: .atMost(5e-3), advice: curvature),
    ] + measured.sweeps.map(order)
  }

  /// With kinks the error has no order in β, but it goes to zero all the same.
  private var kinkedTheorem: Check {
    let centered = measured.sweeps.first { $0.kind == NudgingKind.centered.rawValue }?.points.last
    return Check(
      name: "centered nudging at β \(centered.map { String(format: "%.6g", $0.beta) } ?? "–"): "
        + "relative error, worst layer",
      value: centered?.match.relativeError ?? .nan, limit: .atMost(5e-3),
      advice: "units cross a kink of ρ even at the smallest β: try other examples")
  }

  private var curvature: String {
    "the total energy is flat at s⁰, where a given β moves the states far: smaller initial weights, or biases "
      + "that drive the units to where the activation is steep"
  }

  private func order(_ sweep: GradientSweep) -> Check {
    let p = Double(sweep.expectedOrder)
    guard sweep.fittedOrder != nil || sweep.expectedOrder < 8 else { return vanishing(sweep) }
    // Halving β divides the error by 2^p ± 5 %, or ± 10 % for N points.
    let slack = sweep.kind == NudgingKind.points.rawValue ? 0.14 : 0.072
    return Check(
      name: "order of the error in β, \(sweep.nudging)", value: sweep.fittedOrder ?? .nan,
      limit: .within(p, share: (slack / p * 1e3).rounded() / 1e3), advice: curvature)
  }

  /// So many points that halving β twice ends in rounding: there is no order to fit, and hardly any error.
  private func vanishing(_ sweep: GradientSweep) -> Check {
    Check(
      name: "least error over β, \(sweep.nudging), too small for an order",
      value: sweep.points.map(\.relativeError).min() ?? .nan, limit: .atMost(1e-9), advice: curvature)
  }

  private var stepMatches: [Check] {
    let limits = [5: 0.996, 10: 0.9998, 20: 0.99999]
    return measured.steps.filter { limits[$0.step] != nil }.map { match in
      Check(
        name: "\(match.step) nudged steps against backpropagation through time: cosine, worst layer",
        value: match.cosine, limit: .atLeast(limits[match.step] ?? 1),
        advice: isSmooth ? curvature : "units cross a kink of ρ: try other examples")
    }
  }

  // MARK: Rules that clamp the output

  private var clampedGradient: [Check] {
    let durations = measured.durations
    return [
      slope,
      Check(
        name: "cosine of the run's own gradient with the rule's at rest, worst layer",
        value: durations?.cosine ?? .nan, limit: .atLeast(0.5),
        advice: durations.flatMap(silence) ?? shortPhase(insteadOf: 1)),
      Check(
        name: "cosine of the rule's gradient at rest with −dC/dθ, worst layer",
        value: measured.ownAtRest?.cosine ?? .nan, limit: .atLeast(0),
        advice: "the rule climbs C at these weights: it descends another objective"),
    ]
  }
}
