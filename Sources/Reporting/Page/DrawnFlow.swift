import Records

/// Where a flow leads, as training goes on, and what its velocities are.
public struct DrawnFlow: Equatable, Sendable {
  /// Samples from the same noise after an epoch: of each its numbers, 0 black and 1 white.
  public struct Row: Equatable, Sendable {
    public var epoch: Int
    public var samples: [[Double]]

    public init(epoch: Int, samples: [[Double]]) { (self.epoch, self.samples) = (epoch, samples) }
  }

  /// By rising epochs, the last one that of the checkpoint.
  public var rows: [Row]
  /// Points on the way, at some times, and there the velocity that is told and that of the pair, 0 in the middle of the greys.
  public var times: [Double]
  public var fields: [[[Double]]]
  /// Height, width and channels of an input; nil where it is no picture.
  public var extents: [Int]?

  public init(rows: [Row], times: [Double], fields: [[[Double]]], extents: [Int]?) {
    (self.rows, self.times, self.fields, self.extents) = (rows, times, fields, extents)
  }
}

extension ReportPage {
  /// Samples, losses by time, velocities.
  var drawnFlow: String {
    guard let flow = run.flow else { return "" }
    return HTML.section(
      "The flow",
      HTML.recorded(flow, or: "No samples") { found in
        guard let extents = found.extents else { return "" }
        let samples = Picture(found.rows.map(\.samples), extents)
        let epochs = found.rows.map { "\($0.epoch)" }.joined(separator: ", ")
        let fields = Picture(found.fields, extents)
        let times = found.times.map(Figures.short).joined(separator: ", ")
        return PageFrame.beside(
          HTML.figure(
            "Samples from the same noise after epochs \(epochs)",
            HTML.image(
              samples.png, width: samples.width * samples.scale, height: samples.height * samples.scale,
              saying: "a row of samples an epoch, from above")),
          HTML.figure(
            "Points at t = \(times), the velocity there, and that of the pair",
            HTML.image(
              fields.png, width: fields.width * fields.scale, height: fields.height * fields.scale,
              saying: "rows of a point, its velocity and the pair's")))
      }, PageFrame.figures(lossByTime))
  }

  /// A line a stretch of t.
  private var lossByTime: String {
    let stretches = run.figures.filter { $0.key.hasPrefix("loss_t") }
    return curves.figure(
      "Loss by time, training", "mean of (v − u)²",
      stretches.map { figure in
        Curves.series(figure.name.replacing("loss, ", with: ""), run.epochs) { $0.training[figure.key] }
      }, including: [0])
  }
}

extension Picture {
  /// How many times as large a small picture is shown.
  fileprivate var scale: Int { max(1, 280 / max(width, 1)) }
}
