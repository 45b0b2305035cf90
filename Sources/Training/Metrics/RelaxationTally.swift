import EnergyModels
import EquilibriumPropagation
import Tensors

/// What has been told of the relaxations of an epoch's training examples, in whole numbers and maxima, so that ranks
/// may add what they know in any order; the sums of weight changes are kept on rank 0 alone.
package struct RelaxationTally: Codable, Equatable, Sendable {
  /// Iterations of phases, shard by shard, and how many there were.
  package struct Phases: Codable, Equatable, Sendable {
    package var iterations = 0
    package var count = 0
    /// The largest residual of a last iteration.
    package var residual = 0.0

    mutating func add(_ settled: Settled, countsIterations: Bool) {
      residual = max(residual, settled.residual)
      guard countsIterations else { return }
      iterations += settled.iterations.reduce(0, +)
      count += settled.iterations.count
    }

    mutating func join(_ other: Phases) {
      iterations += other.iterations
      count += other.count
      residual = max(residual, other.residual)
    }

    /// Mean iterations of a shard's phase.
    package var mean: Double? { count == 0 ? nil : Double(iterations) / Double(count) }
  }

  package var free = Phases()
  package var nudged = Phases()
  /// For each layer above the input: units of free states at the lower bound, at the upper one, and in all.
  package var low: [Int]
  package var high: [Int]
  package var units: [Int]
  /// Examples that broke the rule's promise, that were left out for it, and that were judged.
  package var violations = 0
  package var rejected = 0
  package var judged = 0
  /// Of the steps that were proposed to examples, where any were.
  package var acceptance: Acceptance?
  /// Sums over the measured steps of ‖ΔW_k‖/‖W_k‖, on rank 0, and their number.
  package var changes: [Double]
  package var measurements = 0

  /// Layers above the input.
  var layers: Int { low.count }

  init(layers: Int) {
    low = Array(repeating: 0, count: layers)
    high = low
    units = low
    changes = Array(repeating: 0, count: layers)
  }

  /// Counts the units of a batch's free states that stand at a bound; a whole layer is counted by its first slice.
  mutating func addBounds(_ state: State, portion: Portion, rows: Range<Int>) {
    for k in portion.layers where k > 0 && !portion.countedSlices(of: k).isEmpty {
      let (columns, rows) = (portion.units(k), rows.times(portion.network.positions(k)))
      let count = state.activity(k).countAtBounds(
        of: portion.network.activation(k).curve, rows: rows, columns: columns)
      low[k - 1] += count.low
      high[k - 1] += count.high
      units[k - 1] += rows.count * columns.count
    }
  }

  mutating func addViolations(_ violations: [Bool], rejects: Bool) {
    let count = violations.count { $0 }
    self.violations += count
    rejected += rejects ? count : 0
    judged += violations.count
  }

  mutating func addAcceptance(_ told: Acceptance?) {
    guard let told else { return }
    var sum = acceptance ?? Acceptance()
    sum.add(told)
    acceptance = sum
  }

  mutating func addChanges(_ ratios: [Double]) {
    for k in changes.indices { changes[k] += ratios[k] }
    measurements += 1
  }

  mutating func join(_ other: RelaxationTally) {
    free.join(other.free)
    nudged.join(other.nudged)
    for k in low.indices {
      low[k] += other.low[k]
      high[k] += other.high[k]
      units[k] += other.units[k]
      changes[k] += other.changes[k]
    }
    violations += other.violations
    rejected += other.rejected
    judged += other.judged
    addAcceptance(other.acceptance)
    measurements += other.measurements
  }

  /// Whether every list has an element for each layer.
  func fits(layers: Int) -> Bool {
    [low.count, high.count, units.count, changes.count].allSatisfy { $0 == layers }
  }

  /// Every whole number counted.
  var counts: [Int] {
    [free.iterations, free.count, nudged.iterations, nudged.count] + low + high + units
      + [violations, rejected, judged, measurements]
      + (acceptance.map { [$0.accepted, $0.proposed - $0.accepted] } ?? [])
  }
}
