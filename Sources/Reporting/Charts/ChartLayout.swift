/// Where the parts of a chart stand, in pixels from the upper left corner.
struct ChartLayout {
  static let width = 720.0
  static let height = 450.0
  /// Kept free at the left and right.
  static let margin = 20.0
  static let titleSize = 16.0
  static let labelSize = 13.0
  static let tickSize = 12.0

  /// A name of the legend: its text, cut where it is too long, and where its sample begins.
  struct LegendEntry {
    let text: String
    let place: ChartPlace
  }

  /// The length of a sample line in the legend, and the space to its name.
  static let sample = (length: 34.0, gap: 7.0)

  let scales: (x: ChartScale, y: ChartScale)
  let legend: [LegendEntry]
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double

  init(_ chart: Chart) {
    let points = chart.series.flatMap(\.points).filter { point in
      ChartScale.position(point.x, chart.x.scale) != nil && ChartScale.position(point.y, chart.y.scale) != nil
    }
    scales = (
      ChartScale(chart.x, values: points.map(\.x)), ChartScale(chart.y, values: points.map(\.y))
    )
    legend = Self.legend(chart.series.map(\.name))
    let numbers = scales.y.ticks.compactMap(\.label).map { SVGText.width($0, size: Self.tickSize) }
    left = Self.margin + Self.labelSize + 10 + (numbers.max() ?? 0) + 8
    right = Self.width - Self.margin - 6
    top = (legend.last?.place.y ?? 34) + 18
    bottom = Self.height - 56
  }

  /// Series that the legend names at most: eight rows, so that the lines keep most of the chart.
  static let named = 24

  /// Names in rows under the title.
  private static func legend(_ names: [String]) -> [LegendEntry] {
    var entries: [LegendEntry] = []
    var (x, y) = (margin, 56.0)
    let columns = names.count > 6 ? 3.0 : 1.0
    let room = (width - 2 * margin) / columns - sample.length - sample.gap - 18
    for name in names.prefix(named) {
      let text = SVGText.cut(name, to: room, size: tickSize)
      let length = sample.length + sample.gap + SVGText.width(text, size: tickSize)
      if x > margin, x + length > width - margin { (x, y) = (margin, y + 20) }
      entries.append(LegendEntry(text: text, place: ChartPlace(x, y)))
      x += length + 18
    }
    return entries
  }

  /// Where a value of the x axis stands; nil where the axis cannot show it.
  func x(_ value: Double) -> Double? { scales.x.share(value).map { left + $0 * (right - left) } }

  /// Where a value of the y axis stands; nil where the axis cannot show it.
  func y(_ value: Double) -> Double? { scales.y.share(value).map { bottom - $0 * (bottom - top) } }

  /// Where a point stands; nil where one of the axes cannot show it.
  func place(_ point: Chart.Point) -> ChartPlace? {
    guard let x = x(point.x), let y = y(point.y) else { return nil }
    return ChartPlace(x, y)
  }
}
