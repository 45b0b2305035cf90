import DataSets
import Tensors

/// The pairs, times and targets of a flow: functions of (seed, epoch, example) and of who stands in a shard's rows.
struct FlowPairs: PreparedTask {
  /// αλ.
  let factor: Double
  let pairing: Pairing
  private let values: InputValues
  private let noise: CounterRandom
  private let times: CounterRandom
  var targetsAreInputs: Bool { true }

  init(factor: Double, pairing: Pairing, values: InputValues, seed: UInt64) {
    (self.factor, self.pairing, self.values) = (factor, pairing, values)
    noise = CounterRandom(seed: seed, purpose: .pairs)
    times = CounterRandom(seed: seed, purpose: .times)
  }

  /// What `remake` makes of inputs and targets.
  func setTarget(_ targets: inout Matrix, row: Int, to example: Example) {}

  /// t of an example.
  private func time(_ epoch: Int, _ number: Int) -> Double { times.unit(epoch, number, 0) }

  func remake(_ batch: inout MadeBatch) {
    let (rows, columns) = (batch.rows, batch.inputs.columns)
    for shard in rows.shards where !shard.isEmpty {
      let noise = Matrix(rows: shard.count, columns: columns, precision: batch.inputs.precision) {
        self.noise.normal(rows.epoch, rows.numbers[shard.lowerBound + $0], $1)
      }
      // Where labels clamp a layer they tell nothing of the noise, as when samples are asked for by label.
      var partner = Array(0..<shard.count)
      for row in groups(shard, of: batch.labels) {
        pair(row, &partner, noise, batch.inputs, first: shard.lowerBound)
      }
      for (index, row) in shard.enumerated() {
        let t = time(rows.epoch, rows.numbers[row])
        for j in 0..<columns {
          let (from, to) = (noise[partner[index], j], batch.inputs[row, j])
          let met = (1 - t) * from + t * to
          batch.inputs[row, j] = met
          batch.targets[row, j] = met + (to - from) / factor
        }
      }
    }
  }

  /// The rows of a shard, counted from its first one, that noise may be dealt among: of one label where there are any.
  private func groups(_ shard: Range<Int>, of labels: [Int]) -> [[Int]] {
    guard pairing == .optimal else { return [] }
    guard !labels.isEmpty else { return [Array(0..<shard.count)] }
    let byLabel = Dictionary(grouping: 0..<shard.count) { labels[shard.lowerBound + $0] }
    return byLabel.keys.sorted().map { byLabel[$0] ?? [] }
  }

  /// Deals the noise of some rows among them, so that it lies nearest in all.
  private func pair(
    _ rows: [Int], _ partner: inout [Int], _ noise: Matrix, _ inputs: Matrix, first: Int
  ) {
    // −x₀ · x₁: ‖x₀ − x₁‖² but for what an example or a noise has to itself, whatever its partner.
    var across = Panels(depth: noise.columns, columns: rows.count, precision: noise.precision)
    for i in 0..<noise.columns { for (j, row) in rows.enumerated() { across[i, j] = -noise[row, i] } }
    let chosen = Matrix(rows: rows.count, columns: noise.columns, precision: noise.precision) {
      inputs[first + rows[$0], $1]
    }
    var costs = Matrix(rows: rows.count, columns: rows.count, precision: noise.precision)
    costs.setProduct(rows: 0..<rows.count, of: chosen, with: across, adding: .zero)
    let found = Assignment(costs: (0..<rows.count).flatMap(costs.row), count: rows.count).columns
    for (row, column) in zip(rows, found) { partner[row] = rows[column] }
  }

  func judge(_ answers: AnsweredBatch, into sums: inout [[[Double]]]) {
    guard let inputs = answers.inputs else { preconditionFailure("a flow's output is its input") }
    let columns = answers.outputs.columns
    for (shard, rows) in answers.rows.shards.enumerated() {
      for row in rows {
        let stretch = min(
          Int(time(answers.rows.epoch, answers.rows.numbers[row]) * Double(Flow.stretches)),
          Flow.stretches - 1)
        var (errors, velocities, paths) = (0.0, 0.0, 0.0)
        for j in 0..<columns {
          let met = inputs[row, j]
          let (velocity, path) = (answers.outputs[row, j] - met, answers.targets[row, j] - met)
          errors += (velocity - path) * (velocity - path)
          velocities += velocity * velocity
          paths += path * path
        }
        let squared = factor * factor
        sums[shard][0][0] += squared * errors
        sums[shard][1][0] += squared * velocities
        sums[shard][2][0] += squared * paths
        sums[shard][3][0] += Double(columns)
        sums[shard][4][stretch] += squared * errors
        sums[shard][5][stretch] += Double(columns)
      }
    }
  }
}
