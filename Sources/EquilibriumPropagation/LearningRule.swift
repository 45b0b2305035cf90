import EnergyModels
import Tensors

/// The rules that a network can learn by.
public enum Rule: String, CaseIterable, Sendable {
  /// The contrast of a nudged and the free phase over β: see `EquilibriumPropagation`.
  case equilibriumPropagation = "equilibrium-propagation"
  /// The contrast of a phase with the output clamped to the targets and the free phase: see `ContrastiveHebbian`.
  case contrastiveHebbian = "contrastive-hebbian"
  /// The contrast of a phase with the output clamped a little nearer to the targets: see `CoupledLearning`.
  case coupled
  /// Weights change at every step of the nudged phase: see `ContinualPropagation`.
  case continual
  /// The feed-forward twin, by backpropagation: see `Backpropagation`.
  case backpropagation
  /// Implicit differentiation at the fixed point: see `RecurrentBackpropagation`.
  case recurrentBackpropagation = "recurrent-backpropagation"
}
