import EnergyModels
import RunFiles
import Tensors

extension WorkCount {
  /// What a connection learns, in each of the directions that are held, or once for both: see `ConnectionWeights`.
  func connection(_ index: Int, _ lesson: StepLesson, _ work: inout StepWork) {
    let (forward, backward) = (portion.forwardBlock(index), portion.backwardBlock(index))
    let isMirrored = forward == backward
    let connection = network.connections[index]
    guard !run.network.isFrozen(connection.target) else { return }
    let terms = network.isState(connection.source) ? lesson.terms : [1]
    let wiring = network.wirings[index]
    // Examples times the pairs of positions that a tap joins, in the mean.
    let rows = max(1, rows * wiring.upward.pairs / wiring.taps)
    weights(
      connection, rows: rows, depth: wiring.taps * forward.rows.count, columns: forward.columns.count,
      terms: terms, lesson, &work)
    if isMirrored { transpose(forward, taps: wiring.taps, lesson, &work) }
    if let block = backward, !isMirrored {
      weights(
        connection, rows: rows, depth: wiring.taps * block.columns.count, columns: block.rows.count,
        terms: lesson.terms, lesson, &work)
    }
  }

  private func transpose(_ block: Block, taps: Int, _ lesson: StepLesson, _ work: inout StepWork) {
    let (depth, columns) = (block.rows.count, block.columns.count)
    work.add(
      .optimizer, .transpose(depth: depth, columns: columns), times: lesson.updates * Double(taps),
      operations: 0,
      bytes: Double(work.scalarSize * (depth * padded(columns) + columns * padded(depth))))
  }

  /// The contrasts and the descent of depth × columns weights of a connection, or of a bias (nil).
  func weights(
    _ connection: Connection?, rows: Int, depth: Int, columns: Int, terms: [Int], _ lesson: StepLesson,
    _ work: inout StepWork
  ) {
    let isAlone = deal.grid.replicas == 1
    let isLive = connection?.source == 0 && !network.isState(0)
    let share = isLive ? liveShare.contrast : 1
    let elements = Double(depth * columns)
    let scalars = Double(depth * padded(columns))
    for count in terms {
      let products = Double(count * rows)
      let ends = products * (share * Double(depth) + Double(padded(columns)))
      work.add(
        .contrast,
        .contrast(
          terms: count, depth: depth, columns: columns, rows: rows, shards: shards, isLive: isLive),
        times: lesson.updates,
        operations: 2 * products * share * elements + Double(shards - 1) * elements,
        // Alone, a rank keeps the sums of a few panels in the cache until they have been descended.
        bytes: Double(work.scalarSize) * (ends + (isAlone ? 0 : scalars)))
    }
    work.addElements(
      .contrast, rows: depth, columns: columns, times: lesson.updates * Double(terms.count - 1),
      operations: 1, moves: isAlone ? 0 : 3)
    let update = run.training.update
    let decays = connection != nil && run.training.decay > 0
    work.add(
      .optimizer, .descent(depth * columns, update), times: lesson.updates,
      operations: elements * update.operations(decays: decays),
      bytes: Double(work.scalarSize) * scalars * Double(update.moves + (isAlone ? 0 : 1)))
  }
}

extension TrainingSettings {
  fileprivate var update: StepWork.Update {
    switch optimizer {
    case .sgd: momentum > 0 ? .momentum : .plain
    case .nesterov: .nesterov
    case .adam: .adam
    }
  }
}
