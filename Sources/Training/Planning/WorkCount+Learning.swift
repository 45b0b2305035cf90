import EnergyModels
import Tensors

extension WorkCount {
  /// What connection k learns, in each of the directions that are held, or once for both: see `Connection`.
  func connection(_ k: Int, _ lesson: StepLesson, _ work: inout StepWork) {
    let forward = Block(rows: portion.units(of: k - 1, driving: k), columns: portion.units(k))
    let backward =
      k > 1 ? Block(rows: portion.units(k - 1), columns: portion.units(of: k, driving: k - 1)) : nil
    let isMirrored = forward == backward
    let terms = k == 1 ? [1] : lesson.terms
    weights(k, depth: forward.rows.count, columns: forward.columns.count, terms: terms, lesson, &work)
    if isMirrored { transpose(forward, lesson, &work) }
    if let block = backward, !isMirrored {
      weights(k, depth: block.columns.count, columns: block.rows.count, terms: lesson.terms, lesson, &work)
    }
  }

  private func transpose(_ block: Block, _ lesson: StepLesson, _ work: inout StepWork) {
    let (depth, columns) = (block.rows.count, block.columns.count)
    work.add(
      .optimizer, .transpose(depth: depth, columns: columns), times: lesson.updates, operations: 0,
      bytes: Double(work.scalarSize * (depth * padded(columns) + columns * padded(depth))))
  }

  /// The contrasts and the descent of depth × columns weights of connection k, or of a bias (nil).
  func weights(
    _ k: Int?, depth: Int, columns: Int, terms: [Int], _ lesson: StepLesson, _ work: inout StepWork
  ) {
    let isAlone = deal.grid.replicas == 1
    let share = k == 1 ? liveShare.contrast : 1
    let elements = Double(depth * columns)
    let scalars = Double(depth * padded(columns))
    for count in terms {
      let products = Double(count * rows)
      let ends = products * (share * Double(depth) + Double(padded(columns)))
      work.add(
        .contrast,
        .contrast(
          terms: count, depth: depth, columns: columns, rows: rows, shards: shards, isLive: k == 1),
        times: lesson.updates,
        operations: 2 * products * share * elements + Double(shards - 1) * elements,
        // Alone, a rank keeps the sums of a few panels in the cache until they have been descended.
        bytes: Double(work.scalarSize) * (ends + (isAlone ? 0 : scalars)))
    }
    work.addElements(
      .contrast, rows: depth, columns: columns, times: lesson.updates * Double(terms.count - 1),
      operations: 1, moves: isAlone ? 0 : 3)
    let hasVelocity = run.training.momentum > 0
    let decays = k != nil && run.training.decay > 0
    work.add(
      .optimizer, .descent(depth * columns, hasVelocity: hasVelocity), times: lesson.updates,
      operations: elements * (hasVelocity ? 7 : decays ? 5 : 2),
      bytes: Double(work.scalarSize) * scalars * ((hasVelocity ? 4 : 2) + (isAlone ? 0 : 1)))
  }
}
