import Records

extension Figure {
  /// Its name at the beginning of a line.
  var title: String { name.prefix(1).uppercased() + name.dropFirst() }
}

/// Charts over the epochs of a run, or of several on the same axes.
struct Curves {
  let form: Chart.Form

  /// A line over epochs; nil where no epoch has the value.
  static func series(
    _ name: String, _ epochs: [EpochMetrics], _ value: (EpochMetrics) -> Double?
  ) -> Chart.Series? {
    let points = epochs.compactMap { epoch in
      value(epoch).map { Chart.Point(Double(epoch.epoch), $0) }
    }
    return points.isEmpty ? nil : Chart.Series(name, points)
  }

  /// A line a layer, of values that metrics hold layer by layer.
  ///
  /// - Parameter output: the layer that is the output; nil for the last one.
  static func layers(
    _ epochs: [EpochMetrics], output: Int? = nil, _ values: (EpochMetrics) -> [Double]?
  ) -> [Chart.Series] {
    let depth = epochs.compactMap { values($0)?.count }.max() ?? 0
    return (0..<depth).compactMap { layer in
      series(layer + 1 == output ?? depth ? "layer \(layer + 1), output" : "layer \(layer + 1)", epochs) {
        let values = values($0) ?? []
        return values.indices.contains(layer) ? values[layer] : nil
      }
    }
  }

  /// A line a hidden layer, of values that metrics hold of those alone.
  static func hidden(
    _ epochs: [EpochMetrics], saying words: String = "", _ values: (EpochMetrics) -> [Double]?
  ) -> [Chart.Series] {
    let count = epochs.compactMap { values($0)?.count }.max() ?? 0
    return (0..<count).compactMap { layer in
      series("layer \(layer + 1)" + (words.isEmpty ? "" : ", " + words), epochs) {
        let values = values($0) ?? []
        return values.indices.contains(layer) ? values[layer] : nil
      }
    }
  }

  /// The chart of some lines over epochs, as a figure; nothing where there is no line.
  ///
  /// - Parameters:
  ///   - values: what a linear axis takes in at least.
  ///   - isNamedElsewhere: whether the page names the lines beside the figure.
  ///   - note: what is to be said of all lines.
  func figure(
    _ title: String, _ label: String, _ series: [Chart.Series?], including values: [Double] = [],
    scale: Chart.Scale? = nil, isNamedElsewhere: Bool = false, note: String = ""
  ) -> String {
    let series = series.compactMap { $0 }
    guard !series.isEmpty else { return "" }
    let scale = scale ?? Self.suited(series)
    var chart = Chart(
      title: title, x: Chart.Axis("epoch", isWhole: true),
      y: Chart.Axis(label, scale: scale, including: scale == .linear ? values : []), series: series)
    (chart.isNamedElsewhere, chart.note) = (isNamedElsewhere, note)
    return HTML.figure(chart, form)
  }

  /// Logarithmic where all values are above 0 and the largest is ten times the least; linear otherwise.
  static func suited(_ series: [Chart.Series]) -> Chart.Scale {
    let values = series.flatMap { $0.points + $0.band.flatMap(\.ends) }.map(\.y).filter(\.isFinite)
    guard let least = values.min(), let most = values.max(), least > 0 else { return .linear }
    return most >= 10 * least ? .logarithmic : .linear
  }
}
