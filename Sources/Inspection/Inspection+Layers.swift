import DataSets
import EquilibriumPropagation
import Training

extension Inspection {
  /// Whether every layer learns by itself.
  public var isLayerwise: Bool { network.isLayerwise }

  /// What some of a split's examples come to in each hidden layer, shown with their labels and with others, from the lowest
  /// layer up.
  ///
  /// - Parameter limit: stops after the batch in which so many examples are reached.
  public func goodness(
    _ split: Split, atMost limit: Int
  ) throws -> [(positive: [Double], negative: [Double])] {
    let examples = try SplitData(
      split, of: data, run: run, deal: deal, place: .only, perShard: Evaluation.rowsPerShard)
    let method = Method(
      run.procedure, portion: parameters.portion, rows: examples.mostRows, precision: parameters.precision,
      neighbours: Alone())
    var found: [Int: (positive: [Double], negative: [Double])] = [:]
    var count = 0
    for step in 0..<examples.batches.steps where count < limit {
      let members = examples.members(epoch: 0, step: step)
      let clamped = examples.clamp(members, parameters: parameters)
      let first = try method.begin(
        from: examples.start(members), clamped: clamped, parameters: parameters)
      var lesson = method.lesson(from: first, sign: 1, clamped: clamped)
      _ = try lesson.next(parameters)
      for (k, layer) in lesson.goodness?.layers ?? [:] {
        found[k, default: ([], [])].positive += layer.positive
        found[k, default: ([], [])].negative += layer.negative
      }
      count += members.rows.count
    }
    return found.sorted { $0.key < $1.key }.map(\.value)
  }
}
