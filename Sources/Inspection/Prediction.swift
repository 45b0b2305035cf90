import DataSets
import EnergyModels
import EquilibriumPropagation
import Tasks
import Tensors
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

/// What the network tells of an example.
public struct Answer: Equatable, Sendable {
  /// The example's place in its split, from 0.
  public var example: Int
  /// d, in the units of the data.
  public var target: [Double]
  /// y at the free state, in the units of the data.
  public var output: [Double]
}

extension Inspection {
  /// Takes a split's examples for the classes of their largest outputs, where labels answer; as `answers` does it.
  public func predictions(_ split: Split, atMost limit: Int = .max) throws -> [Prediction] {
    var found: [Prediction] = []
    try settle(split, atMost: limit) { examples, outputs, targets in
      let labels = targets.largestColumns(rows: examples.count)
      let predicted = outputs.largestColumns(rows: examples.count)
      for (i, example) in examples.enumerated() {
        found.append(
          Prediction(
            example: example, label: labels[i], predicted: predicted[i],
            cost: network.cost.value(outputs: outputs, targets: targets, rows: i..<i + 1)))
      }
    }
    return found.sorted { $0.example < $1.example }
  }

  /// Lets a split's examples settle in a free phase, in the same batches as `evaluate`, so to the same bits.
  ///
  /// - Parameter limit: stops after the batch in which so many examples are reached: the split's first ones where it is
  ///   not shuffled.
  /// - Returns: in the order of the split.
  public func answers(_ split: Split, atMost limit: Int) throws -> [Answer] {
    var found: [Answer] = []
    let task = task
    try settle(split, atMost: limit) { examples, outputs, targets in
      for (i, example) in examples.enumerated() {
        found.append(
          Answer(example: example, target: task.told(targets.row(i)), output: task.told(outputs.row(i))))
      }
    }
    return found.sorted { $0.example < $1.example }
  }

  private func settle(
    _ split: Split, atMost limit: Int,
    _ body: (_ examples: [Int], _ outputs: Matrix, _ targets: Matrix) -> Void
  ) throws {
    guard data.count(split) > 0 else { return }
    var evaluated = run
    evaluated.relaxation = relaxation
    let examples = try SplitData(
      split, of: data, run: evaluated, deal: deal, place: .only, perShard: Evaluation.rowsPerShard)
    let method = Method(
      run.procedure.relaxing(as: relaxation), portion: parameters.portion, rows: examples.mostRows,
      precision: parameters.precision, neighbours: Alone())
    var count = 0
    for step in 0..<examples.batches.steps where count < limit {
      let members = examples.members(epoch: 0, step: step)
      let clamped = examples.clamp(members, parameters: parameters)
      let free = try method.infer(
        from: examples.start(members), clamped: clamped, parameters: parameters)
      guard let targets = clamped.targets else { preconditionFailure("a whole network has targets") }
      body(
        members.rows.map { shard, row in shard + row * deal.tiling.shards },
        free.outputs, targets)
      count += members.rows.count
    }
  }

  /// Inputs of some examples of a split, as the task damages them in the first epoch, and what the network tells then:
  /// each as the network is given inputs.
  public func rebuilt(
    _ examples: ShardExamples, count: Int
  ) throws -> [(input: [Double], damaged: [Double], output: [Double])] {
    let (count, precision, task) = (min(count, examples.count), parameters.precision, task)
    guard count > 0 else { return [] }
    let values = data.values(precision)
    var input = Matrix(rows: count, columns: network.inputs, precision: precision)
    for i in 0..<count { values.set(&input, row: i, to: i, of: examples) }
    var damaged = input
    for i in 0..<count {
      task.corrupt(&damaged, row: i, of: Example(stored: examples, row: i, number: i, epoch: 0))
    }
    let clamped = Clamped(shards: [0, count], input: damaged, targets: input, parameters: parameters)
    let method = Method(
      run.procedure.relaxing(as: relaxation), portion: parameters.portion, rows: count,
      precision: precision, neighbours: Alone())
    let start = State(rows: count, portion: parameters.portion, precision: precision)
    let free = try method.infer(from: start, clamped: clamped, parameters: parameters)
    let outputs = free.outputs
    return (0..<count).map { (input.row($0), damaged.row($0), outputs.row($0)) }
  }
}
