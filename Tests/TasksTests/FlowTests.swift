import DataSets
import EnergyModels
import Records
import Tasks
import Tensors
import Testing

/// Pairs, times and targets of flows, and how velocities are judged.
@Suite struct FlowTests {
  static let input = InputLayer(.spring(15))

  private func prepared(_ pairing: Pairing, seed: UInt64 = 3) throws -> (DataSet, any PreparedTask) {
    let data = try DataSet.open(DataSource(format: .digits), for: .inputs)
    var flow = Flow()
    flow.pairing = pairing
    return (data, flow.prepared(for: data, values: data.values(.float64), input: Self.input, seed: seed))
  }

  /// Some examples as they are stored, then as a flow makes them, in an epoch.
  private func made(
    _ pairing: Pairing, shards: [Range<Int>] = [0..<40, 40..<64], labels: [Int] = [], epoch: Int = 2,
    seed: UInt64 = 3
  ) throws -> (stored: Matrix, batch: MadeBatch) {
    let (data, task) = try prepared(pairing, seed: seed)
    let count = shards.last?.upperBound ?? 0
    let stored = try data.load(.training, shards: 0..<1, of: 1, inputs: true)[0]
    var inputs = Matrix(rows: count, columns: 64, precision: .float64)
    for row in 0..<count { data.values(.float64).set(&inputs, row: row, to: row, of: stored) }
    let rows = BatchRows(epoch: epoch, numbers: Array(100..<100 + count), shards: shards)
    var batch = MadeBatch(
      inputs: inputs, targets: Matrix(rows: count, columns: 64, precision: .float64), labels: labels,
      rows: rows)
    #expect(Flow().remakes && !Classification().remakes)
    task.remake(&batch)
    return (inputs, batch)
  }

  /// u = αλ (x̂ − x_t), and with it x₀ = x₁ − u and t of x_t = x₁ − (1 − t) u.
  private func path(_ stored: Matrix, _ batch: MadeBatch, row: Int) -> (noise: [Double], time: Double) {
    let u = (0..<64).map { 30 * (batch.targets[row, $0] - batch.inputs[row, $0]) }
    let square = u.reduce(0) { $0 + $1 * $1 }
    let left = (0..<64).reduce(0) { $0 + u[$1] * (stored[row, $1] - batch.inputs[row, $1]) }
    return (u.enumerated().map { stored[row, $0] - $1 }, 1 - left / square)
  }

  @Test("Inputs lie on the straight path from noise to example, targets where the velocity leads")
  func paths() throws {
    let (stored, batch) = try made(.optimal)
    var (noises, times): ([Double], [Double]) = ([], [])
    for row in 0..<64 {
      let (noise, time) = path(stored, batch, row: row)
      for j in 0..<64 {
        let met = (1 - time) * noise[j] + time * stored[row, j]
        #expect(abs(batch.inputs[row, j] - met) < 1e-12)
      }
      #expect(0...1 ~= time)
      noises += noise
      times.append(time)
    }
    let (mean, square) = (
      noises.reduce(0, +) / 4096, noises.reduce(0) { $0 + $1 * $1 } / 4096
    )
    #expect(abs(mean) < 0.06 && abs(square - 1) < 0.08, "\(mean) \(square)")
    #expect(times.min()! < 0.1 && times.max()! > 0.9 && abs(times.reduce(0, +) / 64 - 0.5) < 0.12)
  }

