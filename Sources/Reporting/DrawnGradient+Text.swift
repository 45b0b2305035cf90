import Foundation
import Records

extension VerificationRecord {
  /// How estimates from drawn states spread: layer by layer, over β, and the chain.
  var drawnText: String {
    guard let drawn else { return "" }
    var layers = AlignedText(heading: ["layer", "deviation", "mean z", "largest z"])
    layers.rows = drawn.layers.enumerated().map { index, layer in
      [
        "\(index + 1)", Self.figure(layer.deviation), Self.figure(layer.meanScore),
        Self.figure(layer.largestScore),
      ]
    }
    var text =
      "one estimate's deviation over the gradient; the mean of \(drawn.estimates) in standard errors (z)\n"
      + layers.text
    if !drawn.deviations.isEmpty {
      let laws = AlignedText(
        heading: ["β", "common noise", "independent"],
        rows: drawn.deviations.map {
          [Figures.plain($0.beta), Self.figure($0.common), Self.figure($0.independent)]
        })
      text += "\none estimate's deviation over the gradient, all layers, over β\n" + laws.text
    }
    let settling = drawn.settling.map { "settles in \(Figures.count($0, "sweep"))" } ?? "does not settle"
    return text
      + "\nthe energy of a chain \(settling) and remembers \(Self.figure(drawn.memory)): "
      + (drawn.chainSteps != nil
        ? "a step has \(Self.figure(drawn.effectiveStates)) times as many sweeps\n"
        : "a phase averages \(Self.figure(drawn.effectiveStates)) independent states\n")
      + (drawn.acceptance.map {
        "examples accept \(Self.figure($0)) % of the steps proposed to them, where 57 % go farthest\n"
      } ?? "")
  }

  private static func figure(_ value: Double) -> String { String(format: "%.3g", value) }
}

extension DrawnGradient {
  /// The same as JSON.
  var json: JSONText {
    .object(
      [
        ("estimates", .integer(estimates)),
        (
          "layers",
          .array(
            layers.enumerated().map { index, layer in
              .object([
                ("layer", .integer(index + 1)), ("cosine", .number(layer.match.cosine)),
                ("relative_error", .number(layer.match.relativeError)),
                ("deviation", .number(layer.deviation)), ("mean_score", .number(layer.meanScore)),
                ("largest_score", .number(layer.largestScore)),
              ])
            })
        ),
        (
          "deviations",
          .array(
            deviations.map {
              .object([
                ("beta", .number($0.beta)), ("common", .number($0.common)),
                ("independent", .number($0.independent)),
              ])
            })
        ),
        ("memory", .number(memory)), ("effective_states", .number(effectiveStates)),
        ("settling", settling.map(JSONText.integer) ?? .null),
      ] + (acceptance.map { [("acceptance", .number($0))] } ?? []))
  }
}
