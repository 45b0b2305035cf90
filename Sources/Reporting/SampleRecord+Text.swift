import Records

extension SampleRecord {
  /// A table, a line a figure, each beside the threshold that was set for it.
  public func text(thresholds: [(measure: Measure, threshold: Double)] = []) -> String {
    var table = AlignedText(
      heading: ["figure", "samples", "data"],
      rows: [
        ["Fréchet distance, inputs", Figures.short(frechetPixels), Figures.short(frechetFloor)],
        ["nearest example, of the data’s own", Figures.short(nearestRatio), "1"],
        ["nearer than 99 % of the data", percent(copiedShare), "1 %"],
      ])
    if let classes {
      table.rows += [
        [
          "Fréchet distance, features", Figures.short(classes.frechetFeatures),
          Figures.short(classes.frechetFeaturesFloor),
        ],
        ["confident, p ≥ .9", percent(classes.confidentShare), percent(classes.confidentData)],
        ["least share of a class", percent(classes.shares.min() ?? 0), ""],
      ]
      if let share = classes.labelShare { table.rows.append(["of the class asked for", percent(share), ""]) }
    }
    let head =
      "\(samples) samples beside \(examples) examples"
      + (classes.map { ", by a classifier that is wrong on \(Figures.short($0.error)) %" } ?? "")
    let shares = classes.map {
      "classes: " + $0.shares.enumerated().map { "\($0) \(percent($1))" }.joined(separator: ", ") + "\n"
    }
    let verdicts = thresholds.map { measure, threshold in
      "\(keeps(threshold, of: measure) ? "kept" : "missed"): \(measure.rawValue) "
        + "\(measure.isBetterLower ? "≤" : "≥") \(Figures.short(threshold))\n"
    }
    return head + "\n" + table.text + (shares ?? "") + verdicts.joined()
  }

  private func percent(_ share: Double) -> String { Figures.short(100 * share) + " %" }

  /// One line of JSON.
  public var json: String {
    JSONText.object([
      ("samples", .integer(samples)), ("examples", .integer(examples)),
      ("frechet_pixels", .number(frechetPixels)),
      ("frechet_features", .optional(classes?.frechetFeatures)),
      ("frechet_floor", .number(frechetFloor)),
      ("frechet_features_floor", .optional(classes?.frechetFeaturesFloor)),
      ("class_shares", classes.map { .array($0.shares.map(JSONText.number)) } ?? .null),
      ("confident_share", .optional(classes?.confidentShare)),
      ("confident_data", .optional(classes?.confidentData)),
      ("label_share", .optional(classes?.labelShare)),
      ("classifier_error", .optional(classes?.error)),
      ("nearest_ratio", .number(nearestRatio)), ("copied_share", .number(copiedShare)),
    ]).text
  }
}
