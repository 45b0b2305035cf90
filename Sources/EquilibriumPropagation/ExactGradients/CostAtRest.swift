import EnergyModels
import Tensors

/// A phase that was to end at rest did not.
public struct NotAtRest: Error, Equatable, CustomStringConvertible {
  /// How it ended, for each shard.
  public let outcomes: [Outcome]

  public var description: String {
    let count = outcomes.count { $0 != .settled }
    let ends = outcomes.contains(.diverged) ? "diverged" : "used up its iterations"
    return "a phase \(ends) in \(count) of \(outcomes.count) shards and is not at rest; "
      + "allow more iterations (relaxation.free.at-most), a larger tolerance or smaller weights"
  }
}

extension Settled {
  /// The states, if every shard has settled; throws `NotAtRest` otherwise.
  public func stateAtRest() throws(NotAtRest) -> State {
    guard outcomes.allSatisfy({ $0 == .settled }) else { throw NotAtRest(outcomes: outcomes) }
    return state
  }
}

extension Method {
  /// C(s⁰) of the network at rest with some parameters, the mean over the batch: what the theorem differentiates.
  ///
  /// For a whole network whose free phase has a tolerance, with `Alone` for neighbours.
  ///
  /// - Parameters:
  ///   - start: where the free phase starts, near rest if it is known: all parameters must settle to one minimum.
  ///   - clamped: the batch; its input drive is computed afresh, for these parameters.
  /// - Throws: `NotAtRest` unless every shard settles.
  public func costAtRest(from start: State, clamped: Clamped, parameters: Parameters) throws -> Double {
    var clamped = clamped
    clamped.setInputDrives(parameters)
    let free = try infer(from: start, clamped: clamped, parameters: parameters)
    return parameters.meanCost(try free.stateAtRest(), clamped: clamped)
  }
}

extension Parameters {
  /// C(y) of a whole network, the mean over the batch.
  func meanCost(_ state: State, clamped: Clamped) -> Double {
    guard let targets = clamped.targets else { preconditionFailure("a cost without targets") }
    let network = portion.network
    let sum = network.cost.value(
      outputs: state[network.output].states, targets: targets, rows: clamped.rows)
    return sum / Double(clamped.rows.count)
  }
}
