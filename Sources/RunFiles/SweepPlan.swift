import FileFormats

/// The runs of a search: every combination of the values that some keys take, each with every seed.
public struct SweepPlan: Equatable, Sendable {
  /// One run of it.
  public struct Run: Equatable, Sendable {
    /// Of its folder: the keys that vary with their values, and the seed where several are asked for.
    public let name: String
    /// `KEY=VALUE`, those that are the same in all runs too.
    public let settings: [String]
    /// The keys that vary with their values, the seed left out: what the run is grouped by.
    public let varied: [String]
    /// Nil where the run file's own is taken.
    public let seed: UInt64?
  }

  public let runs: [Run]

  /// The combinations in the order of the settings, the last one's values changing first, each with its seeds.
  public var groups: [[Run]] {
    var groups: [[Run]] = []
    for run in runs {
      if groups.last?.first?.varied == run.varied {
        groups[groups.count - 1].append(run)
      } else {
        groups.append([run])
      }
    }
    return groups
  }

  /// - Parameter settings: `KEY=VALUE` or `KEY=VALUE,VALUE…`; commas within brackets, braces or quotes part nothing.
  /// - Returns: nil where a setting has no `=`, or an empty value.
  public init?(settings: [String], seeds: [UInt64]) {
    var combinations: [(settings: [String], varied: [String])] = [([], [])]
    for setting in settings {
      guard let equals = setting.firstIndex(of: "="), equals > setting.startIndex else { return nil }
      let (key, values) = (setting[..<equals], Self.parts(setting[setting.index(after: equals)...]))
      guard !values.contains(where: \.isEmpty) else { return nil }
      combinations = combinations.flatMap { before in
        values.map { value in
          let written = "\(key)=\(value)"
          return (before.settings + [written], before.varied + (values.count > 1 ? [written] : []))
        }
      }
    }
    var runs: [Run] = []
    for combination in combinations {
      for seed in seeds.isEmpty ? [nil] : seeds.map(Optional.some) {
        let words = combination.varied + (seed.map { ["seed=\($0)"] } ?? [])
        runs.append(
          Run(
            name: Self.folder(words, combination.varied, seed: seed),
            settings: combination.settings + (seed.map { ["seed=\($0)"] } ?? []),
            varied: combination.varied, seed: seed))
      }
    }
    guard Set(runs.map(\.name)).count == runs.count else { return nil }
    self.runs = runs
  }

  /// A name that every file system and shell takes; where the words are too long for one, of their SHA-256 as much as tells
  /// combinations apart, whatever else is searched.
  private static func folder(_ words: [String], _ varied: [String], seed: UInt64?) -> String {
    let name = words.map { word in
      String(word.map { $0.isASCII && ($0.isLetter || $0.isNumber || "=.-+".contains($0)) ? $0 : "_" })
    }.joined(separator: ",")
    if name.isEmpty { return "run" }
    return name.utf8.count <= 120 && words.allSatisfy { !$0.contains(where: { "[]{}:'\"".contains($0) }) }
      ? name
      : "combination-\(SHA256.digest(of: Array(varied.joined(separator: "\n").utf8)).prefix(8))"
        + (seed.map { ",seed=\($0)" } ?? "")
  }

  /// What commas part that stand in no bracket, brace or quote.
  private static func parts(_ text: Substring) -> [String] {
    var (parts, depth, quote) = ([""], 0, nil as Character?)
    for character in text {
      if let open = quote {
        if character == open { quote = nil }
      } else if "'\"".contains(character) {
        quote = character
      } else if "[{".contains(character) {
        depth += 1
      } else if "]}".contains(character) {
        depth -= 1
      } else if character == ",", depth == 0 {
        parts.append("")
        continue
      }
      parts[parts.count - 1].append(character)
    }
    return parts
  }

  /// Seeds as a command line has them: `1..5`, `1,2,7`, or one.
  public static func seeds(_ text: String) -> [UInt64]? {
    let ends = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if ends.count == 3, ends[1].isEmpty, let first = UInt64(ends[0]), let last = UInt64(ends[2]),
      first <= last,
      last - first < 100_000
    {
      return Array(first...last)
    }
    let seeds = text.split(separator: ",", omittingEmptySubsequences: false).map { UInt64($0) }
    guard !seeds.contains(nil), Set(seeds).count == seeds.count else { return nil }
    return seeds.compactMap(\.self)
  }
}
