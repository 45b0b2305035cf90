import DataSets
import EquilibriumPropagation
import Training

/// What the network takes an example for.
public struct Prediction: Equatable, Sendable {
  /// The example's place in its split, from 0.
  public var example: Int
  /// The example's class.
  public var label: Int
  /// The class of the largest output.
  public var predicted: Int
  /// C(y) at the free state.
  public var cost: Double
}

extension Inspection {
  /// Lets a split's examples settle in a free phase, in the same batches as `evaluate`, so to the same bits.
  ///
  /// - Parameter limit: stops after the batch in which so many examples are reached: the split's first ones where it is
  ///   not shuffled.
  /// - Returns: in the order of the split.
  public func predictions(_ split: Split, atMost limit: Int = .max) throws -> [Prediction] {
    guard data.count(split) > 0 else { return [] }
    var evaluated = run
    evaluated.relaxation = relaxation
    let examples = try SplitData(
      split, of: data, run: evaluated, deal: deal, place: .only, perShard: Evaluation.rowsPerShard)
    let method = Method(
      run.procedure.relaxing(as: relaxation), portion: parameters.portion, rows: examples.mostRows,
      precision: parameters.precision, neighbours: Alone())
    var found: [Prediction] = []
    for step in 0..<examples.batches.steps where found.count < limit {
      let members = examples.members(epoch: 0, step: step)
      let clamped = examples.clamp(members, parameters: parameters)
      let free = try method.infer(
        from: examples.start(members), clamped: clamped, parameters: parameters)
      let outputs = free.state[network.output].states
      guard let targets = clamped.targets else { preconditionFailure("a whole network has targets") }
      let predicted = outputs.largestColumns(rows: members.rows.count)
      for (i, (shard, row)) in members.rows.enumerated() {
        found.append(
          Prediction(
            example: shard + row * deal.tiling.shards, label: examples.label(members, i),
            predicted: predicted[i],
            cost: network.cost.value(outputs: outputs, targets: targets, rows: i..<i + 1)))
      }
    }
    return found.sorted { $0.example < $1.example }
  }
}
