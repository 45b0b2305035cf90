import Schema

extension RunFile {
  /// What a key means.
  public struct Key: Equatable, Sendable {
    /// Dotted, with `0` for any element of a list: `network.layers.0.units`.
    public let key: String
    /// What it takes, as its error says it: `a whole number from 1 to 1000000, such as 500`.
    public let takes: String
    /// The value where the run file says nothing: nil for none.
    public let standard: String?
    /// Whether it must be written, in a run file or in the map that it belongs to.
    public let isRequired: Bool
    /// One sentence.
    public let meaning: String
  }

  /// Every key, in the order of a run file. What a key takes, its default and whether it is required are asked of the
  /// reader of run files itself.
  public static let reference: [Key] = {
    let required = Set(sections.flatMap { missing(with: ["\($0)={}"]).keys.map(\.name) })
      .union(missing(with: []).keys.map(\.name))
    let defaults = (try? parse(shortest, file: "run.yaml").settings) ?? []
    return keys.map { key in
      Key(
        key: key, takes: takes(key), standard: standard(key, defaults), isRequired: required.contains(key),
        meaning: meanings[key] ?? "")
    }
  }()

  /// The least that a run file must hold, its connections written out so that keys of theirs can be set.
  private static let shortest = """
    data: {format: digits}
    network: {layers: [{units: 20}, {units: 10}], connections: [{from: 0, to: 1}, {from: 1, to: 2}]}
    """

  /// The maps that keys stand in, the root left out.
  private static var sections: [String] {
    var sections: [String] = []
    for key in keys {
      guard let dot = key.lastIndex(of: "."), !sections.contains(String(key[..<dot])) else { continue }
      sections.append(String(key[..<dot]))
    }
    return sections
  }

  /// A default that follows from other keys is told in words, by the key's meaning; a layer's is that of any layer.
  private static func standard(_ key: String, _ defaults: [(key: String, value: String)]) -> String? {
    let derived = ["name", "tiling.shards", "tiling.slices", "data.format", "network.layers.0.units"]
    return derived.contains(key) ? nil : defaults.first { $0.key == key }?.value
  }

  /// Sets required keys to their examples until none is missing; those that were, and the settings with them.
  private static func missing(
    with settings: [String]
  ) -> (keys: [(name: String, example: String)], error: SchemaError?) {
    var found: [(name: String, example: String)] = []
    let text = settings.isEmpty ? "{}" : shortest
    while found.count < keys.count {
      do {
        _ = try parse(text, file: "run.yaml", settings: settings + found.map { "\($0.name)=\($0.example)" })
        return (found, nil)
      } catch {
        guard let name = error.problem.firstMatch(of: #/^missing required key '(.*)'$/#)?.1,
          let example = error.hint?.firstMatch(of: #/^add [^:]*: (.*)$/#)?.1
        else { return (found, error) }
        found.append((String(name), String(example)))
      }
    }
    return (found, nil)
  }

  /// What the error says of an empty list.
  private static func takes(_ key: String) -> String {
    let start = missing(with: ["\(key)=[]"])
    let hint = start.error?.hint ?? ""
    return hint.hasPrefix("it takes ") ? String(hint.dropFirst(9)) : hint
  }
}
