import DataSets
import FileFormats
import Foundation
import MessagePassing
import RunFiles

/// A checkpoint that rank 0 picked for all and has checked every byte of.
public struct PickedCheckpoint: Sendable {
  public let name: String
  package let folder: String
  let state: RunState

  /// - Parameter notice: hears on rank 0 of damaged checkpoints that are passed over.
  public init(
    directory: String, choice: Evaluator.Choice, over world: borrowing Communicator, notice: (String) -> Void
  ) throws {
    let store = RunDirectory(path: directory).store
    let isFirst = world.rank == 0
    let picked = try world.agree { isFirst ? try store.whole(choice, notice: notice).name : "" }
    let name = String(decoding: try world.broadcast(Array(picked.utf8), from: 0), as: UTF8.self)
    (self.name, folder) = (name, store.folder(name))
    state = try world.agree { try store.state(name) }
  }

  /// What the run's classes are called, where its task or its data say so.
  public func classNames(of run: RunFile) -> [String] {
    let names = run.task.task.classNames
    let known = state.form?.classes ?? []
    return !names.isEmpty ? names : known == known.indices.map { "\($0)" } ? [] : known
  }

  /// Data as the network knows them: of the form of those that it was trained on, and with their targets' moments.
  ///
  /// Throws bad data where the inputs have another form.
  public func fitting(_ data: DataSet) throws -> DataSet { try state.fitting(data) }
}

extension RunState {
  /// Data as the network knows them: of the form of those that it was trained on, and with their targets' moments.
  ///
  /// Throws bad data where the inputs have another form.
  package func fitting(_ data: DataSet) throws -> DataSet {
    var data = data.standardized(by: targets)
    guard let form else { return data }
    data = try data.known(columns: form.columns, inputs: form.moments, classes: form.classes)
    guard let shaped = try data.shaped(as: form.extents) else {
      func words(_ extents: [Int]) -> String {
        extents[0] == 1 && extents[2] == 1
          ? "\(extents[1]) numbers"
          : (extents[2] == 1 ? Array(extents[..<2]) : extents).map(String.init)
            .joined(separator: "×")
      }
      throw FileError(
        .badData, path: data.source.path ?? "the data",
        "has examples of \(words(data.extents)), the network was trained on \(words(form.extents))")
    }
    return shaped
  }

  /// What is odd about the numbers of some inputs, beside those that the network was trained on; nil where nothing is.
  func oddity(of extent: ClosedRange<Double>) -> String? {
    guard let form else { return nil }
    func size(_ least: Double, _ largest: Double) -> Double { max(abs(least), abs(largest)) }
    let ratio = size(extent.lowerBound, extent.upperBound) / size(form.range[0], form.range[1])
    guard !(0.25...4 ~= ratio) else { return nil }
    func words(_ least: Double, _ largest: Double) -> String {
      String(format: "from %.4g to %.4g", least, largest)
    }
    return
      "inputs \(words(extent.lowerBound, extent.upperBound)), but the network was trained on inputs "
      + "\(words(form.range[0], form.range[1])): --divisor scales them"
  }
}
