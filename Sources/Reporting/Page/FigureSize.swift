/// How large a figure is drawn in a file of its own.
public struct FigureSize: Equatable, Sendable {
  /// A length on paper or screen.
  public struct Length: Equatable, Sendable {
    /// As it stands behind the number.
    public enum Unit: String, CaseIterable, Sendable {
      case mm, cm, `in`, pt, px

      /// Of SVG: 96 to an inch.
      var pixels: Double {
        switch self {
        case .mm: 96 / 25.4
        case .cm: 96 / 2.54
        case .in: 96
        case .pt: 96 / 72
        case .px: 1
        }
      }
    }

    public var number: Double
    public var unit: Unit

    public init(_ number: Double, _ unit: Unit) { (self.number, self.unit) = (number, unit) }

    /// `88mm`, `3.5in`, `400px`; nil of other texts, and where it is not above 0.
    public init?(_ text: String) {
      guard let unit = Unit.allCases.first(where: { text.hasSuffix($0.rawValue) }),
        let number = Double(text.dropLast(unit.rawValue.count)), number > 0, number.isFinite
      else { return nil }
      self.init(number, unit)
    }

    var pixels: Double { number * unit.pixels }
  }

  /// Nil for that of a figure of a page with a margin.
  public var width: Length?
  /// Of the numbers and names in points; titles and labels are a little larger.
  public var fontSize: Double

  public init(width: Length? = nil, fontSize: Double = 9) { (self.width, self.fontSize) = (width, fontSize) }

  /// Whether letters of this size have room in a chart of this width.
  public var isDrawable: Bool { 200...4000 ~= drawn }

  static let margin = 16.0

  private var length: Length { width ?? Length(Chart.Form.figure.width + 2 * Self.margin, .px) }

  /// The width in the drawing's own units, whose letters have always the same size.
  var drawn: Double { length.pixels * (ChartLayout.tickSize * 0.75) / fontSize }

  var form: Chart.Form { .paper(width: drawn - 2 * Self.margin) }

  /// Width and height of an SVG document whose drawing is so high.
  func extent(height: Double) -> String {
    let unit = length.unit == .px ? "" : length.unit.rawValue
    let high = SVGText.length(height / drawn * length.number)
    return "width=\"\(SVGText.length(length.number))\(unit)\" height=\"\(high)\(unit)\""
  }
}
