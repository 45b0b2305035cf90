import DataSets
import EquilibriumPropagation
import RunFiles

/// States that a run carries on from step to step, and in its checkpoints.
package enum CarriedStates: Hashable, CaseIterable, Sendable {
  /// Of each example of a split its last free state, or its chain.
  case examples(Split)
  /// Of each row of a batch the chain that stands there, whatever the examples.
  case chains

  package static var allCases: [CarriedStates] { Split.allCases.map { .examples($0) } + [.chains] }

  /// As files call it.
  package var name: String {
    switch self {
    case .examples(let split): split.rawValue
    case .chains: "chains"
    }
  }
}

extension RunFile {
  /// Whether each example keeps its last free state.
  package var keepsStates: Bool { relaxation.start == .persistent && procedure.relaxes }

  /// Whether chains go on where a step has left them.
  package var keepsChains: Bool { procedure.chains != nil }

  /// What it carries of a split's examples, if anything: chains of a model of inputs belong to no example.
  package func carried(_ split: Split) -> CarriedStates? {
    if keepsStates { return .examples(split) }
    guard keepsChains, split == .training else { return nil }
    return network.input.anchor == .clamped ? .examples(split) : .chains
  }

  /// How many states it carries.
  ///
  /// - Parameter count: of a split the examples.
  package func carriedStates(_ count: (Split) -> Int) -> [CarriedStates: Int] {
    var carried: [CarriedStates: Int] = [:]
    for split in Split.allCases where count(split) > 0 {
      switch self.carried(split) {
      case .chains?: carried[.chains] = training.batch
      case let examples?: carried[examples] = count(split)
      case nil: break
      }
    }
    return carried
  }
}
