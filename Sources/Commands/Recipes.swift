import FileFormats
import Foundation

/// The run files that come with the program, known by their names.
enum Recipes {
  /// The run file of that name: a path as it is, else what the folder of recipes has under it.
  static func path(_ name: String) -> String {
    guard !name.contains("/"), !FileStatus.exists(name), let folder else { return name }
    let recipe = joinPath(folder, name.hasSuffix(".yaml") ? name : name + ".yaml")
    return FileStatus.exists(recipe) ? recipe : name
  }

  /// Beside the program, wherever its tree has been moved to, or in the repository in which it was built.
  private static let folder: String? = {
    guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
      return nil
    }
    var place = URL(fileURLWithPath: program).deletingLastPathComponent()
    while place.path != "/" {
      place.deleteLastPathComponent()
      for name in ["share/eqprop/recipes", "launch/recipes"] {
        let folder = place.appendingPathComponent(name).path
        if FileStatus.isDirectory(folder) { return folder }
      }
    }
    return nil
  }()
}
