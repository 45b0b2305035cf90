import DataSets
import Tensors

/// A task on the data of a run, on any thread of any rank.
public protocol PreparedTask: Sendable {
  /// Whether targets are made of inputs, and change as these do.
  var targetsAreInputs: Bool { get }
  /// Sets a row of zeros to what the output should be.
  func setTarget(_ targets: inout Matrix, row: Int, to example: Example)
  /// Changes an input before it is trained on; evaluated ones stay as they are.
  func corrupt(_ input: inout Matrix, row: Int, of example: Example)
  /// Makes the rows of a batch anew, evaluated ones too, of a task that `remakes`: what takes all rows of a shard, or sets
  /// inputs and targets together.
  func remake(_ batch: inout MadeBatch)
  /// How much an example counts in what is learnt; nil where all count alike.
  func weight(of example: Example) -> Double?
  /// Adds the examples of each shard's rows, in their order, to its sums: of each shard and each sum the columns.
  func judge(_ answers: AnsweredBatch, into sums: inout [[[Double]]])
  /// An output or a target in the units of the data.
  func told(_ output: [Double]) -> [Double]
}

extension PreparedTask {
  public var targetsAreInputs: Bool { false }
  public func corrupt(_ input: inout Matrix, row: Int, of example: Example) {}
  public func remake(_ batch: inout MadeBatch) {}
  public func told(_ output: [Double]) -> [Double] { output }
  public func weight(of example: Example) -> Double? { nil }
}

/// An example as a step meets it: where it is stored, which one it is, and when.
public struct Example: Sendable {
  /// The shard's examples, of which it is one.
  public var stored: ShardExamples
  /// Its place among them.
  public var row: Int
  /// Its place in the split.
  public var number: Int
  /// Epochs completed.
  public var epoch: Int
  /// How its picture is changed in this epoch.
  public var change: Augmentation.Change

  public init(
    stored: ShardExamples, row: Int, number: Int, epoch: Int, change: Augmentation.Change = .none
  ) {
    (self.stored, self.row, self.number, self.epoch, self.change) = (stored, row, number, epoch, change)
  }
}

/// Who stands in the rows of a batch, and when.
public struct BatchRows: Sendable {
  /// Epochs completed.
  public var epoch: Int
  /// Of each row its example's place in the split.
  public var numbers: [Int]
  /// The rows of each shard.
  public var shards: [Range<Int>]

  public init(epoch: Int, numbers: [Int], shards: [Range<Int>]) {
    (self.epoch, self.numbers, self.shards) = (epoch, numbers, shards)
  }
}

/// A batch on its way to the network.
public struct MadeBatch: Sendable {
  /// x, rows × inputs.
  public var inputs: Matrix
  /// d, rows × outputs.
  public var targets: Matrix
  /// The rows' labels, where these clamp a layer; none elsewhere.
  public let labels: [Int]
  public let rows: BatchRows

  public init(inputs: Matrix, targets: Matrix, labels: [Int] = [], rows: BatchRows) {
    (self.inputs, self.targets, self.labels, self.rows) = (inputs, targets, labels, rows)
  }
}

/// A batch that the network has answered.
public struct AnsweredBatch: Sendable {
  /// y, rows × outputs, and d beside it.
  public let outputs: Matrix
  public let targets: Matrix
  /// What it was answered to, where the rank of the outputs knows it.
  public let inputs: Matrix?
  public let rows: BatchRows

  public init(outputs: Matrix, targets: Matrix, inputs: Matrix? = nil, rows: BatchRows) {
    (self.outputs, self.targets, self.inputs, self.rows) = (outputs, targets, inputs, rows)
  }
}
