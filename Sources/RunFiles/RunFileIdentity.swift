import Schema
import Tasks

/// Which runs may go on from which checkpoints.
extension RunFile {
  /// Everything that decides the bits of the steps already made, a `key: value` a line.
  ///
  /// It leaves out the name, what classes are called, where the data lie, when checkpoints are written, what is reported, what ends it early, and the
  /// number of epochs unless the schedule looks ahead to it; and what is read of states that are drawn where none are.
  public var identity: String {
    decisive.map { "\($0.path): \($0.text)\n" }.joined()
  }

  /// The keys of the identity in which two run files differ, as `network.layers.0.units: 500 here, 256 there`.
  public func differences(from other: RunFile) -> [String] {
    let there = Dictionary(uniqueKeysWithValues: other.decisive.map { ($0.path, $0.text) })
    let here = Dictionary(uniqueKeysWithValues: decisive.map { ($0.path, $0.text) })
    let paths = decisive.map(\.path) + other.decisive.map(\.path).filter { here[$0] == nil }
    return paths.compactMap { path in
      guard here[path] != there[path] else { return nil }
      return "\(path): \(here[path] ?? "none") here, \(there[path] ?? "none") there"
    }
  }

  private var decisive: [(path: String, text: String)] {
    let values = Codec.runFile.write(self)?.values() ?? []
    return values.filter { path, _ in
      switch path {
      case "name", "data.path": false
      // Names alone make a map of what is one word without.
      case "task.kind": !(task.task is Classification)
      case "relaxation.newton": relaxation.newton > 0
      case "training.epochs": training.schedule.looksAhead
      case "relaxation.temperature", "relaxation.burn-in", "relaxation.average", "relaxation.inference",
        "relaxation.chains",
        "nudging.noise", "nudging.estimator":
        relaxation.updates.samples
      default: !["checkpoint.", "report.", "training.stop.", "task.names"].contains { path.hasPrefix($0) }
      }
    }
  }
}
