import ArgumentParser
import Foundation

/// Files that are written have the ending of what they hold.
enum FileEnding {
  /// Endings that other programs take for what a file holds.
  private static let known = [
    "csv", "gif", "htm", "html", "jpeg", "jpg", "json", "npy", "npz", "pdf", "png", "ps", "eps",
    "safetensors", "svg", "tsv",
    "txt", "xlsx", "yaml", "yml",
  ]

  /// Throws `ValidationError` where a name ends in something else than what is written; a name without an ending passes.
  ///
  /// - Parameter instead: where to get what the name promises, a sentence for each ending.
  static func check(
    _ option: String, _ path: String?, among endings: [String], instead: [String: String] = [:]
  ) throws {
    guard let path else { return }
    let ending = (path as NSString).pathExtension.lowercased()
    guard !ending.isEmpty, !endings.contains(ending) else { return }
    let hint = instead[ending].map { "; \($0)" } ?? ""
    let wanted = endings.map { "." + $0 }.joined(separator: " or ")
    throw ValidationError("\(option) \(path): a name that ends in \(wanted) is needed\(hint)")
  }

  /// The same of a folder, which is no file of such an ending.
  static func check(folder option: String, _ path: String?, instead: String) throws {
    guard let path, known.contains((path as NSString).pathExtension.lowercased()) else { return }
    throw ValidationError("\(option) \(path): the name of a folder is needed; \(instead)")
  }
}
