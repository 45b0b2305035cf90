import DataSets
import FileFormats
import Foundation
import RunFiles

/// Where a run stands: the contents of a checkpoint's `state.json`, beside the tensors.
package struct RunState: Codable, Equatable, Sendable {
  /// The best epoch so far, by the task's first figure of the validation set (of the training set where there is none).
  package struct Best: Codable, Equatable, Sendable {
    package var value: Double
    package var step: Int

    package init(value: Double, step: Int) {
      self.value = value
      self.step = step
    }

    /// The name is that of a classification's figure.
    private enum CodingKeys: String, CodingKey {
      case value = "error"
      case step
    }
  }

  /// What early stopping goes by.
  package struct Stopping: Codable, Equatable, Sendable {
    /// As the run file names it; nil of the one that picks the best epoch.
    package var figure: String?
    package var value: Double
    package var epoch: Int
  }

  /// Whether training ends early by what a run file asks for, whatever it asked for before.
  func hasStopped(_ run: RunFile) -> Bool {
    guard let stop = run.training.stop, let stopping, stopping.figure == stop.figure else { return false }
    return epoch - stopping.epoch >= stop.patience
  }

  /// The form of this file; another one is told and left alone.
  package var version = RunState.currentVersion
  static let currentVersion = 3
  /// Steps made.
  package var step = 0
  /// Epochs completed.
  package var epoch = 0
  /// Steps made of the present epoch.
  package var cursor = 0
  package var seed: UInt64
  package var shards: Int
  package var slices: Int
  /// SHA-256 of the run file's identity.
  package var run: String
  /// The digest of the data set's extents and of what answers its examples.
  package var data: String
  /// That of its inputs, `whole` or `sampled`; checkpoints from before it was kept have none.
  package var inputs: String?
  /// Of the targets that it learns, where numbers answer: what evaluations of other data go by.
  package var targets: ColumnMoments?
  /// What its inputs look like: what evaluations of other data are held against. Older checkpoints do not say.
  package var form: InputForm?
  /// SHA-256 of the weights or the run that it began with, where its weights were not drawn.
  package var origin: String?
  /// The grid, only where MPI adds the replicas' sums and bits depend on it.
  package var grid: String?
  package var best: Best?
  /// Of the figure that may end training early: its best value, and the epoch that had it.
  package var stopping: Stopping?
  /// Updates of the weights made, where the optimizer counts them (Adam).
  package var updates: Int?
  /// The layers' rates, and what balanced ones go by.
  package var rates: LayerRates
  /// What has been counted of the present epoch.
  package var tally: Tally
  /// What of it had been counted when its figures were last told, where they are told within epochs; rank 0 alone knows.
  package var told: Tally?

  /// The state before the first step.
  package init(_ run: RunFile, data: String, rates: LayerRates? = nil, deal: Deal) {
    self.data = data
    self.rates = rates ?? LayerRates(run.network)
    seed = run.seed
    shards = deal.tiling.shards
    slices = deal.tiling.slicing.slices
    self.run = RunState.digest(of: run)
    grid = run.training.reduction == .mpi ? deal.grid.description : nil
    updates = run.training.optimizer.countsUpdates ? 0 : nil
    tally = Tally(deal.tiling, of: run.task)
  }

  package static func digest(of run: RunFile) -> String { SHA256.digest(of: Array(run.identity.utf8)) }

  package func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    return Array(try encoder.encode(self)) + [0x0A]
  }
}

/// What the inputs of a run look like.
package struct InputForm: Codable, Equatable, Sendable {
  /// Height, width, channels.
  package var extents: [Int]
  /// The least and the largest number of some of them.
  package var range: [Double]
  /// Of each number of an input over the training rows, where inputs are standardised.
  package var moments: ColumnMoments?
  /// What a table's classes are called, in the order of their numbers.
  package var classes: [String]?
  /// What a table's columns are called that go in, in their order.
  package var columns: [String]?
}

/// A checkpoint's list of files, written last: what makes it whole.
package struct Manifest: Codable, Equatable, Sendable {
  package struct Entry: Codable, Equatable, Sendable {
    package var name: String
    package var size: Int
    package var sha256: String

    package init(name: String, size: Int, sha256: String) {
      self.name = name
      self.size = size
      self.sha256 = sha256
    }
  }
  package var files: [Entry]

  package init(files: [Entry]) { self.files = files }

  package static let fileName = "MANIFEST.json"

  package func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return Array(try encoder.encode(Manifest(files: files.sorted { $0.name < $1.name }))) + [0x0A]
  }
}