  @Test("Pairs of a shard have the least sum of distances; a shard does not know of the other")
  func pairs() throws {
    let (stored, batch) = try made(.optimal)
    let (_, plain) = try made(.independent)
    func noise(_ batch: MadeBatch, _ row: Int) -> [Double] { path(stored, batch, row: row).noise }
    for shard in batch.rows.shards {
      let (matched, drawn) = (shard.map { noise(batch, $0) }, shard.map { noise(plain, $0) })
      func distance(_ a: [Double], _ row: Int) -> Double {
        a.enumerated().reduce(0) {
          $0 + ($1.element - stored[row, $1.offset]) * ($1.element - stored[row, $1.offset])
        }
      }
      // The same noise, dealt otherwise.
      for noise in matched {
        #expect(drawn.contains { zip($0, noise).allSatisfy { abs($0 - $1) < 1e-9 } })
      }
      let costs = shard.flatMap { row in drawn.map { distance($0, row) } }
      let best = Assignment(costs: costs, count: shard.count).total(costs)
      let found = zip(matched, shard).reduce(0) { $0 + distance($1.0, $1.1) }
      let before = zip(drawn, shard).reduce(0) { $0 + distance($1.0, $1.1) }
      #expect(abs(found - best) <= 1e-9 * best && found < before)
    }
    let alone = try made(.optimal, shards: [0..<40])
    for row in 0..<40 { #expect(alone.batch.inputs.row(row) == batch.inputs.row(row)) }
  }

  /// Noise that tells the class would be missed where a class is asked for by its label.
  @Test("Where labels clamp a layer noise stays with its class, nearest within it")
  func classes() throws {
    let labels = (0..<64).map { $0 * 7 % 3 }
    let (stored, batch) = try made(.optimal, labels: labels)
    let (_, plain) = try made(.independent)
    func noise(_ batch: MadeBatch, _ row: Int) -> [Double] { path(stored, batch, row: row).noise }
    var moved = 0
    for shard in batch.rows.shards {
      for label in 0..<3 {
        let rows = shard.filter { labels[$0] == label }
        let drawn = rows.map { noise(plain, $0) }
        for row in rows {
          let met = noise(batch, row)
          let origin = drawn.firstIndex { zip($0, met).allSatisfy { abs($0 - $1) < 1e-9 } }
          #expect(origin != nil, "row \(row) has the noise of another class")
          if origin.map({ rows[$0] }) != row { moved += 1 }
        }
        let costs = rows.flatMap { row in
          drawn.map { noise in (0..<64).reduce(0) { $0 - noise[$1] * stored[row, $1] } }
        }
        let found = rows.reduce(0) { sum, row in
          let met = noise(batch, row)
          return sum - (0..<64).reduce(0) { $0 + met[$1] * stored[row, $1] }
        }
        let best = Assignment(costs: costs, count: rows.count).total(costs)
        #expect(abs(found - best) <= 1e-7 * abs(best))
      }
    }
    #expect(moved > 20)
  }

  @Test("Another epoch and another seed draw other noise and times; the same ones the same")
  func counters() throws {
    let first = try made(.optimal).batch
    #expect(try made(.optimal).batch.inputs.row(7) == first.inputs.row(7))
    for other in [try made(.optimal, epoch: 3).batch, try made(.optimal, seed: 4).batch] {
      #expect((0..<64).allSatisfy { other.inputs.row($0) != first.inputs.row($0) })
    }
  }

  @Test("Loss, R², speeds and the losses by time are those of the velocities")
  func figures() throws {
    let (_, task) = try prepared(.optimal)
    let (stored, batch) = try made(.optimal)
    var outputs = batch.inputs
    var (errors, velocities, paths) = (0.0, 0.0, 0.0)
    var byTime = Array(repeating: (sum: 0.0, count: 0.0), count: 5)
    for row in 0..<64 {
      let time = path(stored, batch, row: row).time
      for j in 0..<64 {
        let v = Double((row * 7 + j) % 11) / 5 - 1
        outputs[row, j] += v / 30
        let u = 30 * (batch.targets[row, j] - batch.inputs[row, j])
        errors += (v - u) * (v - u)
        velocities += v * v
        paths += u * u
        byTime[min(Int(time * 5), 4)].sum += (v - u) * (v - u)
        byTime[min(Int(time * 5), 4)].count += 1
      }
    }
    let flow = Flow()
    var sums = batch.rows.shards.map { _ in
      flow.sums(outputs: 64).map { Array(repeating: 0.0, count: $0.columns) }
    }
    task.judge(
      AnsweredBatch(outputs: outputs, targets: batch.targets, inputs: batch.inputs, rows: batch.rows),
      into: &sums)
    let totals = sums[0].indices.map { sum in zip(sums[0][sum], sums[1][sum]).map(+) }
    let found = flow.values(of: totals, examples: 64)
    let expected =
      [errors / 4096, 1 - errors / paths, (velocities / 64).squareRoot(), (paths / 64).squareRoot()]
      + byTime.map { $0.sum / $0.count }
    #expect(found.count == flow.figures.count && found.count == expected.count)
    for (found, expected) in zip(found, expected) { #expect(abs((found ?? .nan) - expected) < 1e-9) }
    #expect(flow.figures[0] == .flowLoss && flow.figures[1] == .r2)
    #expect(flow.figures.dropFirst(2).allSatisfy { $0.isDetail })
  }

  @Test("The cost has the weight that makes it half the squared error of the velocity")
  func weight() {
    var flow = Flow()
    #expect(flow.costWeight(Self.input) == 900)
    flow.scale = 0.5
    #expect(flow.costWeight(InputLayer(.spring(4))) == 4)
    #expect(flow.mismatch(with: InputLayer(), output: 0) != nil)
    #expect(flow.mismatch(with: Self.input, output: 1) != nil)
    #expect(flow.mismatch(with: Self.input, output: 0) == nil)
  }
}
