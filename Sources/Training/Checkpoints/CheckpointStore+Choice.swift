import FileFormats
import MessagePassing

extension CheckpointStore {
  /// The chosen checkpoint, every byte of it checked; of the latest ones the newest that is whole. Nothing is changed:
  /// damaged ones stay where they are.
  ///
  /// Throws an input/output error where the system cannot tell whether one is whole: an older one does not take its
  /// place.
  /// - Parameter notice: hears of damaged ones that are passed over.
  package func whole(
    _ choice: Evaluator.Choice, notice: (String) -> Void = { _ in }
  ) throws -> (name: String, state: RunState) {
    guard choice == .latest else {
      let name = try name(of: choice)
      return (name, try verified(name))
    }
    let (whole, damaged) = try newest()
    guard let whole else {
      throw damaged.first?.error ?? FileError(.missing, path: path, "holds no checkpoint yet")
    }
    for damage in damaged { notice("checkpoint \(damage.name) is damaged and passed over: \(damage.error)") }
    return whole
  }

  /// The name of the chosen checkpoint, which must be there; of the latest ones the newest, whole or not.
  package func name(of choice: Evaluator.Choice) throws -> String {
    let names = try FileStatus.entry(path) != nil ? checkpoints() : []
    let name =
      switch choice {
      case .latest: names.last ?? ""
      case .best: try pointer("BEST")
      case .named(let name): name
      }
    guard names.contains(name) else {
      throw FileError(.missing, path: path, "holds no checkpoint '\(name)'")
    }
    return name
  }

  /// The first word of `BEST`.
  private func pointer(_ file: String) throws(FileError) -> String {
    do {
      return String(decoding: try DurableFile.read(path + "/" + file), as: UTF8.self)
        .trimmingPrefix(while: \.isWhitespace).prefix { !$0.isWhitespace }.description
    } catch {
      throw try error.judged()
    }
  }
}
