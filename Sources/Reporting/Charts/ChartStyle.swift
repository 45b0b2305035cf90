/// What a chart's lines look like, in light and in dark surroundings.
///
/// A series is told by colour, dashes and marker together, so that print in grey and eyes of every kind
/// can follow it. The colours have a contrast of 3 at least with the paper, and differ from each other
/// also as protanopia, deuteranopia and tritanopia show them (Machado et al. 2009,
/// doi:10.1109/TVCG.2009.113).
enum ChartStyle {
  static let colours = 6

  /// How a line is drawn: as the series of a number, or as one of many in the background.
  enum Look: Equatable {
    case series(Int)
    case background

    /// The class that colours it.
    var colour: String {
      switch self {
      case .series(let number): "c\(number % colours + 1)"
      case .background: "other"
      }
    }

    /// The marker: a path from its centre, about 9 pixels wide, a dot in the background.
    var marker: String {
      guard case .series(let number) = self else { return "m-2 0a2 2 0 1 0 4 0a2 2 0 1 0 -4 0z" }
      return ChartStyle.markers[number % ChartStyle.markers.count]
    }

    /// The dashes, nil for a solid line; after six series colours return with other dashes.
    var dashes: String? {
      guard case .series(let number) = self else { return nil }
      return ChartStyle.dashes[(number + number / colours) % ChartStyle.dashes.count]
    }
  }

  private static let markers = [
    "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
    "m-3.6 -3.6h7.2v7.2h-7.2z",
    "m0 -4.8l4.6 8h-9.2z",
    "m0 -5.2l5.2 5.2l-5.2 5.2l-5.2 -5.2z",
    "m-3.8 -3.8l7.6 7.6m0 -7.6l-7.6 7.6",
    "m0 4.8l4.6 -8h-9.2z",
  ]

  private static let dashes: [String?] = [nil, "8 4", "2 4", "9 4 2 4", "14 4", "5 3 1 3 1 3"]

  /// The style sheet, the same for every chart, so that several can stand in one page.
  static let sheet = light + dark

  /// What surroundings of white paper need.
  static let light = """
    .eqprop-chart{font-family:system-ui,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif;font-size:12px}
    .eqprop-chart .paper{fill:#ffffff}
    .eqprop-chart text{fill:#30343b}
    .eqprop-chart .title{font-size:16px;font-weight:600;fill:#14171c}
    .eqprop-chart .label{font-size:13px}
    .eqprop-chart .grid{stroke:#e3e6ea;fill:none}
    .eqprop-chart .frame{stroke:#7b828d;fill:none}
    .eqprop-chart path.guide{stroke:#7b828d;stroke-dasharray:1 4;stroke-width:1.5;stroke-linecap:round;fill:none}
    .eqprop-chart text.guide{fill:#5b626d;font-style:italic}
    .eqprop-chart .rim{stroke:#ffffff;stroke-width:4;stroke-linejoin:round;font-style:italic}
    .eqprop-chart .line{stroke:currentColor;stroke-width:2;stroke-linejoin:round;fill:none}
    .eqprop-chart .band{stroke:currentColor;stroke-width:2;stroke-opacity:.14;fill:currentColor;fill-opacity:.14}
    .eqprop-chart .mark{stroke:currentColor;stroke-width:1.5;fill:currentColor}
    .eqprop-chart .c1{color:#0b62c4}
    .eqprop-chart .c2{color:#a83a00}
    .eqprop-chart .c3{color:#0f9a72}
    .eqprop-chart .c4{color:#cf66bf}
    .eqprop-chart .c5{color:#b09000}
    .eqprop-chart .c6{color:#20242b}
    .eqprop-chart .other{color:#8d949e}
    .eqprop-chart .other .line{stroke-width:1}
    .eqprop-chart .other .touch{stroke-width:9;stroke-opacity:0}

    """

  private static let dark = """
    @media (prefers-color-scheme:dark){
    .eqprop-chart .paper{fill:#15181d}
    .eqprop-chart text{fill:#ccd1d8}
    .eqprop-chart .title{fill:#f1f3f5}
    .eqprop-chart .grid{stroke:#2b3038}
    .eqprop-chart .frame{stroke:#858d99}
    .eqprop-chart path.guide{stroke:#858d99}
    .eqprop-chart text.guide{fill:#a4abb6}
    .eqprop-chart .rim{stroke:#15181d}
    .eqprop-chart .c1{color:#4f9bf0}
    .eqprop-chart .c2{color:#e5622a}
    .eqprop-chart .c3{color:#3fd0a0}
    .eqprop-chart .c4{color:#e59ad0}
    .eqprop-chart .c5{color:#f2d94a}
    .eqprop-chart .c6{color:#eef0f2}
    .eqprop-chart .other{color:#747c88}
    }

    """
}
