import ArgumentParser
import Foundation
import MessagePassing
import RunFiles
import Schema

/// `eqprop keys`: the keys of a run file.
struct Keys: RankCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tells the keys of a run file: what each takes, its default and what it means.",
    discussion: "Example: launch/run keys nudging")

  @Argument(help: "Only keys that begin so: relaxation, or training.schedule.")
  var start: String?

  @Flag(help: "Prints JSON.")
  var json = false

  func run(on world: borrowing Communicator) throws -> Int32 {
    let isFirst = world.rank == 0
    try world.agree {
      guard isFirst else { return }
      let keys = RunFile.reference.filter { key in
        start.map { key.key == $0 || key.key.hasPrefix($0 + ".") } ?? true
      }
      guard !keys.isEmpty else {
        let near = Spelling.nearest(start ?? "", in: RunFile.keys)
        throw UsageError(
          "no key begins with '\(start ?? "")'" + (near.map { "; did you mean '\($0)'?" } ?? ""))
      }
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(keys), as: UTF8.self))
      } else {
        print(keys.map(\.text).joined(separator: "\n"))
      }
    }
    return 0
  }
}

extension KeyReference: Encodable {
  /// The key with its default, what it means, what it takes.
  fileprivate var text: String {
    let value = isRequired ? "required" : standard ?? ""
    return "\(key)\(value.isEmpty ? "" : ": \(value)")\n  \(meaning)\n  It takes \(takes).\n"
  }

  private enum CodingKeys: String, CodingKey {
    case key, takes
    case isRequired = "required"
    case meaning
    case standard = "default"
  }

  /// `default` is null where there is none.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(key, forKey: .key)
    try container.encode(takes, forKey: .takes)
    try container.encode(standard, forKey: .standard)
    try container.encode(isRequired, forKey: .isRequired)
    try container.encode(meaning, forKey: .meaning)
  }
}
