import DataSets
import EnergyModels
import Records
import Tasks
import Tensors
import Testing

@Suite struct TaskTests {
  /// Two shards of two rows.
  private static let shards = [0..<2, 2..<4]

  private static func matrix(_ rows: [[Double]]) -> Matrix {
    Matrix(rows: rows.count, columns: rows[0].count, precision: .float64) { rows[$0][$1] }
  }

  private static func answers(_ outputs: Matrix, _ targets: Matrix) -> AnsweredBatch {
    AnsweredBatch(
      outputs: outputs, targets: targets,
      rows: BatchRows(epoch: 0, numbers: Array(0..<outputs.rows), shards: shards))
  }

  private static func zeros(_ task: any Tasks.Task, outputs: Int) -> [[[Double]]] {
    shards.map { _ in task.sums(outputs: outputs).map { Array(repeating: 0, count: $0.columns) } }
  }

  /// The figures of all rows of both shards.
  private static func figures(
    _ task: any Tasks.Task, on data: DataSet, outputs: [[Double]], targets: [[Double]]
  ) -> [Double?] {
    let prepared = task.prepared(
      for: data, values: data.values(.float64), input: InputLayer(), seed: 1)
    var sums = zeros(task, outputs: outputs[0].count)
    prepared.judge(answers(matrix(outputs), matrix(targets)), into: &sums)
    let totals = sums[0].indices.map { sum in zip(sums[0][sum], sums[1][sum]).map(+) }
    return task.values(of: totals, examples: outputs.count)
  }

