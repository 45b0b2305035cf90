/// How a step follows from the gradient.
public enum OptimizerSettings: Equatable, Sendable {
  /// Stochastic gradient descent, with momentum where `training.momentum` is above 0.
  case sgd
  /// The same with Nesterov's momentum.
  case nesterov
  /// Adam with weight decay apart from the gradient (AdamW). The run file's `mean` and `square` are the β₁ and β₂ of its
  /// authors; β is the nudging's here.
  case adam(mean: Double, square: Double, epsilon: Double)

  /// Whether an update depends on how many there were before it.
  package var countsUpdates: Bool { kind == .adam }

  var kind: OptimizerKind {
    switch self {
    case .sgd: .sgd
    case .nesterov: .nesterov
    case .adam: .adam
    }
  }
}

/// The run file's words for optimizers.
enum OptimizerKind: String, CaseIterable, Sendable {
  case sgd, nesterov, adam
}
