import FileFormats
import Foundation

/// Where a run stands: the contents of a checkpoint's `state.json`, beside the tensors.
struct RunState: Codable, Equatable, Sendable {
  /// The best epoch so far, by validation error (training error where there is no validation set).
  struct Best: Codable, Equatable, Sendable {
    var error: Double
    var step: Int
  }

  var version = 1
  /// Steps made.
  var step = 0
  /// Epochs completed.
  var epoch = 0
  /// Steps made of the present epoch.
  var cursor = 0
  var seed: UInt64
  var shards: Int
  var slices: Int
  /// SHA-256 of the run file's identity.
  var run: String
  /// The grid, only where MPI adds the replicas' sums and bits depend on it.
  var grid: String?
  var best: Best?
  /// What has been counted of the present epoch.
  var tally: Tally

  /// The state before the first step.
  init(_ run: RunFile, deal: Deal) {
    seed = run.seed
    shards = deal.tiling.shards
    slices = deal.tiling.slicing.slices
    self.run = SHA256.digest(of: Array(run.identity.utf8))
    grid = run.training.reduction == .mpi ? deal.grid.description : nil
    tally = Tally(deal.tiling)
  }

  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    return Array(try encoder.encode(self)) + [0x0A]
  }
}

/// A checkpoint's list of files, written last: what makes it whole.
struct Manifest: Codable, Equatable, Sendable {
  struct Entry: Codable, Equatable, Sendable {
    var name: String
    var size: Int
    var sha256: String
  }
  var files: [Entry]

  static let fileName = "MANIFEST.json"

  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return Array(try encoder.encode(Manifest(files: files.sorted { $0.name < $1.name }))) + [0x0A]
  }
}
