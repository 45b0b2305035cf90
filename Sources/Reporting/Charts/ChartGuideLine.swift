/// A guide as it is drawn: cut to the chart's frame, with a position for its label beside the lower left end.
struct ChartGuideLine {
  let from: ChartPosition
  let to: ChartPosition
  let label: ChartPosition

  /// nil where the guide passes the frame by, or where an axis cannot show its point.
  init?(_ guide: Chart.Guide, in layout: ChartLayout) {
    guard let through = layout.position(guide.through) else { return nil }
    let unit = (
      x: (layout.right - layout.left) / (layout.scales.x.high - layout.scales.x.low),
      y: (layout.bottom - layout.top) / (layout.scales.y.high - layout.scales.y.low)
    )
    // Pixels count downwards.
    let rise = -guide.slope * unit.y / unit.x
    guard rise.isFinite else { return nil }
    var (start, end) = (layout.left, layout.right)
    if rise == 0 {
      guard (layout.top...layout.bottom).contains(through.y) else { return nil }
    } else {
      let ends = [layout.top, layout.bottom].map { through.x + ($0 - through.y) / rise }.sorted()
      (start, end) = (max(start, ends[0]), min(end, ends[1]))
      guard start < end else { return nil }
    }
    // On the steepest of lines rounding would leave the frame.
    let y = { (x: Double) in min(max(through.y + (x - through.x) * rise, layout.top), layout.bottom) }
    from = ChartPosition(start, y(start))
    to = ChartPosition(end, y(end))
    label = Self.label(guide.label, from: from, rise: rise, in: layout)
  }

  /// Under a rising line and over any other, right of its left end, inside the frame.
  private static func label(
    _ text: String, from start: ChartPosition, rise: Double, in layout: ChartLayout
  ) -> ChartPosition {
    let width = SVGText.width(text, size: ChartLayout.tickSize)
    guard rise < 0 else {
      let y = max(start.y - 6, layout.top + ChartLayout.tickSize)
      return ChartPosition(min(start.x + 6, layout.right - width), y)
    }
    let y = min(start.y + 16, layout.bottom - 6)
    // The line must have passed the top of the letters before they begin.
    let passed = start.x + (y - ChartLayout.tickSize - start.y) / rise
    return ChartPosition(min(max(start.x, passed) + 6, layout.right - width), y)
  }
}
