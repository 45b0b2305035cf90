import EnergyModels
import EquilibriumPropagation

/// What has been counted of layers that learn by themselves, for each layer above the input: sums by shard, so that they are
/// added in one order on every grid, and whole numbers.
package struct LayeredTally: Codable, Equatable, Sendable {
  /// shards × layers: Σ g of positive and of negative examples.
  var positive: [Double]
  var negative: [Double]
  /// Examples whose goodness is larger with their label than with another, and those that were judged.
  var separated: [Int]
  var judged: [Int]
  /// Examples that a layer alone takes to be of another class, and those that were answered.
  var wrong: [Int]
  var answered: [Int]
  /// Units that were hardly active of late, and all.
  var dead: [Int]
  var units: [Int]

  private var layers: Int { separated.count }

  init(shards: Int, layers: Int) {
    positive = Array(repeating: 0, count: shards * layers)
    negative = positive
    separated = Array(repeating: 0, count: layers)
    (judged, wrong, answered, dead, units) = (separated, separated, separated, separated, separated)
  }

  /// Adds what the layers computed here came to in a step.
  ///
  /// - Parameters:
  ///   - first: the first of the batch's shards.
  ///   - bounds: row numbers of the shards.
  mutating func add(_ goodness: LayerGoodness, first: Int, bounds: [Int]) {
    for (k, (positive, negative)) in goodness.layers {
      for (shard, rows) in zip(bounds, bounds.dropFirst()).map({ $0..<$1 }).enumerated() {
        let place = (first + shard) * layers + k - 1
        for row in rows {
          self.positive[place] += positive[row]
          self.negative[place] += negative[row]
          separated[k - 1] += positive[row] > negative[row] ? 1 : 0
        }
        judged[k - 1] += rows.count
      }
    }
  }

  /// Adds how each layer alone answers some rows with these labels.
  mutating func add(_ scores: ClassScores, labels: [Int]) {
    for (index, k) in scores.layers.enumerated() {
      for (row, label) in labels.enumerated() where scores.answer(layer: index, row: row) != label {
        wrong[k - 1] += 1
      }
      answered[k - 1] += labels.count
    }
  }

  /// Counts the units of layer k whose running mean activity is below a thousandth of the layer's.
  mutating func count(means: [Double], layer k: Int) {
    let least = means.reduce(0, +) / Double(max(means.count, 1)) / 1000
    dead[k - 1] += means.count { $0 < least }
    units[k - 1] += means.count
  }

  /// Forgets what others go on with: sums of other shards and layers, and counts unless this rank is to keep them.
  mutating func keep(shards kept: Range<Int>, layers own: ClosedRange<Int>?, counts keepsCounts: Bool) {
    let count = layers
    for place in positive.indices
    where !kept.contains(place / count) || !(own?.contains(place % count + 1) ?? false) {
      (positive[place], negative[place]) = (0, 0)
    }
    guard !keepsCounts else { return }
    separated = separated.map { _ in 0 }
    (judged, wrong, answered, dead, units) = (separated, separated, separated, separated, separated)
  }

  mutating func join(_ other: Self) {
    for i in positive.indices {
      positive[i] += other.positive[i]
      negative[i] += other.negative[i]
    }
    for k in separated.indices {
      separated[k] += other.separated[k]
      judged[k] += other.judged[k]
      wrong[k] += other.wrong[k]
      answered[k] += other.answered[k]
      dead[k] += other.dead[k]
      units[k] += other.units[k]
    }
  }

  func fits(shards: Int, layers: Int) -> Bool {
    [positive, negative].allSatisfy { $0.count == shards * layers }
      && [separated, judged, wrong, answered, dead, units].allSatisfy { $0.count == layers }
  }

  /// Every whole number counted.
  var counts: [Int] { separated + judged + wrong + answered + dead + units }

  /// The mean over all examples of each layer that was judged.
  func means(_ sums: [Double]) -> [Double] {
    (0..<layers).filter { judged[$0] > 0 }.map { layer in
      stride(from: layer, to: sums.count, by: layers).reduce(0) { $0 + sums[$1] } / Double(judged[layer])
    }
  }

  /// In percent, of each layer of which any are.
  static func percent(_ counts: [Int], of all: [Int]) -> [Double] {
    zip(counts, all).compactMap { $1 > 0 ? 100 * Double($0) / Double($1) : nil }
  }
}

/// What is told of layers that learn by themselves: of each hidden layer, from the lowest up.
public struct LayeredFigures: Equatable, Sendable {
  /// Mean g of training examples shown with their label, and with another.
  public var positive: [Double] = []
  public var negative: [Double] = []
  /// Training examples in percent whose goodness is larger with their label.
  public var separated: [Double] = []
  /// Evaluated examples in percent that the layer alone takes to be of another class; none where a soft-max answers.
  public var errors: [Double] = []
  /// Units in percent whose running mean activity is below a thousandth of their layer's.
  public var dead: [Double] = []

  /// - Parameter evaluated: the split that judges the epoch.
  init(_ trained: LayeredTally, evaluated: LayeredTally?) {
    (positive, negative) = (trained.means(trained.positive), trained.means(trained.negative))
    separated = LayeredTally.percent(trained.separated, of: trained.judged)
    dead = LayeredTally.percent(trained.dead, of: trained.units)
    errors = evaluated.map { LayeredTally.percent($0.wrong, of: $0.answered) } ?? []
  }

  /// With their names in a line.
  var fields: [String] {
    [
      ("goodness_positive", positive), ("goodness_negative", negative), ("separated", separated),
      ("layer_errors", errors), ("dead_units", dead),
    ].compactMap { key, values in
      values.isEmpty ? nil : "\"\(key)\":[" + values.map(\.json).joined(separator: ",") + "]"
    }
  }
}

extension EvaluationResult {
  /// The error in percent of each hidden layer alone, from the lowest up; none where a soft-max answered.
  public var layerErrors: [Double] {
    tally.layered.map { LayeredTally.percent($0.wrong, of: $0.answered) } ?? []
  }
}
