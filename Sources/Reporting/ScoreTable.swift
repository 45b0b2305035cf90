import Records

/// The figures of a split's examples.
public struct ScoreTable: Equatable, Sendable {
  /// In the task's order.
  public let scores: [Score]
  /// Examples judged.
  public let examples: Int

  public init(_ scores: [Score], examples: Int) { (self.scores, self.examples) = (scores, examples) }

  /// `RMSE 1.20341, MAE 0.93812, R² 0.93906 of 1,000 examples`.
  public var text: String {
    let shown = scores.map { "\($0.figure.name) \(Figures.scoreWithUnit($0.value, $0.figure))" }
    return "\(shown.joined(separator: ", ")) of \(Figures.count(examples, "example"))"
  }

  /// The figures by their keys, as one line of JSON.
  public var json: String {
    JSONText.object(
      [("examples", .integer(examples))] + scores.map { ($0.figure.key, .optional($0.value)) }
    ).text
  }
}
