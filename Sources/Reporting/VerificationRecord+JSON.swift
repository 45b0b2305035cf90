import Records

extension VerificationRecord {
  /// All that was measured, as one line of JSON; a cosine or an error that is not a number is `null`.
  public var json: String {
    var fields: [(key: String, value: JSONText)] = [
      ("run", .string(facts.run)), ("rule", .string(facts.rule)), ("network", .string(facts.network)),
      ("examples", .integer(facts.examples)), ("grid", .string(facts.grid)),
      ("updates", .string(facts.updates)), ("nudging", .string(facts.nudging)),
      ("exact", .string(facts.exact)), ("verdict", Self.verdict(isPassed)),
      ("gradient", .array(gradient.enumerated().map { Self.json($0 + 1, $1) })),
      ("sweeps", .array(sweeps.map(Self.json))),
      ("matches", .array(matches.map(Self.json))),
    ]
    if let drawn { fields.append(("drawn", drawn.json)) }
    fields.append(("checks", .array(checks.map(Self.json))))
    return JSONText.object(fields).text
  }

  private static func verdict(_ isPassed: Bool) -> JSONText { .string(isPassed ? "passed" : "failed") }

  private static func json(_ layer: Int, _ match: GradientMatch) -> JSONText {
    .object([
      ("layer", .integer(layer)), ("cosine", .number(match.cosine)),
      ("relative_error", .number(match.relativeError)), ("equal_signs", .optional(match.equalSigns)),
    ])
  }

  private static func json(_ sweep: GradientSweep) -> JSONText {
    .object([
      ("nudging", .string(sweep.nudging)), ("expected_order", .integer(sweep.expectedOrder)),
      ("fitted_order", .optional(sweep.fittedOrder)), ("floor", .number(sweep.floor)),
      ("ceiling", .number(sweep.ceiling)),
      ("points", .array(sweep.points.map(json))),
    ])
  }

  private static func json(_ point: GradientSweep.Point) -> JSONText {
    .object([
      ("beta", .number(point.beta)), ("relative_error", .number(point.relativeError)),
      ("layer_errors", .array(point.match.layers.map { .number($0.relativeError) })),
      ("cosine", .number(point.match.all.cosine)),
      ("layer_cosines", .array(point.match.layers.map { .number($0.cosine) })),
    ])
  }

  private static func json(_ match: StepMatch) -> JSONText {
    .object([
      ("step", .integer(match.step)), ("cosines", .array(match.cosines.map(JSONText.optional))),
    ])
  }

  private static func json(_ check: Check) -> JSONText {
    var fields: [(key: String, value: JSONText)] = [
      ("name", .string(check.name)), ("verdict", verdict(check.isPassed)), ("value", .number(check.value)),
    ]
    switch check.limit {
    case .atMost(let most): fields.append(("at_most", .number(most)))
    case .atLeast(let least): fields.append(("at_least", .number(least)))
    case .within(let expected, let share):
      fields += [("expected", .number(expected)), ("within", .number(share))]
    }
    let advice = check.isPassed ? nil : check.advice
    fields.append(("advice", advice.map(JSONText.string) ?? .null))
    return .object(fields)
  }
}