  @Test("A classification counts the examples whose largest output is another than their label's")
  func classification() throws {
    let data = try DataSet.open(DataSource(format: .digits))
    let task = Classification()
    #expect(task.outputs(for: data) == (10, "the data 10 classes"))
    let targets: [[Double]] = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]]
    let outputs = [[0.9, 0.2, 0], [0.3, 0.2, 0.1], [0.1, 0.2, 0.3], [0.1, 0.4, 0.3]]
    #expect(Self.figures(task, on: data, outputs: outputs, targets: targets) == [50])
    var target = Matrix(rows: 1, columns: 10, precision: .float64)
    let stored = ShardExamples(shard: 0, count: 2, inputs: [], labels: [4, 7])
    task.prepared(
      for: data, values: data.values(.float64), input: InputLayer(), seed: 1
    ).setTarget(
      &target, row: 0, to: Example(stored: stored, row: 1, number: 1, epoch: 0))
    #expect(target.row(0) == (0..<10).map { $0 == 7 ? 1 : 0 })
  }

  @Test(
    "A regression's figures are RMSE, MAE and R² in the units of the data, standardised or not",
    arguments: [true, false])
  func regression(standardize: Bool) throws {
    let data = try DataSet.open(DataSource(format: .friedman), for: .targets)
    var task = Regression()
    task.standardize = standardize
    let prepared = task.prepared(
      for: data, values: data.values(.float64), input: InputLayer(), seed: 1)
    let told = [14.0, 9.5, 21, 3.25]
    let wanted = [13.0, 10, 20.5, 5]
    // What the network would hold for them.
    let stored = ShardExamples(shard: 0, count: 4, inputs: [], labels: [], targets: wanted)
    var targets = Matrix(rows: 4, columns: 1, precision: .float64)
    var outputs = targets
    let guesses = ShardExamples(shard: 0, count: 4, inputs: [], labels: [], targets: told)
    for row in 0..<4 {
      prepared.setTarget(&targets, row: row, to: Example(stored: stored, row: row, number: row, epoch: 0))
      prepared.setTarget(&outputs, row: row, to: Example(stored: guesses, row: row, number: row, epoch: 0))
    }
    let (mean, deviation) = (data.targetMoments.mean[0], data.targetMoments.deviation[0])
    #expect(abs(targets[0, 0] - (standardize ? (13 - mean) / deviation : 13)) < 1e-12)
    #expect(abs(prepared.told(outputs.row(2))[0] - 21) < 1e-12)
    var sums = Self.zeros(task, outputs: 1)
    prepared.judge(Self.answers(outputs, targets), into: &sums)
    let totals = sums[0].indices.map { sum in zip(sums[0][sum], sums[1][sum]).map(+) }
    let figures = task.values(of: totals, examples: 4)
    let errors = zip(told, wanted).map(-)
    let square = errors.reduce(0) { $0 + $1 * $1 }
    let center = wanted.reduce(0, +) / 4
    let variance = wanted.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    let expected = [(square / 4).squareRoot(), errors.reduce(0) { $0 + abs($1) } / 4, 1 - square / variance]
    #expect(task.figures == [.rmse, .mae, .r2])
    for (figure, value) in zip(figures, expected) { #expect(abs((figure ?? .nan) - value) < 1e-12) }
  }

  @Test("R² is the mean over targets, and not defined where the targets are all the same")
  func explained() {
    let task = Regression()
    // Two targets of 4 examples: Σ e² of 1 and 2, variances 4 and 16.
    let totals: [[Double]] = [[1, 2], [5], [0, 4], [4, 20]]
    #expect(task.values(of: totals, examples: 4)[2] == ((1 - 1.0 / 4) + (1 - 2.0 / 16)) / 2)
    #expect(task.values(of: totals, examples: 4)[0] == (3.0 / 8).squareRoot())
    #expect(task.values(of: totals, examples: 4)[1] == 5.0 / 8)
    #expect(task.values(of: [[1, 2], [5], [0, 4], [4, 4]], examples: 4)[2] == nil)
    #expect(task.values(of: [[1], [5], [2], [4]], examples: 1)[2] == nil)
    // Equal targets that are no whole numbers leave rounding for a variance.
    let (sum, square) = (
      (0..<7).reduce(0) { total, _ in total + 0.3 }, (0..<7).reduce(0) { total, _ in total + 0.09 }
    )
    #expect(task.values(of: [[1], [5], [sum], [square]], examples: 7)[2] == nil)
  }

  @Test("An autoencoder's target is its input, and its figures are over all numbers")
  func autoencoder() throws {
    let data = try DataSet.open(DataSource(format: .digits), for: .inputs)
    let task = Autoencoder()
    #expect(task.outputs(for: data) == (64, "an input 64 numbers"))
    let stored = try data.load(.training, shards: 0..<1, of: 1, inputs: true)[0]
    let values = data.values(.float64)
    let prepared = task.prepared(for: data, values: values, input: InputLayer(), seed: 1)
    var (target, input) = (
      Matrix(rows: 1, columns: 64, precision: .float64), Matrix(rows: 1, columns: 64, precision: .float64)
    )
    prepared.setTarget(&target, row: 0, to: Example(stored: stored, row: 5, number: 5, epoch: 0))
    values.set(&input, row: 0, to: 5, of: stored)
    #expect(target.row(0) == input.row(0))
    let targets = [[0.0, 1], [1, 1], [0, 0], [1, 0]]
    let outputs = [[0.5, 1], [1, 0], [0, 0], [1, 0.25]]
    let figures = Self.figures(task, on: data, outputs: outputs, targets: targets)
    #expect(figures == [((0.25 + 1 + 0.0625) / 8).squareRoot(), 1.75 / 8])
    #expect(task.figures == [.rmse, .mae])
  }

  @Test("A mask sets about its share of the numbers to 0, noise has its deviation, both anew in each epoch")
  func corruption() throws {
    let data = try DataSet.open(DataSource(format: .digits), for: .inputs)
    let stored = try data.load(.training, shards: 0..<1, of: 1, inputs: true)[0]
    func damaged(_ corruption: Corruption?, epoch: Int = 0, seed: UInt64 = 1) -> Matrix {
      var task = Autoencoder()
      task.corrupt = corruption
      let prepared = task.prepared(
        for: data, values: data.values(.float64), input: InputLayer(), seed: seed)
      var input = Matrix(rows: 500, columns: 64, precision: .float64) { _, _ in 0.5 }
      for row in 0..<500 {
        prepared.corrupt(&input, row: row, of: Example(stored: stored, row: row, number: row, epoch: epoch))
      }
      return input
    }
    func numbers(_ matrix: Matrix) -> [Double] { (0..<500).flatMap { matrix.row($0) } }
    #expect(numbers(damaged(nil)).allSatisfy { $0 == 0.5 })
    let masked = numbers(damaged(.mask(0.3)))
    #expect(masked.allSatisfy { $0 == 0 || $0 == 0.5 })
    #expect(abs(Double(masked.count { $0 == 0 }) / 32_000 - 0.3) < 0.01)
    let noise = numbers(damaged(.noise(0.1))).map { $0 - 0.5 }
    let square = noise.reduce(0) { $0 + $1 * $1 } / 32_000
    #expect(abs(square.squareRoot() - 0.1) < 0.002 && abs(noise.reduce(0, +) / 32_000) < 0.002)
    for corruption in [Corruption.mask(0.3), .noise(0.1)] {
      let first = numbers(damaged(corruption))
      #expect(numbers(damaged(corruption)) == first)
      #expect(numbers(damaged(corruption, epoch: 1)) != first)
      #expect(numbers(damaged(corruption, seed: 2)) != first)
    }
  }

  @Test("A figure knows which way is better, and no number is better than none")
  func better() {
    #expect(Figure.rmse.isBetter(1, than: 2) && !Figure.rmse.isBetter(2, than: 1))
    #expect(Figure.r2.isBetter(0.9, than: 0.5) && !Figure.r2.isBetter(0.5, than: 0.9))
    for figure in [Figure.error, .rmse, .mae, .r2] {
      #expect(figure.isBetter(0.5, than: figure.worst) && !figure.isBetter(.nan, than: figure.worst))
    }
  }
}
