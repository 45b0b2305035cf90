extension Chart {
  /// Grid, frame, numbers and labels.
  func axes(_ layout: ChartLayout) -> String {
    let (vertical, horizontal) = (marks(x: layout), marks(y: layout))
    let frame =
      "M\(ChartPosition(layout.left, layout.top).text)V\(SVGText.coordinate(layout.bottom))"
      + "H\(SVGText.coordinate(layout.right))"
    let middle = (layout.top + layout.bottom) / 2
    let xLabel = Self.text(
      SVGText.cut(x.label, to: layout.right - layout.left, size: ChartLayout.labelSize),
      at: ChartPosition((layout.left + layout.right) / 2, layout.height - 14),
      "class=\"label\" text-anchor=\"middle\"")
    let turned = layout.form.margin + ChartLayout.labelSize - 3
    let yLabel = Self.text(
      SVGText.cut(y.label, to: layout.bottom - layout.top + layout.form.margin, size: ChartLayout.labelSize),
      at: ChartPosition(turned, middle),
      "class=\"label\" text-anchor=\"middle\" transform=\"rotate(-90 \(ChartPosition(turned, middle).text))\""
    )
    return """
      <path class="grid" d="\(vertical.grid)\(horizontal.grid)"/>
      <path class="frame" d="\(frame)\(vertical.marks)\(horizontal.marks)"/>
      <g class="x-ticks">\(vertical.numbers)</g>
      <g class="y-ticks">\(horizontal.numbers)</g>
      \(xLabel)
      \(yLabel)

      """
  }

  /// What marks the values of an axis: lines across the chart, short marks on the axis, numbers.
  private struct Marks {
    var grid = ""
    var marks = ""
    var numbers = ""
  }

  private func marks(x layout: ChartLayout) -> Marks {
    var marks = Marks()
    for tick in layout.ticks.x {
      guard let x = layout.x(tick.value) else { continue }
      marks.marks += "M\(ChartPosition(x, layout.bottom).text)v\(tick.label == nil ? 3 : 5)"
      guard let label = tick.label else { continue }
      marks.grid += "M\(ChartPosition(x, layout.top).text)V\(SVGText.coordinate(layout.bottom))"
      marks.numbers += Self.text(label, at: ChartPosition(x, layout.bottom + 19), "text-anchor=\"middle\"")
    }
    return marks
  }

  private func marks(y layout: ChartLayout) -> Marks {
    var marks = Marks()
    for tick in layout.ticks.y {
      guard let y = layout.y(tick.value) else { continue }
      marks.marks += "M\(ChartPosition(layout.left, y).text)h-\(tick.label == nil ? 3 : 5)"
      guard let label = tick.label else { continue }
      marks.grid += "M\(ChartPosition(layout.left, y).text)H\(SVGText.coordinate(layout.right))"
      marks.numbers += Self.text(label, at: ChartPosition(layout.left - 8, y + 4), "text-anchor=\"end\"")
    }
    return marks
  }
}
