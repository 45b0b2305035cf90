/// Which classes were taken for which, and the error of each class.
public struct ConfusionTable: Equatable, Sendable {
  /// `counts[d][y]` examples of class d were classified as y.
  public let counts: [[Int]]
  /// What the classes are called; their numbers where there are none.
  public let names: [String]

  /// `counts` must be square, and none below 0.
  public init(counts: [[Int]], names: [String] = []) {
    precondition(counts.allSatisfy { $0.count == counts.count }, "a confusion table is square")
    precondition(counts.allSatisfy { $0.allSatisfy { $0 >= 0 } }, "examples are counted from 0")
    self.counts = counts
    self.names = counts.indices.map { names.indices.contains($0) ? names[$0] : "\($0)" }
  }

  /// Examples classified.
  public var examples: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

  /// Examples classified as another class than theirs.
  public var wrong: Int { examples - counts.indices.reduce(0) { $0 + counts[$1][$1] } }

  /// The share of wrong examples in percent; nil where there is no example.
  public var error: Double? { Self.percent(wrong, of: examples) }

  /// The share of each class's examples classified wrongly, in percent; nil for a class without examples.
  public var classErrors: [Double?] {
    counts.indices.map { index in
      let all = counts[index].reduce(0, +)
      return Self.percent(all - counts[index][index], of: all)
    }
  }

  private static func percent(_ part: Int, of all: Int) -> Double? {
    all == 0 ? nil : 100 * Double(part) / Double(all)
  }

  /// A line a class: how often it was taken for each, and its error.
  public var text: String {
    guard examples > 0 else { return "no example was classified\n" }
    var table = AlignedText(heading: ["class"] + names.map { "as \($0)" } + ["error %"])
    for (index, error) in classErrors.enumerated() {
      table.rows.append([names[index]] + counts[index].map(Figures.grouped) + [Figures.percent(error)])
    }
    let share = "\(Figures.grouped(wrong)) of \(Figures.grouped(examples))"
    return table.text + "total error \(Figures.percent(error)) % (\(share))\n"
  }

  /// The counts and errors as one line of JSON.
  public var json: String {
    JSONText.object([
      ("examples", .integer(examples)), ("wrong", .integer(wrong)), ("error", .optional(error)),
      ("class_errors", .array(classErrors.map(JSONText.optional))),
      ("counts", .array(counts.map { .array($0.map(JSONText.integer)) })),
    ]).text
  }
}
