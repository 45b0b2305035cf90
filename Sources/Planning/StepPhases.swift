import EnergyModels
import EquilibriumPropagation
import RunFiles
import Training

/// What a rule does with the layers in one phase, as far as work is counted.
struct StepPhase {
  var part: StepPart
  var iterations: Double
  /// What of a layer's drive is computed in an iteration.
  var parts: DriveParts = .all
  /// Whether the output rests.
  var holdsOutput = false
  /// Whether states have imaginary parts, which double every row.
  var isComplex = false
}

/// How a rule learns, as far as work is counted.
struct StepLesson {
  /// Products a connection above the first takes for each of its contrast's sums.
  var terms: [Int]
  /// Means and differences taken between two phases.
  var spreads = 0.0
  /// Complex states that are turned, each added to the changes.
  var turns = 0.0
  /// States whose energies are computed row by row.
  var energies = 0.0
  /// Contrasts a step, each with a descent.
  var updates = 1.0
}

extension RunFile {
  /// The phases of a step, in order.
  func phases(_ iterations: StepWork.Iterations) -> [StepPhase] {
    if rule == .backpropagation {
      return [
        StepPhase(part: .free, iterations: 1, parts: [.constant, .below]),
        StepPhase(part: .nudged, iterations: 1, parts: .above),
      ]
    }
    var phases: [StepPhase] = []
    if relaxation.start == .forward {
      phases.append(StepPhase(part: .free, iterations: 1, parts: [.constant, .below]))
    }
    phases.append(StepPhase(part: .free, iterations: iterations.free))
    let nudged = StepPhase(part: .nudged, iterations: iterations.nudged)
    switch rule {
    case .equilibriumPropagation:
      phases += Array(repeating: nudged, count: realPhases)
      var complex = nudged
      complex.isComplex = true
      phases += Array(repeating: complex, count: complexPhases)
    case .contrastiveHebbian, .coupled:
      var held = nudged
      held.holdsOutput = true
      phases += Array(repeating: held, count: realPhases)
    case .recurrentBackpropagation:
      phases.append(StepPhase(part: .nudged, iterations: 1))
      phases.append(StepPhase(part: .nudged, iterations: iterations.nudged, parts: [.below, .above]))
    case .continual, .backpropagation:
      phases.append(nudged)
    }
    return phases
  }

  /// How the step learns.
  func lesson(_ iterations: StepWork.Iterations) -> StepLesson {
    switch rule {
    case .equilibriumPropagation where nudging.kind == .points:
      let isEven = (nudging.points ?? 2).isMultiple(of: 2)
      return StepLesson(
        terms: [isEven ? 2 : 1] + Array(repeating: 2, count: complexPhases), spreads: isEven ? 1 : 0,
        turns: Double(complexPhases))
    case .equilibriumPropagation: return StepLesson(terms: [2], spreads: 1)
    case .contrastiveHebbian, .coupled:
      return StepLesson(terms: [2], spreads: 1, energies: Double(1 + realPhases))
    case .continual:
      return StepLesson(terms: [2], spreads: iterations.nudged, updates: iterations.nudged)
    case .recurrentBackpropagation: return StepLesson(terms: [2])
    case .backpropagation: return StepLesson(terms: [1])
    }
  }

  /// Nudged phases on real states.
  private var realPhases: Int {
    switch (rule, nudging.kind) {
    case (.contrastiveHebbian, _): 1
    case (_, .centered): 2
    case (.equilibriumPropagation, .points): (nudging.points ?? 2).isMultiple(of: 2) ? 2 : 1
    default: 1
    }
  }

  /// Nudged phases on complex states: one of each pair of conjugates.
  private var complexPhases: Int {
    rule == .equilibriumPropagation && nudging.kind == .points ? ((nudging.points ?? 2) - 1) / 2 : 0
  }
}
