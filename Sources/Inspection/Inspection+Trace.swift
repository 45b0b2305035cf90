import DataSets
import EnergyModels
import EquilibriumPropagation
import Records
import Tasks
import Tensors

extension Inspection {
  /// The numbers of an example's input, as the network gets them without augmentation.
  public func input(_ example: Int, of examples: ShardExamples) -> [Double] {
    row(example, of: examples).row(0)
  }

  /// The numbers of an input before they were normalised.
  public func brightness(of input: [Double]) -> [Double] {
    let (values, channels) = (data.values(.float64), data.extents[2])
    return input.enumerated().map { values.divided($1, channel: $0 % channels) }
  }

  private func row(_ example: Int, of examples: ShardExamples) -> Matrix {
    precondition((0..<examples.count).contains(example), "an example of the split")
    var input = Matrix(rows: 1, columns: network.inputs, precision: parameters.precision)
    data.values(parameters.precision).set(&input, row: 0, to: example, of: examples)
    return input
  }

  /// What one example clamps: its input and its target, as a batch of one row, and its label where that holds a layer.
  public func clamp(_ example: Int, of examples: ShardExamples) -> Clamped {
    var targets = Matrix(rows: 1, columns: network.units(network.output), precision: parameters.precision)
    task.setTarget(
      &targets, row: 0, to: Example(stored: examples, row: example, number: example, epoch: 0))
    var batch = MadeBatch(
      inputs: row(example, of: examples), targets: targets,
      rows: BatchRows(epoch: 0, numbers: [example], shards: [0..<1]))
    task.remake(&batch)
    var clamped = Clamped(
      shards: [0, 1], input: batch.inputs, targets: batch.targets, parameters: parameters)
    clamped.labels = network.clampedLayers.first.map { k in
      Matrix(rows: 1, columns: network.units(k), precision: parameters.precision) {
        Int(examples.labels[example]) == $1 ? 1 : 0
      }
    }
    return clamped
  }

  /// Relaxes one example, free and then as the rule learns, and keeps what every iteration left: the same bits as whole
  /// phases, +β where a sign is drawn, and all weights held where they change on the way.
  ///
  /// nil where the run's rule is feed-forward and nothing relaxes.
  public func trace(_ clamped: Clamped) throws -> RelaxationTrace? {
    guard run.procedure.relaxes else { return nil }
    let procedure = run.procedure.relaxing(as: relaxation)
    let method = Method(
      procedure, portion: parameters.portion, rows: 1, precision: parameters.precision, neighbours: Alone())
    let start = State(rows: 1, portion: parameters.portion, precision: parameters.precision)
    let phases = procedure.phases
    let last = phases.lastIndex { $0.isShown } ?? 0
    var (ends, shown): ([Settled], [RelaxationTrace.Phase]) = ([], [])
    for (number, phase) in phases[...last].enumerated() {
      var path = try method.begin(
        phase, number: number, from: start, ends: ends, clamped: clamped, parameters: parameters)
      var frames = [frame(path.state, clamped, residual: nil)]
      while !path.isOver {
        try method.iterate(&path, parameters)
        frames.append(frame(path.state, clamped, residual: path.residual))
      }
      ends.append(try method.end(&path, parameters))
      guard phase.isShown else { continue }
      shown.append(RelaxationTrace.Phase(name: phase.name, frames: frames))
    }
    return RelaxationTrace(
      phases: shown, layers: Array(network.states), output: network.output - network.states.lowerBound)
  }

  private func frame(
    _ state: State, _ clamped: Clamped, residual: Double?
  ) -> RelaxationTrace.Frame {
    guard let targets = clamped.targets else { preconditionFailure("a whole network has targets") }
    return RelaxationTrace.Frame(
      energy: parameters.energy(state: state, clamped: clamped, rows: 0..<1),
      cost: network.cost.value(outputs: state[network.output].states, targets: targets, rows: 0..<1),
      residual: residual,
      states: network.states.map { k in
        (0..<network.positions(k)).flatMap { state[k].states.row($0) }
      })
  }
}
