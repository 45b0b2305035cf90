extension ReportPage {
  /// How layers that learn by themselves tell positives from negatives; nothing of a run that has none.
  var layers: String {
    guard case .found(let epochs) = run.metrics, epochs.contains(where: { $0.separated != nil }) else {
      return ""
    }
    let goodness =
      Curves.hidden(epochs, saying: "with its label", \.goodnessPositive)
      + Curves.hidden(epochs, saying: "with another", \.goodnessNegative)
    return HTML.section(
      "Layers by themselves",
      PageFrame.figures(
        curves.figure("Goodness of the training examples", "mean goodness", goodness, including: [0]),
        curves.figure(
          "Training examples told apart", "share of examples, %", Curves.hidden(epochs, \.separated),
          including: [100], scale: .linear),
        curves.figure(
          "Error of each layer alone", "wrong examples, %", Curves.hidden(epochs, \.layerErrors),
          including: [0]),
        curves.figure(
          "Units that are hardly active", "share of units, %", Curves.hidden(epochs, \.deadUnits),
          including: [0, 1], scale: .linear),
        histograms))
  }

  private var histograms: String {
    guard case .found(let drawn)? = run.goodness else { return "" }
    return drawn.layers.enumerated().map { index, layer in
      HTML.figure(
        Chart(
          title: "Goodness in hidden layer \(index + 1)", x: Chart.Axis("goodness"),
          y: Chart.Axis("share of examples, %", including: [0]),
          series: [
            Chart.Series("with its label", layer.shares(of: layer.positive)),
            Chart.Series("with another", layer.shares(of: layer.negative)),
          ]), form)
    }.joined()
  }
}

/// What examples that were not trained on come to in each hidden layer that learns by itself.
public struct DrawnGoodness: Equatable, Sendable {
  /// Of a layer the goodness of each example shown with its label, and with another.
  public struct Layer: Equatable, Sendable {
    public var positive: [Double]
    public var negative: [Double]

    public init(positive: [Double], negative: [Double]) {
      (self.positive, self.negative) = (positive, negative)
    }

    /// Shares in percent of so many equal stretches of all values, at their middles.
    func shares(of values: [Double], in stretches: Int = 24) -> [Chart.Point] {
      let all = (positive + negative).filter(\.isFinite)
      guard let least = all.min(), let most = all.max(), most > least, !values.isEmpty else { return [] }
      let width = (most - least) / Double(stretches)
      var counts = Array(repeating: 0, count: stretches)
      for value in values where value.isFinite {
        counts[min(Int((value - least) / width), stretches - 1)] += 1
      }
      return counts.enumerated().map {
        Chart.Point(least + (Double($0) + 0.5) * width, 100 * Double($1) / Double(values.count))
      }
    }
  }

  /// From the lowest up.
  public var layers: [Layer]

  public init(layers: [Layer]) { self.layers = layers }
}
