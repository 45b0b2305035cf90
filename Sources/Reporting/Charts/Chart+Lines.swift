extension Chart {
  /// Points of a series that all get a marker; of a longer one some do, evenly chosen.
  private static func markers(_ form: Form) -> Int { form == .document ? 30 : 16 }

  /// The bands, then the series in their order, the later over the earlier.
  func lines(_ layout: ChartLayout) -> String {
    let bands = series.indices.map { index in
      let band = band(series[index].band, layout)
      return band.isEmpty ? "" : "<g class=\"\(look(index).colour)\">\(band)</g>\n"
    }
    let drawn =
      bands
      + series.indices.map { index in
        "<g class=\"series \(look(index).colour)\">\(line(index, layout))\(marks(index, layout))</g>\n"
      }
    let isEmpty = series.allSatisfy { $0.points.allSatisfy { layout.position($0) == nil } }
    guard isEmpty else { return drawn.joined() }
    let middle = ChartPosition((layout.left + layout.right) / 2, (layout.top + layout.bottom) / 2)
    return drawn.joined() + Self.text("nothing to draw", at: middle, "text-anchor=\"middle\"") + "\n"
  }

  /// Broken where an axis cannot show one of its ends.
  private func band(_ band: [Reach], _ layout: ChartLayout) -> String {
    let reaches = band.map { reach -> (low: ChartPosition, high: ChartPosition)? in
      guard let low = layout.position(reach.ends[0]), let high = layout.position(reach.ends[1]) else {
        return nil
      }
      return (low, high)
    }
    return reaches.split { $0 == nil }.map { part in
      let part = part.compactMap(\.self)
      let outline = part.map(\.high.text) + part.reversed().map(\.low.text)
      return "<path class=\"band\" d=\"M\(outline.joined(separator: "L"))Z\"/>"
    }.joined()
  }

  private func line(_ index: Int, _ layout: ChartLayout) -> String {
    guard series[index].isJoined else { return "" }
    let runs = series[index].points.map(layout.position).split(separator: nil)
    let data = runs.filter { $0.count > 1 }.map { run in
      "M" + run.compactMap { $0?.text }.joined(separator: "L")
    }
    guard !data.isEmpty else { return "" }
    let line = Self.path(data.joined(), look(index))
    guard series[index].isBackground else { return line }
    // A thin line is hard to rest a pointer on.
    return "<title>\(SVGText.escaped(series[index].name))</title>\(line)"
      + "<path class=\"line touch\" d=\"\(data.joined())\"/>"
  }

  private func marks(_ index: Int, _ layout: ChartLayout) -> String {
    let points = series[index].points
    let positions = points.map(layout.position)
    let stride = points.count > Self.markers(layout.form) ? (points.count + 11) / 12 : 1
    // Lines that share their x values would otherwise hide each other's markers.
    let first = stride * index / max(series.count, 1) % stride
    return positions.enumerated().map { number, position in
      let isAlone = [number - 1, number + 1].allSatisfy {
        !positions.indices.contains($0) || positions[$0] == nil
      }
      let isMarked = !series[index].isJoined || number % stride == first && !series[index].isBackground
      guard let position, isAlone || isMarked else { return "" }
      let values = "\(Figures.plain(points[number].x)), \(Figures.plain(points[number].y))"
      return Self.mark(position, look(index), "\(series[index].name): \(values)")
    }.joined()
  }
}
