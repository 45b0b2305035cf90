import RunFiles

/// The learning rates of the layers, of which balanced ones follow the output's:
///
///     α_k = α_L · u_L / u_k,   u_k = rms over the last measured steps of ‖ΔW_k‖ / (α_k ‖W_k‖)
///
/// so that every balanced layer changes by the same share of its weights as the output does, ‖ΔW_k‖/‖W_k‖ = ‖ΔW_L‖/‖W_L‖:
/// what the rates of a deep network have been tuned to by hand.
///
/// Source of the criterion: Scellier & Bengio 2017, doi:10.3389/fncom.2017.00024, section 3.
package struct LayerRates: Codable, Equatable, Sendable {
  /// α_k before the schedule's factor, from the input side to the output.
  package private(set) var rates: [Double]
  private let isBalanced: [Bool]
  /// Weighted sums of u_k².
  private var squares: [Double]

  /// How much of the past a measurement keeps: the average reaches back about fifty of them.
  private static let memory = 0.98
  /// A balanced rate grows by at most this factor a measurement, so that it does not follow at once the ratios of a
  /// network that has learnt nothing yet.
  private static let growth = 1.03
  /// A balanced rate stays within this factor of the output's.
  private static let farthest = 1000.0

  /// A balanced layer begins with the output's rate.
  package init(_ network: NetworkSettings) {
    rates = network.startingRates
    isBalanced = network.layers.map { $0.rate == .balanced }
    squares = rates.map { _ in 0 }
  }

  /// Whether any layer's rate follows the output's.
  package var areBalanced: Bool { isBalanced.contains(true) }

  /// Whether layer k, an input with that above it, never learns: nothing is computed for it.
  func isFrozen(_ k: Int) -> Bool { rates[max(k, 1) - 1] == 0 && !isBalanced[max(k, 1) - 1] }

  /// Whether these are rates of such a network: of its layers, the same ones balanced, none below 0.
  func fits(_ network: NetworkSettings) -> Bool {
    isBalanced == network.layers.map { $0.rate == .balanced } && rates.count == isBalanced.count
      && squares.count == rates.count && (rates + squares).allSatisfy { $0 >= 0 && $0.isFinite }
  }

  /// Takes in ‖ΔW_k‖/‖W_k‖ of one step, made with these rates times `factor`.
  package mutating func balance(changes: [Double], factor: Double) {
    guard areBalanced, factor > 0 else { return }
    for k in rates.indices {
      let share = rates[k] > 0 ? changes[k] / (rates[k] * factor) : 0
      squares[k] = Self.memory * squares[k] + share * share
    }
    let output = rates.count - 1
    for k in rates.indices where isBalanced[k] && squares[k] > 0 && squares[output] > 0 {
      let ratio = (squares[output] / squares[k]).squareRoot()
      let balanced = rates[output] * min(max(ratio, 1 / Self.farthest), Self.farthest)
      rates[k] = min(balanced, rates[k] * Self.growth)
    }
  }
}
