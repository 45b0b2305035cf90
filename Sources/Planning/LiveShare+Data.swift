import DataSets
import RunFiles
import Tensors

extension StepWork.LiveShare {
  /// The shares that a batch of a run's training data shows: as many examples as a batch has, taken evenly from the set.
  public init(_ run: RunFile, data: DataSet) throws(DataError) {
    let batch = run.training.batch
    let parts = max(1, data.count(.training) / batch)
    let examples = try data.load(.training, shards: 0..<1, of: parts, inputs: true, labels: false)[0]
    let rows = min(batch, examples.count)
    var inputs = Matrix(rows: rows, columns: data.inputs, precision: run.training.precision)
    let values = data.values(run.training.precision)
    for row in 0..<rows { values.set(&inputs, row: row, to: row, of: examples) }
    let bounds = (0...run.tiling.shards).map { rows * $0 / run.tiling.shards }
    guard let live = LiveInputs(inputs, shards: bounds) else {
      self = .all
      return
    }
    let shares = live.shares(rows: rows, columns: data.inputs)
    self.init(drive: shares.product, contrast: shares.contrast)
  }
}
