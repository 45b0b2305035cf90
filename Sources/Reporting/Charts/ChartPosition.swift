/// A position in a chart's drawing: pixels rightwards and downwards from the upper left corner.
struct ChartPosition: Equatable {
  var x: Double
  var y: Double

  init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  /// Both coordinates as a path holds them.
  var text: String { "\(SVGText.coordinate(x)) \(SVGText.coordinate(y))" }
}
