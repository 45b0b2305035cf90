/// Where the parts of a chart stand, in pixels from the upper left corner.
struct ChartLayout {
  static let titleSize = 16.0
  static let labelSize = 13.0
  static let tickSize = 12.0

  /// A name of the legend: its text, cut where it is too long, where its sample begins, and what that looks like.
  struct LegendEntry {
    let text: String
    let position: ChartPosition
    let look: ChartStyle.Look
  }

  /// The length of a sample line in the legend, and the space to its name.
  static let sample = (length: 34.0, gap: 7.0)

  let form: Chart.Form
  let height: Double
  let scales: (x: ChartScale, y: ChartScale)
  let ticks: (x: [ChartTick], y: [ChartTick])
  let legend: [LegendEntry]
  /// The base line of what is said of all lines; nil where the drawing does not say it.
  let note: Double?
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double

  init(_ chart: Chart, _ form: Chart.Form) {
    let points = chart.series.flatMap { $0.points + $0.band.flatMap(\.ends) }.filter { point in
      ChartScale.position(point.x, chart.x.scale) != nil && ChartScale.position(point.y, chart.y.scale) != nil
    }
    self.form = form
    let scales = (
      x: ChartScale(chart.x, values: points.map(\.x)), y: ChartScale(chart.y, values: points.map(\.y))
    )
    let marked = scales.y.ticks
    self.scales = scales
    let across = scales.x.ticks(atMost: form.ticksAcross)
    ticks = (across, marked)
    legend = Self.legend(chart.named(form), form)
    let numbers = marked.compactMap(\.label).map { SVGText.width($0, size: Self.tickSize) }
    left = form.margin + Self.labelSize + 10 + (numbers.max() ?? 0) + 8
    // A number may stand below the very end of the axis.
    let widest = across.compactMap(\.label).map { SVGText.width($0, size: Self.tickSize) }.max() ?? 0
    right = form.width - max(form.margin + 6, widest / 2 + 1)
    let named = legend.last?.position.y ?? form.legendTop - 22
    note = chart.note.isEmpty || !form.growsWithLegend ? nil : named + 20
    top = (note ?? named) + 18
    height = form.height + (form.growsWithLegend ? max(0, top - form.legendTop - 18) : 0)
    bottom = height - 56
  }

  /// Names in rows under the title.
  private static func legend(
    _ names: [(text: String, look: ChartStyle.Look)], _ form: Chart.Form
  ) -> [LegendEntry] {
    var entries: [LegendEntry] = []
    var (x, y) = (form.margin, form.legendTop)
    let columns = names.count > 6 ? form.legendColumns : 1.0
    let room = (form.width - 2 * form.margin) / columns - sample.length - sample.gap - 18
    for (name, look) in names {
      let text = SVGText.cut(name, to: room, size: tickSize)
      let length = sample.length + sample.gap + SVGText.width(text, size: tickSize)
      if x > form.margin, x + length > form.width - form.margin { (x, y) = (form.margin, y + 20) }
      entries.append(LegendEntry(text: text, position: ChartPosition(x, y), look: look))
      x += length + 18
    }
    return entries
  }

  /// Where a value of the x axis stands; nil where the axis cannot show it.
  func x(_ value: Double) -> Double? { scales.x.share(value).map { left + $0 * (right - left) } }

  /// Where a value of the y axis stands; nil where the axis cannot show it.
  func y(_ value: Double) -> Double? { scales.y.share(value).map { bottom - $0 * (bottom - top) } }

  /// Where a point stands; nil where one of the axes cannot show it.
  func position(_ point: Chart.Point) -> ChartPosition? {
    guard let x = x(point.x), let y = y(point.y) else { return nil }
    return ChartPosition(x, y)
  }
}
