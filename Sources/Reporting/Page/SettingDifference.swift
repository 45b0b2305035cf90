/// A setting that is not the same in all of some runs.
struct SettingDifference: Equatable {
  let key: String
  /// One a run, as run files write them; what stands for nothing where a run has no such key.
  let values: [String]

  /// In the order of the run files; a run's name is none of them.
  static func all(of runs: [RunRecord], without ignored: Set<String> = []) -> [SettingDifference] {
    keys(of: runs).filter { !ignored.contains($0) }.map { key in
      SettingDifference(key: key, values: runs.map { $0.value(of: key) ?? Figures.none })
    }
  }

  /// The keys alone, in the same order, and some that stand there in any case.
  static func keys(of runs: [RunRecord], always: Set<String> = []) -> [String] {
    var keys: [String] = []
    for setting in runs.flatMap(\.settings) where !keys.contains(setting.key) { keys.append(setting.key) }
    return keys.filter { key in
      key != "name" && (always.contains(key) || Set(runs.map { $0.value(of: key) }).count > 1)
    }
  }

  /// What each run is called by them: `beta=0.2, batch=20`, of the settings and of their keys as much as tells runs apart.
  static func names(_ differences: [SettingDifference]) -> [String] {
    let count = differences.first?.values.count ?? 0
    func told(_ differences: [SettingDifference]) -> [[String]] {
      (0..<count).map { run in differences.map { $0.values[run] } }
    }
    let kinds = Set(told(differences)).count
    // What follows from others stands later in a run file.
    let telling = differences.reversed().reduce(into: differences) { kept, difference in
      let fewer = kept.filter { $0 != difference }
      if Set(told(fewer)).count == kinds { kept = fewer }
    }
    let short = shortened(telling.map(\.key), among: differences.map(\.key))
    return told(telling).map { values in
      zip(short, values).map { "\($0)=\($1)" }.joined(separator: ", ")
    }
  }

  /// The last parts of dotted keys, as many as no other one ends in; a list's number does not come first.
  private static func shortened(_ keys: [String], among all: [String]) -> [String] {
    keys.map { key in
      let parts = key.split(separator: ".")
      let lengths = parts.isEmpty ? 1...1 : 1...parts.count
      let endings = lengths.map { parts.suffix($0).joined(separator: ".") }
      return endings.first { ending in
        ending.first?.isNumber == false && all.count { $0 == ending || $0.hasSuffix("." + ending) } == 1
      } ?? key
    }
  }
}

extension RunRecord {
  /// The value of a key, as the run file writes it; nil where it has none.
  func value(of key: String) -> String? { settings.first { $0.key == key }?.value }

  /// Whether this run's settings come before those of another one: by the first that differs, numbers by their size, and
  /// the seed last.
  public func comesBefore(_ other: RunRecord) -> Bool {
    let differing = zip(settings, other.settings).filter { $0 != $1 && $0.key != "name" }
    guard let (mine, others) = differing.first(where: { $0.0.key != "seed" }) ?? differing.first else {
      return settings.count < other.settings.count
    }
    guard mine.key == others.key else { return mine.key < others.key }
    guard let number = Double(mine.value), let another = Double(others.value) else {
      return mine.value < others.value
    }
    return number < another
  }
}
