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
  /// Whether the output rests, and whether an input of states does.
  var holdsOutput = false
  var holdsInput = false
  /// Whether each iteration's states are proposed: the drives of the first ones are computed besides.
  var proposes = false
  /// Whether states have imaginary parts, which double every row.
  var isComplex = false
}

/// How a rule learns, as far as work is counted.
struct StepLesson {
  /// Products a connection above the first takes for each of its contrast's sums.
  var terms: [Int]
  /// Means and differences taken between two phases.
  var differences = 0.0
  /// Complex states that are turned, each added to the changes.
  var turns = 0.0
  /// States whose energies are computed row by row.
  var energies = 0.0
  /// Contrasts a step, each with a descent.
  var updates = 1.0
}

extension RunFile {
  /// The phases of a step, in order, a forward start among them.
  func phases(_ iterations: StepWork.Iterations) -> [StepPhase] {
    procedure.phases.enumerated().flatMap { number, phase in
      var counted = StepPhase(
        part: number == 0 ? .free : .nudged, iterations: Double(phase.duration.atMost),
        parts: phase.dynamics.parts, holdsOutput: phase.held != nil || !phase.movesOutput,
        holdsInput: phase.holdsInput,
        proposes: phase.dynamics.proposes, isComplex: phase.dynamics.isComplex)
      if phase.origin == .batch, phase.duration == relaxation.free {
        counted.iterations = iterations.free
      } else if phase.order == .sweeps, phase.duration == relaxation.nudged, !phase.dynamics.isStill {
        counted.iterations = iterations.nudged
      }
      let isGuessed = phase.origin == .batch && relaxation.start == .forward
      return (isGuessed ? [StepPhase(part: .free, iterations: 1, parts: [.constant, .below])] : [])
        + [counted]
    }
  }

  /// How the step learns.
  func lesson(_ iterations: StepWork.Iterations) -> StepLesson {
    let (phases, contrast) = (procedure.phases, procedure.contrast)
    let updates = contrast.learns == .everyIteration ? iterations.nudged : 1
    return StepLesson(
      terms: contrast.products(phases), differences: Double(contrast.differences) * updates,
      turns: Double(contrast.turns),
      energies: contrast.promise == .energy ? Double(1 + phases.count { $0.held != nil }) : 0,
      updates: updates)
  }
}
