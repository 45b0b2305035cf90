extension Chart {
  /// Points of a series that all get a marker; of a longer one some do, evenly chosen.
  private static func markers(_ form: Form) -> Int { form == .document ? 30 : 16 }

  /// The series in their order, the later over the earlier.
  func lines(_ layout: ChartLayout) -> String {
    let drawn = series.indices.map { index in
      "<g class=\"series \(ChartStyle.colour(index))\">\(line(index, layout))\(marks(index, layout))</g>\n"
    }
    let isEmpty = series.allSatisfy { $0.points.allSatisfy { layout.place($0) == nil } }
    guard isEmpty else { return drawn.joined() }
    let middle = ChartPlace((layout.left + layout.right) / 2, (layout.top + layout.bottom) / 2)
    return drawn.joined() + Self.text("nothing to draw", at: middle, "text-anchor=\"middle\"") + "\n"
  }

  private func line(_ index: Int, _ layout: ChartLayout) -> String {
    guard series[index].isJoined else { return "" }
    let runs = series[index].points.map(layout.place).split(separator: nil)
    let data = runs.filter { $0.count > 1 }.map { run in
      "M" + run.compactMap { $0?.text }.joined(separator: "L")
    }
    return data.isEmpty ? "" : Self.path(data.joined(), index)
  }

  private func marks(_ index: Int, _ layout: ChartLayout) -> String {
    let points = series[index].points
    let places = points.map(layout.place)
    let stride = points.count > Self.markers(layout.form) ? (points.count + 11) / 12 : 1
    // Lines that share their x values would otherwise hide each other's markers.
    let first = stride * index / max(series.count, 1) % stride
    return places.enumerated().map { number, place in
      let isAlone = [number - 1, number + 1].allSatisfy { !places.indices.contains($0) || places[$0] == nil }
      guard let place, isAlone || !series[index].isJoined || number % stride == first else { return "" }
      let values = "\(Figures.plain(points[number].x)), \(Figures.plain(points[number].y))"
      return Self.mark(place, index, "\(series[index].name): \(values)")
    }.joined()
  }
}
