/// An implementation of MPI and its version, whoever tells of it.
public struct MPILibrary: Codable, Equatable, Hashable, Sendable, CustomStringConvertible {
  /// Such as `Open MPI`, `MPICH`, `Intel MPI`; what was said where none of these is known.
  public var name: String
  /// Such as `4.1.4`; empty where it is unknown.
  public var version: String

  public init(name: String, version: String) { (self.name, self.version) = (name, version) }

  /// From what `MPI_Get_library_version`, `mpiexec --version` or our own headers say.
  public init(saying text: String) {
    let names = [
      ("Intel", "Intel MPI"), ("Open MPI", "Open MPI"), ("OpenRTE", "Open MPI"), ("PRRTE", "Open MPI"),
      ("MPICH", "MPICH"), ("HYDRA", "MPICH"),
    ]
    let first = text.split(separator: "\n").first.map(String.init) ?? ""
    guard let known = names.first(where: { first.contains($0.0) }) else {
      self.init(name: first, version: "")
      return
    }
    // The first word that begins with a number and has a point; `v4.1.4,` and `2021.19.0` among them.
    let words = text.split { " \t\n,".contains($0) }.map { $0.first == "v" ? $0.dropFirst() : $0 }
    let version = words.first { $0.first?.isNumber == true && $0.contains(".") }
    self.init(name: known.1, version: version.map(String.init) ?? "")
  }

  public var description: String { version.isEmpty ? name : "\(name) \(version)" }

  /// Whether programs built with the one run with the other: the same name, and the same first number.
  public func fits(_ other: MPILibrary) -> Bool {
    name == other.name && version.prefix { $0 != "." } == other.version.prefix { $0 != "." }
  }
}
