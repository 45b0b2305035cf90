import DataSets
import FileFormats
import Inspection
import MessagePassing
import RunFiles
import Tensors
import Training

/// The classifier that judges samples: a run of its own below the run directory, on the examples that were trained on.
struct JudgingClassifier {
  private let inspection: Inspection
  private let folder: String
  /// With their labels.
  private let data: DataSet

  /// Nil where the examples have no labels.
  init?(of inspection: Inspection, directory: String) {
    guard inspection.run.data.format.has(.labels),
      let data = try? DataSet.open(inspection.run.data, for: .labels)
    else { return nil }
    (self.inspection, self.data) = (inspection, data)
    folder = joinPath(directory, "judge")
  }

  /// Its run directory.
  var directory: String { joinPath(folder, "classifier") }

  /// Trains it, going on where it was left; every rank calls it.
  func train(_ options: GridOptions, on world: borrowing Communicator) throws -> TrainingEnding {
    let isFirst = world.rank == 0
    try world.agree { if isFirst { try writeExamples() } }
    let run = try world.agree { try runFile() }
    let examples = try world.agree { try run.openData() }
    let deal = try options.deal(run, data: examples, on: world, isTold: false)
    Interruption.listen()
    if isFirst { complain("a classifier of \(examples)") }
    let trainer = try Trainer(
      run: run, data: examples, deal: deal,
      grid: Grid(deal.grid, world: world, sharesMemory: options.sharesMemory),
      output: directory, report: { _ in })
    return try trainer.train()
  }

  private func runFile() throws -> RunFile {
    let isSmall = data.count(.training) <= 10_000
    var run = try RunFile.parse(
      """
      name: classifier
      data: {format: npy, path: examples}
      network:
        layers: [{units: 256, activation: tanh, rate: 1.0e-3}, {units: \(data.classes), rate: 1.0e-3}]
        cost: cross-entropy
      rule: backpropagation
      training: {epochs: \(isSmall ? 100 : 10), batch: \(isSmall ? 32 : 128), optimizer: adam, decay: 0.01}
      report: {html: false}
      """, file: joinPath(folder, "classifier.yaml"))
    run.data.path = joinPath(folder, "examples")
    (run.data.divisor, run.data.normalize) = (data.divisor, data.source.normalize)
    return run
  }

  /// The training examples in an order of their own, of which the last fifth tests.
  private func writeExamples() throws {
    let shard = try data.load(.training, shards: 0..<1, of: 1, inputs: true, labels: true)[0]
    let order = Batches(examples: shard.count, shards: 1, perShard: 1, seed: 1).order(epoch: 0, shard: 0)
    let cut = shard.count - shard.count / 5
    let size = data.inputs * data.scalar.size
    let path = joinPath(folder, "examples")
    try DurableFile.createDirectory(path)
    for (name, rows) in [("training", order[..<cut]), ("test", order[cut...])] {
      let images = rows.flatMap { shard.inputs[$0 * size..<($0 + 1) * size] }
      let shape = [rows.count] + data.extents
      try DurableFile.write(
        NPZ.header(of: .init("images", data.scalar == .byte ? .uint8 : .float32, shape)) + images,
        to: joinPath(path, "\(name)-images.npy"))
      try DurableFile.write(
        NPZ.header(of: .init("labels", .uint8, [rows.count])) + rows.map { shard.labels[$0] },
        to: joinPath(path, "\(name)-labels.npy"))
    }
  }
}
