/// Hints for words that are almost right.
public enum Spelling {
  /// The candidate a misspelt word most likely stands for, or nil when none is near.
  ///
  /// Near is an edit distance of at most a third of the longer word's letters, and at least 1.
  public static func nearest(_ word: String, in candidates: [String]) -> String? {
    guard word.utf8.count <= 64 else { return nil }
    let folded = fold(word)
    var best: (distance: Int, word: String)?
    for candidate in candidates {
      let limit = max(1, max(folded.count, candidate.utf8.count) / 3)
      let distance = distance(folded, fold(candidate))
      if distance <= limit && distance < best?.distance ?? .max { best = (distance, candidate) }
    }
    return best?.word
  }

  /// Case and the kind of dash are no differences.
  private static func fold(_ word: String) -> [UInt8] {
    word.lowercased().utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
  }

  /// Letters to insert, delete, replace or swap with their neighbour to turn `a` into `b`
  /// (the optimal string alignment distance).
  static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var rows = [Array(0...b.count)]
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var cost = min(rows[i][j] + (a[i] == b[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
        if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] { cost = min(cost, rows[i - 1][j - 1] + 1) }
        row.append(cost)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }

  /// `a`, `a or b`, `a, b or c`.
  public static func listed(_ words: [String], _ joint: String = "or") -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " \(joint) " + last
  }
}
