import Records

extension ReadOutErrors {
  /// A line: the layers together, a soft-max of them, each layer alone.
  public var text: String {
    let answers =
      [("by goodness", goodness), ("by soft-max", softMax)].compactMap { name, error in
        error.map { "\(name) \(Figures.percent($0)) %" }
      }
      + layers.enumerated().map { "hidden layer \($0 + 1) alone \(Figures.percent($1)) %" }
    return "wrong " + answers.joined(separator: ", ") + "\n"
  }

  /// The same as one line of JSON.
  public var json: String {
    JSONText.object([
      ("goodness", .optional(goodness)), ("soft_max", .optional(softMax)),
      ("layers", .array(layers.map(JSONText.number))),
    ]).text
  }
}
